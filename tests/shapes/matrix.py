rows = [[0] * 3 for _ in range(3)]
rows[0][0] = 1
shared = [[0] * 3] * 3
shared[0][0] = 1
turned = [list(column) for column in zip(*rows)]
