"""A weak reference adds nothing to a count.

Notice: the dashed arrow does not count: the picture dies with its last strong reference, and the
weak reference then refers to nothing.
"""
import weakref


class Picture:
    pass


sun = Picture()
entry = weakref.ref(sun)  # memviz: expect refcount(sun) == 1
again = entry()  # memviz: expect same(sun, again); refcount(sun) == 2
del again
del sun  # memviz: expect dead(sun); count("Picture") == 0
print(entry() is None)
