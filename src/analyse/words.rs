//! Objects, call frames and references in words.

use super::ledger::{Owner, Source};
use crate::trace::{
    CallFrame, Kind, Label, ObjId, Reference, RootKind, State, StepHead, Symbol, Trace,
};

/// What an object is called in a sentence: `list #3`, `function f #5`.
pub fn title(trace: &Trace, state: &State, id: ObjId) -> String {
    let name = state.heap.get(&id).and_then(|object| object.name);
    titled(trace, id, name)
}

/// The same, where its name is known.
pub fn titled(trace: &Trace, id: ObjId, name: Option<Symbol>) -> String {
    let info = trace.object(id);
    let type_name = trace.symbols.text(info.type_name);
    match (info.kind, name) {
        (Kind::Class, Some(name)) => format!("class {} #{}", trace.symbols.text(name), id.0),
        (Kind::Function | Kind::Module | Kind::Generator | Kind::Frame, Some(name)) => {
            format!("{type_name} {} #{}", trace.symbols.text(name), id.0)
        }
        _ => format!("{type_name} #{}", id.0),
    }
}

/// Memory at one step, to be spoken of.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub trace: &'a Trace,
    pub state: &'a State,
    pub head: &'a StepHead,
}

impl Words<'_> {
    /// `list #3`.
    pub fn object(self, id: ObjId) -> String {
        title(self.trace, self.state, id)
    }

    /// An owner and its reference: `globals a`, `list #3 [0]`.
    pub fn owner(self, owner: &Owner) -> String {
        let label = owner.label.display(&self.trace.symbols);
        format!("{} {label}", self.place(owner.from))
    }

    /// The place of a reference: `globals`, `walk()`, `walk() at depth 3`, `list #3`.
    pub fn place(self, source: Source) -> String {
        match source {
            Source::Object(id) => self.object(id),
            Source::Frame(place) => {
                let thread = self.head.thread.unwrap_or(1);
                self.frame(thread, &self.state.frames, place)
            }
            Source::OtherFrame(thread, place) => {
                let mut others = self.state.others.iter();
                let stack = others.find(|stack| stack.thread == thread);
                self.frame(thread, stack.map_or(&[][..], |stack| &stack.frames), place)
            }
            Source::Interpreter => "the interpreter:".to_owned(),
        }
    }

    fn frame(self, thread: u32, frames: &[CallFrame], place: usize) -> String {
        let Some(frame) = frames.get(place) else {
            return "a call".to_owned();
        };
        let function = self.trace.symbols.text(frame.function);
        let alike = || frames.iter().filter(|f| f.function == frame.function);
        let title = match function {
            "<module>" if place == 0 => "globals".to_owned(),
            "<module>" => {
                let file = self.trace.header.files.get(frame.file.0 as usize);
                format!("globals of {}", file.map_or("a module", |file| &file.path))
            }
            function if alike().count() > 1 => format!("{function}() at depth {place}"),
            function => format!("{function}()"),
        };
        match self.thread(thread) {
            Some(thread) => format!("{title} in {thread}"),
            None => title,
        }
    }

    /// What a thread is called beside the first: the name that its object carries, or its number.
    pub fn thread(self, number: u32) -> Option<String> {
        if number <= 1 {
            return None;
        }
        let mut held = self.head.held.iter();
        let object = held.find(|held| held.kind == RootKind::Thread(number));
        let refs = object.and_then(|held| Some(&self.state.heap.get(&held.to)?.refs));
        let symbols = &self.trace.symbols;
        let is_name =
            |one: &&Reference| matches!(one.label, Label::Attr(of) if symbols.text(of) == "_name");
        let name = refs.and_then(|refs| refs.iter().find(is_name));
        let name = name.and_then(|name| self.state.heap.get(&name.to)?.value);
        let name = name.map(|name| symbols.text(name).trim_matches('\'').to_owned());
        Some(name.unwrap_or_else(|| format!("thread {number}")))
    }
}
