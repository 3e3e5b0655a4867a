squares = [n * n for n in range(3)]
names = {n: n for n in range(2)}
both = [
    (a, b)
    for a in range(2)
    for b in range(2)
    if a != b
]
for n in range(3): squares.append(n)
def inside(items):
    found = [x for x in items if x]
    total = sum(x for x in found)
    kept = {x
            for x in found}
    return total, kept
inside([0, 1, 2])
for n in range(4):
    if n == 1:
        continue
    if n == 2:
        break
else:
    print("not reached")
i = 0
while i < 3:
    i += 1
    if i == 2:
        continue
    print(i)
