import gc

class Meta(type):
    def __del__(cls):
        local = [cls]
        print("del class")

class Last:
    def __del__(self):
        print("last")

def make(base=object):
    class Made(base, metaclass=Meta):
        held = Last()
    return Made

made = make()
instance = make(made)()
instance.__class__ = make(made)
made.held = None
made = None
gc.collect()
instance = None
gc.collect()
