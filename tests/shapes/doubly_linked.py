class Node:
    def __init__(self, value):
        self.value = value
        self.prev = None
        self.next = None

class List:
    def __init__(self):
        self.first = None
        self.last = None

    def append(self, value):
        node = Node(value)
        if self.last is None:
            self.first = node
        else:
            node.prev = self.last
            self.last.next = node
        self.last = node

    def remove(self, node):
        node.prev.next = node.next
        node.next.prev = node.prev

row = List()
for value in "abcd":
    row.append(value)
row.remove(row.first.next)
