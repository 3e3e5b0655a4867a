"""What a tutor on the web does to a program, in its smallest form: `sys.settrace`, and at each event of
the program's own file all that its names lead to, copied into a list of steps, which is written as JSON.

    python tutor.py SCRIPT TRACE.json [ARGUMENTS...]

Nothing is bounded: neither the steps nor the objects.
"""

import io
import json
import sys
import types

PLAIN = (int, float, str, bool, type(None))
HIDDEN = (types.ModuleType,)


class Heap:
    """The objects of one step, each once, by a small number."""

    def __init__(self, numbers):
        self.numbers = numbers
        self.objects = {}

    def value(self, one):
        if isinstance(one, PLAIN) and not (isinstance(one, int) and abs(one) > 2**53):
            return one
        number = self.numbers.setdefault(id(one), len(self.numbers) + 1)
        if number not in self.objects:
            self.objects[number] = None
            self.objects[number] = self.contents(one)
        return ["REF", number]

    def contents(self, one):
        if isinstance(one, (list, tuple, set, frozenset)):
            return [type(one).__name__.upper(), *map(self.value, one)]
        if isinstance(one, dict):
            return ["DICT", *([self.value(key), self.value(of)] for key, of in one.items())]
        if isinstance(one, types.FunctionType):
            return ["FUNCTION", one.__qualname__]
        attributes = getattr(one, "__dict__", {})
        kind = "CLASS" if isinstance(one, type) else "INSTANCE"
        name = one.__name__ if isinstance(one, type) else type(one).__name__
        shown = [
            [key, self.value(of)]
            for key, of in list(attributes.items())
            if not key.startswith("__")
        ]
        return [kind, name, *shown]


class Tutor:
    def __init__(self, path):
        self.path = path
        self.steps = []
        self.numbers = {}
        self.out = io.StringIO()

    def trace(self, frame, event, argument):
        if frame.f_code.co_filename != self.path:
            return None
        heap = Heap(self.numbers)
        stack = []
        top = frame
        while top is not None:
            if top.f_code.co_filename == self.path:
                names = {
                    name: heap.value(of)
                    for name, of in top.f_locals.items()
                    if not name.startswith("__") and not isinstance(of, HIDDEN)
                }
                stack.append({"func_name": top.f_code.co_name, "line": top.f_lineno, "names": names})
            top = top.f_back
        step = {"event": event, "line": frame.f_lineno, "stack": stack[::-1], "heap": heap.objects}
        if event == "return":
            step["value"] = heap.value(argument)
        self.steps.append(step)
        return self.trace


def main():
    script, trace = sys.argv[1:3]
    sys.argv = [script, *sys.argv[3:]]
    code = compile(open(script, encoding="utf-8").read(), script, "exec")
    tutor = Tutor(script)
    sys.settrace(tutor.trace)
    try:
        exec(code, {"__name__": "__main__", "__file__": script})
    finally:
        sys.settrace(None)
        with open(trace, "w", encoding="utf-8") as file:
            json.dump(tutor.steps, file)


if __name__ == "__main__":
    main()
