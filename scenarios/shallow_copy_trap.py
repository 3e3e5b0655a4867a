"""The shallow copy trap: `[[0]] * 3` repeats a reference, not a list.

Notice: three rows, but only one inner list, with three arrows to it; what is written through one
row shows in all of them. Where each row is made by a `[0]` of its own, it does not.
"""
rows = [[0]] * 3  # memviz: expect same(rows[0], rows[1]); same(rows[1], rows[2])
rows[0].append(1)  # memviz: expect refcount(rows[0]) == 3; count("list") == 2
print(rows)
own = []
for _ in range(3):
    own.append([0])  # memviz: expect refcount(own[0]) == 1; different(own[0], rows[0])
own[0].append(1)  # memviz: expect different(own[0], own[1]); count("list") == 6
print(own)
