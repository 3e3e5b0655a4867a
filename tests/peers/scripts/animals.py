class Pet:
    born = 0

    def __init__(self, name):
        self.name = name
        Pet.born += 1


class Cat(Pet):
    toys = []

    def __init__(self, name, colour):
        super().__init__(name)
        self.colour = colour

    def give(self, toy):
        self.toys.append(toy)


tom = Cat("Tom", "grey")
luna = Cat("Luna", "white")
tom.give("ball")
luna.give("mouse")  # memviz: picture
print(Pet.born, tom.toys)
