import weakref

class Chain:
    def __init__(self, n, other=None):
        self.n, self.other = n, other

    def __del__(self):
        made = [self.n, Chain]
        if self.n % 3 == 0:
            kept.append(self)

def finish(*what):
    local = list(what)
    print("finished", local)

kept = []
chain = None
for i in range(8):
    chain = Chain(i, chain)
del chain
print(len(kept))
kept.clear()

def leave(a):
    b = Chain(1, a)
    a = None
    return None

leave(Chain(2))
weakref.finalize(leave, print, "never")
owner = Chain(4)
weakref.finalize(owner, finish, "owner")
del owner
