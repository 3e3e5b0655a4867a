//! Reference counts and identities, as the program itself sees them.

use super::{Gen, Place};

/// An expression whose value is counted.
fn counted(g: &mut Gen) -> String {
    g.pick(&[
        "x",
        "y",
        "z",
        "x.v",
        "y[0]",
        "f",
        "[x]",
        "(x, y)",
        "Box(x, y).x",
        "f.__defaults__",
        "quiet(x)",
        "(lambda: x)()",
        "[x for _ in range(2)][0]",
        "{'k': y}['k']",
        "d",
        "d['k']",
        "it",
        "(x if y else z)",
        "sys.modules['sys']",
        "Box",
        "x.__class__",
        "error",
        "1.5 * n",
        "bound",
        "f'{n}-text'",
        "z[:]",
        "10 ** 20 + n",
    ])
    .to_owned()
}

pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("rc = sys.getrefcount\ndef quiet(v):\n    return v");
    let rounds = g.pick(&["3", "30", "70"]);
    let inside = g.one_in(2);
    let body = |g: &mut Gen| {
        g.line("x, y, z, d, n = Box([1]), [[2]], [3.5, 'z'], {'k': [4]}, 7\nx.v = [5]\nbound = x.__init__\nerror = None");
        g.line("def f(p, q=[6], *r, k=x):\n    p = [p, rc(p), rc(q), rc(r)]\n    return p\ndef gen(v):\n    while True:\n        v = yield rc(v)\nit = gen(y)\nnext(it)");
        g.block(format!("for n in range({rounds}):"), |g| {
            for _ in 0..2 + g.below(7) {
                let value = counted(g);
                let other = counted(g);
                let line = match g.below(15) {
                    0 => format!("print(rc({value}))"),
                    1 => format!("print(\n    rc({value}),\n    rc(\n        {other},\n    ),\n    n)"),
                    2 => format!("print(f({value})[1:])"),
                    3 => format!("print(it.send({value}))"),
                    4 => format!("w = {value}; print(rc(w)); w = None"),
                    5 => format!("print([rc({value}) for _ in range(2)], rc({other}))"),
                    6 => format!("try:\n    raise Own({value})\nexcept Own as e:\n    error = e\n    print(rc(e), rc({other}))\n    error = None"),
                    7 => format!("if rc({value}) > 2: print('many', n)\nelse: print('few', n)"),
                    8 => format!("a, b = {value}, {other}; print(rc(a), rc(b)); del a, b"),
                    9 => format!("print(*(rc(v) for v in [{value}, {other}]))"),
                    10 => format!("with Cm({value}, True) as c: print(rc(c)); boom(0)\nprint(rc(c)); c = None"),
                    11 => format!("def inner(v={value}): return rc(v), rc({other})\nprint(inner()); del inner"),
                    12 => format!("print(max([({value}, n)], key=lambda p: rc(p[0]))[1], list(map(rc, [{other}])))"),
                    13 => format!("match [{value}]:\n    case [v]: print(rc(v)); v = None"),
                    _ => format!("class T: v = {value}; print(rc(v))\nprint(rc(T.v) > 1); del T"),
                };
                g.line(line);
            }
        });
    };
    if inside {
        g.block("def main():", body);
        g.line("main()");
    } else {
        body(g);
    }
    g.leave();
}

/// Which blocks are used again for what.
pub fn identities(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("class S: pass\nclass Slim: __slots__ = ('v',)\nids = {}\ndef seen(v):\n    n = ids.setdefault(id(v), len(ids))\n    return n");
    let rounds = g.pick(&["2", "12", "40"]);
    let body = |g: &mut Gen| {
        g.line("old = None");
        g.block(format!("for n in range({rounds}):"), |g| {
            for _ in 0..2 + g.below(6) {
                let value = g.pick(&[
                    "S()", "Slim()", "[n]", "(n, n + 1)", "{n: n}", "{n}", "n * 1.5", "10 ** 20 + n",
                    "f'text {n}'", "lambda: n", "(i for i in [n])", "iter([n])", "range(n, 999)", "bytes(n + 20)",
                    "S().__init__", "Own(n)", "slice(n, 5)", "memoryview(b'x')", "type('X', (), {})", "n + 1j",
                ]);
                let line = match g.below(6) {
                    0 => format!("print(seen({value}))"),
                    1 => format!("o = {value}; i = id(o); del o; o = {value}; print(id(o) == i); del o"),
                    2 => format!("print(id({value}) == id({value}))"),
                    3 => format!("old = [{value}, old]; print(seen(old[0])); old = old if n % 3 else None"),
                    4 => format!("l = [{value} for _ in range(3)]; print([seen(v) for v in l]); del l[n % 3]; l.append({value}); print(seen(l[-1])); del l"),
                    _ => format!("p, q = {value}, {value}; print(seen(p), seen(q)); p = q = None"),
                };
                g.line(line);
            }
        });
    };
    if g.one_in(2) {
        g.block("def main():", body);
        g.line("main()");
    } else {
        body(g);
    }
    g.leave();
}
