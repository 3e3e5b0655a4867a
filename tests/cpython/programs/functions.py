"""Functions with defaults, attributes and shared cells; calls in calls."""

import functools


def outer(start, *more, key=[], **rest):
    total = start

    def add(n):
        nonlocal total
        total = total + [n]
        return total[-1:]

    def get():
        return [total]

    return [add, get]


def borrow(items):
    size = len(items)
    return size


def lend():
    mine = [1, 2]
    size = borrow(mine)
    return [mine, size]


lent = lend()
pair = outer([1], 2, 3, other=4)
add, get = pair
seen = add(5)
again = get()
scale = lambda n, d={}: [n, d]
value = scale(3)
scale.note = [value]
partly = functools.partial(add, 6)
done = partly()
del pair, partly
names = [scale, add]
squares = list(map(lambda n: [n], range(3)))
by_name = dict(zip(("scale", "add"), names))


def annotated(x: int, y: "str" = "a") -> list:
    local: int = x
    return [local, y]


last = annotated(1)
