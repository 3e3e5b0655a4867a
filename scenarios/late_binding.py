"""Closures bind late: they share a cell, not a value.

Notice: the three functions hold the same cell; the cell holds what the loop put there last, so
all three return 2.
"""


def make():
    functions = []
    for i in range(3):
        functions.append(lambda: i)
    return functions


fs = make()
f, g, h = fs  # memviz: expect same(f.__closure__[0], h.__closure__[0]); count("cell") == 1
print(f(), g(), h())  # memviz: expect refcount(f.__closure__[0]) == 3
