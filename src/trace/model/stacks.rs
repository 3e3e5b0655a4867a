//! What holds objects from outside the heap: call frames, and the interpreter itself.

use super::files::FileId;
use super::objects::{ObjId, Symbol, Symbols};
use crate::trace::{State, StepHead};
use serde::{Deserialize, Serialize};

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NameKind {
    /// In a module.
    Global,
    /// In a function's call.
    Local,
    /// In a function's call, for functions inside of it as well.
    Cell,
    /// In a function around the one that runs.
    Free,
    /// An entry of the value stack, not a name of the program's.
    Stack,
}

impl NameKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            NameKind::Global => "global",
            NameKind::Local => "local",
            NameKind::Cell => "cell",
            NameKind::Free => "free",
            NameKind::Stack => "stack",
        }
    }
}

/// A name and what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The name, or the place in the value stack.
    pub name: Symbol,
    /// Where it stands.
    pub kind: NameKind,
    /// The object.
    pub to: ObjId,
}

/// One call frame of the program's own code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFrame {
    /// The function's name.
    pub function: Symbol,
    /// The function's name with the classes and functions that it stands in (`__qualname__`).
    pub qualified: Symbol,
    /// It is no call: the body of a class runs in it.
    pub class_body: bool,
    /// The file that its code stands in.
    pub file: FileId,
    /// The line that runs or waits in it, from 1.
    pub line: u32,
    /// The frame as an object, where the program can see it.
    pub object: Option<ObjId>,
    /// The function object that runs in it, which the running call holds.
    pub called: Option<ObjId>,
    /// The dict of the class body that runs in it.
    pub body: Option<ObjId>,
    /// How many of the first local names are its arguments.
    pub arguments: u32,
    /// Its names, in their order.
    pub names: Vec<Name>,
    /// The calls and instructions that it and the library's frames above it have under way: native
    /// code that calls back holds on to what it works with.
    pub under_way: Vec<Symbol>,
}

impl CallFrame {
    /// The function's name, for a method with its class: what stands behind the last `<locals>.`.
    pub fn shown_name<'s>(&self, symbols: &'s Symbols) -> &'s str {
        let qualified = symbols.text(self.qualified);
        qualified
            .rsplit_once("<locals>.")
            .map_or(qualified, |(_, name)| name)
    }

    /// Whether a name is the compiler's own: one of the cells that serve a class's body, or one of a
    /// comprehension's variable that is left in a module.
    pub fn is_compilers(&self, name: &Name, symbols: &Symbols, state: &State) -> bool {
        let is_empty = |id: ObjId| state.heap.get(&id).is_none_or(|cell| cell.refs.is_empty());
        let in_module = self.is_module(symbols);
        let is_classs = self.class_body && symbols.text(name.name).starts_with("__class");
        is_classs || (name.kind == NameKind::Cell && in_module && is_empty(name.to))
    }

    /// Whether the body of a module runs in it.
    pub fn is_module(&self, symbols: &Symbols) -> bool {
        symbols.text(self.function) == "<module>"
    }

    /// What it yields at a step that suspends it: said where the interpreter has taken it already, on top
    /// of its value stack where it has not.
    pub fn yielded(&self, head: &StepHead) -> Option<ObjId> {
        head.held_as(RootKind::ReturnValue).or_else(|| {
            let top = self.names.last()?;
            (top.kind == NameKind::Stack).then_some(top.to)
        })
    }

    /// `f()`, `C.method()`, `the body of class C`.
    pub fn in_words(&self, symbols: &Symbols) -> String {
        let name = self.shown_name(symbols);
        if self.class_body {
            format!("the body of class {name}")
        } else {
            format!("{name}()")
        }
    }
}

/// The call frames of a thread that does not run at this step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadStack {
    /// Numbered from 1, in the order in which the threads took their first steps.
    pub thread: u32,
    /// Oldest first.
    pub frames: Vec<CallFrame>,
}

/// A reference that the interpreter itself holds, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InterpreterRef {
    /// As what.
    pub kind: RootKind,
    /// In words, where.
    pub by: Symbol,
    /// The object.
    pub to: ObjId,
    /// Whether it is sure to be held; else it is where the count says more than is known.
    pub certain: bool,
}

/// As what the interpreter holds an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RootKind {
    /// What a call that is left gives back.
    ReturnValue,
    /// An exception on its way to a handler.
    RaisedException,
    /// The exception that is being handled.
    HandledException,
    /// The exception that has ended the program.
    UncaughtException,
    /// Anything else; the words say it.
    Other,
    /// The object that stands for a thread of this number while it runs.
    Thread(u32),
}

impl RootKind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            RootKind::ReturnValue => "return value",
            RootKind::RaisedException => "exception being raised",
            RootKind::HandledException => "current exception",
            RootKind::UncaughtException => "uncaught exception",
            RootKind::Other => "the interpreter",
            RootKind::Thread(_) => "running thread",
        }
    }
}
