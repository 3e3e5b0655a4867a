"""Survivors grow old.

Notice: a new list is in generation 0; each collection that it survives moves it on, to 1 and to 2,
where it is looked at more rarely.
"""
# memviz: generations
import gc

gc.disable()
keeper = []  # memviz: expect generation(keeper) == 0
gc.collect(0)  # memviz: expect generation(keeper) == 1
gc.collect(1)  # memviz: expect generation(keeper) == 2
young = []  # memviz: expect generation(young) == 0; generation(keeper) == 2
print(gc.get_threshold())
