class P:
    pass
ps = [P() for _ in range(8)]
for i, p in enumerate(ps):
    p.other = ps[(i * 3 + 1) % 8]
    p.list = [ps[(i * 5) % 8], ps]
d = {i: ps[-i] for i in range(8)}
