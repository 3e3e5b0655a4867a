def fib(n, known={}):
    if n in known:
        return known[n]
    if n < 2:
        value = n
    else:
        value = fib(n - 1) + fib(n - 2)
    known[n] = value  # memviz: picture
    return value


print(fib(4))
