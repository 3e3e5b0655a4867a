"""Shallow and deep copies.

Notice: the shallow copy is a new outer list whose rows are the old inner lists; the deep copy
shares nothing.
"""
import copy

grid = [[1], [2]]
shallow = copy.copy(grid)  # memviz: expect different(grid, shallow); same(grid[0], shallow[0])
deep = copy.deepcopy(grid)  # memviz: expect different(grid[0], deep[0]); count("list") == 7
grid[0].append(9)  # memviz: expect refcount(grid[0]) == 2; refcount(deep[0]) == 1
print(grid, shallow, deep)
