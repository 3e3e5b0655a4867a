//! The functions and classes that the program's own statements define, and where.

use super::calls::RunningCall;
use super::source::Sources;
use crate::trace::{Kind, Label, ObjId, ObjectState, State, Step, Trace};
use std::collections::BTreeMap;

/// A statement of the program's that has made a function or class.
#[derive(Debug)]
pub(super) struct Definition {
    /// `adder(k)`: how its head calls it; a class by its name alone.
    pub head: String,
    /// The frame that it was made in: `Global`, `f1`.
    pub parent: String,
}

/// What has been defined so far.
#[derive(Debug, Default)]
pub(super) struct Definitions(BTreeMap<ObjId, Definition>);

impl Definitions {
    pub(super) fn of(&self, id: ObjId) -> Option<&Definition> {
        self.0.get(&id)
    }

    /// Goes on by a step. An object counts as defined where a statement that makes one of its name
    /// stands at the line that ran when it came to be: the library's own are not.
    pub(super) fn follow(
        &mut self,
        trace: &Trace,
        (step, state, calls): (&Step, &State, &[RunningCall<'_>]),
        sources: &mut Sources,
    ) {
        // What is entered now has made nothing yet.
        let running = calls.iter().position(|call| call.running);
        let Some(running) = running.map(|at| &calls[at]) else {
            return;
        };
        let makers = calls.iter().filter(|call| {
            call.thread == running.thread && !(call.running && step.head.event.enters())
        });
        let makers: Vec<&RunningCall<'_>> = makers.collect();
        let Some(maker) = makers.last() else {
            return;
        };
        // The names of a class's body are no frame for the functions in it.
        let mut around = makers.iter().rev();
        let Some(parent) = around.find(|call| !call.frame.class_body) else {
            return;
        };
        for id in &step.head.allocated {
            let Some(object) = state.heap.get(id) else {
                continue;
            };
            let info = trace.object(*id);
            let Some(born) = info.born else {
                continue;
            };
            let named = object.name.map_or("", |name| trace.symbols.text(name));
            let is_wrapper = field(trace, object, "__wrapped__").is_some();
            if is_wrapper && !is_of(trace, state, object, maker) {
                continue;
            }
            let mut source = || sources.text(trace, maker.frame.file);
            let head = match info.kind {
                // `functools.wraps` has given a wrapper another's name by now.
                Kind::Function if is_wrapper => source().function_head(None, born.line),
                Kind::Function => source().function_head(Some(named), born.line),
                Kind::Class => source().class_head(named, born.line),
                _ => None,
            };
            if let Some(head) = head {
                let parent = place(trace, parent);
                self.0.insert(*id, Definition { head, parent });
            }
        }
    }
}

/// What a function has by a name.
fn field(trace: &Trace, object: &ObjectState, name: &str) -> Option<ObjId> {
    let mut refs = object.refs.iter();
    let found = refs.find(|one| {
        matches!(one.label, Label::Named(of) | Label::Attr(of) if trace.symbols.text(of) == name)
    });
    found.map(|one| one.to)
}

/// Whether a function belongs to the module whose code runs in a call: a decorator of the library's
/// makes functions at the same line, under the same name.
fn is_of(trace: &Trace, state: &State, function: &ObjectState, maker: &RunningCall<'_>) -> bool {
    let namespace = |of: &ObjectState| field(trace, of, "__globals__");
    let Some(own) = namespace(function) else {
        return false;
    };
    match maker
        .frame
        .called
        .and_then(|called| state.heap.get(&called))
    {
        Some(called) => namespace(called) == Some(own),
        None => {
            let name = state.heap.get(&own).and_then(|own| own.name);
            maker.depth == 0 && name.is_some_and(|name| trace.symbols.text(name) == "__main__")
        }
    }
}

/// What a frame is called as the parent of others.
fn place(trace: &Trace, call: &RunningCall<'_>) -> String {
    match call.of_functions {
        Some(number) => format!("f{number}"),
        None if call.depth == 0 => "Global".to_owned(),
        None => {
            let file = trace.header.files.get(call.frame.file.0 as usize);
            format!("Global of {}", file.map_or("a module", |file| file.name()))
        }
    }
}
