"""An error three calls deep.

Notice: nothing on the way handles it, so each call ends in turn, and each adds an entry to the
traceback: the list is printed in the order of the calls, and read from the bottom. The entry at the
bottom is where it failed; the dict that has no price was made on the last line.
"""


def price(item):
    return item["price"]


def total(items):
    result = 0
    for item in items:
        result += price(item)
    return result


def report(items):
    print("total:", total(items))


report([{"price": 3}, {"cost": 4}])
