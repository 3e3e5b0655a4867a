# packages: cachetools
"""Caches that forget."""
from cachetools import LFUCache, LRUCache, TTLCache, cached, cachedmethod
from cachetools.keys import hashkey

lru = LRUCache(2)
for k in "abac":
    lru[k] = k * 2
print(sorted(lru), lru.get("b"), lru.currsize)
clock = iter(range(1000))
ttl = TTLCache(3, ttl=5, timer=lambda: next(clock))
for k in range(6):
    ttl[k] = [k]
print(len(ttl), sorted(ttl))
lfu = LFUCache(2)
lfu[1], lfu[2] = 1, 2
lfu[1], lfu[3] = 3, 4
print(sorted(lfu))
calls = []


@cached(LRUCache(2), key=lambda x, **k: hashkey(x % 3), info=True)
def f(x):
    calls.append(x)
    return x * x


print([f(x) for x in (1, 4, 2, 3, 1)], calls, f.cache_info())


class A:
    def __init__(self):
        self.cache = LRUCache(2)

    @cachedmethod(lambda self: self.cache)
    def g(self, x):
        calls.append(("g", x))
        return x


a = A()
print(a.g(1), a.g(1), a.g(2), calls[-2:], lru.popitem())
