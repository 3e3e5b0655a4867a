class Link:
    def __init__(self, value, after=None):
        self.value = value
        self.after = after


first = Link("x", Link("y", Link("z")))

done = None
todo = first
while todo is not None:
    rest = todo.after
    todo.after = done  # memviz: picture
    done = todo
    todo = rest
first = done
