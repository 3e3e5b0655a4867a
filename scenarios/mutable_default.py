"""A mutable default is made once, with the function.

Notice: the list hangs on the function itself, not on any call. It outlives the calls, and every
call without the argument gets the same list.
"""


def collect(item, into=[]):
    into.append(item)  # memviz: expect same(into, collect.__defaults__[0])
    return into


first = collect("a")  # memviz: expect same(first, collect.__defaults__[0]); refcount(first) == 2
second = collect("b")  # memviz: expect same(first, second); refcount(first) == 3
print(first)
