def outer(data):
    mine = [1, 2]
    middle(data, mine)
    return mine

def middle(data, given):
    table = {"given": given}
    inner(table)

def inner(table):
    local = ["only", "inner"]
    pair = (local, table)
    return pair

shared = {"k": [1]}
other = [shared, [2], [3]]
x = [4, [5]]
outer(shared)
