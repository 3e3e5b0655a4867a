"""A cycle whose nodes have finalizers.

Notice: the collector runs both finalizers first, while both nodes are still whole; then both die.
"""
import gc


class Node:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("finalizing", self.name, "beside", self.other.name)


gc.disable()
a = Node("a")
b = Node("b")
a.other = b
b.other = a
del a
del b  # memviz: expect unreachable(a); unreachable(b)
gc.collect()  # memviz: expect dead(a); dead(b)
print("done")
