def count(n):
    i = 0
    while i < n:
        got = yield i
        i += 1
    return i
def from_other():
    yield from count(2)
g = from_other()
print(next(g), next(g))
h = count(3)
next(h)
h.send("x")
def guarded():
    try:
        yield 1
        yield 2
    finally:
        print("closed")
k = guarded()
next(k)
k.close()
def thrown():
    try:
        yield 1
    except ValueError:
        yield 2
t = thrown()
next(t)
t.throw(ValueError())
print(list(x * 2 for x in range(3)))
