# packages: greenlet
# beside: no
"""Calls that are left and entered again on stacks of their own."""
from greenlet import GreenletExit, getcurrent, greenlet


def ping(n):
    got = []
    while n:
        got.append(pong.switch(n))
        n -= 1
    return got


def walk(tree):
    for part in tree:
        if isinstance(part, list):
            walk(part)
        else:
            getcurrent().parent.switch(part)


def echo(value):
    while True:
        value = main.switch([value]) if value == 0 else first.switch(value * 2)


main = getcurrent()
first, pong = greenlet(ping), greenlet(echo)
print(first.switch(3))
walker = greenlet(walk)
out = []
value = walker.switch([1, [2, [3]], 4])
while not walker.dead:
    out.append(value)
    value = walker.switch()
print(out, walker.dead)


def fails():
    try:
        main.switch("waiting")
    except GreenletExit:
        print("left")
        raise
    finally:
        print("finally")


one = greenlet(fails)
print(one.switch())
one.throw()
two = greenlet(lambda: 1 / 0)
try:
    two.switch()
except ZeroDivisionError as error:
    print("raised", error, error.__traceback__.tb_lineno > 0)
three = greenlet(fails)
print(three.switch())
del three
print("end", one.dead, two.dead)
