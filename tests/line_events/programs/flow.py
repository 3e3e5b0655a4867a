def once():
    try: 1 / 0
    finally: done = True
try:
    once()
except ZeroDivisionError:
    pass
def again():
    try:
        raise KeyError("k")
    except KeyError:
        raise
try:
    again()
except KeyError as error:
    kept = error
def call(a, b=2, *,
         c=3):
    return (a,
            b,
            c)
call(
    1,
    b=call(
        2,
    ),
)
class Manager:
    def __enter__(self): return self
    def __exit__(self, *how): return True
with Manager() as m:
    x = 1
    raise ValueError
def early():
    for i in range(3):
        try:
            if i: return i
        finally:
            print(i)
early()
def choose(v):
    match v:
        case 0: return "zero"
        case [a, *rest]:
            return rest
        case {"k": k} if k:
            return k
        case _:
            return None
for v in (0, [1, 2], {"k": 3}, "x"): choose(v)
y = (lambda q:
     q)(1)
assert y, "no"
z = 1 if y else 2
