# packages: attrs
"""Classes with validators, converters, defaults, slots, ordering."""
import attr
from attrs import define, evolve, field, frozen, validators


@define(order=True)
class Point:
    x: int = field(validator=validators.instance_of(int))
    y: float = field(default=0.0, converter=float)
    tags: list = field(factory=list, eq=False, order=False)

    @x.validator
    def small(self, attribute, value):
        if value > 100:
            raise ValueError(attribute.name)


@frozen
class Pair:
    left: Point
    right: Point = None


p, q = Point(1, "2"), Point(3)
print(p, q, p < q, p == Point(1, 2))
print(evolve(p, x=9), attr.asdict(Pair(p, q)))
for bad in ("x", 101):
    try:
        Point(bad)
    except (TypeError, ValueError) as error:
        print(type(error).__name__)
try:
    Pair(p).left = q
except attr.exceptions.FrozenInstanceError as error:
    print(type(error).__name__)
print([f.name for f in attr.fields(Point)], hasattr(p, "__dict__"))
