//! Objects whose death runs code of the program's: finalizers, weak callbacks, closed generators.

use super::{Gen, Place};

const CLASSES: &str = "keep = []
made = 0
class Final:
    def __init__(self, n=None, o=None):
        global made
        made += 1
        self.n, self.o = (made if n is None else n), o
    def __del__(self):
        print('del', self.n, type(self.o).__name__, sys.getrefcount(self))
        act(self)
class Slot:
    __slots__ = ('n', 'o', '__weakref__')
    def __init__(self, n, o=None):
        self.n, self.o = n, o
    def __del__(self):
        print('slot', self.n)
class Phoenix:
    def __init__(self, n):
        self.n = n
    def __del__(self):
        print('rises', self.n)
        self.n += 1
        keep.append(self)
class Listed(list):
    def __del__(self):
        print('listed', len(self))
class Leave:
    def __init__(self, n): self.n = n
    def __enter__(self): return Final(self.n)
    def __exit__(self, *error):
        print('leave', self.n, error[0] and error[0].__name__)
        keep.append(Final(self.n + 100))
        del keep[:-2]
        return True
def told_dead(r):
    print('dead', r() is None)
    act(r)
def gen(x):
    held = [x]
    try:
        while True:
            held.append((yield held))
    finally:
        print('closed', len(held))
        held = Final('g')
def quiet(x):
    return x";

/// What a finalizer or a callback does besides printing.
fn act(g: &mut Gen) {
    g.block("def act(x):", |g| {
        g.line("global made");
        for _ in 0..1 + g.below(3) {
            let line = match g.below(12) {
                0 => "y = [x, 1]",
                1 => "Slot(1, Slot(2))",
                2 => "if made < 30: Final(None)",
                3 => "if len(keep) < 5: keep.append(x)",
                4 => "gc.collect()",
                5 => "keep.clear()",
                6 => "r = weakref.ref(Slot(3), lambda r: print('inner callback'))",
                7 => "try:\n    boom(0)\nexcept Own as e:\n    x = e",
                8 => "if isinstance(x, Final): x.o = None",
                9 => "if isinstance(x, Final) and made < 30: x.o = Final(None, [x])",
                10 => "for i in range(3): quiet([i])",
                _ => "l = Listed([1]); l.append(l); del l",
            };
            g.line(line);
        }
        if g.one_in(8) {
            g.line("boom(0)");
        }
    });
}

fn step(g: &mut Gen) {
    let n = g.label();
    let (x, y) = (g.pick(&["a", "b", "c"]), g.pick(&["a", "b", "c"]));
    let line = match g.below(34) {
        0 => format!("{x} = Final({n})"),
        1 => format!("{x} = Final({n}, {y})"),
        2 => format!("{x} = Final({n}); {x}.o = {x}; {x} = None"),
        3 => format!("Final({n})"),
        4 => format!("Final({n}).o = Final({n}.5)"),
        5 => format!("setattr(Slot({n}), 'o', Final({n}))"),
        6 => format!("{x} = Final({n}); r{n} = weakref.ref({x}, told_dead); {x} = None"),
        7 => format!("r = weakref.ref(Final({n}), told_dead); print(r() is None)"),
        8 => format!("{x} = Slot({n}); weakref.finalize({x}, quiet, {n}); {x} = {y}"),
        9 => format!(
            "{x} = Slot({n}); weakref.finalize({x}, told_dead, lambda: None); del {x}; {x} = 1"
        ),
        10 => format!("{x} = Phoenix({n}); {x} = None; print(len(keep))"),
        11 => format!(
            "{x} = Phoenix({n}); {x}.me = {x}; {x} = None; print(gc.collect() > 0); keep.clear()"
        ),
        12 => "keep.clear()".to_owned(),
        13 => format!("{x} = gen(Final({n})); next({x}); {x} = None"),
        14 => format!("{x} = gen({y}); next({x}); {x}.send(Slot({n}))"),
        15 => format!("{x} = [Final(i) for i in range(3)]; {x}[1:2] = []; {x}.clear()"),
        16 => format!(
            "{x} = {{i: Final(i) for i in range(3)}}; {x}[1] = Slot({n}); {x}.pop(2); {x} = None"
        ),
        17 => format!(
            "d = weakref.WeakValueDictionary(); {x} = Slot({n}); d[1] = {x}; {x} = None; print(len(d))"
        ),
        18 => format!(
            "k = weakref.WeakKeyDictionary(); {x} = Final({n}); k[{x}] = Final({n}); {x} = None; print(len(k))"
        ),
        19 => format!("with Leave({n}) as {x}: {x} = None; boom(0)"),
        20 => format!("with Leave({n}) as {x}, Leave({n}): pass\n{x} = None"),
        21 => "print(gc.collect())".to_owned(),
        22 => format!("x = y = None\nfor x in [Final({n}), Slot({n})]: y = x\ndel x, y"),
        23 => format!(
            "def f(p=Final({n})):\n    q = Slot({n}, p)\n    return p\nf(); f.__defaults__ = None; del f"
        ),
        24 => format!(
            "def f(p):\n    q = Final({n}, p)\n    boom(0)\ntry:\n    f({y})\nexcept Own as e:\n    {x} = e\n{x} = None"
        ),
        25 => format!(
            "{x} = weakref.proxy(Slot({n}), told_dead)\ntry:\n    {x}.n\nexcept ReferenceError:\n    print('gone')\n{x} = 0"
        ),
        26 => format!("{x} = Listed([Final({n})]); {x}.append({x}); {x} = None"),
        27 => format!(
            "l = None\nfor i in range({}): l = [l]\nl = Final({n}, l); l = None",
            20 + g.below(180)
        ),
        28 => format!(
            "class K{n}:\n    x = Final({n})\n{x} = K{n}(); del K{n}; {x} = None; gc.collect()"
        ),
        29 => format!("s = {{Slot({n}), Final({n})}}; s.clear()"),
        30 => format!(
            "{x} = Final({n}); {y} = Final({n}); {x}.o = {y}; {y}.o = {x}; {x} = {y} = None"
        ),
        31 => "print(list(map(lambda i: Final(i).n, range(3))), sorted([3, 1], key=lambda i: Slot(i).n))"
            .to_owned(),
        32 => format!("{x} = sys.getrefcount(Final({n})); print({x})"),
        _ => {
            format!("{x} = Final({n}, o=[weakref.ref({y}, told_dead) if type({y}) is Slot else 0])")
        }
    };
    g.line(line);
}

pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    g.line(CLASSES);
    act(g);
    g.line("a = b = c = None");
    let inside = g.one_in(2);
    let count = 3 + g.below(9);
    let steps = |g: &mut Gen| {
        for _ in 0..count {
            step(g);
        }
    };
    if inside {
        g.block("def main():", |g| {
            g.line("a = b = c = None");
            steps(g);
        });
        g.line("main()");
    } else {
        steps(g);
    }
    g.line("a = b = c = None\nkeep.clear()\ngc.collect()\nkeep.clear()\nprint(made, len(keep))");
    g.leave();
}

/// What the collector's own numbers say, all along.
pub fn collector(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("class Ring:\n    def __init__(self, n):\n        self.n, self.me = n, self\nclass Loud(Ring):\n    def __del__(self): print('del', self.n)\nkeep = []");
    let threshold = 50 + g.below(300);
    let second = 2 + g.below(5);
    g.line(format!(
        "before = gc.get_threshold()\ngc.set_threshold({threshold}, {second}, 3)"
    ));
    g.line("def told_phase(phase, info):\n    print(phase, sorted(info), info['generation'])");
    if g.one_in(2) {
        g.line("gc.callbacks.append(told_phase)");
    }
    for _ in 0..3 + g.below(6) {
        let (n, generation) = (g.label(), g.below(3));
        let line = match g.below(9) {
            0 => format!("for i in range({}): Ring(i)", 10 + g.below(60)),
            1 => format!(
                "for i in range({}): keep.append([i])\ndel keep[:]",
                10 + g.below(60)
            ),
            2 => format!("print(gc.collect({generation}))"),
            3 => "print(gc.get_count(), [s['collections'] for s in gc.get_stats()])".to_owned(),
            4 => format!("Loud({n})"),
            5 => "gc.disable(); Ring(0); print(gc.isenabled(), gc.get_count()); gc.enable()"
                .to_owned(),
            6 => "kinds = list(map(type, gc.get_objects())); print(kinds.count(Ring), kinds.count(Loud))".to_owned(),
            7 => format!(
                "x = [{n}]; print([type(o).__name__ for o in gc.get_referents(x)], gc.is_tracked(x), sum(r is keep for r in gc.get_referrers(x)))"
            ),
            _ => format!("gc.freeze(); print(gc.get_freeze_count() > 0); gc.unfreeze(); Loud({n})"),
        };
        g.line(line);
        if g.one_in(2) {
            g.line("print(gc.get_count())");
        }
    }
    g.line("gc.callbacks.clear()\nprint(gc.collect(), gc.get_count(), gc.garbage)\ngc.set_threshold(*before)");
    g.leave();
}
