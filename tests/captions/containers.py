from collections import deque, OrderedDict, namedtuple  #: class deque, class OrderedDict and namedtuple() are imported
l = [7, 9, 5, 2]  #: l is a new list [7, 9, 5, 2]
l.append(1)  #: 1 is added at the end of l
l.extend([4, 6])  #: 4 and 6 are added at the end of l
l.insert(0, 8)  #: 8 is put in front of l
l.insert(3, 0)  #: 0 is put into l at 3
l[1] = 70  #: l[1] is now 70
l.pop()  #: 6 leaves l at the end
l.pop(0)  #: 8 leaves l at the front
l.remove(9)  #: 9 leaves l
del l[0]  #: 70 leaves l at the front
l[1:3] = []  #: 5 and 2 leave l
l[0:1] = [10, 11]  #: In l, 10 and 11 take the place of 0
l.sort()  #: 4 items of l change places
l.reverse()  #: 4 items of l change places
l += [3]  #: 3 is added at the end of l
l.clear()  #: l is empty now: 11, 10, 4 and 2 more left it
l.append([1])  #: A new list [1] is put into l
l[0].append(2)  #: 2 is added at the end of l[0]
k = l[0]  #: k is the same list as l[0]
k.append(3)  #: 3 is added at the end of k; l[0] is the same list, so it shows it too
l.append(k)  #: The list k is added at the end of l
l.append(l)  #: l itself is added at the end of l
d = {}  #: d is a new, empty dict
d['a'] = 1  #: d['a'] is 1
d['b'] = [1]  #: d['b'] is a new list [1]
d['a'] = 2  #: d['a'] is now 2
d['b'].append(2)  #: 2 is added at the end of d['b']
d.update(c=3, d=4)  #: d['c'] is 3; d['d'] is 4
d.pop('a')  #: d['a'] is gone; it was 2
del d['c']  #: d['c'] is gone; it was 3
d['d'] = d.pop('d')  #: Nothing in memory changes
d.setdefault('e', []).append(5)  #: d['e'] is a new list [5]
d[(1, 2)] = 'pair'  #: d[(1, 2)] is 'pair'
d.clear()  #: d is empty now: 4 entries left it | 2 objects are freed, in this order: the list that was d['b'] and the list that was d['e']
s = set()  #: s is a new, empty set
s.add(1)  #: 1 is added to s
s.add('x')  #: 'x' is added to s
s |= {2, 3}  #: 2 and 3 are added to s
s.discard('x')  #: 'x' leaves s
s.clear()  #: s is empty now: 1, 2 and 3 went
q = deque('ab')  #: q is a new deque ['a', 'b']
q.append('c')  #: 'c' is added at the end of q
q.appendleft('z')  #: 'z' is put in front of q
q.popleft()  #: 'z' leaves q at the front
q.pop()  #: 'c' leaves q at the end
q.rotate(1)  #: q[0] and q[1] change places
o = OrderedDict(a=1, b=2)  #: o is a new OrderedDict {'a': 1, 'b': 2}
o.move_to_end('a')  #: 'a' is the last entry of o now
o.popitem(last=False)  #: o['b'] is gone; it was 2
grid = [[0] * 2] * 2  #: grid is a new list [[0, 0], [0, 0]]; grid[0] and grid[1] are the same list
grid[0][0] = 1  #: grid[0][0] is now 1; grid[1] is the same list, so it shows it too
rows = [[0, 0], [0, 0]]  #: rows is a new list [[0, 0], [0, 0]]
rows[1][0] = 5  #: rows[1][0] is now 5
rows[0], rows[1] = rows[1], rows[0]  #: rows[0] and rows[1] change places
words = {'x': {'y': {}}}  #: words is a new dict {'x': {'y': {}}}
words['x']['y']['z'] = 1  #: words['x']['y']['z'] is 1
t = ([],)  #: t is a new tuple ([],)
t[0].append(1)  #: 1 is put into t[0]
Point = namedtuple('Point', 'x y')  #: class Point is defined, with x and y
pt = Point(1, 2)  #: pt is a new Point
