"""A library function is called with an argument that it cannot use.

Notice: the last lines of the traceback are the library's. The last entry in a file of your own is
where to look: it gave the library `None`, because `read_settings()` has no `return` for a name that
it does not know.
"""

import json


def read_settings(name):
    if name == "default":
        return '{"size": 3}'


def load(name):
    text = read_settings(name)
    return json.loads(text)


print(load("default"))
print(load("custom"))
