"""Ordinary programs of a first course."""  #: A text on its own does nothing
import asyncio  #: asyncio is imported
import threading  #: threading is imported
from math import sqrt  #: sqrt() is imported
from functools import wraps  #: wraps() is imported
total = 0  #: total is 0
for n in range(3):  #: n is 0 // n is now 1 // n is now 2 // The loop ends: there are no more items
    if n % 2 == 1:  #: “n % 2 == 1” is false // “n % 2 == 1” is true
        continue  #: continue goes back to the head of the loop
    total += n  #: Nothing in memory changes // total is now 2
while total > 0:  #: “total > 0” is true: the loop goes on // “total > 0” is false: the loop ends
    total -= 2  #: total is now 0
flag = True  #: flag is True
flag = True  #: flag stays True
for letter in "aa":  #: letter is 'a' // The loop goes on // The loop ends: there are no more items
    pass  #: pass does nothing
for _ in range(2):  #: The loop goes on // The loop ends: there are no more items
    total += 1  #: total is now 1 // total is now 2
grid = [[0] * 2 for _ in range(2)]  #: A new list [[0, 0]] is made // A new list [0, 0] is made // grid is the list [[0, 0], [0, 0]]
shared = [[0]] * 2  #: shared is a new list [[0], [0]]; shared[0] and shared[1] are the same list
words = "the cat the hat".split()  #: words is a new list ['the', 'cat', 'the', 'hat']
counts = {}  #: counts is a new, empty dict
for word in words:  #: word is 'the' // word is now 'cat' // word is now 'the' // word is now 'hat'
    counts[word] = counts.get(word, 0) + 1  #: counts['the'] is 1 // counts['cat'] is 1 // counts['the'] is now 2 // counts['hat'] is 1
longest = [word for word in words if len(word) > 2]  #: word of the comprehension is 'the' // word of the comprehension is now 'cat' // word of the comprehension is now 'the' // word of the comprehension is now 'hat'
sizes = {word: len(word) for word in words}  #: word of the comprehension is 'the' // word of the comprehension is now 'cat' // word of the comprehension is now 'the' // word of the comprehension is now 'hat'
if not counts:  #: “not counts” is false
    total = 1
elif words:  #: “words” counts as true
    total = 2  #: total stays 2
else:
    total = 3
items = [2, 1]  #: items is a new list [2, 1]
items[0], items[1] = items[1], items[0]  #: items[0] and items[1] change places
def find(items, wanted):  #: find() is defined // find() is called with items and wanted = 2 // find() is called with items and wanted = 5
    for place, item in enumerate(items):  #: place is 0 | item is 1 // place is now 1 | item is now 2 // The loop ends: there are no more items
        if item == wanted:  #: “item == wanted” is false // “item == wanted” is true
            return place  #: find() returns 1
    return None  #: find() returns None
first = find(items, 2)  #: first is 1
none = find(items, 5)  #: none is None
def divide(a, b):  #: divide() is defined // divide() is called with a = 1 and b = 2 // divide() is called with a = 1 and b = 0
    try:  #: The try block begins
        return a / b  #: Before the return, the finally block runs // ZeroDivisionError is raised: 'division by zero' // The exception goes on to line 45
    except ZeroDivisionError:  #: The exception is caught here
        return None  #: Before the return, the finally block runs
    finally:
        print("done")  #: The program prints “done” | divide() returns 0.5 // The program prints “done”
divide(1, 2)  #: divide() has ended
divide(1, 0)  #: divide() has ended
class Account:  #: The body of class Account begins // class Account is defined, with rate, __init__(), add(), balance and make
    rate = 2  #: rate is 2
    def __init__(self, owner):  #: The method __init__() is defined // Account.__init__() is called for a new Account with owner = 'Ann'
        self.owner = owner  #: self.owner is 'Ann'
        self.history = []  #: self.history is a new, empty list
    def add(self, amount):  #: The method add() is defined // Account.add() is called on account with amount = 5 // Account.add() has ended | Account.add() is called on account with amount = 7
        self.history.append(amount)  #: 5 is put into self.history // 7 is added at the end of self.history
        return self  #: Account.add() returns the Account self
    @property  #: The decorator @property is ready // The decorator @property has been applied // Account.balance() is called on account
    def balance(self):  #: What is defined is given to its decorator next // balance is a property
        return sum(self.history)  #: Account.balance() returns 12
    @staticmethod  #: The decorator @staticmethod is ready // The decorator @staticmethod has been applied // Account.make() is called with owner = 'Ann'
    def make(owner):  #: What is defined is given to its decorator next // make is a staticmethod
        return Account(owner)  #: Account.make() returns an Account
account = Account.make("Ann")  #: account is the Account that make() has returned
account.add(5).add(7)  #: Account.add() has ended
balance = account.balance  #: balance is 12
owner = account  #: owner is the same Account as account
def numbers(up):  #: numbers() is defined // numbers() starts with up = 1
    n = 0  #: n is 0
    while n < up:  #: “n < up” is true: the loop goes on // numbers() returns None
        yield n  #: numbers() yields 0 // numbers() goes on where it was // The generator goes on behind its yield
        n += 1  #: n is now 1
for number in numbers(1):  #: number is 0 // numbers() has ended
    print(number)  #: The program prints “0”
pipe = (n * n for n in items)  #: pipe is a new generator // The generator expression starts // n is 1 | The generator expression yields 1
value = next(pipe)  #: value is 1
def logged(function):  #: logged() is defined // logged() is called with function = the function greet()
    @wraps(function)  #: The decorator @wraps(function) is ready // The decorator @wraps(function) has been applied // wrapper() is called with args = ('Bo',)
    def wrapper(*args):  #: What is defined is given to its decorator next // wrapper() is defined
        return function(*args)  #: wrapper() returns 'hi Bo'
    return wrapper  #: logged() returns the function wrapper()
@logged  #: The decorator @logged is ready // logged() has ended // greet() is called with name = 'Bo'
def greet(name):  #: What is defined is given to its decorator next // greet is the function wrapper()
    return "hi " + name  #: greet() returns 'hi Bo'
greet("Bo")  #: Nothing refers to the tuple that was args any more: it is freed
def update(counts, total):  #: update() is defined // update() is called with counts and total = 2
    counts["x"] = total  #: counts['x'] is 2; the script's counts is the same dict, so it shows it too
update(counts, total)  #: update() has ended
class Node:  #: The body of class Node begins // class Node is defined, with __init__()
    def __init__(self, value, after=None):  #: The method __init__() is defined // Node.__init__() is called for a new Node with value = 2 and after = None // Node.__init__() has ended | Node.__init__() is called for a new Node with value = 1 and after = a Node
        self.value = value  #: self.value is 2 // self.value is 1
        self.after = after  #: self.after is None // self.after is the same Node as after
head = Node(1, Node(2))  #: head is the new Node
tail = head.after  #: tail is the same Node as head.after
head.after = None  #: head.after is now None
class Manager:  #: The body of class Manager begins // class Manager is defined, with __enter__() and __exit__()
    def __enter__(self):  #: The method __enter__() is defined // Manager.__enter__() is called for a new Manager
        return self  #: Manager.__enter__() returns the Manager self
    def __exit__(self, *problem):  #: The method __exit__() is defined // Manager.__exit__() is called on manager with problem = (None, None, None)
        return False  #: Manager.__exit__() returns False
with Manager() as manager:  #: manager is the Manager that __enter__() has returned // Nothing refers to the tuple that was problem any more: it is freed
    value = 3  #: value is now 3
match items:  #: The patterns are tried in turn
    case [only]:  #: The pattern “[only]” does not match
        value = 4
    case [one, two]:  #: one is 1 | two is 2
        value = 5  #: value is now 5
async def worker(name):  #: worker() is defined // main() is suspended where it is, with its variables | worker() starts with name = 'A'
    await asyncio.sleep(0)  #: worker() waits, so that others may run // worker() goes on where it was // The await is over
    return [name]  #: worker() returns a new list ['A']
async def main():  #: main() is defined // main() is called
    task = asyncio.create_task(worker("A"))  #: task is a new Task
    return await task  #: main() waits for the Task task // main() goes on where it was // main() returns the list ['A']
result = asyncio.run(main())  #: result is the list that main() has returned
def work(what):  #: work() is defined // work() is called with what = 9
    items.append(what)  #: 9 is added at the end of items
thread = threading.Thread(target=work, args=(9,))  #: thread is a new Thread
thread.run()  #: work() has ended
numbers_of = {1: [1, 2], 2: []}  #: numbers_of is a new dict {1: [1, 2], 2: []}
text = "x\u202ey"  #: text is 'x\u202ey'
print(text)  #: The program prints “x\u202ey”
sorted_items = sorted(items, key=lambda item: -item)  #: The lambda is called with item = 1 // The lambda returns -1 // The lambda has ended | The lambda is called with item = 2 // The lambda returns -2
double = lambda value: value * 2  #: double is a new lambda function // The lambda is called with value = 1 // The lambda returns 2 // The lambda has ended | The lambda is called with value = 2
twice = list(map(double, items))  #: twice is a new list [2, 4, 18]
def outer():  #: outer() is defined // outer() is called
    count = 0  #: count is 0
    def step():  #: step() is defined // step() is called
        nonlocal count
        count += 1  #: count is now 1
        return count  #: step() returns 1
    return step  #: outer() returns the function step()
tick = outer()  #: tick is the function step()
tick()  #: step() has ended
a = b = None  #: a and b are None
try:  #: The try block begins
    raise ValueError("no luck")  #: ValueError is raised: 'no luck' // The exception goes on to line 138
except KeyError:  #: This except does not match
    value = 6
except ValueError as problem:  #: problem is the ValueError
    value = 7  #: value is now 7 | The name problem is gone | Nothing refers to the ValueError that was problem any more: it is freed
assert value == 7
