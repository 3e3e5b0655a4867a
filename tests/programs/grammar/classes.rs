//! Class bodies, and what stands in them.

use super::{Gen, Place};

impl Gen {
    pub fn nested_class(&mut self) {
        let label = self.label();
        let base = self.pick(&["", "(Box)", "(Own)", "(list)", "(metaclass=type)"]);
        self.block(format!("class C{label}{base}:"), |g| {
            if g.one_in(4) {
                g.line("'''What it is for.'''");
            }
            g.enter(Place::Class);
            g.body(1, 4);
            if g.one_in(2) {
                g.function(Place::Function, "method", "self, x=1");
            }
            if g.one_in(3) {
                g.line("value = property(lambda self: 7)");
            }
            let state = g.state();
            g.line(state);
            g.leave();
        });
        self.line(format!(
            "t({label}, [k for k in C{label}.__dict__ if k[:1] != '_' and k[1:].isdigit()])\nif hasattr(C{label}, 'method'): t({label}, num(C{label}().method(2)))"
        ));
    }
}

/// Metaclasses, descriptors, slots, `super`, decorators.
pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    g.budget = 18 + g.below(16);
    let label = g.label();
    g.line(
        "def deco(x):\n    print('deco', getattr(x, '__name__', type(x).__name__))\n    return x",
    );
    g.block("class Meta(type):", |g| {
        g.line("@classmethod\ndef __prepare__(mcs, name, bases, **k):\n    print('prepare', name, k)\n    return {'made': 1}");
        g.block("def __new__(mcs, name, bases, ns, **k):", |g| {
            g.line("print('new', name, [n for n in ns if n[0] != '_'])\nreturn super().__new__(mcs, name, bases, ns)");
        });
        g.line("def __init__(cls, name, bases, ns, flag=0):\n    super().__init__(name, bases, ns)\n    cls.flag = flag\ndef __call__(cls, *a, **k):\n    print('call', cls.__name__, a)\n    return super().__call__(*a, **k)");
    });
    g.block("class Field:", |g| {
        g.line("def __set_name__(self, owner, name):\n    print('set name', owner.__name__, name)\n    self.name = '_' + name\ndef __get__(self, one, kind=None):\n    return self if one is None else one.__dict__.get(self.name, 0)\ndef __set__(self, one, value):\n    print('set', self.name, value)\n    one.__dict__[self.name] = value");
    });
    let flag = g.below(9);
    g.block(format!("class A{label}(metaclass=Meta, flag={flag}):"), |g| {
        g.enter(Place::Class);
        g.line("f = Field()");
        g.body(1, 3);
        g.line("@deco\n@staticmethod\ndef still(x): return x + 1\n@classmethod\ndef kind(cls, x=1):\n    return cls.__name__, x\n@property\ndef p(self): return self.f + 1\n@p.setter\ndef p(self, x): self.f = x * 2\n@p.deleter\ndef p(self): self.f = -1");
        g.function_with(Place::Function, "__init__", "self, x=3", |g| {
            g.line("self.f = x");
            g.body(1, 3);
        });
        g.function(Place::Function, "method", "self, x=1");
        g.leave();
    });
    let mixin = g.pick(&[
        "",
        "__slots__ = ('q', 'r')",
        "def __getattr__(self, name): return 'got ' + name",
    ]);
    g.block("class Mixin:", |g| {
        g.line(mixin);
        g.line("def __init_subclass__(cls, **k):\n    print('subclass', cls.__name__)\n    super().__init_subclass__(**k)\ndef who(self): return ['Mixin']");
    });
    g.block(format!("class B{label}(A{label}, Mixin):"), |g| {
        g.enter(Place::Class);
        g.body(1, 3);
        g.line("def who(self): return ['B'] + super().who()\ndef method(self, x=1):\n    inner = lambda: super(type(self), self).method(x)\n    return num(inner()) + num(super().method(x))");
        g.line("class In:\n    x = [y for y in range(3)]\n    def outer(self): return __class__.__name__");
        g.leave();
    });
    g.block("try:", |g| {
        g.line(format!("b = B{label}(5)\nb.p = 4\nt(b.p, b.f, b.who(), b.kind(), b.still(1), B{label}.flag)\ndel b.p\nt(b.p, num(b.method(2)), b.In().outer(), [c.__name__ for c in B{label}.__mro__])"));
        g.body(1, 3);
    });
    g.line("except Exception as error:\n    told(error)");
    g.leave();
}

/// Dataclasses, enums, named tuples, abstract classes, generic ones, cached functions.
pub fn library(g: &mut Gen) {
    g.enter(Place::Module);
    g.budget = 10;
    let n = g.below(9);
    g.line("import abc, contextlib, dataclasses, enum, functools, typing, collections");
    if g.one_in(2) {
        g.line(format!("@dataclasses.dataclass(order=True)\nclass D:\n    x: int\n    y: list = dataclasses.field(default_factory=list)\n    def __post_init__(self):\n        self.x += {n}\n        self.y.append(self.x)\nd = D(1)\nt(d.x, d.y, d == D(1), d < D(2), dataclasses.replace(d, x=3).y)\nt(dataclasses.asdict(d))"));
    }
    if g.one_in(2) {
        g.line("class Color(enum.Enum):\n    RED = 1\n    BLUE = enum.auto()\n    def both(self):\n        return [c.name for c in Color if c is not self]\nclass Bits(enum.Flag):\n    A = enum.auto()\n    B = enum.auto()\nt(Color.RED.both(), Color(2).name, Color['RED'].value, (Bits.A | Bits.B).value, [c.name for c in Bits.A | Bits.B])");
    }
    if g.one_in(2) {
        g.line("class Shape(abc.ABC):\n    @abc.abstractmethod\n    def area(self): ...\n    @property\n    def twice(self): return 2 * self.area()\nclass Square(Shape):\n    def area(self):\n        return 9\ntry:\n    Shape()\nexcept TypeError as e:\n    print(type(e).__name__)\nt(Square().twice, isinstance(Square(), Shape))");
    }
    if g.one_in(2) {
        g.block("@contextlib.contextmanager\ndef cm(x):", |g| {
            g.enter(Place::Function);
            g.line("print('in', x)\ntry:\n    yield x\nexcept Own:\n    print('kept')\nfinally:\n    print('out', x)");
            g.leave();
        });
        g.block("with contextlib.ExitStack() as stack:", |g| {
            g.line("stack.callback(print, 'callback')\nt(stack.enter_context(cm(1)), stack.enter_context(cm(2)))");
            g.body(1, 3);
            g.line("boom(0)");
        });
    }
    if g.one_in(2) {
        let deco = g.pick(&[
            "functools.lru_cache(maxsize=2)",
            "functools.cache",
            "functools.wraps(t)",
        ]);
        g.line(format!("@{deco}\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nt(fib(9), fib.__name__)\n@functools.singledispatch\ndef kind(x): return 'any'\n@kind.register\ndef _(x: int): return 'int'\n@kind.register(list)\ndef _(x): return 'list', [kind(y) for y in x]\nt(kind(1), kind([2, 's']), functools.reduce(lambda a, b: a * b, [1, 2, 3]))"));
    }
    if g.one_in(2) {
        g.line("P = collections.namedtuple('P', 'x y', defaults=[7])\nclass Q(typing.NamedTuple):\n    x: int\n    y: str = 'q'\n    def both(self): return self.x, self.y\nt(P(1), P(1)._replace(x=2), Q(3).both())\nclass G[T]:\n    def __init__(self, x: T): self.x = x\n    def get(self) -> T:\n        return self.x\ndef first[T](xs: list[T]) -> T: return xs[0]\nt(G[int](4).get(), first([5]))");
    }
    g.body(1, 3);
    g.nested_class();
    g.leave();
}
