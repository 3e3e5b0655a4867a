from dataclasses import dataclass, field


@dataclass
class Branch:
    name: str
    parent: "Branch | None" = None
    kids: list = field(default_factory=list)

    def grow(self, name):
        kid = Branch(name, self)
        self.kids.append(kid)
        return kid


trunk = Branch("trunk")
left = trunk.grow("left")
left.grow("leaf 1")
left.grow("leaf 2")
right = trunk.grow("right")
print(right.parent.name)  # memviz: picture
