# packages: sortedcontainers
"""Lists, dicts and sets in order."""
from sortedcontainers import SortedDict, SortedKeyList, SortedList, SortedSet

l = SortedList((x * 37) % 101 for x in range(150))
l._reset(20)
for x in range(0, 100, 7):
    l.discard(x)
    l.add(x * 3 % 50)
print(len(l), l[:5], l[-3:], l.bisect_left(40), l.count(3), list(l.irange(10, 14)), l.index(21))
l._check()
k = SortedKeyList(["bb", "a", "cccc", "ddd"], key=len)
print(k, k.bisect_key(3), list(k.irange_key(2, 3)))
d = SortedDict({"b": 2, "a": 1, "c": 3})
print(d, d.peekitem(0), d.popitem(), d.keys()[0], list(d.irange("a", "b")), d.setdefault("z", 9))
s = SortedSet([5, 1, 3]) | {4, 1}
print(s, s[1], s & [1, 5], s - {3}, s.isdisjoint([9]))
