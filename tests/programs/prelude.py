import gc, sys, weakref
def t(*values):
    print(*values)
    return values[-1]
def num(x):
    return x if type(x) is int else 0
def args(*a, **k):
    return len(a) * 10 + len(k)
def told(error, depth=0, out=None):
    lines = []
    tb = error.__traceback__
    # What a group's traceback keeps differs between interpreters, and so does their library.
    while tb is not None and len(lines) < 8 and not isinstance(error, BaseExceptionGroup):
        if tb.tb_frame.f_code.co_filename == told.__code__.co_filename:
            lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
        tb = tb.tb_next
    print("!" * (depth + 1), type(error).__name__, lines, file=out or sys.stdout)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            told(inner, depth + 1, out)
    # What an exception hangs on differs between interpreters, too: only recording must not change it.
    if depth < 4 and (error.__cause__ or error.__context__):
        print("cause" if error.__cause__ else "context", error.__suppress_context__, file=sys.stderr)
        told(error.__cause__ or error.__context__, depth + 1, sys.stderr)
class Own(Exception):
    pass
class Box:
    def __init__(self, x=0, y=0):
        self.x = x
        self.y = y
    __match_args__ = ("x", "y")
def boom(n):
    if n == 0:
        raise Own(n)
    if n == 1:
        return 1 // 0
    if n == 2:
        return [][3]
    if n == 3:
        return {}["k"]
    if n == 4:
        return int("x")
    if n == 5:
        raise ExceptionGroup("group", [Own(1), ValueError(2), KeyError(3)])
    return undefined_name
class Cm:
    def __init__(self, label, suppress=False, fails=None):
        self.label, self.suppress, self.fails = label, suppress, fails
    def __enter__(self):
        print("enter", self.label)
        if self.fails == "enter":
            raise Own("enter")
        return self.label
    def __exit__(self, kind, error, tb):
        print("exit", self.label, kind and kind.__name__)
        if self.fails == "exit":
            raise Own("exit")
        return self.suppress
    async def __aenter__(self):
        await wait(1)
        return self.__enter__()
    async def __aexit__(self, kind, error, tb):
        await wait(1)
        return self.__exit__(kind, error, tb)
class Wait:
    def __init__(self, n):
        self.n = n
    def __await__(self):
        for i in range(self.n):
            print("wait", i)
            yield i
        return self.n
async def wait(n):
    return await Wait(n)
class Count:
    def __init__(self, n):
        self.i, self.n = 0, n
    def __iter__(self):
        return self
    def __next__(self):
        if self.i >= self.n:
            raise StopIteration
        self.i += 1
        return self.i
    def __aiter__(self):
        return self
    async def __anext__(self):
        await wait(1)
        if self.i >= self.n:
            raise StopAsyncIteration
        self.i += 1
        return self.i
def drive(it, plan, limit=40):
    for do in plan:
        limit -= 1
        try:
            if do == "next":
                print("->", next(it))
            elif do == "close":
                print("closed", it.close())
            elif type(do) is int:
                print("->", it.send(do))
            else:
                print("->", it.throw(do))
        except StopIteration as end:
            print("end", end.value)
        except BaseException as error:
            told(error)
def run(coroutine):
    for i in range(60):
        try:
            coroutine.send(None)
        except StopIteration as end:
            print("result", end.value)
            return
    coroutine.close()
