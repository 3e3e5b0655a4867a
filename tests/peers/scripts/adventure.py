class Place:
    def __init__(self, title):
        self.title = title
        self.doors = {}
        self.things = []


class Hero:
    def __init__(self, place):
        self.place = place
        self.bag = []

    def walk(self, door):
        self.place = self.place.doors[door]

    def grab(self, thing):
        self.place.things.remove(thing)
        self.bag.append(thing)


cave = Place("cave")
lake = Place("lake")
tower = Place("tower")
cave.doors["east"] = lake
lake.doors["west"] = cave
lake.doors["up"] = tower
tower.doors["down"] = lake
lake.things.append("rope")

hero = Hero(cave)
hero.walk("east")
hero.grab("rope")  # memviz: picture
print(hero.place.title, hero.bag)
