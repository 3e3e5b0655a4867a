"""A class attribute is one for all; assigning makes an instance attribute.

Notice: `xs` hangs on the class and both instances reach it there. `b.xs = [...]` puts an entry
into `b` alone, which hides the class's.
"""


class Box:
    xs = []


a = Box()
b = Box()
a.xs.append(1)  # memviz: expect refcount(Box.xs) == 1; count("list") == 1
b.xs = [2]  # memviz: expect different(Box.xs, b.xs); count("list") == 2
print(a.xs, b.xs, Box.xs)
