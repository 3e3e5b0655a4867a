"""Rebind or mutate: `b = b + [1]` against `b += [1]`.

Notice: `b + [1]` makes a new list, and the name's arrow moves to it; `b += [1]` changes the list
that is there, so every other name sees the change.
"""
a = [0]
b = a  # memviz: expect same(a, b)
b = b + [1]  # memviz: expect different(a, b); refcount(a) == 1
c = a
c += [2]  # memviz: expect same(a, c); refcount(a) == 2
print(a, b, c)
