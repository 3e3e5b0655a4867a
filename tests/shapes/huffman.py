import heapq
class H:
    def __init__(self, w, s=None, l=None, r=None):
        self.w, self.s, self.l, self.r = w, s, l, r
    def __lt__(self, o):
        return self.w < o.w
h = [H(5, "a"), H(2, "b"), H(1, "c"), H(1, "d")]
heapq.heapify(h)
while len(h) > 1:
    x = heapq.heappop(h)
    y = heapq.heappop(h)
    heapq.heappush(h, H(x.w + y.w, None, x, y))
codes = {}
def walk(n, p):
    if n.s:
        codes[n.s] = p
    else:
        walk(n.l, p + "0")
        walk(n.r, p + "1")
walk(h[0], "")
