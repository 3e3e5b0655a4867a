def total(prices, discount=0.1):
    result = 0
    for price in prices:
        if price > 10:
            price *= 1 - discount
        result += price
    return result

names = [name.upper() for name in ("tea", "cake")]
print(f"{names}: {total([5, 20]):.2f}")
