"""Containers of many kinds, nested and changed."""

import collections

items = [[], ()]
pair = (items, 1)
table = {"a": items, "b": pair}
mixed = {1: items, "x": pair, (1, 2): table}
group = {"p", "q"}
frozen = frozenset([("r", 2)])
both = {frozen: group}
queue = collections.deque([items, pair])
ordered = collections.OrderedDict(a=items)
counts = collections.defaultdict(list)
counts["k"].append(pair)
del table["a"]
mixed.pop(1)
items.append(queue)
nested = [[0, [0]], [1, [1]], [2, [2]]]
part = nested[1:]
text = "".join(["ab", "cd"])
number = 10**20
half = number / 3
blob = bytes([1, 2, 3])
copy = dict(mixed)
copy.update(z=copy)
del copy
rows = [None] * 3
rows[0] = rows[1] = text
for row in part:
    last = row
    row.append(last)
del row, last
