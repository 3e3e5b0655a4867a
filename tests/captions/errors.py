def risky(n):  #: risky() is defined // risky() is called with n = 0 // risky() is called with n = 1
    if n == 0:  #: “n == 0” is true // “n == 0” is false
        raise ValueError('no luck')  #: ValueError is raised: 'no luck' // ValueError leaves risky()
    return 1 / (n - 1)  #: ZeroDivisionError is raised: 'division by zero' // ZeroDivisionError leaves risky()

def careful(n):  #: careful() is defined // careful() is called with n = 1
    try:  #: The try block begins
        return risky(n)  #: risky() is left; the traceback keeps its frame // The exception goes on to line 9
    except ZeroDivisionError as error:  #: error is the ZeroDivisionError
        raise KeyError('wrapped') from error  #: KeyError is raised: 'wrapped' // The name error is gone | KeyError leaves careful()

def gen():  #: gen() is defined // gen() starts
    got = yield 1  #: gen() yields 1 // gen() goes on where it was // got is 'hi'
    yield got  #: gen() yields 'hi' // A GeneratorExit is thrown into gen() // The exception comes to line 14 // GeneratorExit leaves gen()

def squares(n):  #: squares() is defined // squares() starts with n = 2
    for i in range(n):  #: i is 0 // i is now 1 // squares() returns None
        yield i * i  #: squares() yields 0 // squares() goes on where it was // The generator goes on behind its yield // squares() yields 1

try:  #: The try block begins
    risky(0)  #: risky() is left; the traceback keeps its frame // The exception goes on to line 22
except ValueError as error:  #: error is the ValueError
    kept = error  #: kept is the ValueError | The name error is gone
try:  #: The try block begins
    careful(1)  #: careful() is left; the traceback keeps its frame // The exception goes on to line 26
except KeyError:  #: The exception is caught here
    pass  #: pass does nothing
try:  #: The try block begins
    [][3]  #: IndexError is raised: 'list index out of range' // The exception goes on to line 30
except IndexError as e:  #: e is the IndexError
    message = str(e)  #: message is 'list index out of range' | The name e is gone | Nothing refers to the IndexError that was e any more: it is freed
try:  #: The try block begins
    {}['k']  #: KeyError is raised: 'k' // The exception goes on to line 34
except KeyError:  #: The exception is caught here
    found = False  #: found is False
g = gen()  #: g is a new generator of gen()
first = next(g)  #: first is 1
second = g.send('hi')  #: second is 'hi'
g.close()  #: gen() has ended
s = squares(2)  #: s is a new generator of squares()
for value in s:  #: value is 0 // value is now 1 // squares() has ended
    last = value  #: last is 0 // last is now 1
total = sum(v for v in [1, 2])  #: The generator expression starts // v is 1 | The generator expression yields 1 // The generator expression goes on where it was // Nothing in memory changes
evens = [v for v in range(4) if v % 2 == 0]  #: v is 0 // v is now 1 // v is now 2 // v is now 3
pairs = {k: v for k, v in [('a', 1)]}  #: k is 'a' | v is 1 // pairs is the dict {'a': 1}
unique = {v for v in [1, 1]}  #: v is 1 // Nothing in memory changes // unique is the set {1}
with open('/dev/null') as f:  #: f is a new TextIOWrapper // The with block is over
    data = f.read()  #: data is ''
try:  #: The try block begins
    t = ([],)  #: t is a new tuple ([],)
    t[0] += [1]  #: 1 is put into t[0] | TypeError is raised: "'tuple' object does not support item assignment" // The exception goes on to line 52
except TypeError:  #: The exception is caught here
    pass
