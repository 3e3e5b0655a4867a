class Node:
    def __init__(self, key):
        self.key = key
        self.left = None
        self.right = None


def add(node, key):
    if node is None:
        return Node(key)
    if key < node.key:
        node.left = add(node.left, key)
    else:
        node.right = add(node.right, key)
    return node


tree = None
for key in [20, 10, 30, 5, 15, 40]:
    tree = add(tree, key)
print("built")  # memviz: picture
