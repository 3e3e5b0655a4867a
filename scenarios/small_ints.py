"""Small ints and interned strings.

Notice: there is one object 256, immortal and shared by all; two ints 257 made at run time are two
objects; `sys.intern` gives back the first of two equal strings.
"""
# memviz: boxes
import sys

a = int("256")
b = int("256")  # memviz: expect same(a, b); immortal(a)
c = int("257")
d = int("257")  # memviz: expect different(c, d); refcount(c) == 1
s = sys.intern("".join(["spam", "!"]))
t = "".join(["spam", "!"])  # memviz: expect different(s, t)
u = sys.intern(t)  # memviz: expect same(s, u)
