def counting(function):
    count = 0

    def wrapper(*args):
        nonlocal count
        count += 1
        return function(*args)

    return wrapper


@counting
def double(x):
    return 2 * x


double(4)
double(5)  # memviz: picture
print("called")
