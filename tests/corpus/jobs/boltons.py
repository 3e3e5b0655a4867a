# packages: boltons
"""Odds and ends."""
from boltons import cacheutils, dictutils, funcutils, iterutils, setutils, strutils, tbutils

print(iterutils.remap({"a": [1, {"b": None}]}, lambda p, k, v: v is not None), iterutils.windowed(range(4), 2), iterutils.bucketize(range(6), lambda x: x % 3))
d = dictutils.OMD([("a", 1), ("b", 2), ("a", 3)])
print(d.getlist("a"), d.items(multi=True), dictutils.OneToOne({1: "x"}).inv, setutils.IndexedSet([3, 1, 3, 2])[1:])
print(strutils.slugify("Some Thing!"), strutils.camel2under("CamelCase"), strutils.bytes2human(2048), strutils.ordinalize(3))
lru = cacheutils.LRU(max_size=2, on_miss=lambda k: k * 2)
print([lru[k] for k in (1, 2, 1, 3)], list(lru.items()), lru.hit_count)


@funcutils.wraps(strutils.slugify)
def wrapped(*a, **k):
    return "w"


print(wrapped("x"), funcutils.InstancePartial(int, base=2)("101"))
try:
    {}["x"]
except KeyError:
    info = tbutils.ExceptionInfo.from_current()
    print(info.exc_type, info.tb_info.frames[-1].lineno)
