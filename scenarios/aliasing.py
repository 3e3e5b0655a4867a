"""Aliasing: `b = a` makes no copy.

Notice: one list, two arrows to it, two references. What is appended through one name shows
through the other, because there is only one list.
"""
a = [1, 2]
b = a  # memviz: expect same(a, b); refcount(a) == 2
b.append(3)  # memviz: expect same(a, b); count("list") == 1
print(a)
