class City:
    def __init__(self, name):
        self.name = name
        self.roads = []

a, b, c, d, e = [City(name) for name in "ABCDE"]
for one, other in [(a, b), (a, c), (b, d), (c, d), (d, e)]:
    one.roads.append(other)
    other.roads.append(one)

def reach(start):
    seen = set()
    open_ = [start]
    while open_:
        city = open_.pop()
        if city in seen:
            continue
        seen.add(city)
        open_.extend(city.roads)
    return seen

found = reach(a)
