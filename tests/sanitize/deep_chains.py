import io

class Last:
    def __del__(self):
        local = [1]
        print("last")

class Node:
    def __init__(self, next):
        self.next = next

class Buffer(io.StringIO):
    pass

def chain(length, end):
    for _ in range(length):
        end = Node(end)
    return end

buffer = Buffer()
buffer.chain = chain(200, Last())
del buffer
nested = Last()
for i in range(120):
    nested = (nested, [i])
del nested

def local():
    held = Buffer()
    held.chain = chain(70, Last())
    held = None
    held = chain(70, Last())
    del held

local()
