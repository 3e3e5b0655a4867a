"""Instances with dicts and with slots, methods and properties."""


class Plain:
    shared = []

    def __init__(self, left=None):
        self.left = left

    def show(self):
        return [self.left]

    @property
    def twice(self):
        both = [self.left, self.left]
        return [both]

    @staticmethod
    def pack(one, *more, key=(), **rest):
        return [one, more, key, rest]


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x):
        self.x = x


plain = Plain()
other = Plain(plain)
slotted = Slotted(other)
slotted.y = slotted
bound = other.show
shown = bound()
two = other.twice
packed = Plain.pack(plain, 2, 3, key=[4], more=other)
plain.a = plain.b = two
setattr(plain, "odd name", packed)
del other.left
del bound
Plain.later = other
other.show = plain.show
del plain.a, slotted.y
Plain.shared.append(slotted)
