//! Names that lead somewhere else now, and names that are gone.

use super::bindings::Target;
use super::nouns::{enumerated, has_word, is_of_name};
use super::step::Telling;
use crate::trace::{CallFrame, Event, Name, NameKind, ObjId, State};

/// Lines before and behind the one that has run in which a comprehension may stand.
const LINES_AROUND: usize = 8;

impl Telling<'_> {
    /// Names that lead somewhere else now, and names that are gone.
    pub(super) fn names(&self, all: &mut Vec<String>) {
        let mut bound: Vec<Target> = Vec::new();
        let mut gone = Vec::new();
        let thread = self.step.head.thread.unwrap_or(1);
        self.names_of(
            frames_of(self.before, self.thread, thread),
            &self.after.frames,
            &mut bound,
            &mut gone,
        );
        for stack in &self.after.others {
            let before = frames_of(self.before, self.thread, stack.thread);
            self.names_of(before, &stack.frames, &mut bound, &mut gone);
        }
        // As they stand in the line that binds them.
        let line = self.line_that_ran();
        bound.sort_by_key(|target| place_of(line, &target.path));
        all.extend(self.bindings().in_words(&bound));
        match gone.len() {
            0 => {}
            1 => all.push(format!("the name {} is gone", gone[0])),
            _ => all.push(format!("the names {} are gone", enumerated(&gone))),
        }
        if self.step.head.event == Event::Call
            && let Some(frame) = self.after.frames.last()
        {
            all.extend(self.called(frame));
        }
    }

    /// The names of one thread's call frames.
    fn names_of(
        &self,
        old: &[CallFrame],
        new: &[CallFrame],
        bound: &mut Vec<Target>,
        gone: &mut Vec<String>,
    ) {
        let is_own = std::ptr::eq(new, self.after.frames.as_slice());
        let called = is_own && self.step.head.event.enters();
        for (depth, frame) in new.iter().enumerate() {
            if called && depth + 1 == new.len() {
                continue;
            }
            let Some(before) = old.get(depth).filter(|old| old.function == frame.function) else {
                continue;
            };
            for name in self.own_names(frame) {
                // What nobody means to use has the name `_`.
                if self.text(name.0.name) == "_" {
                    continue;
                }
                // A comprehension's variable may be called as one outside of it.
                let led = self
                    .own_names(before)
                    .find(|(old, _)| (old.name, old.kind) == (name.0.name, name.0.kind));
                if led.is_none_or(|(_, to)| to != name.1) {
                    let symbols = &self.trace.symbols;
                    bound.push(Target {
                        path: match frame.is_of_comprehension(name.0, symbols) {
                            true => format!("{} of the comprehension", self.text(name.0.name)),
                            false => self.text(name.0.name).to_owned(),
                        },
                        to: name.1,
                        is_first: led.is_none(),
                        in_class: frame.class_body,
                    });
                }
            }
            for (name, _) in self.own_names(before) {
                let text = self.text(name.name);
                let is_gone = !self.own_names(frame).any(|(new, _)| new.name == name.name);
                if text != "_" && is_gone && !self.is_of_comprehension(text, before) {
                    gone.push(text.to_owned());
                }
            }
        }
    }

    /// Whether a name that a call has no longer was one of a comprehension's: they come and go with
    /// it.
    fn is_of_comprehension(&self, name: &str, of: &CallFrame) -> bool {
        let Some(file) = self.trace.header.files.get(of.file.0 as usize) else {
            return false;
        };
        let lines = || file.text.lines().map(str::trim);
        let at = (of.line as usize).saturating_sub(1);
        if lines().nth(at).is_some_and(|line| line.starts_with("del ")) {
            return false;
        }
        let first = at.saturating_sub(LINES_AROUND);
        lines().skip(first).take(2 * LINES_AROUND + 1).any(|line| {
            let is_loop =
                line.ends_with(':') && line.trim_start_matches("async ").starts_with("for ");
            let mut clauses = line.split("for ").skip(usize::from(is_loop)).skip(1);
            clauses.any(|clause| {
                let bound = clause.split(" in ").next().unwrap_or_default();
                has_word(bound, name)
            })
        })
    }

    /// A frame's variables and what they lead to; a cell stands for its variable.
    fn own_names<'f>(&'f self, frame: &'f CallFrame) -> impl Iterator<Item = (&'f Name, ObjId)> {
        frame.names.iter().filter_map(move |name| {
            let is_own = name.kind != NameKind::Stack
                && !(frame.class_body && is_compilers_attribute(self.text(name.name)))
                && !frame.is_compilers(name, &self.trace.symbols, self.after);
            let is_cell = matches!(name.kind, NameKind::Cell | NameKind::Free);
            (is_own && !is_cell).then_some((name, name.to))
        })
    }
}

/// The call frames of a thread; `own` is the one whose step a state is.
fn frames_of(state: &State, own: Option<u32>, thread: u32) -> &[CallFrame] {
    if own.unwrap_or(1) == thread {
        return &state.frames;
    }
    let mut others = state.others.iter();
    let stack = others.find(|stack| stack.thread == thread);
    stack.map_or(&[], |stack| &stack.frames)
}

/// Where a word begins in a line; behind all where it does not stand there.
fn place_of(line: &str, word: &str) -> usize {
    let starts = line.match_indices(word).map(|(start, _)| start);
    let is_word = |start: &usize| {
        let before = line[..*start].chars().next_back();
        let after = line[*start + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(is_of_name)
    };
    starts.into_iter().find(is_word).unwrap_or(usize::MAX)
}

/// Whether a name in the body of a class is one that the compiler puts there.
fn is_compilers_attribute(name: &str) -> bool {
    const OURS: [&str; 6] = [
        "__annot",
        "__classdict",
        "__static_attributes__",
        "__firstlineno__",
        "__type_params__",
        "__conditional_annotations__",
    ];
    OURS.iter().any(|one| name.starts_with(one))
}
