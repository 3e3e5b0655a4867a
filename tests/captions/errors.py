def risky(n):  #: risky() is defined // risky() is called with n = 0 // risky() is called with n = 1
    if n == 0:
        raise ValueError('no luck')  #: ValueError is raised: 'no luck' // ValueError leaves risky()
    return 1 / (n - 1)  #: ZeroDivisionError is raised: 'division by zero' // ZeroDivisionError leaves risky()

def careful(n):  #: careful() is defined // careful() is called with n = 1
    try:
        return risky(n)  #: risky() has ended; its frame is kept
    except ZeroDivisionError as error:  #: error is the ZeroDivisionError
        raise KeyError('wrapped') from error  #: KeyError is raised: 'wrapped' // The name error is gone | KeyError leaves careful()

def gen():  #: gen() is defined // gen() is called
    got = yield 1  #: gen() yields 1 // got is 'hi'
    yield got  #: gen() yields 'hi' // GeneratorExit leaves gen()

def squares(n):  #: squares() is defined // squares() is called with n = 2
    for i in range(n):  #: i is 0 // i is now 1 // squares() returns None
        yield i * i  #: squares() yields 0 // squares() yields 1

try:
    risky(0)  #: risky() has ended; its frame is kept
except ValueError as error:  #: error is the ValueError
    kept = error  #: kept is the ValueError | The name error is gone
try:
    careful(1)  #: careful() has ended; its frame is kept
except KeyError:
    pass
try:
    [][3]  #: IndexError is raised: 'list index out of range'
except IndexError as e:  #: e is the IndexError
    message = str(e)  #: message is 'list index out of range' | The name e is gone | Nothing refers to the IndexError that was e any more: it is freed
try:
    {}['k']  #: KeyError is raised: 'k'
except KeyError:
    found = False  #: found is False
g = gen()  #: g is a new generator of gen()
first = next(g)  #: first is 1
second = g.send('hi')  #: second is 'hi'
g.close()  #: gen() has ended
s = squares(2)  #: s is a new generator of squares()
for value in s:  #: value is 0 // value is now 1 // squares() has ended
    last = value  #: last is 0 // last is now 1
total = sum(v for v in [1, 2])  #: The generator expression starts // v is 1 | The generator expression yields 1 // v is now 2 | The generator expression yields 2 // The generator expression returns None
evens = [v for v in range(4) if v % 2 == 0]  #: v is 0 // v is now 1 // v is now 2 // v is now 3
pairs = {k: v for k, v in [('a', 1)]}  #: v is 1 | k is 'a' // pairs is a dict {'a': 1} | The name v is gone | The name k is gone
unique = {v for v in [1, 1]}  #: v is 1 // unique is a set {1} | The name v is gone
with open('/dev/null') as f:  #: f is a new TextIOWrapper
    data = f.read()  #: data is ''
try:
    t = ([],)  #: t is a new tuple
    t[0] += [1]  #: 1 is put into t[0] | TypeError is raised: "'tuple' object does not support item …"
except TypeError:
    pass
