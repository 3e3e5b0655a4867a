"""The collector at work.

Notice: `link_1` is kept by a name, and so is all that it reaches; `link_4` only refers to itself.
The collector takes from each count the references that come from inside the candidates: what is
left above zero is held from outside and rescues all that it reaches; the rest is collected.
"""
import gc


class Link:
    def __init__(self, next_link=None):
        self.next_link = next_link


gc.disable()
link_3 = Link()
link_2 = Link(link_3)
link_1 = Link(link_2)
link_3.next_link = link_1
keep = link_1
del link_1, link_2, link_3
link_4 = Link()
link_4.next_link = link_4
del link_4  # memviz: expect unreachable(link_4); refcount(keep) == 2; count("Link") == 4
gc.collect()  # memviz: expect dead(link_4); alive(keep); count("Link") == 3
print("three are left")
