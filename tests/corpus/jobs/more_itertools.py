# packages: more-itertools
"""Iterators of iterators."""
import more_itertools as mi

print(list(mi.chunked(range(7), 3)), list(mi.windowed([1, 2, 3, 4], 3)), list(mi.collapse([1, [2, [3, (4,)]]])))
p = mi.peekable(range(4))
print(p.peek(), next(p), p[1], bool(p), list(p), p.peek("end"))
b = mi.bucket(["a1", "b1", "a2", "c1"], key=lambda s: s[0])
print(sorted(b), list(b["a"]), list(b["b"]))
print([list(g) for g in mi.split_at("oneatwoa", lambda c: c == "a")], list(mi.set_partitions([1, 2, 3], 2)))
print(list(mi.distinct_permutations([1, 0, 1])), mi.nth_combination(range(6), 3, 7), list(mi.interleave_longest([1], [2, 3])))
s = mi.spy(iter(range(5)), 2)
print(s[0], list(s[1]), list(mi.run_length.encode("aabbb")), mi.first([], "none"))
seen = []
mi.consume(mi.side_effect(seen.append, range(4)))
print(seen, mi.ilen(c for c in "abc"), list(mi.stagger([0, 1, 2])), mi.only([7]), list(mi.sort_together([(3, 1, 2), "cab"])))
try:
    mi.one([1, 2])
except ValueError as error:
    print(type(error).__name__)
with_state = mi.seekable(iter("abcde"))
print(next(with_state), next(with_state), with_state.seek(0), "".join(with_state))
