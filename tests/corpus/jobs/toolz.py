# packages: toolz
"""Functions of functions."""
from toolz import compose, curry, dicttoolz, itertoolz, memoize, pipe, sliding_window, thread_last

add = curry(lambda a, b, c=0: a + b + c)
print(add(1)(2), add(1, c=5)(2), pipe(3, add(4), str), compose(len, str, abs)(-100))
print(dict(itertoolz.groupby(len, ["a", "bb", "cc", "d"])), list(sliding_window(2, range(5))))
print(dicttoolz.merge_with(sum, {"a": 1}, {"a": 2, "b": 3}), dicttoolz.update_in({"x": {"y": 1}}, ["x", "y"], lambda v: v + 1))
print(thread_last(range(9), (filter, lambda x: x % 2), (map, lambda x: x * x), list), list(itertoolz.partition_all(4, range(9))))
print(itertoolz.frequencies("abracadabra"), list(itertoolz.interleave([[1, 2], [3, 4]])), itertoolz.reduceby(len, lambda n, s: n + s, ["a", "b", "cc"], ""))


@memoize
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(30))
