"""A list that contains itself.

Notice: its own entry counts as a reference. After `del` one reference is left, its own: the list
is unreachable, but alive, and waits for the collector.
"""
import gc

gc.disable()
a = [1]
a.append(a)  # memviz: expect refcount(a) == 2; same(a, a[1])
del a  # memviz: expect unreachable(a); alive(a); refcount(a) == 1
gc.collect()  # memviz: expect dead(a); count("list") == 0
print("collected")
