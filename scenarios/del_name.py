"""del removes a name, not an object.

Notice: after `del a` the list has one reference instead of two and lives on; it dies when its
last name goes.
"""
a = ["tea"]
b = a  # memviz: expect refcount(a) == 2
del a  # memviz: expect refcount(b) == 1; alive(b)
del b  # memviz: expect dead(b); count("list") == 0
print("nothing is left of it")
