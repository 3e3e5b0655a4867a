prices = {"tea": 3, "cake": 4}


def price_of(item):
    return prices.get(item)


def add_up(items):
    total = 0
    for item in items:
        total = total + price_of(item)
    return total


def receipt(items):
    return f"Total: {add_up(items)}"


print(receipt(["tea", "coffee"]))
