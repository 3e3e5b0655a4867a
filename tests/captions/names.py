a = 1  #: a is 1
a = 2  #: a is now 2
b = a  #: b is 2
text = 'hello'  #: text is 'hello'
nothing = None  #: nothing is None
flag = a > 1  #: flag is True
big = 2 ** 100  #: big is 1267650600228229401496703205376
long_text = 'a text that is longer than what a caption has room for, by far'  #: long_text is 'a text that is longer than what a cap…'
xs = []  #: xs is a new, empty list
ys = [1, 2, 3]  #: ys is a new list [1, 2, 3]
zs = ys  #: zs is the same list as ys
ys = None  #: ys is now None
pair = (1, 'two')  #: pair is the tuple (1, 'two')
single = (5,)  #: single is the tuple (5,)
table = {'k': 1}  #: table is a new dict {'k': 1}
empty = {}  #: empty is a new, empty dict
group = {3}  #: group is a new set {3}
nested = [[1], [2]]  #: nested is a new list [[1], [2]]
inner = nested[0]  #: inner is the same list as nested[0]
m = n = []  #: m and n are one new list
p, q = [1], [2]  #: p is a new list [1] | q is a new list [2]
p, q = q, p  #: p is now the list that was q | q is now the list that was p
shared = [inner] * 2  #: shared is a new list [[1], [1]]; shared[0] and shared[1] are the same list
many = [inner] * 5  #: many is a new list [[1], [1], [1], [1], [1]]; all 5 items of it are the same list
f = lambda: 1  #: f is a new lambda function
import math  #: math is imported
import os.path as path  #: path is module posixpath
from math import sqrt  #: sqrt() is imported
from collections import OrderedDict  #: class OrderedDict is imported
copy = list(zs)  #: copy is a new list [1, 2, 3]
part = zs[1:]  #: part is a new list [2, 3]
zs = copy  #: zs is now the same list as copy | Nothing refers to the list that was zs any more: it is freed
number = len(zs)  #: number is 3
it = iter(zs)  #: it is a new list_iterator
r = range(3)  #: r is range(0, 3)
s = {1, 2}  #: s is a new set {1, 2}
frozen = frozenset(s)  #: frozen is a new frozenset {1, 2}
by = bytes(3)  #: by is b'\x00\x00\x00'
c = 3 + 4j  #: c is (3+4j)
