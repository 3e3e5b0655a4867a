import os, threading

class Node:
    def __del__(self):
        count.append(1)

count = []
done = threading.Event()
other = threading.Thread(target=done.wait)
other.start()
child = os.fork()
if child == 0:
    for i in range(50):
        Node()
    os._exit(0)
os.waitpid(child, 0)
done.set()
other.join()
Node()
print(len(count))
