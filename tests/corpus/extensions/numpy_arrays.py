# packages: numpy
# beside: no
"""Arrays, views, structured and object arrays, sorting, linear algebra, errors."""
import numpy as np

grid = np.arange(12).reshape(3, 4)
view = grid[1:, ::2]
view += 100
print(grid, view.base is not None, grid.strides, view.flags.owndata)
records = np.array([(1, 2.5, "a"), (3, 4.5, "b")], dtype=[("n", "i4"), ("x", "f8"), ("s", "U3")])
print(records["x"].sum(), records[records["n"] > 1]["s"])
objects = np.array([{"k": [1]}, None, "text", (1, 2)], dtype=object)
objects[1] = objects
print(objects[0], len(objects), objects[1] is objects)
matrix = np.array([[2.0, 1.0], [1.0, 3.0]])
print(np.linalg.solve(matrix, [1, 2]).round(3), np.linalg.inv(matrix).round(3))
for bad in (lambda: grid.reshape(5, 5), lambda: grid[7], lambda: np.array([1, 2]) + np.array([1, 2, 3])):
    try:
        bad()
    except (ValueError, IndexError) as error:
        print(type(error).__name__, error)


class Tagged(np.ndarray):
    def __array_finalize__(self, source):
        self.tag = getattr(source, "tag", "new")


tagged = np.arange(4).view(Tagged)
tagged.tag = "mine"
print(tagged[1:].tag, (tagged + 1).tag, type(tagged.mean()).__name__)
rng = np.random.default_rng(7)
sample = rng.integers(0, 50, 20)
print(sample, np.sort(sample)[:5], np.unique(sample).size, np.where(sample > 40))
apply = np.vectorize(lambda n: n * 2 if n % 2 else [n][0])
print(apply(sample[:6]), np.fromiter((n * n for n in range(5)), dtype=int))
with np.errstate(divide="raise"):
    try:
        np.array([1.0]) / 0
    except FloatingPointError as error:
        print(error)
del grid, view, objects, records
print(sum(len(str(np.full(n, n))) for n in range(5)))
