"""The life of a generator.

Notice: between two values the generator's frame is suspended: it is not on the call stack, but it
keeps its list. Dropping the generator runs `finally` and frees what it owned.
"""


def squares():
    seen = []
    try:
        for n in range(5):
            seen.append(n * n)
            yield seen[-1]
    finally:
        print("closing after", len(seen))


g = squares()
next(g)
next(g)  # memviz: expect count("list") == 1; refcount(g) == 1
del g  # memviz: expect dead(g); count("list") == 0
print("gone")
