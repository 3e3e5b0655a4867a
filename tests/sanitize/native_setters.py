import collections, functools, itertools, types

class Node:
    def __del__(self):
        local = [1]
        print("del")

class Name(str):
    def __del__(self):
        print("del name")

def function(a=Node(), *, b=Node()):
    pass

function.__defaults__ = (Node(),)
function.__defaults__ = None
function.__kwdefaults__ = None
function.__annotations__ = {"a": Node()}
function.__annotations__ = {}
function.__type_params__ = (Node(),)
function.__type_params__ = ()
function.__name__ = Name("name")
function.__name__ = "name"
function.__doc__ = Node()
function.__doc__ = None

class Problem(Exception):
    def __del__(self):
        print("del problem")

problem = ValueError(Node())
problem.args = ()
problem.__cause__ = Problem()
problem.__cause__ = None
problem.__context__ = Problem()
problem.__context__ = None

def fail():
    local = Node()
    raise Problem

try:
    fail()
except Problem as error:
    trace = error.__traceback__
problem.__traceback__ = trace
trace = None
problem.__traceback__ = None
queue = collections.deque([Node(), Node()])
queue.clear()
cell = types.CellType(Node())
cell.cell_contents = None
cycle = itertools.cycle([Node()])
next(cycle)
cycle = None
partial = functools.partial(print, Node())
partial = None
