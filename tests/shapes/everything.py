import weakref


class Thing:
    pass


things = [Thing() for _ in range(12)]
for i, thing in enumerate(things):
    thing.back = things
    thing.next = things[(i + 5) % 12]
    thing.self = thing
    thing.pair = (things[i - 3], {"me": thing, thing: [thing]})
watch = [weakref.ref(thing) for thing in things[:4]]


def deep(n):
    mine = [n, things[n]]
    if n:
        deep(n - 1)
    return mine


kept = deep(6)
things[:] = things[::-1]
del thing
things.clear()
