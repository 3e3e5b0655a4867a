class Owner:
    def __init__(self, generator):
        self.generator = generator

class Last:
    def __del__(self):
        print("last")

def run(value):
    held = [value]
    try:
        while True:
            yield held
    finally:
        local = Last()
        print("closing", len(held))

def ask(value):
    answer = yield from run(value)

for make in run, ask:
    generator = make(Last())
    next(generator)
    owner = Owner(generator)
    del generator
    del owner
    generator = make([Last()])
    next(generator)
    generator.close()
    generator = make(None)
