"""Passing an argument passes a reference.

Notice: while `add()` runs, its parameter's arrow goes to the caller's own list; when the call
frame is gone, the count falls back, and the change stays.
"""


def add(items, what):
    items.append(what)  # memviz: expect refcount(items) == 2
    return len(items)


basket = ["egg"]
size = add(basket, "milk")  # memviz: expect refcount(basket) == 1
print(basket, size)
# memviz: counts
