//! The programs: what each kind is, and what all kinds are written with.

mod classes;
mod coroutines;
mod counts;
mod dying;
mod expressions;
mod functions;
mod long;
mod patterns;
mod reflection;
mod statements;
mod threads;
mod traces;
mod trouble;

use crate::common::random::Random;

/// A kind of program.
pub struct Kind {
    pub name: &'static str,
    /// Whether CPython must print the same.
    pub cpython: bool,
    /// Whether many programs fit into one script.
    pub batched: bool,
    pub write: fn(&mut Gen),
}

const fn kind(name: &'static str, cpython: bool, batched: bool, write: fn(&mut Gen)) -> Kind {
    Kind {
        name,
        cpython,
        batched,
        write,
    }
}

pub const KINDS: [Kind; 24] = [
    kind("statements", true, true, statements::program),
    kind("functions", true, true, functions::program),
    kind("generators", true, true, functions::generators),
    // RustPython 0.6.0 closes a suspended asynchronous generator otherwise than CPython does.
    kind("coroutines", false, true, coroutines::program),
    kind("asyncio", true, true, coroutines::asyncio),
    kind("trouble", true, true, trouble::program),
    kind("groups", true, true, trouble::groups),
    kind("tracebacks", false, true, trouble::tracebacks),
    kind("uncaught", false, false, trouble::uncaught),
    kind("recursion", false, false, trouble::recursion),
    kind("patterns", true, true, patterns::program),
    kind("classes", true, true, classes::program),
    kind("library classes", true, true, classes::library),
    kind("long bodies", true, false, long::bodies),
    kind("many names", true, false, long::names),
    kind("dying", false, true, dying::program),
    kind("collector", false, true, dying::collector),
    kind("counts", false, true, counts::program),
    kind("identities", false, true, counts::identities),
    kind("trace functions", false, true, traces::program),
    kind("monitoring", false, true, traces::monitoring),
    kind("line jumps", false, true, traces::jumps),
    kind("reflection", false, true, reflection::program),
    kind("threads", false, true, threads::program),
];

/// What a piece of code stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Module,
    Class,
    Function,
    Generator,
    Coroutine,
    AsyncGenerator,
}

/// Names and what may be said in a body.
pub struct Scope {
    pub place: Place,
    pub ints: Vec<String>,
    pub texts: Vec<String>,
    pub lists: Vec<String>,
    /// Integers that may also be assigned.
    pub own: Vec<String>,
    /// Loops around the next statement that `break` may leave.
    pub loops: usize,
    /// Handlers around it, for a bare `raise`.
    pub handlers: usize,
    /// Inside `except*`, which no `return` may leave.
    pub shut: usize,
}

pub struct Gen {
    pub random: Random,
    text: String,
    indent: usize,
    pub scopes: Vec<Scope>,
    /// Statements that may still be written.
    pub budget: usize,
    depth: usize,
    label: usize,
    /// Inside a comprehension's own names.
    pub in_comprehension: usize,
    /// The statement that this program has more of than others.
    pub favour: Option<usize>,
}

impl Gen {
    pub fn new(seed: u64) -> Gen {
        Gen {
            random: Random(seed),
            text: String::new(),
            indent: 0,
            scopes: Vec::new(),
            budget: 0,
            depth: 0,
            label: 0,
            in_comprehension: 0,
            favour: None,
        }
    }

    pub fn finish(self) -> String {
        self.text
    }

    pub fn line(&mut self, text: impl AsRef<str>) {
        for part in text.as_ref().split('\n') {
            for _ in 0..self.indent {
                self.text.push_str("    ");
            }
            self.text.push_str(part);
            self.text.push('\n');
        }
    }

    /// A block: its head, and what `body` writes, which is never empty.
    pub fn block(&mut self, head: impl AsRef<str>, body: impl FnOnce(&mut Gen)) {
        self.line(head);
        self.indent += 1;
        let before = self.text.len();
        body(self);
        if self.text.len() == before {
            self.line("pass");
        }
        self.indent -= 1;
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.random.one_in(n)
    }

    pub fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.random.below(from.len())]
    }

    /// A number that no other place of the program has.
    pub fn label(&mut self) -> usize {
        self.label += 1;
        self.label
    }

    pub fn scope(&self) -> &Scope {
        self.scopes.last().expect("code stands in a scope")
    }

    pub fn scope_mut(&mut self) -> &mut Scope {
        self.scopes.last_mut().expect("code stands in a scope")
    }

    /// Enters a body: gives it names of its own and lets it see those of the functions around it.
    pub fn enter(&mut self, place: Place) {
        let level = self.scopes.len();
        // Names of a class body are not seen from the functions in it.
        let around = self.scopes.iter().rev().find(|s| s.place != Place::Class);
        let (mut ints, mut texts, mut lists) = around.map_or_else(Default::default, |scope| {
            (scope.ints.clone(), scope.texts.clone(), scope.lists.clone())
        });
        let mut own: Vec<String> = ["a", "b", "c"].map(|n| format!("{n}{level}")).to_vec();
        // A name of the outside may be written to as well.
        if place != Place::Module && !ints.is_empty() && self.one_in(3) {
            let name = ints[self.below(ints.len())].clone();
            let of = name[1..].parse::<usize>().unwrap_or(0);
            let word = if self.scopes[of].place == Place::Module {
                "global"
            } else {
                "nonlocal"
            };
            self.line(format!("{word} {name}"));
            own.push(name);
        }
        for name in own.clone().iter().take(3) {
            let value = self.below(9);
            self.line(format!("{name} = {value}"));
        }
        self.line(format!(
            "s{level} = 'text{level}'\nl{level} = [1, 2, {level}]"
        ));
        ints.extend(own.iter().cloned());
        texts.push(format!("s{level}"));
        lists.push(format!("l{level}"));
        self.scopes.push(Scope {
            place,
            ints,
            texts,
            lists,
            own,
            loops: 0,
            handlers: 0,
            shut: 0,
        });
    }

    pub fn leave(&mut self) {
        self.scopes.pop();
    }
}

/// The program of a kind and a seed, as statements of a module.
pub fn program(kind: &Kind, seed: u64) -> String {
    let mut code = Gen::new(seed);
    (kind.write)(&mut code);
    code.finish()
}
