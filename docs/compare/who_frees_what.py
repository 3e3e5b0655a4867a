"""Who frees what, and when: a lone object, a cycle, a file left open, one that is there at the end."""
import gc


class Node(object):
    def __init__(self, name):
        self.name = name
        self.other = None

    def __del__(self):
        print("finalizer of " + self.name)


def first_line():
    left_open = open(__file__)
    return left_open.readline().strip()


single = Node("single")
single = None
left = Node("left")
right = Node("right")
left.other = right
right.other = left
del left
del right
print(len(first_line()))
print("before the collection")
gc.collect()
print("after the collection")
last = Node("last")
