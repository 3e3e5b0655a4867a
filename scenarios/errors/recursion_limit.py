"""A function that never stops calling itself.

Notice: each call adds a frame, until Python refuses a further one. The error then passes through all
of them; the same entry comes so often that it is printed a few times only, and counted.
"""

import sys

sys.setrecursionlimit(60)


def countdown(n):
    return countdown(n - 1)


countdown(3)
