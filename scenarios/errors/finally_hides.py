"""A `return` in `finally` drops the error that was on its way.

Notice: the search comes to `finally`, whose lines run; its `return` ends the call as if nothing had
happened. Nobody is told of the error, and the caller gets `None` for an average.
"""


def average(values):
    result = None
    try:
        result = sum(values) / len(values)
    finally:
        return result


print(average([2, 4]))
print(average([]))
