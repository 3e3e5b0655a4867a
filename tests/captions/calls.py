def nothing():  #: nothing() is defined // nothing() is called
    pass  #: nothing() returns None

def add(x, y):  #: add() is defined // add() is called with x = 1 and y = 2
    total = x + y  #: total is 3
    return total  #: add() returns 3

def push(items, item):  #: push() is defined // push() is called with items = things and item = 'a'
    items.append(item)  #: 'a' is put into items; things is the same list, so it shows it too

def make():  #: make() is defined // make() is called
    box = [1]  #: box is a new list [1]
    return box  #: make() returns the list box

def fresh():  #: fresh() is defined // fresh() is called
    return [1, 2]  #: fresh() returns a new list [1, 2]

def same(a):  #: same() is defined // same() is called with a = box
    return a  #: same() returns the list a

def default(item, seen=[]):  #: default() is defined // default() is called with item = 1 and seen = its default list // default() is called with item = 2 and seen = its default list
    seen.append(item)  #: 1 is put into seen // 2 is added at the end of seen
    return seen  #: default() returns the list seen

def outer():  #: outer() is defined // outer() is called
    count = 0  #: count is 0
    def inner():  #: inner() is defined // inner() is called
        nonlocal count
        count += 1  #: count is now 1
        return count  #: inner() returns 1
    return inner  #: outer() returns the function inner()

def fact(n):  #: fact() is defined // fact() is called with n = 3 // fact() is called with n = 2 // fact() is called with n = 1
    if n < 2:  #: “n < 2” is false // “n < 2” is true
        return 1  #: fact() returns 1
    return n * fact(n - 1)  #: fact() returns 2 // fact() returns 6

def rest(*args, **kwargs):  #: rest() is defined // rest() is called with args = (1,) and kwargs = {'k': 2}
    return args  #: rest() returns the tuple args

def loop():  #: loop() is defined // loop() is called
    for i in range(2):  #: i is 0 // i is now 1 // The loop ends: there are no more items
        x = i  #: x is 0 // x is now 1
    return x  #: loop() returns 1

nothing()  #: nothing() has ended
three = add(1, 2)  #: three is 3
things = []  #: things is a new, empty list
push(things, 'a')  #: push() has ended
box = make()  #: box is the list that make() has returned
new = fresh()  #: new is the list that fresh() has returned
again = same(box)  #: again is the list that same() has returned
default(1)  #: default() has ended
default(2)  #: default() has ended
step = outer()  #: step is the function inner()
one = step()  #: one is 1
six = fact(3)  #: six is 6
args = rest(1, k=2)  #: args is the tuple that rest() has returned | Nothing refers to the dict that was kwargs any more: it is freed
last = loop()  #: last is 1
double = lambda v: v * 2  #: double is a new lambda function // The lambda is called with v = 2 // The lambda returns 4
four = double(2)  #: four is 4
print('done')  #: The program prints “done”
print()
