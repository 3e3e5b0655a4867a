class Spot:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))


home = Spot(3, 4)
names = {home: "home"}
visited = {home, Spot(0, 0)}
home.x = 7
print(home in names)  # memviz: picture
