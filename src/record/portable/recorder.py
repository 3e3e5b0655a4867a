# Records a program on any Python that has sys.settrace: 2.7 and newer, CPython or not.
#
# memviz runs this file in the interpreter before the program and reads what it writes to a pipe: the
# messages of wire.rs. It runs none of the program's code to look at an object: classes are told apart by
# identity, attributes are read through the descriptors of the interpreter's own types.
import sys

try:
    import gc
except ImportError:
    gc = None
try:
    import _weakref
except ImportError:
    _weakref = None
try:
    import _thread as thread_module
except ImportError:
    import thread as thread_module
import os

PY2 = sys.version_info[0] == 2
VERSION = sys.version_info[:2]
JYTHON = sys.platform.startswith("java")
PYPY = hasattr(sys, "pypy_version_info")
TEXT = type(u"")
INTS = (int, long) if PY2 else (int,)  # noqa: F821
FOLDER = SETTINGS["folder"]  # noqa: F821
INLINE = SETTINGS["inline"]  # noqa: F821

LIMIT = 200
LARGEST_INT = 600
FILE, VALUE, CODE, OBJECT, STATE, DIED, INCIDENT, STEP, LIMIT_REACHED, LEFT, WRITTEN = 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
CALL, RESUME, THROW, LINE, RETURN, YIELD, UNWIND, EXCEPTION, EXIT = 0, 1, 2, 3, 4, 5, 6, 7, 9
(ATOM, SEQUENCE, MAPPING, SET, INSTANCE, CLASS, FUNCTION, METHOD, CELL, GENERATOR, FRAME, EXCEPTION_KIND,
 TRACEBACK, MODULE, NAMESPACE, WEAKREF, ITERATOR, OTHER) = range(18)
(L_INDEX, L_VALUE, L_KEY, L_ATTR, L_ELEMENT, L_CELL, L_DEFAULT, L_KW_DEFAULT, L_CLOSURE, L_NAMED,
 L_REFERENT) = range(11)
# Calls that a step may take.
MARGIN = 60
GENERATOR_FLAGS = 0x20 | 0x80 | 0x200


def type_of_function():
    pass


def type_of_generator():
    yield


def type_of_cell(x):
    def inner():
        return x
    return inner.__closure__[0]


class TypeOfInstance(object):
    __slots__ = ("slot", "__dict__", "__weakref__")

    def method(self):
        pass


class OldStyle:
    pass


FunctionType = type(type_of_function)
GeneratorType = type(type_of_generator())
CodeType = type(type_of_function.__code__)
CellType = type(type_of_cell(1))
MethodType = type(TypeOfInstance().method)
ModuleType = type(sys)
InstanceType = type(OldStyle()) if PY2 else None
OldClassType = type(OldStyle) if PY2 else None
MemberType = type(TypeOfInstance.__dict__["slot"])
GetSetType = type(TypeOfInstance.__dict__.get("__dict__", MemberType))
DictProxyType = type(type.__dict__)
try:
    raise ValueError
except ValueError:
    TracebackType = type(sys.exc_info()[2])
WeakRefType = None if _weakref is None else getattr(_weakref, "ref", None) or getattr(_weakref, "ReferenceType", None)
READ_ATTRIBUTE = object.__getattribute__
TYPE_DICT = type.__dict__.get("__dict__")
TYPE_MRO = type.__dict__.get("__mro__")
TYPE_NAME = type.__dict__.get("__name__")


def is_text(obj):
    # Classes are compared by identity alone: their own classes may say what equal is.
    cls = type(obj)
    return cls is str or cls is TEXT


def is_eternal(obj):
    """Whether it lives as long as the interpreter, whatever refers to it."""
    return obj is None or obj is True or obj is False or obj is Ellipsis or obj is NotImplemented


def mro(cls):
    try:
        found = TYPE_MRO.__get__(cls, type(cls))
    except Exception:
        found = type.__getattribute__(cls, "__mro__")
    # A native type that nobody has made ready, as those of what awaits an asynchronous generator, has none.
    return (cls,) if found is None else found


def class_name(cls):
    if OldClassType is not None and type(cls) is OldClassType:
        return cls.__name__
    try:
        return TYPE_NAME.__get__(cls, type(cls))
    except Exception:
        return type.__getattribute__(cls, "__name__")


def class_dict(cls):
    """The attributes of a class as a list of pairs."""
    if OldClassType is not None and type(cls) is OldClassType:
        return list(cls.__dict__.items())
    try:
        found = TYPE_DICT.__get__(cls, type(cls))
    except Exception:
        found = type.__getattribute__(cls, "__dict__")
    if found is None:
        return []
    try:
        return list(found.items())
    except RuntimeError:
        return []


def entry(cls, name):
    for key, value in class_dict(cls):
        if is_text(key) and key == name:
            return value
    return None


def has_base(cls, base):
    for one in mro(cls):
        if one is base:
            return True
    return False


def pairs_of(mapping):
    try:
        # What is no dict itself may have a length of its own making, for which list() would ask.
        found = dict.items(mapping)
        return list(found) if type(mapping) is dict else [pair for pair in found]
    except TypeError:
        # What holds attributes on Jython is a dict by its bases alone.
        return list(mapping.items())


def items_of(obj, base):
    # Some interpreters ask a class of the program's own for its length in the one way, some in the other.
    if JYTHON:
        return [item for item in base.__iter__(obj)]
    return base.__getitem__(obj, slice(None))


class Wire(object):
    """Puts messages into the pipe."""

    def __init__(self, path, number):
        self.out = open(path, "wb", 0)
        for one in (number, SOURCE):  # noqa: F821
            try:
                os.close(one)
            except Exception:
                pass
        self.ready = bytearray()

    def put(self, tag, body):
        length = len(body) + 1
        self.ready.extend((length & 255, length >> 8 & 255, length >> 16 & 255, length >> 24 & 255, tag))
        self.ready.extend(body)

    def flush(self):
        data = bytes(self.ready)
        del self.ready[:]
        while data:
            written = self.out.write(data)
            if written is None or written >= len(data):
                break
            data = data[written:]
        if JYTHON:
            self.out.flush()


def number(out, value):
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def option(out, value):
    number(out, 0 if value is None else value + 1)


def data(out, value):
    number(out, len(value))
    out.extend(value)


def encoded(text):
    """A text as the wire has it."""
    if PY2:
        if type(text) is str:
            return text.decode("utf-8", "replace").encode("utf-8")
        return text.encode("utf-8", "replace")
    return text.encode("utf-8", "surrogatepass")


def value_name(text):
    out = bytearray((15,))
    data(out, encoded(text))
    return bytes(out)


def value_str(text, length):
    out = bytearray((9,))
    data(out, encoded(text))
    number(out, length)
    return bytes(out)


def value_bytes(tag, part, length):
    out = bytearray((tag,))
    data(out, part)
    number(out, length)
    return bytes(out)


def atom(obj):
    """The value of an object of one of the interpreter's own types without parts, as the wire has it."""
    cls = type(obj)
    if obj is None:
        return b"\0"
    if cls is bool:
        return b"\1" if obj else b"\2"
    if cls is str or cls is TEXT:
        return text_value(obj, cls)
    if cls is INTS[0] or cls is INTS[-1]:
        bits = obj.bit_length()
        if bits > LARGEST_INT:
            out = bytearray((6,))
            number(out, bits)
            return bytes(out)
        return value_name(repr(obj))
    if cls is float or cls is complex:
        return value_name(repr(obj))
    if cls is bytes:
        return value_bytes(10, obj[:LIMIT], len(obj))
    if cls is bytearray:
        return value_bytes(11, obj[:LIMIT], len(obj))
    if obj is Ellipsis:
        return b"\3"
    if obj is NotImplemented:
        return b"\4"
    if not PY2 and cls is range:
        return value_name(repr(obj)) if obj.start.bit_length() + obj.stop.bit_length() < LARGEST_INT else None
    return None


def text_value(obj, cls):
    if not PY2:
        return value_str(obj[:LIMIT], len(obj))
    text = repr(obj[:LIMIT])
    if len(obj) > LIMIT:
        text = text[:-1] + u"\u2026".encode("utf-8") + text[-1:] if type(text) is str else text
    return value_name(text)


def key_value(key, depth=2):
    """What is shown of a dict's key."""
    found = atom(key)
    if found is not None:
        return found
    if type(key) is tuple and depth and len(key) < 8:
        out = bytearray((13,))
        number(out, len(key))
        for part in key:
            out.extend(key_value(part, depth - 1))
        return bytes(out)
    out = bytearray((14,))
    data(out, encoded(class_name(type(key))))
    return bytes(out)


_exception = ValueError(1)
HAS_LASTING_ARGUMENTS = _exception.args is _exception.args
del _exception

IMPLICIT = frozenset((
    "__name__", "__doc__", "__package__", "__loader__", "__spec__", "__file__", "__cached__", "__path__",
    "__builtins__", "__annotations__", "__annotate__", "__conditional_annotations__", "__module__",
    "__qualname__", "__firstlineno__", "__static_attributes__", "__classdict__", "__classdictcell__",
    "__type_params__", "__annotations_cache__", "__annotate_func__", "__dict__", "__weakref__"))


class Known(object):
    """What was told of an object. It holds no reference to it."""

    __slots__ = ("serial", "kind", "type_name", "seen", "told", "watch", "is_eternal", "type_id")


class Recorder(object):
    def __init__(self, wire):
        self.wire = wire
        self.lock = thread_module.allocate_lock()
        self.pid = getattr(os, "getpid", lambda: 0)()
        self.steps = 0
        self.active = True
        self.values = {}
        self.files = {}
        self.codes = {}
        self.code_numbers = 0
        self.code_of_id = {}
        self.own_modules = set(["__main__"])
        self.known = {}
        self.serials = 0
        self.gone = []
        self.collecting = False
        self.last_lines = {}
        self.pending = {}
        self.yielded = set()
        self.threads = {}
        self.base = None
        self.main_code = None
        self.main_line = 1
        self.is_full = False
        self.qualified = {}
        self.stdout = []
        self.stderr = []
        self.deque = None

    # Texts, files, code.

    def value(self, written):
        found = self.values.get(written)
        if found is None:
            found = self.values[written] = len(self.values)
            self.wire.put(VALUE, written)
        return found

    def name(self, text):
        return self.value(value_name(text))

    def file(self, path):
        found = self.files.get(path, False)
        if found is False:
            full = self.full_path(path)
            found = None
            if full is not None:
                found = sum(1 for one in self.files.values() if one is not None)
                body = bytearray()
                data(body, encoded(full))
                self.wire.put(FILE, body)
            self.files[path] = found
        return found

    def full_path(self, path):
        if INLINE and path == INLINE:
            return path
        if path.startswith("<") or not FOLDER:
            return None
        if JYTHON and path.endswith("$py.class"):
            path = path[:-9] + ".py"
        full = os.path.realpath(path)
        if PY2 and type(full) is str and not JYTHON:
            folder = FOLDER.encode("utf-8")
        else:
            folder = FOLDER
        inside = full.startswith(folder.rstrip("/") + "/")
        if not inside or "/site-packages/" in full or "/dist-packages/" in full:
            return None
        return full if os.path.isfile(full) else None

    def code(self, code):
        """The number of a code object of the program's own; None of others."""
        key = (code.co_filename, code.co_name, code.co_firstlineno, getattr(code, "co_qualname", None))
        found = self.codes.get(key, False)
        if found is False:
            found = None
            file = self.file(code.co_filename)
            if file is not None:
                found = self.code_numbers
                self.code_numbers += 1
                body = bytearray()
                option(body, file)
                data(body, encoded(code.co_name))
                data(body, encoded(getattr(code, "co_qualname", None) or self.qualified.get(key, code.co_name)))
                number(body, code.co_firstlineno)
                flags = code.co_flags & 1
                if JYTHON:
                    flags = 0 if code.co_name == "<module>" else 1
                number(body, flags)
                self.wire.put(CODE, body)
            self.codes[key] = found
        return found

    # Objects.

    def watch(self, obj, cls):
        """A weak reference that tells of the end of an instance; None where that would tell less than all."""
        if WeakRefType is None:
            return None
        for base in mro(cls):
            if entry(base, "__del__") is not None:
                # It may come back after weak references to it have been cleared.
                return None
        gone = self.gone
        recorder = self
        serial = self.serials

        def told(reference):
            gone.append((serial, recorder.collecting))
        try:
            return WeakRefType(obj, told)
        except TypeError:
            return None

    def kind_of(self, obj):
        cls = type(obj)
        if cls is FunctionType:
            return FUNCTION
        if has_base(cls, type) or cls is OldClassType:
            return CLASS
        if cls is MethodType:
            return METHOD
        if cls is CellType:
            return CELL
        if cls is InstanceType:
            return INSTANCE
        if cls is CodeType:
            return OTHER
        for base in mro(cls):
            if base is dict:
                return MAPPING
            if base is list or base is tuple:
                return SEQUENCE
            if base is set or base is frozenset:
                return SET
            if base is BaseException:
                return EXCEPTION_KIND
            if base is ModuleType:
                return MODULE
            if base is WeakRefType:
                return WEAKREF
            if base is self.deque:
                return SEQUENCE
        if cls is GeneratorType or class_name(cls) in ("coroutine", "async_generator"):
            return GENERATOR
        if cls is TracebackType:
            return TRACEBACK
        if class_name(cls) == "frame":
            return FRAME
        if self.is_python_class(cls):
            return INSTANCE
        if "iterator" in class_name(cls) or class_name(cls) in ("enumerate", "zip", "map", "filter", "reversed"):
            return ITERATOR
        return OTHER

    def is_python_class(self, cls):
        """Whether a class statement has made it, as far as its attributes tell."""
        module = entry(cls, "__module__")
        if not is_text(module) or module in ("__builtin__", "builtins"):
            return False
        for name, value in class_dict(cls):
            if name in ("__dict__", "__weakref__", "__slots__") or type(value) is FunctionType:
                return True
        return False

    def is_own_class(self, cls):
        module = entry(cls, "__module__")
        return is_text(module) and module in self.own_modules

    def parts(self, obj, kind):
        """Name and labelled references of an object: (kind of label, argument, object, is weak)."""
        out = []
        name = None
        cls = type(obj)
        if kind == SEQUENCE:
            if has_base(cls, list):
                items = items_of(obj, list)
            elif has_base(cls, tuple):
                items = items_of(obj, tuple)
            else:
                items = [item for item in self.deque.__iter__(obj)]
            out = [(L_INDEX, at, item, 0) for at, item in enumerate(items)]
        elif kind == MAPPING:
            for key, value in pairs_of(obj):
                shown = self.value(key_value(key))
                if atom(key) is None:
                    out.append((L_KEY, shown, key, 0))
                out.append((L_VALUE, shown, value, 0))
        elif kind == SET:
            base = set if has_base(cls, set) else frozenset
            out = [(L_ELEMENT, 0, item, 0) for item in base.__iter__(obj)]
        elif kind == FUNCTION:
            name = obj.__name__
            self.qualify(obj.__code__, getattr(obj, "__qualname__", None))
            for at, item in enumerate(obj.__defaults__ or ()):
                out.append((L_DEFAULT, at, item, 0))
            for at, item in enumerate(obj.__closure__ or ()):
                out.append((L_CLOSURE, at, item, 0))
            for key, item in sorted((getattr(obj, "__kwdefaults__", None) or {}).items()):
                out.append((L_KW_DEFAULT, self.value(key_value(key)), item, 0))
            for key, item in list(obj.__dict__.items()):
                out.append((L_ATTR, self.attribute(key), item, 0))
        elif kind == METHOD:
            name = obj.__func__.__name__ if type(obj.__func__) is FunctionType else None
            out.append((L_NAMED, self.name("__func__"), obj.__func__, 0))
            if obj.__self__ is not None:
                out.append((L_NAMED, self.name("__self__"), obj.__self__, 0))
        elif kind == CELL:
            try:
                out.append((L_NAMED, self.name("cell_contents"), obj.cell_contents, 0))
            except ValueError:
                pass
        elif kind == CLASS:
            name = class_name(obj)
            if self.is_own_class(obj) if cls is not OldClassType else obj.__module__ in self.own_modules:
                self.of_class(obj, cls, out)
        elif kind == GENERATOR:
            name = self.of_generator(obj, out)
        elif kind == EXCEPTION_KIND:
            self.of_exception(obj, out)
        elif kind == TRACEBACK:
            if obj.tb_next is not None:
                out.append((L_NAMED, self.name("tb_next"), obj.tb_next, 0))
            out.append((L_NAMED, self.name("frame"), obj.tb_frame, 0))
        elif kind == FRAME:
            name = obj.f_code.co_name
            if self.code(obj.f_code) is not None:
                for kind_of_name, key, item in self.names(obj):
                    if kind_of_name:
                        out.append((L_NAMED, self.name(key), item, 0))
        elif kind == MODULE:
            name = ModuleType.__getattribute__(obj, "__dict__").get("__name__")
            if not is_text(name):
                name = None
            elif name in self.own_modules and cls is ModuleType:
                for key, item in list(obj.__dict__.items()):
                    if is_text(key) and key not in IMPLICIT:
                        out.append((L_ATTR, self.attribute(key), item, 0))
        elif kind == WEAKREF:
            to = WeakRefType.__call__(obj)
            if to is not None:
                out.append((L_NAMED, self.name("referent"), to, 1))
            callback = getattr(WeakRefType, "__callback__", None)
            if callback is not None and cls is WeakRefType and obj.__callback__ is not None:
                out.append((L_NAMED, self.name("callback"), obj.__callback__, 0))
        elif kind in (ITERATOR, OTHER) and not JYTHON and hasattr(gc, "get_referents"):
            if cls is not CodeType and self.is_builtin(cls):
                for at, item in enumerate(gc.get_referents(obj)):
                    if type(item) is not ModuleType and not has_base(type(item), type):
                        out.append((L_REFERENT, at, item, 0))
        self.attributes(obj, cls, kind, out)
        return name, out

    def is_builtin(self, cls):
        module = entry(cls, "__module__")
        return module is None or not is_text(module) or module in (
            "builtins", "__builtin__", "itertools", "functools", "_functools")

    def qualify(self, code, name):
        """Keeps a function's name with those of what it stands in, for its calls."""
        if name is not None and type(code) is CodeType:
            self.qualified.setdefault((code.co_filename, code.co_name, code.co_firstlineno, None), name)

    def attribute(self, key):
        return self.name(key) if is_text(key) else self.value(key_value(key))

    def of_class(self, obj, cls, out):
        for key, item in class_dict(obj):
            if is_text(key) and key not in IMPLICIT and type(item) is not MemberType and type(item) is not GetSetType:
                out.append((L_ATTR, self.name(key), item, 0))
                if PY2 and type(item) is FunctionType:
                    self.qualify(item.__code__, class_name(obj) + "." + item.__name__)
        for base in (obj.__bases__ if cls is OldClassType else mro(obj)[1:2]):
            if base is not object:
                out.append((L_NAMED, self.name("__base__"), base, 0))

    def of_generator(self, obj, out):
        frame = None
        for field in ("gi_frame", "cr_frame", "ag_frame"):
            try:
                frame = READ_ATTRIBUTE(obj, field)
                running = READ_ATTRIBUTE(obj, field[:2] + "_running")
                break
            except AttributeError:
                pass
        name = READ_ATTRIBUTE(obj, "__name__")
        if frame is None:
            return name + " (finished)"
        if running:
            return name + " (running)"
        for kind, key, item in self.names(frame):
            if kind:
                out.append((L_NAMED, self.name(key), item, 0))
        if frame.f_lasti < 0:
            return name + " (not started)"
        return name + " (suspended)"

    def of_exception(self, obj, out):
        for field in ("args", "__cause__", "__context__", "__traceback__"):
            try:
                found = BaseException.__dict__[field].__get__(obj, type(obj))
            except (KeyError, AttributeError):
                continue
            if field == "args" and not HAS_LASTING_ARGUMENTS:
                # The tuple is made anew each time that it is asked for, and is no object of the program's.
                for at, item in enumerate(found):
                    out.append((L_NAMED, self.name("args[%d]" % at), item, 0))
            elif found is not None:
                out.append((L_NAMED, self.name(field), found, 0))

    def attributes(self, obj, cls, kind, out):
        """Attributes of an instance: those in its dict and in its slots."""
        if kind in (ATOM, FUNCTION, CLASS, METHOD, MODULE, CELL, FRAME, TRACEBACK, GENERATOR):
            return
        if InstanceType is not None and cls is InstanceType:
            found = list(obj.__dict__.items())
            out.extend((L_ATTR, self.attribute(key), item, 0) for key, item in found)
            return
        if not self.is_python_class(cls) and kind not in (INSTANCE, EXCEPTION_KIND):
            return
        has_dict = False
        for base in mro(cls):
            for name, value in class_dict(base):
                if not is_text(name):
                    continue
                if name == "__dict__" and not has_dict:
                    has_dict = True
                    self.own_dict(obj, cls, value, out)
                elif type(value) is MemberType and base is not BaseException and self.is_python_class(base):
                    if name in ("__dict__", "__weakref__"):
                        continue
                    try:
                        # On Jython an empty slot gives what is nothing at all.
                        item = value.__get__(obj, cls)
                        out.append((L_ATTR, self.name(name), item, 0))
                    except (AttributeError, UnboundLocalError):
                        continue

    def own_dict(self, obj, cls, descriptor, out):
        if type(descriptor) is not GetSetType and type(descriptor) is not MemberType:
            return
        try:
            found = descriptor.__get__(obj, cls)
        except (AttributeError, TypeError):
            return
        for key, item in pairs_of(found):
            out.append((L_ATTR, self.attribute(key), item, 0))

    # Frames.

    def names(self, frame):
        """Kind, name and object of each of a frame's names; kind 0: global, 1: local, 3: of an enclosing call."""
        code = frame.f_code
        variables = frame.f_locals
        if variables is frame.f_globals or code.co_name == "<module>":
            pairs = [(0, key, item) for key, item in list(frame.f_globals.items())]
        elif is_plain_mapping(variables):
            free = frozenset(code.co_freevars)
            items = pairs_of(variables) if has_base(type(variables), dict) else list(variables.items())
            found = dict((key, item) for key, item in items if is_text(key))
            order = list(code.co_varnames) + [key for key in code.co_cellvars if key not in code.co_varnames]
            order += list(code.co_freevars)
            order = [key for key in order if key in found]
            rest = [key for key, _ in items if is_text(key) and key not in order]
            pairs = [(3 if key in free else 1, key, found[key]) for key in order + rest]
        else:
            pairs = []
        keep = SETTINGS["implicit_names"]  # noqa: F821
        return [pair for pair in pairs if is_text(pair[1]) and (keep or pair[1] not in IMPLICIT)]

    def stack(self, frame):
        """The program's own frames, oldest first, with their code's numbers."""
        out = []
        while frame is not None and frame is not self.base:
            code = self.code(frame.f_code)
            if code is not None:
                out.append((code, frame, frame.f_lineno))
            frame = frame.f_back
        out.reverse()
        return out

    # A step.

    def walk(self, roots):
        """Looks at all that is reachable. Returns (identity, object, kind, ...) in the order of finding."""
        seen = {}
        todo = list(roots)
        todo.reverse()
        found = []
        while todo:
            obj = todo.pop()
            key = id(obj)
            if key in seen:
                continue
            value = atom(obj)
            if value is not None:
                seen[key] = len(found)
                found.append((obj, key, ATOM, value, None, ()))
                continue
            kind = self.kind_of(obj)
            name, parts = self.parts(obj, kind)
            seen[key] = len(found)
            found.append((obj, key, kind, None, name, parts))
            todo.extend(part[2] for part in reversed(parts) if not part[3])
        return seen, found

    def know(self, key, obj, kind):
        """What is known of an object that was found, under a new serial where it is another."""
        cls = type(obj)
        known = self.known.get(key)
        if known is not None:
            same = known.type_id == id(cls) and known.kind == kind
            if same and known.watch is not None and known.watch() is not obj:
                same = False
            if same and known.serial in self.dead:
                same = False
            if same:
                return known
            self.lose(key, known)
        known = Known()
        self.serials += 1
        known.serial = self.serials
        known.kind = kind
        known.type_id = id(cls)
        known.told = None
        known.seen = self.steps
        known.watch = self.watch(obj, cls) if kind in (INSTANCE, EXCEPTION_KIND) else None
        self.known[key] = known
        body = bytearray()
        number(body, key & 0xffffffffffffffff)
        body.append(kind)
        number(body, self.name(class_name(cls) if cls is not InstanceType else obj.__class__.__name__))
        option(body, known.serial if self.steps else None)
        known.is_eternal = is_eternal(obj)
        body.append(known.is_eternal)
        number(body, 0)
        self.wire.put(OBJECT, body)
        return known

    def lose(self, key, known):
        """An object is no longer found."""
        if self.known.get(key) is known:
            del self.known[key]
        if known.serial in self.dead:
            return
        body = bytearray()
        number(body, known.serial)
        body.append(2)
        self.wire.put(DIED, body)

    def deaths(self):
        """Takes what weak references have told."""
        gone, self.gone[:] = list(self.gone), []
        for serial, by_collector in gone:
            self.dead.add(serial)
            body = bytearray()
            number(body, serial)
            body.append(1 if by_collector or PYPY or JYTHON else 3)
            self.wire.put(DIED, body)

    def step(self, event, frame, line, ran, held=(), stack=None):
        if self.steps >= SETTINGS["max_steps"]:  # noqa: F821
            self.wire.put(LIMIT_REACHED, b"")
            self.wire.flush()
            self.active = False
            return
        stack = self.stack(frame) if stack is None else stack
        if not stack:
            return
        others = self.other_stacks()
        self.dead = set()
        named = []
        roots = []
        for _, frames in [(None, stack)] + others:
            for code, one, _ in frames:
                names = self.names(one) if one is not None else self.names_of_main()
                named.append(names)
                roots.extend(item for _, _, item in names)
        roots.extend(item for _, _, item in held)
        # What is watched lives, whether or not anything leads to it.
        watched = [known.watch() for known in list(self.known.values()) if known.watch is not None]
        roots.extend(item for item in watched if item is not None)
        seen, found = self.walk(roots)
        self.deaths()
        serials = {}
        for obj, key, kind, value, name, parts in found:
            known = self.know(key, obj, kind)
            known.seen = self.steps + 1
            serials[key] = known
        for key, known in list(self.known.items()):
            if known.seen != self.steps + 1 and not known.is_eternal:
                self.lose(key, known)
        for obj, key, kind, value, name, parts in found:
            self.tell(serials[key], value, name, parts, serials)
        self.send_step(event, stack, others, named, serials, line, ran, held)
        self.steps += 1

    def tell(self, known, value, name, parts, serials):
        value = None if value is None else self.value(value)
        name = None if name is None else self.name(name)
        refs = []
        for label, argument, to, weak in parts:
            to = serials.get(id(to))
            if to is not None:
                refs.append((label, argument, to.serial, weak))
        told = (value, name, refs)
        if known.told == told:
            return
        known.told = told
        body = bytearray()
        number(body, known.serial)
        option(body, None)
        body.append(1)
        option(body, value)
        option(body, name)
        option(body, None)
        number(body, len(refs))
        for label, argument, to, weak in refs:
            body.append(label)
            number(body, argument)
            number(body, to)
            body.append(weak)
        self.wire.put(STATE, body)

    def send_step(self, event, stack, others, named, serials, line, ran, held):
        body = bytearray((event,))
        code, top, _ = stack[-1]
        number(body, self.file_of_code(code))
        number(body, line)
        option(body, ran)
        option(body, self.thread() if len(self.threads) > 1 else None)
        offset = -1 if top is None or JYTHON else top.f_lasti
        option(body, offset if offset >= 0 else None)
        for _ in ("instruction", "first column", "last column"):
            option(body, None)
        body.append(0)
        named = iter(named)
        self.put_frames(body, stack, named, serials)
        number(body, len(others))
        for thread, frames in others:
            number(body, thread)
            self.put_frames(body, frames, named, serials)
        number(body, len(held))
        for kind, by, item in held:
            body.append(kind)
            body.append(1)
            number(body, self.name(by))
            number(body, serials[id(item)].serial)
        data(body, self.taken(self.stdout))
        data(body, self.taken(self.stderr))
        # What is read from standard input is not known.
        number(body, 0)
        self.wire.put(STEP, body)
        self.wire.flush()

    def file_of_code(self, code):
        for key, found in self.codes.items():
            if found == code:
                return self.files[key[0]]
        return 0

    def taken(self, texts):
        taken, texts[:] = list(texts), []
        return b"".join(taken)

    def put_frames(self, body, stack, named, serials):
        number(body, len(stack))
        for code, frame, line in stack:
            body.append(0)
            number(body, code)
            number(body, line)
            number(body, argument_count(frame))
            number(body, 0)
            number(body, 0)
            names = next(named)
            number(body, len(names))
            for kind, key, item in names:
                body.append(kind)
                number(body, self.name(key))
                number(body, serials[id(item)].serial)

    def thread(self):
        return self.threads.setdefault(thread_module.get_ident(), len(self.threads) + 1)

    def other_stacks(self):
        self.thread()
        if len(self.threads) < 2 or not hasattr(sys, "_current_frames"):
            return []
        own = thread_module.get_ident()
        out = []
        for ident, frame in sorted(sys._current_frames().items()):
            if ident != own and ident in self.threads:
                frames = self.stack(frame)
                if frames:
                    out.append((self.threads[ident], frames))
        return out

    def names_of_main(self):
        keep = SETTINGS["implicit_names"]  # noqa: F821
        pairs = list(MAIN.__dict__.items())
        return [(0, key, item) for key, item in pairs
                if is_text(key) and (keep or key not in IMPLICIT)]

    # Events.

    def trace(self, frame, event, arg):
        """What the interpreter calls at each event of code that is its own."""
        if not self.active:
            return None
        # A step takes calls of its own. Deeper down none is taken, so that it is the program that meets
        # the bound on the depth of calls.
        depth, one = MARGIN, frame
        while one is not None:
            depth, one = depth + 1, one.f_back
        if depth > sys.getrecursionlimit():
            return self.trace
        if event == "call":
            self.follow_threads()
        if self.code(frame.f_code) is None:
            return None
        self.lock.acquire()
        try:
            if getattr(os, "getpid", lambda: 0)() != self.pid:
                self.active = False
                return None
            self.take(frame, event, arg)
        except (IOError, OSError):
            # memviz is gone.
            self.active = False
        except RuntimeError:
            # The stack has no room left; what was to be sent is not whole.
            del self.wire.ready[:]
            self.is_full = True
            self.active = False
        except Exception:
            self.failed()
        finally:
            self.lock.release()
        return self.trace

    def failed(self):
        self.active = False
        kind, value, tb = sys.exc_info()
        while tb is not None and tb.tb_next is not None:
            tb = tb.tb_next
        body = bytearray()
        where = "" if tb is None else " (recorder, line %d)" % tb.tb_lineno
        data(body, encoded(class_name(kind) + where))
        self.wire.put(2, body)
        self.wire.flush()

    def follow_threads(self):
        threading = None if JYTHON else sys.modules.get("threading")
        if threading is not None and getattr(threading, "_trace_hook", self) is None:
            threading._trace_hook = self.trace

    def take(self, frame, event, arg):
        key = id(frame)
        line = frame.f_lineno
        if frame.f_code is self.main_code:
            self.main_line = line
        module = frame.f_globals.get("__name__")
        if type(module) is str:
            self.own_modules.add(module)
        if event == "call":
            resumed = key in self.yielded and frame.f_lasti > 0
            if not resumed:
                self.last_lines.pop(key, None)
            self.pending.pop(key, None)
            self.by_lines(RESUME if resumed else CALL, frame, line, self.last_lines.get(key))
        elif event == "line":
            ran = self.last_lines.get(key)
            self.pending.pop(key, None)
            self.last_lines[key] = line
            if SETTINGS["granularity"] > 0:  # noqa: F821
                self.by_lines(LINE, frame, line, ran)
        elif event == "exception":
            self.exception(frame, line, key, arg)
        elif event == "return":
            self.leave(frame, line, key, arg)

    def by_lines(self, event, frame, line, ran, held=()):
        self.step(event, frame, line, ran, held)

    def exception(self, frame, line, key, arg):
        value = arg[1]
        self.pending[key] = True
        tb = arg[2]
        is_raised_here = tb is None or tb.tb_next is None and tb.tb_frame is frame
        if not is_raised_here or not has_base(type(value), BaseException):
            return
        if (type(value) is StopIteration or type(value) is GeneratorExit) and frame.f_code.co_flags & GENERATOR_FLAGS:
            return
        held = [(1, "exception being raised", value)]
        self.step(EXCEPTION, frame, line, self.last_lines.get(key), held)

    def leave(self, frame, line, key, arg):
        way = self.way_out(frame, key, arg)
        ran = self.last_lines.get(key)
        held = []
        if way in (RETURN, YIELD):
            held.append((0, "return value", arg))
        if way == YIELD:
            self.yielded.add(key)
        else:
            self.yielded.discard(key)
        self.step(way, frame, line, ran, held)
        if way != YIELD:
            self.last_lines.pop(key, None)
            self.pending.pop(key, None)

    def way_out(self, frame, key, arg):
        """Whether a frame is left by a return, a yield, or an exception."""
        is_generator = frame.f_code.co_flags & GENERATOR_FLAGS
        if not JYTHON and VERSION < (3, 11):
            code, at = frame.f_code.co_code, frame.f_lasti
            op = code[at] if at >= 0 else 0
            op = ord(op) if type(op) is str else op
            if op in (72, 86):
                # An exception may have been thrown in where it waits.
                return UNWIND if arg is None and self.pending.get(key) else YIELD
            if op == 83:
                return RETURN
            return UNWIND if arg is None and self.pending.get(key) else RETURN
        if arg is None and self.pending.get(key):
            return UNWIND
        if not is_generator:
            return RETURN
        if JYTHON:
            return YIELD if frame.f_lasti > 0 else RETURN
        name = OPNAMES.get(frame.f_code.co_code[frame.f_lasti], "")
        return YIELD if name in ("YIELD_VALUE", "YIELD_FROM", "SEND", "RESUME") else RETURN


OPNAMES = {}
if VERSION >= (3, 11):
    _had = "opcode" in sys.modules
    import opcode
    OPNAMES.update((code, name) for name, code in opcode.opmap.items())
    if not _had:
        del sys.modules["opcode"]


def argument_count(frame):
    if frame is None:
        return 0
    code = frame.f_code
    flags = code.co_flags
    return code.co_argcount + getattr(code, "co_kwonlyargcount", 0) + bool(flags & 4) + bool(flags & 8)


def is_plain_mapping(found):
    cls = type(found)
    return cls is dict or has_base(cls, dict) or JYTHON or class_name(cls) == "FrameLocalsProxy"


# Output: each step has what the program wrote since the one before.

def listen(stream, texts, encode):
    """Also puts what is written by a stream's method into a list."""
    write = stream.write

    def heard(text):
        done = write(text)
        texts.append(encode(text))
        return done
    try:
        stream.write = heard
        return stream
    except (AttributeError, TypeError):
        return Handing(stream, texts)


class Handing(object):
    """Stands for a stream that takes no attributes, and hands on."""

    def __init__(self, stream, texts):
        self.__dict__["_stream"] = stream
        self.__dict__["_texts"] = texts
        self.__dict__["softspace"] = 0

    def write(self, text):
        if type(text) is TEXT:
            text = text.encode(getattr(self._stream, "encoding", None) or "ascii")
        self._stream.write(text)
        self._texts.append(bytes(text))

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def heard_text(text):
    return encoded(text) if is_text(text) else b""


# The program.

def adopt(path):
    """Makes this process look as if it ran the script itself; returns its code."""
    arguments = SETTINGS["arguments"]  # noqa: F821
    shown = native(SETTINGS["script"])  # noqa: F821
    kind = SETTINGS["kind"]  # noqa: F821
    main = MAIN.__dict__
    sys.argv[:] = [{"file": shown, "command": "-c"}.get(kind, "-m")] + [native(one) for one in arguments]
    if kind == "command":
        return compile(native(SETTINGS["source"]), "<string>", "exec", 0, 1)  # noqa: F821
    full = os.path.abspath(shown) if VERSION >= (3, 9) else shown
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = folder_of_script(shown)
    main["__file__"] = full
    if not PY2:
        main["__cached__"] = None
        external = sys.modules.get("_frozen_importlib_external")
        if external is not None:
            main["__loader__"] = external.SourceFileLoader("__main__", full)
    with open(full, "rb") as source:
        text = source.read()
    return compile(text, full, "exec", 0, 1)


def folder_of_script(shown):
    return os.path.dirname(os.path.realpath(shown))


def native(text):
    if not PY2:
        return text
    try:
        return text.encode("ascii" if JYTHON else "utf-8")
    except UnicodeError:
        return text


def run(recorder):
    """Runs the program under the recorder, and ends as the interpreter itself would."""
    try:
        code = adopt(SETTINGS["script"])  # noqa: F821
    except SyntaxError:
        kind, value, _ = sys.exc_info()
        if not PY2:
            value.__traceback__ = None
        report(kind, value, None)
    recorder.main_code = code
    recorder.base = sys._getframe()
    sys.settrace(recorder.trace)
    try:
        exec(code, MAIN.__dict__)
        is_replaced = stop(recorder)
        end(recorder, None, None, None, is_replaced)
    except BaseException:
        is_replaced = stop(recorder)
        kind, value, tb = sys.exc_info()
        tb = tb.tb_next
        end(recorder, kind, value, tb, is_replaced)
        if kind is SystemExit:
            raise
        report(kind, value, tb)


def stop(recorder):
    """Ends the recording of events; whether somebody has done so before."""
    found = sys.gettrace()
    sys.settrace(None)
    return recorder.active and getattr(found, "__self__", None) is not recorder


def report(kind, value, tb):
    """Says of an exception what the interpreter would, and leaves with its code."""
    if not PY2:
        value.__traceback__ = tb
        value.__context__ = value.__context__
    sys.last_type, sys.last_value, sys.last_traceback = kind, value, tb
    sys.excepthook(kind, value, tb)
    if kind is KeyboardInterrupt and VERSION >= (3, 8):
        interrupted()
    sys.exit(1)


def interrupted():
    """Ends as by Ctrl-C: behind all that the interpreter does at its end."""
    import atexit
    import _signal
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    os.kill(os.getpid(), _signal.SIGINT)


def end(recorder, kind, value, tb, is_replaced):
    if not recorder.active and not recorder.is_full:
        return
    if is_replaced or recorder.is_full:
        body = bytearray()
        data(body, b"depth" if recorder.is_full else b"events")
        recorder.wire.put(LIMIT_REACHED, body)
        recorder.wire.flush()
        recorder.active = False
        return
    try:
        # The frame is gone; its names are the module's.
        number_of_code = recorder.code(recorder.main_code)
        line = recorder.main_line
        held = []
        if kind is not None and kind is not SystemExit and has_base(type(value), BaseException):
            held.append((3, "uncaught exception", value))
            line = tb.tb_lineno if tb is not None else line
        stack = [(number_of_code, None, line)]
        recorder.step(EXIT, None, line, line, held, stack)
        recorder.wire.put(LEFT, left(recorder, kind, value, tb))
        recorder.wire.flush()
    except (IOError, OSError):
        pass
    recorder.active = False


def left(recorder, kind, value, tb):
    body = bytearray()
    if kind is None:
        body.append(0)
        return body
    body.append(1)
    data(body, encoded(class_name(kind) if type(kind) is not OldClassType else kind.__name__))
    arguments = ()
    if has_base(type(value), BaseException):
        arguments = BaseException.__dict__["args"].__get__(value, type(value))
    number(body, len(arguments))
    for one in arguments:
        body.append(is_text(one))
        if is_text(one):
            data(body, encoded(one[:LIMIT]))
        body.extend(key_value(one))
    entries = []
    while tb is not None:
        entries.append((tb.tb_frame.f_code, tb.tb_lineno))
        tb = tb.tb_next
    number(body, len(entries))
    for code, line in entries:
        option(body, recorder.file(code.co_filename))
        data(body, encoded(code.co_filename))
        number(body, line)
        data(body, encoded(code.co_name))
    return body


MAIN = sys.modules["__main__"]


def start():
    recorder = Recorder(Wire("/proc/self/fd/%d" % DESCRIPTOR, DESCRIPTOR))  # noqa: F821
    collections = sys.modules.get("_collections") or sys.modules.get("collections")
    if collections is not None:
        recorder.deque = getattr(collections, "deque", None)
    sys.stdout = listen(sys.stdout, recorder.stdout, heard_text)
    sys.stderr = listen(sys.stderr, recorder.stderr, heard_text)
    return recorder


run(start())
