# More steps than are recorded: from then on nothing is hooked any more.
class Node:
    def __del__(self):
        dead.append(1)

dead = []
for i in range(1200):
    node = Node()
    node.me = [node] if i % 100 == 0 else None
print(len(dead))
