//! `match`: patterns of every kind.

use super::{Gen, Place};

const SUBJECTS: [&str; 14] = [
    "(1, 2)",
    "[1, [2, 3], 4]",
    "{'k': 1, 'z': [5]}",
    "Box(1, Box(2, 3))",
    "Box(y=None)",
    "'text'",
    "3",
    "-2",
    "1.5",
    "None",
    "b'bytes'",
    "(True, 'x', {'deep': {'er': [1]}})",
    "range(3)",
    "[]",
];

impl Gen {
    pub fn match_statement(&mut self) {
        let subject = if self.one_in(2) {
            self.pick(&SUBJECTS).to_owned()
        } else {
            self.int(2)
        };
        self.line(format!("got = {subject}"));
        let subject = self.pick(&["got", "got", "(got, 1)", "got, got", "(lambda: got)()"]);
        self.block(format!("match {subject}:"), |g| {
            for _ in 0..1 + g.below(5) {
                let (pattern, name, label) = g.pattern(3);
                let guard = match g.below(4) {
                    0 => format!(" if {}", g.truth(1)),
                    1 => format!(" if t({label}, 'guard')"),
                    _ => String::new(),
                };
                g.block(format!("case {pattern}{guard}:"), |g| {
                    match name {
                        Some(name) => g.line(format!("t({label}, type({name}).__name__)")),
                        None => g.line(format!("t({label})")),
                    }
                    g.body(0, 2);
                });
            }
            if g.one_in(2) {
                g.block("case _:", |g| g.body(1, 2));
            }
        });
    }

    /// A pattern that may fail, a name that it binds, and its number.
    fn pattern(&mut self, depth: usize) -> (String, Option<String>, usize) {
        let label = self.label();
        let name = format!("p{label}");
        match self.below(5) {
            0 => (
                format!("{} as {name}", self.closed(depth)),
                Some(name),
                label,
            ),
            1 => (format!("[{name}, *_]"), Some(name), label),
            2 => (format!("{{'k': {name}, **rest{label}}}"), Some(name), label),
            3 => (
                format!("Box({name}, y={})", self.closed(depth - 1)),
                Some(name),
                label,
            ),
            _ => {
                let (one, two) = (self.closed(depth), self.closed(depth));
                (format!("{one} | {two}"), None, label)
            }
        }
    }

    /// A pattern that binds nothing and may fail.
    fn closed(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .pick(&[
                    "1",
                    "2",
                    "-2",
                    "'text'",
                    "None",
                    "True",
                    "1.5",
                    "b'bytes'",
                    "int()",
                    "sys.maxsize",
                    "1 + 2j",
                ])
                .to_owned();
        }
        let d = depth - 1;
        match self.below(9) {
            0 => format!("({}, {})", self.closed(d), self.closed(d)),
            1 => format!("[{}, _]", self.closed(d)),
            2 => format!("[_, *_, {}]", self.closed(d)),
            3 => format!("{{'k': {}}}", self.closed(d)),
            4 => format!("Box({}, {})", self.closed(d), self.closed(d)),
            5 => format!("Box(y={})", self.closed(d)),
            6 => format!("({} | {})", self.closed(d), self.closed(d)),
            7 => self
                .pick(&["str()", "list()", "dict()", "(int() | float())", "Box()"])
                .to_owned(),
            _ => self.closed(0),
        }
    }
}

/// A function that is called with everything there is.
pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    let label = g.label();
    g.function_with(Place::Function, &format!("f{label}"), "got", |g| {
        g.block("match got:", |g| {
            for _ in 0..2 + g.below(5) {
                let (pattern, name, label) = g.pattern(3);
                let value = name.map_or("0".to_owned(), |n| format!("type({n}).__name__"));
                let guard = if g.one_in(3) {
                    format!(" if t({label}, {label} % 3)")
                } else {
                    String::new()
                };
                g.line(format!(
                    "case {pattern}{guard}:\n    return {label}, {value}"
                ));
            }
            g.line("case str() | bytes():\n    return 'text'");
        });
        g.line("return 'none'");
    });
    let mut subjects = SUBJECTS;
    let turn = g.below(14);
    subjects.rotate_left(turn);
    g.block(format!("for got in [{}]:", subjects.join(", ")), |g| {
        g.scope_mut().loops += 1;
        g.line(format!("t(f{label}(got))"));
        g.budget = 8;
        g.match_statement();
        g.scope_mut().loops -= 1;
    });
    g.leave();
}
