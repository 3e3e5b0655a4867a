"""Files, sockets and locks: what the operating system lends, and who gives it back.

Notice: the file of the `with` block is closed on the line of the `with`, although its object lives on;
the other file is never closed by the program: its object does it when it dies; one end of the pair of
sockets and the temporary file are open to the very end.
"""
import os
import socket
import tempfile
import threading

with open(__file__) as source:
    first = source.readline()


def count():
    forgotten = open(__file__)
    return len(forgotten.readlines())


lines = count()
left, right = socket.socketpair()
left.sendall(b"hello")
print(right.recv(5))
left.close()
scratch = tempfile.TemporaryFile()
lock = threading.Lock()
with lock:
    scratch.write(b"draft")  # memviz: expect alive(scratch); alive(lock)
print(source.closed, os.path.exists(__file__))
