class T:
    def __init__(self, k, l=None, r=None):
        self.k = k
        self.l = l
        self.r = r
def mirror(t):
    if t is None:
        return None
    return T(t.k, mirror(t.r), mirror(t.l))
a = T(4, T(2, T(1), T(3)), T(6, None, T(7)))
b = mirror(a)
c = T(0, a.l, b.l)
b = None
