"""An exception keeps the frames that it passed through.

Notice: the traceback's entries hold call frames, and the call frames hold their variables: the
list of `inner()` lives as long as the exception does.
"""


def inner():
    evidence = ["a clue"]
    raise ValueError("no luck")


def outer():
    inner()


kept = None
try:
    outer()
except ValueError as error:
    kept = error
print("kept:", kept)  # memviz: expect count("list") == 1; count("traceback") == 3
del kept  # memviz: expect count("list") == 0; count("ValueError") == 0
print("the frames went with it")
