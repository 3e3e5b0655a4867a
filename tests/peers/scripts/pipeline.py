def numbers(limit):
    for n in range(limit):
        yield n


def odd(source):
    for n in source:
        if n % 2:
            yield n


def squared(source):
    for n in source:
        yield n * n


pipe = squared(odd(numbers(10)))
first = next(pipe)
second = next(pipe)  # memviz: picture
print(first, second, sum(pipe))
