"""Runs a script and writes what `sys.settrace` tells of its own code: event, line, function."""

import json
import sys
import types

path, out = sys.argv[1:]
with open(path) as file:
    code = compile(file.read(), path, "exec")
told = []


def tell(frame, event, value):
    if frame.f_code.co_filename != path:
        return None
    told.append([event, frame.f_lineno, frame.f_code.co_name])
    return tell


main = types.ModuleType("__main__")
main.__file__ = path
sys.modules["__main__"] = main
sys.argv = [path]
sys.settrace(tell)
try:
    exec(code, main.__dict__)
except BaseException:
    pass
finally:
    sys.settrace(None)
with open(out, "w") as file:
    json.dump({"version": sys.version_info[:2], "told": told}, file)
