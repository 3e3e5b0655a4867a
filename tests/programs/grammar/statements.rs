//! Statements: every kind in every place that Python allows it.

use super::{Gen, Place};

/// A program of the module's own statements.
pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    g.budget = 12 + g.below(25);
    g.favour = Some(g.random.below(STATEMENTS.len()));
    g.body(3, 9);
    let state = g.state();
    g.line(state);
    g.leave();
}

type Statement = fn(&mut Gen);

/// All kinds of statements; those that come up more often stand here more than once.
const STATEMENTS: [Statement; 42] = [
    assign,
    assign,
    augmented,
    augmented,
    show,
    show,
    show,
    branch,
    branch,
    while_loop,
    while_loop,
    for_loop,
    for_loop,
    for_loop,
    attempt,
    attempt,
    attempt,
    with,
    with,
    Gen::match_statement,
    Gen::match_statement,
    Gen::nested_function,
    Gen::nested_function,
    Gen::nested_class,
    jump,
    jump,
    jump,
    leave_function,
    raise,
    delete,
    assertion,
    comprehension,
    one_line,
    one_line,
    turned_over,
    module_itself,
    several_lines,
    unpack,
    annotated,
    suspended,
    suspended,
    executed,
];

impl Gen {
    /// Between `least` and `most` statements.
    pub fn body(&mut self, least: usize, most: usize) {
        let wanted = least + self.below(most - least + 1);
        for number in 0..wanted {
            if self.budget > 0 || number == 0 {
                self.statement();
            }
        }
    }

    pub fn statement(&mut self) {
        if self.budget == 0 || self.depth > 6 {
            let label = self.label();
            let name = self.int_name();
            return self.line(format!("t({label}, {name})"));
        }
        self.budget -= 1;
        self.depth += 1;
        let favour = self.favour;
        let which = match favour {
            Some(favourite) if self.one_in(4) => favourite,
            _ => self.below(STATEMENTS.len()),
        };
        STATEMENTS[which](self);
        self.depth -= 1;
    }

    /// Prints what the names of the body hold.
    pub fn state(&mut self) -> String {
        let label = self.label();
        let (texts, lists) = (self.text_own(), self.list_own());
        let names = self.scope().own.join(", ");
        format!("t({label}, {names}, {texts}, {lists}[-5:])")
    }

    fn in_loop(&mut self, head: &str, least: usize, most: usize) {
        self.scope_mut().loops += 1;
        self.block(head, |g| g.body(least, most));
        self.scope_mut().loops -= 1;
    }

    fn is_async(&self) -> bool {
        matches!(self.scope().place, Place::Coroutine | Place::AsyncGenerator)
    }

    fn in_function(&self) -> bool {
        !matches!(self.scope().place, Place::Module | Place::Class)
    }
}

fn assign(g: &mut Gen) {
    match g.below(8) {
        0 => {
            let (name, text) = (g.text_own(), g.text(2));
            g.line(format!("{name} = {text}"));
        }
        1 => {
            let (name, list) = (g.list_own(), g.list(2));
            g.line(format!("{name} = {list}[-5:]"));
        }
        2 => {
            let (one, two) = (g.own_name(), g.own_name());
            let (first, second) = (g.int(1), g.int(1));
            g.line(format!("{one}, {two} = {first} % 91, {second} % 91"));
        }
        3 => {
            let (one, two, value) = (g.own_name(), g.own_name(), g.int(2));
            g.line(format!("{one} = {two} = {value} % 97"));
        }
        _ => {
            let (name, value) = (g.own_name(), g.int(3));
            g.line(format!("{name} = {value} % 101"));
        }
    }
}

/// The module whose code runs, as an object of the program's.
fn module_itself(g: &mut Gen) {
    let n = g.label();
    match g.below(4) {
        0 => g.line(format!("m{n} = sys.modules[__name__]")),
        1 => g.line(format!("m{n} = [sys.modules[__name__], globals()]")),
        2 => {
            g.line(format!("m{n} = sys.modules[__name__]"));
            g.line(format!("m{n}.later{n} = [m{n}.__name__]"));
        }
        _ => g.line(format!(
            "m{n} = vars(sys.modules[__name__]).get('m{n}', [{n}])"
        )),
    }
}

/// Objects that die within one line, so that others of their kind can take their places in memory.
fn turned_over(g: &mut Gen) {
    let (n, label, which) = (g.label(), g.label(), g.below(10));
    let made = move |i: usize| match which {
        0 => format!("[{i}]"),
        1 => format!("Box({i})"),
        2 => format!("{{1: {i}}}"),
        3 => format!("(w{n}, {i})"),
        4 => format!("str({i}) + 'x'"),
        5 => format!("{i} + 0.5"),
        6 => format!("iter([{i}])"),
        7 => format!("weakref.ref(w{n}, lambda r: {i})"),
        8 => format!("{{{i}: 1}}.items()"),
        _ => format!("lambda: {i}"),
    };
    let (holder, place) = match g.below(4) {
        0 => ("[0]", format!("h{n}[0]")),
        1 => ("Box()", format!("h{n}.x")),
        2 => ("{}", format!("h{n}['k']")),
        _ => ("0", format!("h{n}")),
    };
    g.line(format!("h{n}, w{n} = {holder}, Box()"));
    let mut number = 0;
    for _ in 0..1 + g.below(3) {
        let several: Vec<String> = (0..1 + g.below(3))
            .map(|_| {
                number += 1;
                format!("{place} = {}", made(number))
            })
            .collect();
        g.line(several.join("; "));
    }
    g.line(format!("t({label}, type({place}).__name__)"));
}

fn augmented(g: &mut Gen) {
    let (name, list, value) = (g.own_name(), g.list_own(), g.int(2));
    match g.below(6) {
        0 => g.line(format!("{list} += [{value}]\ndel {list}[:-6]")),
        1 => g.line(format!("{list}.append({value})\n{list}[-1] -= 1")),
        2 => g.line(format!(
            "{list}[len({list}):] = [{value}]\n{list}[:-6] = []"
        )),
        3 => {
            let label = g.label();
            g.line(format!(
                "box = Box({value})\nbox.x += {name}\nt({label}, box.x)"
            ));
        }
        _ => {
            let sign = g.pick(&["+", "-", "|", "^", "&"]);
            g.line(format!("{name} {sign}= {value} % 1001"));
        }
    }
}

fn show(g: &mut Gen) {
    let label = g.label();
    let line = match g.below(4) {
        0 => g.state(),
        1 => format!("t({label}, {})", g.text(2)),
        2 => format!("t({label}, {}[-5:])", g.list(2)),
        _ => format!("t({label}, {})", g.int(3)),
    };
    g.line(line);
}

fn branch(g: &mut Gen) {
    let test = g.truth(2);
    g.block(format!("if {test}:"), |g| g.body(1, 3));
    while g.one_in(3) {
        let test = g.truth(1);
        g.block(format!("elif {test}:"), |g| g.body(1, 2));
    }
    if g.one_in(2) {
        g.block("else:", |g| g.body(1, 3));
    }
}

fn while_loop(g: &mut Gen) {
    let (n, times) = (g.label(), g.below(4));
    let counter = format!("n{n}");
    let test = match g.below(4) {
        0 => format!("{counter} < {times} and ({} or True)", g.truth(1)),
        1 => format!("({counter} := {counter} + 1) <= {times}"),
        _ => format!("{counter} < {times}"),
    };
    // A test without a walrus counts in the body, so that no `continue` goes round for ever.
    g.line(format!("{counter} = 0"));
    g.scope_mut().loops += 1;
    g.block(format!("while {test}:"), |g| {
        g.line(format!("{counter} += 1"));
        g.body(1, 4);
    });
    g.scope_mut().loops -= 1;
    if g.one_in(3) {
        g.block("else:", |g| g.body(1, 2));
    }
}

fn for_loop(g: &mut Gen) {
    let target = g.own_name();
    if g.is_async() && g.one_in(2) {
        let n = g.below(4);
        g.in_loop(&format!("async for {target} in Count({n}):"), 1, 4);
    } else {
        let head = match g.below(6) {
            0 => format!("for {target}, _ in enumerate({}):", g.iterable(1)),
            1 => {
                let other = g.own_name();
                format!(
                    "for {target}, ({other}, *_) in zip({}, [[1, 2], [3], [4, 5, 6]]):",
                    g.iterable(0)
                )
            }
            2 => format!("for {target} in {} or [2]:", g.list_name()),
            _ => format!("for {target} in {}:", g.iterable(1)),
        };
        // What is gone round in is a copy where it is a list that the body may grow.
        let head = head.replace(" or [2]:", "[:4] or [2]:");
        g.in_loop(&head, 1, 4);
    }
    if g.one_in(3) {
        g.block("else:", |g| g.body(1, 2));
    }
}

fn attempt(g: &mut Gen) {
    g.try_statement();
}

fn with(g: &mut Gen) {
    let manager = |g: &mut Gen| {
        let label = g.label();
        let more = match g.below(9) {
            0..=2 => ", True",
            3 => ", fails='exit'",
            4 => ", fails='enter'",
            _ => "",
        };
        let bound = if g.one_in(3) {
            format!(" as w{label}")
        } else {
            String::new()
        };
        format!("Cm({label}{more}){bound}")
    };
    let word = if g.is_async() && g.one_in(2) {
        "async with"
    } else {
        "with"
    };
    let (one, two) = (manager(g), manager(g));
    let head = match g.below(4) {
        0 => format!("{word} {one}, {two}:"),
        1 => format!("{word} (\n    {one},\n    {two},\n):"),
        _ => format!("{word} {one}:"),
    };
    g.block(head, |g| g.body(1, 4));
}

fn jump(g: &mut Gen) {
    if g.scope().loops == 0 {
        return show(g);
    }
    let (word, test) = (g.pick(&["break", "continue"]), g.truth(1));
    match g.below(4) {
        0 => g.line(word),
        1 => g.line(format!("if {test}: {word}")),
        _ => g.block(format!("if {test}:"), |g| g.line(word)),
    }
}

fn leave_function(g: &mut Gen) {
    if !g.in_function() || g.scope().shut > 0 {
        return show(g);
    }
    let bare = g.scope().place == Place::AsyncGenerator;
    let (test, value) = (g.truth(1), g.int(2));
    g.block(format!("if {test}:"), |g| {
        let text = if bare {
            "return".to_owned()
        } else {
            format!("return {value}")
        };
        g.line(text);
    });
}

fn raise(g: &mut Gen) {
    let (test, kind) = (g.truth(1), g.below(6));
    let line = match g.below(4) {
        0 if g.scope().handlers > 0 => "raise".to_owned(),
        1 => format!("raise Own({kind}) from ValueError({kind})"),
        2 => format!("raise Own({kind}) from None"),
        _ => format!("boom({kind})"),
    };
    g.block(format!("if {test}:"), |g| g.line(line));
}

fn delete(g: &mut Gen) {
    let (name, value) = (g.own_name(), g.int(0));
    let list = g.list_own();
    match g.below(4) {
        0 => g.line(format!("{list} = [1, 2, 3]\ndel {list}[0], {list}[-1:]")),
        1 => g.line("box = Box()\ndel box.x, box.y\ndel box"),
        // The value is worked out before, for the name may stand in it.
        2 => g.line(format!("kept = {value}\ndel {name}\n{name} = kept")),
        _ => g.line("d = {1: 2, 3: 4}\ndel d[1]\nt(len(d))"),
    }
}

fn assertion(g: &mut Gen) {
    let test = g.truth(1);
    if g.one_in(3) {
        let label = g.label();
        g.line(format!("assert {test}, t({label}, 'assert')"));
    } else {
        g.line(format!("assert ({test}) or True"));
    }
}

fn comprehension(g: &mut Gen) {
    let label = g.label();
    let open = ['(', '[', '{'][g.below(3)];
    let text = g.comprehension(2, open);
    if g.is_async() && g.one_in(2) {
        let n = g.below(4);
        return g.line(format!(
            "t({label}, [x async for x in Count({n}) if x != 2])"
        ));
    }
    let text = match open {
        '{' => format!("t({label}, sorted({text}))"),
        '(' => format!("t({label}, list({text}))"),
        _ => format!("t({label}, {text})"),
    };
    g.line(text);
}

/// Compound statements on one line.
fn one_line(g: &mut Gen) {
    let (label, name, value) = (g.label(), g.own_name(), g.int(1));
    let (test, iterable) = (g.truth(1), g.iterable(0));
    let text = match g.below(8) {
        0 => format!("if {test}: {name} = {value}; t({label}, {name})"),
        1 => format!("for {name} in {iterable}: t({label}, {name}); {name} += 1"),
        2 => format!("m{label} = 2\nwhile m{label}: m{label} -= 1"),
        3 => format!(
            "try: t({label}, {value})\nexcept Exception as e: t({label}, type(e).__name__)\nfinally: t({label}, 'finally')"
        ),
        4 => format!("with Cm({label}): {name} = {value}; t({label}, {name})"),
        5 => format!("def one{label}(x=1): t({label}, x); return x\none{label}(); one{label}(2)"),
        6 => format!("class One{label}: x = {label}; y = x + 1\nt(One{label}.y)"),
        _ => format!("{name} = {value}; {name} += 1; t({label}, {name})"),
    };
    g.line(text);
}

fn several_lines(g: &mut Gen) {
    let (label, name) = (g.label(), g.own_name());
    // One of them is worked out in a comprehension.
    g.in_comprehension += 1;
    let (one, two, three) = (g.int(1), g.int(1), g.int(2));
    g.in_comprehension -= 1;
    let text = match g.below(5) {
        0 => format!("{name} = t(\n    {label},\n    {one},\n    {two},\n)"),
        1 => format!("{name} = ({one}\n    + {two}\n    - {three}\n) % 89"),
        2 => format!(
            "t(\n    [\n        {one}\n        for k in range(3)\n        if k != 1\n    ],\n    {label},\n)"
        ),
        3 => format!(
            "{name} = args(\n    {one}, *[\n        {two},\n        {three}],\n    k=t({label},\n        1),\n)"
        ),
        _ => format!("{name} = (\n    {one}\n    if {name} % 2\n    else {two}\n)"),
    };
    g.line(text);
}

fn unpack(g: &mut Gen) {
    let (one, two, value) = (g.own_name(), g.own_name(), g.int(1));
    let label = g.label();
    let text = match g.below(3) {
        0 => format!("{one}, *rest = {value}, 2, 3\nt({label}, rest)"),
        1 => format!("({one}, [{two}, *_]), last = ({value}, [4, 5, 6]), 7"),
        _ => format!("*_, {one} = range({})", 1 + g.below(5)),
    };
    g.line(text);
}

fn annotated(g: &mut Gen) {
    // RustPython 0.6.0 does not compile all annotations of nested class bodies.
    if g.scope().place == Place::Class {
        return show(g);
    }
    let value = g.int(2);
    let label = g.label();
    g.line(format!("z{label}: int = {value}\nt({label}, z{label})"));
}

/// What only generators and coroutines do.
fn suspended(g: &mut Gen) {
    let (label, value) = (g.label(), g.int(1));
    let name = g.own_name();
    match g.scope().place {
        Place::Generator => {
            let text = match g.below(4) {
                0 => format!("{name} = num((yield {value}))"),
                1 => format!("t({label}, (yield from [{value}, 2]))"),
                2 => "yield from Count(2)".to_owned(),
                _ => format!("yield {value}"),
            };
            g.line(text);
        }
        Place::AsyncGenerator => {
            let text = match g.below(3) {
                0 => format!("{name} = num((yield {value}))"),
                1 => format!("{name} = await wait({})", g.below(3)),
                _ => format!("yield {value}"),
            };
            g.line(text);
        }
        Place::Coroutine => {
            let n = g.below(3);
            g.line(format!("{name} = await wait({n})\nt({label}, {name})"));
        }
        _ => show(g),
    }
}

fn executed(g: &mut Gen) {
    let (label, value) = (g.label(), g.below(50));
    let text = match g.below(3) {
        0 => format!("exec('for i in range(2):\\n    t({label}, i, {value})', {{'t': t}})"),
        1 => format!("t({label}, eval('[x * {value} for x in range(3)]'))"),
        _ => format!(
            "import collections as mod{label}; from itertools import chain\nt({label}, mod{label}.deque([{value}]).pop(), list(chain([1], [2])))"
        ),
    };
    g.line(text);
}
