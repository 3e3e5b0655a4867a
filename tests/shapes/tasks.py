class Task:
    def __init__(self, name, needs=()):
        self.name = name
        self.needs = list(needs)
fetch = Task("fetch")
build = Task("build", [fetch])
test = Task("test", [build])
docs = Task("docs", [build])
ship = Task("ship", [test, docs])
order = []
seen = set()
def visit(task):
    if task.name in seen:
        return
    seen.add(task.name)
    for need in task.needs:
        visit(need)
    order.append(task)
visit(ship)
