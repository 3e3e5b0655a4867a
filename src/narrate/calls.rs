//! Calls that begin and calls that have ended.

use super::nouns::{call_in_words, enumerated, is_compilers};
use super::paths::content_of_cell;
use super::step::Telling;
use crate::trace::{CallFrame, Event, Kind, Label, Name, NameKind, ObjId};

impl Telling<'_> {
    /// A call that begins, with its arguments.
    pub(super) fn called(&self, frame: &CallFrame) -> Option<String> {
        let function = frame.shown_name(&self.trace.symbols);
        if frame.class_body || frame.is_module(&self.trace.symbols) || is_compilers(function) {
            return None;
        }
        let mut receiver = String::new();
        let mut arguments = Vec::new();
        // When a call begins, its arguments are all that it has: behind those by name, the others.
        let is_given = |name: &&Name| matches!(name.kind, NameKind::Local | NameKind::Cell);
        for (place, argument) in frame.names.iter().filter(is_given).enumerate() {
            let name = self.text(argument.name);
            let to = match argument.kind {
                NameKind::Cell | NameKind::Free => content_of_cell(self.after, argument.to),
                _ => Some(argument.to),
            };
            // What the compiler has named is nobody's argument.
            let Some(to) = to.filter(|_| !name.starts_with('.')) else {
                continue;
            };
            if place >= frame.arguments as usize && self.is_empty(to) {
                continue;
            }
            let given = match self.new.literal(to) {
                Some(literal) if place >= frame.arguments as usize => literal,
                _ => self.given(frame, to),
            };
            if place == 0 && name == "self" {
                receiver = match self.step.head.allocated.contains(&to) {
                    true => format!(" for {}", self.new.new_noun(to)),
                    false => format!(" on {given}"),
                };
            } else {
                arguments.push(match given == name {
                    true => given,
                    false => format!("{name} = {given}"),
                });
            }
        }
        let with = match arguments.is_empty() {
            true => String::new(),
            false => format!(" with {}", enumerated(&arguments)),
        };
        let verb = if function.starts_with("<genexpr") || self.is_suspended(frame) {
            "starts"
        } else {
            "is called"
        };
        Some(format!(
            "{} {verb}{receiver}{with}",
            call_in_words(function)
        ))
    }

    fn is_empty(&self, id: ObjId) -> bool {
        let object = self.after.heap.get(&id);
        let is_container = matches!(self.trace.object(id).kind, Kind::Sequence | Kind::Mapping);
        is_container && object.is_some_and(|object| object.refs.is_empty())
    }

    /// What is given to a call, as its caller would call it.
    fn given(&self, frame: &CallFrame, to: ObjId) -> String {
        if let Some(words) = self.new.own_words(to) {
            return words;
        }
        // The call's own names say nothing of where it comes from.
        let is_own = |path: &&String| {
            let root = path.split(['.', '[']).next().unwrap_or_default();
            let mut names = frame.names.iter();
            names.any(|name| self.text(name.name) == root)
        };
        let is_deeper =
            self.is_same_thread() && self.after.frames.len() == self.before.frames.len() + 1;
        let old = self.old.paths.all(to).iter().filter(|_| is_deeper);
        let new = self.new.paths.all(to).iter().filter(|path| !is_own(path));
        let mut paths: Vec<&str> = old.chain(new).map(String::as_str).collect();
        // Each method has a self of its own: another name is plainer, unless it is a waiting call's.
        let is_dim =
            |path: &&str| (*path == "self" || path.starts_with("self.")) || path.contains(" of ");
        paths.sort_by_key(is_dim);
        let path = paths.first().copied();
        let called = frame.called.and_then(|called| self.after.heap.get(&called));
        let mut held = called.iter().flat_map(|function| &function.refs);
        let is_default = held.any(|reference| {
            reference.to == to && matches!(reference.label, Label::Default(_) | Label::KwDefault(_))
        });
        match path {
            _ if is_default => format!("its default {}", self.new.type_name(to)),
            Some(path) => path.to_owned(),
            None if self.step.head.allocated.contains(&to) => self.new.new_noun(to),
            None => self.new.unnamed(to),
        }
    }

    /// Calls that have ended since the step before, also where the next has begun in their place.
    pub(super) fn ended_calls(&self, all: &mut Vec<String>) {
        let (old, new) = (&self.before.frames, &self.after.frames);
        let called = self.step.head.event.enters();
        let place = if called {
            new.len().saturating_sub(1)
        } else {
            new.len()
        };
        let Some(left) = old.get(place) else {
            return;
        };
        let is_called_anew = called && new.last().is_some_and(|frame| frame == left);
        let function = left.shown_name(&self.trace.symbols);
        let is_no_call = left.class_body || left.is_module(&self.trace.symbols);
        if is_no_call || is_compilers(function) || is_called_anew {
            return;
        }
        let call = call_in_words(left.shown_name(&self.trace.symbols));
        let is_kept = |id: ObjId| self.after.heap.contains_key(&id);
        all.push(
            if self.came_after(Event::Yield) || self.is_suspended(left) {
                format!("{call} is suspended where it is, with its variables")
            } else if left.object.is_some_and(is_kept) {
                match self.is_held_by_traceback(left) {
                    true => format!("{call} is left; the traceback keeps its frame"),
                    false => format!("{call} has ended; its frame is kept"),
                }
            } else {
                format!("{call} has ended")
            },
        );
    }

    /// Whether the step before was taken for an event.
    pub(super) fn came_after(&self, event: Event) -> bool {
        self.last.is_some_and(|last| last.event == event)
    }

    fn is_held_by_traceback(&self, left: &CallFrame) -> bool {
        left.object.is_some_and(|frame| {
            self.after.heap.iter().any(|(id, object)| {
                self.trace.object(*id).kind == Kind::Traceback
                    && object.refs.iter().any(|reference| reference.to == frame)
            })
        })
    }

    /// Whether a frame is one of a generator or coroutine, in which it waits when it is left.
    fn is_suspended(&self, left: &CallFrame) -> bool {
        left.object.is_some_and(|frame| {
            self.after.heap.iter().any(|(id, object)| {
                self.trace.object(*id).kind == Kind::Generator
                    && object.refs.iter().any(|reference| reference.to == frame)
            })
        })
    }
}
