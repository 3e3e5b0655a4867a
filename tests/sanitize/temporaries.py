class Node:
    def __init__(self, name="temporary"):
        self.name = name

    def __del__(self):
        print("del", self.name)

class Slotted:
    __slots__ = ("a", "b")

Node().next = Node("value")
setattr(Node(), "name", Node("name"))
[Node()][0] = Node("item")
slotted = Slotted()
slotted.a = Node("a")
slotted.a = Node("b")
del slotted.a
items = [Node("c"), Node("d"), Node("e")]
items[1:] = []
items[0] = None
table = {1: Node("f"), 2: Node("g")}
table[1] = None
table.clear()
values = {Node("h")}
values.clear()
