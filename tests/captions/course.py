"""Ordinary programs of a first course."""
import asyncio
import threading
from math import sqrt
from functools import wraps
total = 0
for n in range(3):
    if n % 2 == 1:
        continue
    total += n
while total > 0:
    total -= 2
flag = True
flag = True
for letter in "aa":
    pass
for _ in range(2):
    total += 1
grid = [[0] * 2 for _ in range(2)]
shared = [[0]] * 2
words = "the cat the hat".split()
counts = {}
for word in words:
    counts[word] = counts.get(word, 0) + 1
longest = [word for word in words if len(word) > 2]
sizes = {word: len(word) for word in words}
if not counts:
    total = 1
elif words:
    total = 2
else:
    total = 3
items = [2, 1]
items[0], items[1] = items[1], items[0]
def find(items, wanted):
    for place, item in enumerate(items):
        if item == wanted:
            return place
    return None
first = find(items, 2)
none = find(items, 5)
def divide(a, b):
    try:
        return a / b
    except ZeroDivisionError:
        return None
    finally:
        print("done")
divide(1, 2)
divide(1, 0)
class Account:
    rate = 2
    def __init__(self, owner):
        self.owner = owner
        self.history = []
    def add(self, amount):
        self.history.append(amount)
        return self
    @property
    def balance(self):
        return sum(self.history)
    @staticmethod
    def make(owner):
        return Account(owner)
account = Account.make("Ann")
account.add(5).add(7)
balance = account.balance
owner = account
def numbers(up):
    n = 0
    while n < up:
        yield n
        n += 1
for number in numbers(1):
    print(number)
pipe = (n * n for n in items)
value = next(pipe)
def logged(function):
    @wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper
@logged
def greet(name):
    return "hi " + name
greet("Bo")
def update(counts, total):
    counts["x"] = total
update(counts, total)
class Node:
    def __init__(self, value, after=None):
        self.value = value
        self.after = after
head = Node(1, Node(2))
tail = head.after
head.after = None
class Manager:
    def __enter__(self):
        return self
    def __exit__(self, *problem):
        return False
with Manager() as manager:
    value = 3
match items:
    case [only]:
        value = 4
    case [one, two]:
        value = 5
async def worker(name):
    await asyncio.sleep(0)
    return [name]
async def main():
    task = asyncio.create_task(worker("A"))
    return await task
result = asyncio.run(main())
def work(what):
    items.append(what)
thread = threading.Thread(target=work, args=(9,))
thread.start()
thread.join()
numbers_of = {1: [1, 2], 2: []}
text = "x\u202ey"
print(text)
sorted_items = sorted(items, key=lambda item: -item)
double = lambda value: value * 2
twice = list(map(double, items))
def outer():
    count = 0
    def step():
        nonlocal count
        count += 1
        return count
    return step
tick = outer()
tick()
a = b = None
try:
    raise ValueError("no luck")
except KeyError:
    value = 6
except ValueError as problem:
    value = 7
assert value == 7
