class Node:
    def __init__(self, key):
        self.key = key
        self.color = "red"
        self.left = self.right = self.parent = None
class Tree:
    def __init__(self):
        self.root = None
    def rotate(self, x, left):
        y = x.right if left else x.left
        if left:
            x.right = y.left
            if y.left: y.left.parent = x
        else:
            x.left = y.right
            if y.right: y.right.parent = x
        y.parent = x.parent
        if x.parent is None:
            self.root = y
        elif x is x.parent.left:
            x.parent.left = y
        else:
            x.parent.right = y
        if left: y.left = x
        else: y.right = x
        x.parent = y
    def insert(self, key):
        z = Node(key)
        y, x = None, self.root
        while x:
            y = x
            x = x.left if key < x.key else x.right
        z.parent = y
        if y is None: self.root = z
        elif key < y.key: y.left = z
        else: y.right = z
        while z.parent and z.parent.color == "red":
            g = z.parent.parent
            left = z.parent is g.left
            u = g.right if left else g.left
            if u and u.color == "red":
                z.parent.color = u.color = "black"
                g.color = "red"
                z = g
            else:
                if left and z is z.parent.right:
                    z = z.parent
                    self.rotate(z, True)
                elif not left and z is z.parent.left:
                    z = z.parent
                    self.rotate(z, False)
                z.parent.color = "black"
                g.color = "red"
                self.rotate(g, not left)
        self.root.color = "black"
t = Tree()
for k in [10, 20, 30, 15, 25, 5]:
    t.insert(k)
