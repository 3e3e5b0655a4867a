"""Two nodes that hold each other.

Notice: after both names are gone each count is still 1: each node is held by the other, and by
nothing else. Counting alone never frees them; the collector does.
"""
import gc


class Node:
    pass


gc.disable()
a = Node()
b = Node()
a.other = b
b.other = a  # memviz: expect refcount(a) == 2; refcount(b) == 2
del a
del b  # memviz: expect refcount(a) == 1; refcount(b) == 1; unreachable(a); count("Node") == 2
gc.collect()  # memviz: expect dead(a); dead(b); count("Node") == 0
print("both are gone")
