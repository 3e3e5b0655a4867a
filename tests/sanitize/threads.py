import threading, weakref

class Node:
    def __del__(self):
        seen.append(threading.get_ident())

seen = []

def work():
    for i in range(6):
        node = Node()
        node.other = [Node(), weakref.ref(node, seen.append)]
        node = None

threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(seen))
