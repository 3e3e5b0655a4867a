# packages: pyrsistent
"""Vectors and maps that do not change."""
from pyrsistent import CheckedPVector, PClass, field, freeze, m, pbag, pdeque, plist, pmap, pset, pvector, thaw, v

a = pvector(range(70))
b = a.set(40, "x").append(99)
print(len(a), b[40], a[40], b[-1], a[3:6], a.index(5))
d = m(a=1, b=v(1, m(c=2)))
print(d.transform(["b", 1, "c"], lambda x: x + 1)["b"][1]["c"], sorted(d.update({"z": 3}).remove("a")), freeze({"k": [1, {2}]})["k"][0], thaw(v(1, m(x=2))))
e = pmap({i: i for i in range(50)}).evolver()
e[7] = "seven"
del e[9]
print(e.persistent()[7], len(e.persistent()), sorted(pset([3, 1]) | pset([2])), plist([1, 2]).cons(0), pdeque([1, 2, 3]).rotate(1), pbag([1, 1]).count(1))


class Point(PClass):
    x = field(type=int, initial=3)
    y = field(mandatory=True, invariant=lambda y: (y > 0, "positive"))


class Ints(CheckedPVector):
    __type__ = int


print(Point(y=2), Point(y=2).set(x=5).x, Ints([1, 2]))
for bad in (lambda: Point(), lambda: Point(y=-1), lambda: Ints(["x"]), lambda: Point(y=1, x="x")):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)
