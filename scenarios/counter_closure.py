"""A closure keeps its cell, not its maker's frame.

Notice: when `counter()` has returned, its call frame is gone; the cell that `count` closes over
keeps the list alive.
"""


def counter():
    hits = []

    def count(x):
        hits.append(x)
        return len(hits)

    return count


tick = counter()  # memviz: expect refcount(tick.__closure__[0]) == 1; count("list") == 1
tick("a")
tick("b")  # memviz: expect refcount(tick.__closure__[0].cell_contents) == 1
del tick  # memviz: expect count("list") == 0; count("cell") == 0
print("the list went with the last function that knew it")
