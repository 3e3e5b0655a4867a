"""A name that is assigned in a function is local to it, from its first line on.

Notice: the assignment in the last line of `add` makes `count` local in all of `add`. The line before
it asks for a local variable that has no value yet: the global `count` is not looked at.
"""

count = 10


def add(step):
    print("before:", count)
    count = count + step


add(1)
