"""The end: what happens behind the last line, and in which order.

Notice: `sys.exit` ends the script with a code of its own; then the functions that `atexit` was given
are called, the last one first; then the collector takes the two guards that hold each other, and only
when the modules' names go, the guard that a name still holds.
"""
import atexit
import sys


class Guard:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("finalized:", self.name)


def farewell(words):
    print("at exit:", words)


atexit.register(farewell, "registered first")
atexit.register(farewell, "registered last")
held = Guard("held by a name")
left, right = Guard("left"), Guard("right")
left.other, right.other = right, left
del left, right  # memviz: expect count(Guard) == 3
sys.exit(3)
