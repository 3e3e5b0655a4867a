"""How a list grows.

Notice: a list asks for more room than it needs, so that most appends find room: its size in bytes
stays the same for several appends, then jumps.
"""
# memviz: sizes
import sys

xs = []  # memviz: expect refcount(xs) == 1
sizes = []
for n in range(10):
    xs.append(n)
    sizes.append(sys.getsizeof(xs))
print(sizes)  # memviz: expect refcount(xs) == 1; count("list") == 2; immortal(xs[9])
