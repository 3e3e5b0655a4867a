# packages: frozenlist multidict yarl propcache
# beside: no
"""Containers in C and Cython that hold objects of the program's."""
from frozenlist import FrozenList
from multidict import CIMultiDict, MultiDict
from propcache.api import cached_property
from yarl import URL


class Item:
    def __init__(self, n):
        self.n = n

    def __repr__(self):
        return f"Item({self.n})"

    @cached_property
    def square(self):
        print("made", self.n)
        return [self.n] * 2


frozen = FrozenList([Item(1), Item(2)])
frozen.append(Item(3))
frozen.freeze()
try:
    frozen.append(1)
except RuntimeError as error:
    print(error)
print(frozen, frozen[0].square is frozen[0].square)
many = MultiDict([("a", Item(4)), ("b", 2), ("a", Item(5))])
print(many.getall("a"), list(many.items()), many.popone("a"), len(many))
headers = CIMultiDict(Accept="x")
headers["ACCEPT"] = Item(6)
print(headers["accept"], list(headers.keys()))
url = URL("http://user@host:81/a/b?q=1#f")
print(url.host, url.port, url.with_query(q=2, r="x y"), url / "c", url.join(URL("../d")))
del frozen, many
