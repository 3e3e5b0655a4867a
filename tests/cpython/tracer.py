"""Runs one script on CPython and notes, at each of its steps, what CPython itself says of memory.

For every object that the script's names lead to: its type, its value where it is an atom, its true
reference count and what `gc.get_referents` says that it refers to. The steps are those of memviz:
calls, lines, returns and exceptions of the script's own code.

The tracer must not change what it measures. A step is taken in two passes. The first explores: it
writes what it sees as text, which refers to nothing, and keeps each object it met in one list. When
it has returned, that list is all that the tracer holds. The second pass reads the counts. Among the
objects is one of the tracer's own, whose true count is known; what is counted of it above that is
taken off every count.
"""

import collections
import gc
import json
import sys
import types
import weakref

TOOL = 3
ATOMS = (int, str, float, complex, bytes, bool, type(None))
# Their names tell them apart.
NAMED = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
# An object with one owner: this name.
PROBE = object()
# As memviz cuts them.
LONGEST_VALUE = 200
LONGEST_KEY = 40


def trace(path, source):
    """The steps of a script, as JSON text."""
    return Run(path, source).go()


class Run:
    def __init__(self, path, source):
        self.path = path
        self.code = compile(source, path, "exec")
        self.steps = []
        # What went wrong in the tracer itself, which the script must not see.
        self.failure = None

    def go(self):
        module = types.ModuleType("__main__")
        module.__file__ = self.path
        before = sys.modules["__main__"]
        sys.modules["__main__"] = module
        outcome = None
        # The script before may have switched the collector off.
        gc.enable()
        try:
            self.watch()
            exec(self.code, module.__dict__)
        except BaseException as raised:
            outcome = type(raised).__name__
            self.take("exit", "<module>", None, module.__dict__)
        else:
            self.take("exit", "<module>", None, module.__dict__)
        finally:
            self.unwatch()
            sys.modules["__main__"] = before
        module.__dict__.clear()
        del module
        gc.collect()
        if self.failure is not None:
            raise RuntimeError(f"{self.path} cannot be traced") from self.failure
        steps = ",\n".join(self.steps)
        return f'{{"raised": {json.dumps(outcome)}, "steps": [\n{steps}\n]}}'

    def watch(self):
        monitoring = sys.monitoring
        events = monitoring.events
        monitoring.use_tool_id(TOOL, "against memviz")
        for event, callback in {
            events.PY_START: self.on_call,
            events.PY_RESUME: self.on_call,
            events.PY_THROW: self.on_throw,
            events.LINE: self.on_line,
            events.PY_RETURN: self.on_return,
            events.PY_YIELD: self.on_return,
            events.PY_UNWIND: self.on_unwind,
            events.RAISE: self.on_raise,
        }.items():
            monitoring.register_callback(TOOL, event, callback)
        own = [self.code]
        for code in own:
            own.extend(inner for inner in code.co_consts if isinstance(inner, types.CodeType))
            monitoring.set_local_events(
                TOOL,
                code,
                events.PY_START
                | events.PY_RESUME
                | events.LINE
                | events.PY_RETURN
                | events.PY_YIELD,
            )
        # These cannot be had for single code objects.
        monitoring.set_events(TOOL, events.RAISE | events.PY_UNWIND | events.PY_THROW)

    def unwatch(self):
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)

    def on_call(self, code, offset):
        self.take("call", code.co_name, None, None)

    def on_line(self, code, line):
        self.take("line", code.co_name, line, None)

    def on_return(self, code, offset, value):
        del value
        self.take("return", code.co_name, None, None)

    def on_throw(self, code, offset, raised):
        del raised
        if code.co_filename == self.path:
            self.take("call", code.co_name, None, None)

    def on_unwind(self, code, offset, raised):
        del raised
        if code.co_filename == self.path:
            self.take("return", code.co_name, None, None)

    def on_raise(self, code, offset, raised):
        del raised
        if code.co_filename == self.path:
            self.take("exception", code.co_name, None, None)

    def take(self, event, function, line, namespace):
        # What the tracer allocates must not set off a collection, and is gone when this returns.
        collecting = gc.isenabled()
        gc.disable()
        try:
            found = [PROBE]
            seen = explore(self.path, namespace, found)
            counts = json.dumps(count(found))
            del found
            head = json.dumps({"event": event, "function": function, "line": line})
            self.steps.append(f'{head[:-1]}, {seen[1:-1]}, "counts": {counts}}}')
        except Exception as failure:
            self.failure = self.failure or failure
        if collecting:
            gc.enable()


def count(found):
    """The reference count of each, less what the tracer holds; null for immortal objects."""
    getrefcount = sys.getrefcount
    # One owner is the name PROBE.
    held = getrefcount(found[0]) - 1
    return [None if sys._is_immortal(it) else getrefcount(it) - held for it in found]


def explore(path, namespace, found):
    """What the names of the script's frames lead to, as JSON text: frames, oldest first, and the
    objects, by their place in `found`."""
    places = {id(it): at for at, it in enumerate(found)}

    def place(it):
        at = places.get(id(it))
        if at is None:
            at = places[id(it)] = len(found)
            found.append(it)
        return at

    frames = []
    running = set()
    if namespace is not None:
        frames.append({"function": "<module>", "names": names_of(namespace, place)})
    # Beneath: this function, `take`, the callback.
    frame = sys._getframe(3) if namespace is None else None
    while frame is not None:
        running.add(id(frame))
        code = frame.f_code
        if code.co_filename == path:
            names = names_of(frame.f_locals, place)
            frames.append({"function": code.co_name, "names": names})
        frame = frame.f_back
    frames.reverse()
    objects = []
    at = 0
    while at < len(found):
        it = found[at]
        # What a running frame holds is in the names already.
        inside = id(it) not in running and not is_namespace(it)
        objects.append(describe(it, path, place, inside))
        at += 1
    return json.dumps({"frames": frames, "objects": objects})


def names_of(namespace, place):
    """Each name and where it leads. A name that stands for a cell leads to what the cell holds."""
    return [[name, place(namespace[name])] for name in namespace if not is_dunder(name)]


def is_dunder(name):
    return name.startswith("__") and name.endswith("__")


def is_namespace(it):
    """Whether it is the dict of a module; what is in the script's own is in the names."""
    if type(it) is not dict or type(it.get("__name__")) is not str:
        return False
    return getattr(sys.modules.get(it["__name__"]), "__dict__", None) is it


def is_a(it, kinds):
    """As `isinstance`, but it never asks the object itself: a weak proxy would answer for another."""
    return issubclass(type(it), kinds)


def describe(it, path, place, inside):
    described = {"type": type(it).__name__}
    if type(it) in ATOMS:
        described["value"] = text(it, LONGEST_VALUE)
    elif is_a(it, NAMED):
        described["value"] = it.__name__
    labelled = labels(it, path) if inside else None
    if labelled is not None:
        described["refs"] = [
            [label, place(target)] for label, target in matched(labelled, referents(it))
        ]
        if is_a(it, weakref.ref):
            target = it()
            if target is not None:
                described["weak"] = place(target)
    return described


def text(it, longest):
    if is_a(it, (str, bytes)) and len(it) > longest:
        cut = repr(it[:longest])
        return cut[:-1] + "\u2026" + cut[-1]
    return repr(it)


def key_text(key):
    if type(key) in ATOMS:
        return text(key, LONGEST_KEY)
    if type(key) is tuple and len(key) <= 4:
        inner = [key_text(part) for part in key]
        return f"({inner[0]},)" if len(inner) == 1 else f"({', '.join(inner)})"
    return f"<{type(key).__name__}>"


def matched(labelled, raw):
    """Each referent with a label of its own, where it has one: the labels explain what CPython says
    and add nothing to it."""
    left = {}
    for it in raw:
        left.setdefault(id(it), []).append(it)
    out = []
    for label, target in labelled:
        if left.get(id(target)):
            out.append((label, left[id(target)].pop()))
    for rest in left.values():
        out.extend(("referent", it) for it in rest)
    return out


def referents(it):
    """What CPython says that an object refers to. Parts that memviz shows as their owner's own (the
    dict of an instance, the tuple of a function's closure) are replaced by what is in them."""
    if is_a(it, types.FrameType) and it.f_generator is not None:
        return split_generator(it.f_generator)[1]
    if is_a(it, types.GeneratorType):
        return split_generator(it)[0]
    raw = []
    folded = {id(part) for part in parts(it)}
    for target in gc.get_referents(it):
        raw.extend(gc.get_referents(target) if id(target) in folded else [target])
    return raw


def split_generator(it):
    """CPython keeps the frame of a generator inside it; it is an object of its own in memviz, and
    in `gi_frame`. The referents of the generator, and those of its frame."""
    frame = it.gi_frame
    inside = gc.get_referents(it)
    own = [it.__name__, it.__qualname__]
    for target in own:
        at = next((i for i, x in enumerate(inside) if x is target), None)
        if at is not None:
            del inside[at]
    if frame is None:
        return own + inside, []
    inside = [x for x in inside if x is not frame]
    return [frame, *own], inside


def parts(it):
    if is_a(it, types.FunctionType):
        tuples = (it.__defaults__, it.__closure__, it.__kwdefaults__)
        return [part for part in (*tuples, dict_of_function(it)) if part]
    if is_a(it, type):
        return [*gc.get_referents(it.__dict__), it.__mro__]
    attributes = dict_of(it)
    return [] if attributes is None else [attributes]


def dict_of_function(it):
    """The dict of a function's own attributes. To ask for one that is not there would make it."""
    known = (it.__globals__, it.__builtins__, it.__kwdefaults__)
    for target in gc.get_referents(it):
        if type(target) is dict and not any(target is other for other in known):
            return it.__dict__ if it.__dict__ is target else None
    return None


def dict_of(it):
    """The dict of an instance; this makes CPython build it, but moves no count."""
    try:
        attributes = object.__getattribute__(it, "__dict__")
    except AttributeError:
        return None
    return attributes if is_a(attributes, dict) else None


def labels(it, path):
    """The references of an object with memviz's labels; None for what is not looked into."""
    if is_a(it, type):
        return labels_of_class(it) if it.__module__ == "__main__" else None
    if is_a(it, types.FunctionType):
        return labels_of_function(it) if it.__code__.co_filename == path else None
    if is_a(it, types.FrameType):
        return labels_of_frame(it) if it.f_code.co_filename == path else None
    if is_a(it, types.GeneratorType):
        if it.gi_code.co_filename != path:
            return None
        return [("frame", it.gi_frame), ("__name__", it.__name__), ("__qualname__", it.__qualname__)]
    if is_a(it, types.ModuleType):
        return None
    out = []
    if is_a(it, (list, tuple, collections.deque)):
        out += [(f"[{i}]", target) for i, target in enumerate(it)]
    elif is_a(it, dict):
        out += labels_of_dict(it, "[{}]")
    elif is_a(it, (set, frozenset)):
        out += [("element", target) for target in it]
    elif is_a(it, types.CellType):
        try:
            out.append(("cell", it.cell_contents))
        except ValueError:
            pass
    elif is_a(it, types.MethodType):
        out += [("__self__", it.__self__), ("__func__", it.__func__)]
    elif is_a(it, types.TracebackType):
        out += [("tb_next", it.tb_next), ("frame", it.tb_frame)]
    elif is_a(it, weakref.ref):
        out.append(("callback", it.__callback__))
    elif is_a(it, BaseException):
        for name in ("args", "__traceback__", "__cause__", "__context__"):
            out.append((name, getattr(it, name)))
    elif type(it).__module__ != "__main__":
        return None
    attributes = dict_of(it)
    if attributes is not None:
        out += labels_of_attributes(attributes)
    out += labels_of_slots(it)
    out.append(("__class__", type(it)))
    return out


def labels_of_dict(it, shape):
    out = []
    for key, value in dict.items(it):
        out.append((shape.format(key_text(key)), value))
    # CPython tells of keys only where not all of them are strings.
    for key in dict.keys(it):
        out.append((f"key {key_text(key)}", key))
    return out


def labels_of_attributes(attributes):
    return [(f".{name}", value) for name, value in dict.items(attributes)]


def labels_of_slots(it):
    out = []
    for base in type(it).__mro__:
        if base.__module__ != "__main__":
            continue
        for name, descriptor in base.__dict__.items():
            if is_a(descriptor, types.MemberDescriptorType):
                try:
                    out.append((f".{name}", descriptor.__get__(it)))
                except AttributeError:
                    pass
    return out


def labels_of_function(it):
    out = []
    for i, cell in enumerate(it.__closure__ or ()):
        out.append((f"__closure__[{i}]", cell))
    for i, value in enumerate(it.__defaults__ or ()):
        out.append((f"__defaults__[{i}]", value))
    if it.__kwdefaults__:
        out += labels_of_dict(it.__kwdefaults__, "__kwdefaults__[{}]")
    out += labels_of_attributes(dict_of_function(it) or {})
    for name in (
        "__globals__",
        "__code__",
        "__builtins__",
        "__module__",
        "__doc__",
        "__name__",
        "__qualname__",
        "__type_params__",
    ):
        out.append((name, getattr(it, name)))
    return out


def labels_of_class(it):
    out = labels_of_attributes(gc.get_referents(it.__dict__)[0])
    out += [(f"__mro__[{i}]", base) for i, base in enumerate(it.__mro__)]
    out += [("__base__", it.__base__), ("__bases__", it.__bases__), ("__class__", type(it))]
    return out


def labels_of_frame(it):
    out = [("f_code", it.f_code), ("f_back", it.f_back)]
    names = it.f_locals
    out += [(name, names[name]) for name in names]
    return out
