"""Dropping the head of a linked list.

Notice: each node is held by the one before it alone. When the head goes, the first node's count
falls to 0; freeing it takes the next one's count to 0, and so on down the chain, in order.
"""


class Node:
    def __init__(self, value, rest):
        self.value = value
        self.rest = rest


head = Node(1, Node(2, Node(3, None)))  # memviz: expect count("Node") == 3; refcount(head) == 1
print(head.rest.rest.value)  # memviz: expect refcount(head.rest) == 1; refcount(head.rest.rest) == 1
del head  # memviz: expect count("Node") == 0
print("all three are gone")
