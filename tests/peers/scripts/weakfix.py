import weakref


class Owner:
    def __init__(self):
        self.dogs = []


class Dog:
    def __init__(self, owner):
        self.owner = weakref.ref(owner)
        owner.dogs.append(self)


owner = Owner()
rex = Dog(owner)
Dog(owner)
del owner  # memviz: picture
print(rex.owner())
