import gc, weakref

class Node:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)
        if self.name == "back":
            kept.append(self)

kept = []

def pair(first, second):
    a, b = Node(first), Node(second)
    a.other, b.other = b, a
    a.reference = weakref.ref(b, print)

pair("one", "two")
print(gc.collect() > 0)
pair("back", "forth")
gc.collect()
kept.clear()
gc.collect()

def frames():
    def inner():
        yield inner
    generator = inner()
    next(generator)
    held = [generator]
    held.append(held)

frames()
gc.collect()
gc.set_threshold(20)
for i in range(30):
    cycle = [i]
    cycle.append(cycle)
