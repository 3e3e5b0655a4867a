import weakref

class Watched:
    pass

class Late:
    def __del__(self):
        print("late")

def gone(reference):
    local = [reference, Watched()]
    print("gone", reference() is None)

watched = Watched()
watched.holds = [Late(), 1]
first = weakref.ref(watched, gone)
second = weakref.proxy(watched, gone)
watched = None
weakref.ref(Watched(), gone)
table = weakref.WeakValueDictionary()
for i in range(4):
    table[i] = Watched()
    print(len(table))
