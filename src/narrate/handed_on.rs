//! What a call gives back, yields, raises or waits for.

use super::nouns::{call_in_words, cut, is_compilers, with_article};
use super::step::Telling;
use crate::trace::{CallFrame, Event, Kind, Label, ObjId, Reference, RootKind};

/// Characters of what an exception says: it is what its reader looks for.
const MESSAGE: usize = 200;

impl Telling<'_> {
    /// What a call hands on at this step: a value, an exception, the word to go on.
    pub(super) fn in_flight(&self, all: &mut Vec<String>) {
        let head = &self.step.head;
        let held = |by| head.held_as(by);
        let running = self.after.frames.last();
        let function = running.map_or("", |frame| frame.shown_name(&self.trace.symbols));
        let call = call_in_words(function);
        match head.event {
            Event::Resume => all.push(format!("{call} goes on where it was")),
            Event::Throw => {
                let raised = held(RootKind::RaisedException);
                let raised = raised.map(|id| self.new.type_name(id));
                let raised = raised.map_or("an exception".to_owned(), with_article);
                all.push(format!("{raised} is thrown into {call}"));
            }
            Event::Yield => {
                let yielded = running.and_then(|frame| frame.yielded(head));
                all.extend(yielded.map(|id| match self.is_coroutine(running) {
                    true => format!("{call} waits{}", self.waited_for(id)),
                    false => format!("{call} yields {}", self.handed_on(id)),
                }));
            }
            Event::Return if self.hands_on() => {
                let is_none = |id: &ObjId| self.new.own_words(*id).is_some_and(|w| w == "None");
                let value = held(RootKind::ReturnValue);
                let value = value.filter(|id| !is_none(id));
                all.extend(value.map(|id| format!("{call} returns {}", self.handed_on(id))));
            }
            Event::Exception if !self.raised_before => {
                let raised = held(RootKind::RaisedException);
                all.extend(
                    raised.map(|id| {
                        format!("{} is raised{}", self.new.type_name(id), self.message(id))
                    }),
                );
            }
            Event::Unwind if self.hands_on() => {
                let raised = held(RootKind::RaisedException);
                let raised = raised.map_or("the exception", |id| self.new.type_name(id));
                all.push(format!("{raised} leaves {call}"));
            }
            _ => {}
        }
    }

    /// That a call gives nothing back is told where there is nothing else.
    pub(super) fn returned_nothing(&self) -> Option<String> {
        let head = &self.step.head;
        let value = head.held_as(RootKind::ReturnValue)?;
        let is_none = self
            .new
            .own_words(value)
            .is_some_and(|words| words == "None");
        if head.event != Event::Return || !self.hands_on() || !is_none {
            return None;
        }
        let function = self.after.frames.last()?.shown_name(&self.trace.symbols);
        Some(format!("{} returns None", call_in_words(function)))
    }

    /// What a call gives back, as the call itself would call it.
    fn handed_on(&self, id: ObjId) -> String {
        match self.new.first_path(id) {
            None if self.step.head.allocated.contains(&id) => self.new.new_noun(id),
            None if self.new.own_words(id).is_none() => self.new.unnamed(id),
            _ => self.new.noun(id),
        }
    }

    /// Whether a frame is a coroutine's, which waits at this step.
    fn is_coroutine(&self, frame: Option<&CallFrame>) -> bool {
        let file = self.trace.header.files.get(self.step.head.file.0 as usize);
        let line = file.and_then(|file| file.text.lines().nth(self.step.head.line as usize - 1));
        if line.is_some_and(|line| line.contains("await ") && !line.contains("yield")) {
            return true;
        }
        let Some(frame) = frame.and_then(|frame| frame.object) else {
            return false;
        };
        self.after.heap.iter().any(|(id, object)| {
            self.text(self.trace.object(*id).type_name) == "coroutine"
                && object.refs.iter().any(|reference| reference.to == frame)
        })
    }

    /// What a coroutine hands to its event loop: a future that it waits for, or nothing.
    fn waited_for(&self, id: ObjId) -> String {
        match self.new.own_words(id) {
            Some(words) if words == "None" => ", so that others may run".to_owned(),
            _ => format!(" for {}", self.handed_on(id)),
        }
    }

    /// Whether what is returned goes to anyone: not from a module, nor from a class's body.
    fn hands_on(&self) -> bool {
        let is_call = |frame: &CallFrame| {
            !frame.class_body && !is_compilers(frame.shown_name(&self.trace.symbols))
        };
        self.text(self.step.head.function) != "<module>"
            && self.after.frames.last().is_some_and(is_call)
    }

    /// `: 'no luck'`: what an exception says, where that is one value.
    fn message(&self, exception: ObjId) -> String {
        let named = |reference: &&Reference| match reference.label {
            Label::Named(name) | Label::Attr(name) => self.text(name) == "args",
            _ => false,
        };
        let refs = |id: ObjId| self.after.heap.get(&id).map(|object| &object.refs);
        let args = refs(exception).and_then(|refs| refs.iter().find(named));
        let told = refs(exception).into_iter().flatten();
        let told = told.filter(|one| one.label.is_argument(&self.trace.symbols));
        let told: Vec<Reference> = told.copied().collect();
        let listed = args.and_then(|args| refs(args.to)).map(Vec::as_slice);
        match listed.or(Some(&told)) {
            Some([only]) if self.trace.object(only.to).kind == Kind::Atom => {
                let told = self.after.heap.get(&only.to).and_then(|told| told.value);
                let whole = told.map(|value| cut(self.text(value), MESSAGE));
                format!(": {}", whole.unwrap_or_else(|| self.new.noun(only.to)))
            }
            _ => String::new(),
        }
    }
}
