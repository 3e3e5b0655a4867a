//! What each step did, in the program's own words: which names and references moved, what was made,
//! what a call gives back, what is no longer there.

use super::bindings::{Bindings, Target};
use super::contents::change_of_contents;
use super::nouns::{Nouns, as_sentence, enumerated, short};
use super::paths::{Paths, content_of_cell};
use crate::analyse::Ledger;
use crate::trace::{
    CallFrame, Event, Kind, Label, Name, NameKind, ObjId, RootKind, State, Step, StepHead, Symbol,
    Trace, visible,
};
use std::collections::{BTreeMap, BTreeSet};

/// The most sentences that a step is told in.
const SENTENCES: usize = 4;
/// What a script says where counts are its point.
const WORDS_OF_COUNTS: [&str; 5] = ["gc", "weakref", "getrefcount", "__del__", "ctypes"];

/// Tells the steps of a trace, one after the other.
#[derive(Debug)]
pub struct StepNarrator {
    /// Of the step that is told, from 1.
    number: u32,
    before: State,
    /// What objects were called there, where that step was told.
    paths: Option<Paths>,
    thread: Option<u32>,
    unreachable: BTreeSet<ObjId>,
    /// What the call gave back that was left last, and which.
    returned: Option<(ObjId, Symbol)>,
    /// What objects were called that no name leads to any more.
    once: BTreeMap<ObjId, String>,
    counts: bool,
    /// What was told last says no more than which way the program goes.
    idle: bool,
}

impl StepNarrator {
    /// Counts are told where the script is about them.
    pub fn new(trace: &Trace) -> StepNarrator {
        StepNarrator {
            number: 0,
            before: State::default(),
            paths: None,
            thread: None,
            unreachable: BTreeSet::new(),
            returned: None,
            once: BTreeMap::new(),
            counts: is_about_counts(trace),
            idle: false,
        }
    }

    /// Goes over a step of which nothing is told, nor of the one behind it.
    pub fn pass(&mut self, step: &Step) {
        self.number += 1;
        self.paths = None;
        self.before.apply(step);
        self.thread = step.head.thread;
        self.note_returned(step);
    }

    /// Whether what was told last says no more than which way the program goes: nothing has changed.
    pub fn was_idle(&self) -> bool {
        self.idle
    }

    /// Says whether changes of counts are told from here on: they hold from step to step, which says
    /// nothing where several steps are told together.
    pub fn tell_counts(&mut self, are_told: bool) {
        self.counts = are_told;
    }

    /// What a step did, in whole sentences without a full stop, the most telling first. `state` is
    /// what the step led to; `drawn`, where there is a picture, what is shown in it, also of the dead.
    pub fn tell(
        &mut self,
        trace: &Trace,
        step: &Step,
        state: &State,
        ledger: &Ledger,
        drawn: Option<&BTreeSet<ObjId>>,
    ) -> Vec<String> {
        self.number += 1;
        let is_garbage = |id: &&ObjId| {
            let info = trace.object(**id);
            info.born.is_some() && info.kind != Kind::Atom && !ledger.is_reachable(**id)
        };
        let unreachable: BTreeSet<ObjId> = state.heap.keys().filter(is_garbage).copied().collect();
        let old_paths = self.paths.take();
        let old_paths = old_paths.unwrap_or_else(|| Paths::at(trace, &self.before));
        let new_paths = Paths::at(trace, state);
        let telling = Telling {
            trace,
            step,
            before: &self.before,
            after: state,
            old: Nouns {
                trace,
                state: &self.before,
                paths: &old_paths,
                once: &self.once,
            },
            new: Nouns {
                trace,
                state,
                paths: &new_paths,
                once: &self.once,
            },
            returned: self.returned,
            last: trace.steps[..self.number as usize - 1]
                .last()
                .map(|last| &last.head),
            raised_before: raised_before(trace, self.number),
            counts: self.counts,
            drawn,
            unreachable: &self.unreachable,
        };
        let lost: Vec<ObjId> = unreachable.difference(&self.unreachable).copied().collect();
        let (sentences, idle) = telling.sentences(self.thread == step.head.thread, &lost);
        self.idle = idle;
        self.before.apply(step);
        self.thread = step.head.thread;
        self.note_returned(step);
        self.once.retain(|id, _| unreachable.contains(id));
        for id in &lost {
            if let Some(path) = old_paths.first(*id, trace) {
                self.once.insert(*id, path.to_owned());
            }
        }
        self.unreachable = unreachable;
        self.paths = Some(new_paths);
        sentences
    }

    fn note_returned(&mut self, step: &Step) {
        let head = &step.head;
        self.returned = match head.event {
            Event::Return => head
                .held_as(RootKind::ReturnValue)
                .map(|id| (id, head.function)),
            _ => None,
        };
    }
}

/// Whether a script is about counts, so that they are worth a word and a place in the pictures.
pub fn is_about_counts(trace: &Trace) -> bool {
    let files = trace.header.files.iter();
    let mut lines = files.flat_map(|file| file.text.lines());
    lines.any(|line| {
        let line = line.split('#').next().unwrap_or_default().trim();
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        // A name, not an entry or attribute.
        (line.starts_with("del ") && !line.contains(['.', '[']))
            || words.any(|word| WORDS_OF_COUNTS.contains(&word))
    })
}

/// Steps back at which a raise is looked for.
const STEPS_BACK: u32 = 400;

/// Whether the exception that is raised at a step was raised before, in a call that it has left or
/// in an earlier line: it is on its way.
pub fn raised_before(trace: &Trace, number: u32) -> bool {
    let raised = |number: u32| {
        let step = trace.steps.get(number as usize - 1)?;
        step.head.held_as(RootKind::RaisedException)
    };
    let Some(exception) = raised(number) else {
        return false;
    };
    let earlier = number.saturating_sub(STEPS_BACK).max(1)..number;
    earlier
        .rev()
        .any(|number| raised(number) == Some(exception))
}

/// One step, while it is told.
pub(super) struct Telling<'t> {
    pub(super) trace: &'t Trace,
    pub(super) step: &'t Step,
    pub(super) before: &'t State,
    pub(super) after: &'t State,
    /// Objects as they were called at the step before, and as they are now.
    pub(super) old: Nouns<'t>,
    pub(super) new: Nouns<'t>,
    pub(super) returned: Option<(ObjId, Symbol)>,
    /// The step before.
    pub(super) last: Option<&'t StepHead>,
    /// The exception of this step has been raised in an earlier one.
    pub(super) raised_before: bool,
    pub(super) counts: bool,
    pub(super) drawn: Option<&'t BTreeSet<ObjId>>,
    /// What nothing reached at the step before.
    pub(super) unreachable: &'t BTreeSet<ObjId>,
}

impl Telling<'_> {
    /// The sentences, and whether they say no more than which way the program goes.
    fn sentences(self, same_thread: bool, lost: &[ObjId]) -> (Vec<String>, bool) {
        let mut all = Vec::new();
        self.collections(&mut all);
        self.incidents(&mut all);
        if same_thread && self.step.head.event == Event::Call {
            self.ended_calls(&mut all);
        }
        if same_thread {
            self.names(&mut all);
        }
        self.references(&mut all);
        self.in_flight(&mut all);
        self.printed(&mut all);
        self.deaths(&mut all);
        self.lost(lost, &mut all);
        if same_thread && all.is_empty() && !self.step.head.event.enters() {
            self.ended_calls(&mut all);
        }
        let idle = all.is_empty();
        if idle {
            all.extend(self.returned_nothing().or_else(|| self.flow()));
        }
        if self.counts {
            self.count_changes(&mut all);
        }
        self.end(&mut all);
        if all.len() > SENTENCES {
            let more = all.len() - SENTENCES + 1;
            all.truncate(SENTENCES - 1);
            all.push(format!("{more} more things change"));
        }
        let sentences = all.iter().map(|sentence| as_sentence(sentence));
        (sentences.collect(), idle)
    }

    pub(super) fn text(&self, symbol: Symbol) -> &str {
        self.trace.symbols.text(symbol)
    }

    /// Whether an object is one that a picture shows as a box of the program's data.
    pub(super) fn is_data(&self, id: ObjId) -> bool {
        matches!(
            self.trace.object(id).kind,
            Kind::Sequence
                | Kind::Mapping
                | Kind::Set
                | Kind::Instance
                | Kind::Method
                | Kind::Exception
                | Kind::WeakRef
                | Kind::Generator
        )
    }

    /// Whether an object that is gone has been seen: drawn, or called by a name.
    pub(super) fn was_seen(&self, id: ObjId) -> bool {
        match self.drawn {
            Some(drawn) => drawn.contains(&id),
            None => self.old.first_path(id).is_some() || self.unreachable.contains(&id),
        }
    }

    fn bindings(&self) -> Bindings<'_> {
        Bindings {
            old: self.old,
            new: self.new,
            allocated: &self.step.head.allocated,
            imports: self.imports(),
            returned: self.returned,
        }
    }

    /// Whether the line that has run is an import.
    fn imports(&self) -> bool {
        let head = &self.step.head;
        let file = self.trace.header.files.get(head.file.0 as usize);
        let line = head
            .ran
            .and_then(|ran| file?.text.lines().nth(ran as usize - 1));
        let words = line.unwrap_or_default().trim_start();
        words.starts_with("import ") || words.starts_with("from ")
    }

    /// Names that lead somewhere else now, and names that are gone.
    fn names(&self, all: &mut Vec<String>) {
        let (old, new) = (&self.before.frames, &self.after.frames);
        let called = self.step.head.event.enters();
        if self.step.head.event == Event::Call
            && let Some(frame) = new.last()
        {
            all.extend(self.called(frame));
        }
        let mut bound: Vec<Target> = Vec::new();
        let mut gone = Vec::new();
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
                    bound.push(Target {
                        path: self.text(name.0.name).to_owned(),
                        to: name.1,
                        is_first: led.is_none(),
                        in_class: frame.class_body,
                    });
                }
            }
            for (name, _) in self.own_names(before) {
                if self.text(name.name) != "_"
                    && !self.own_names(frame).any(|(new, _)| new.name == name.name)
                {
                    gone.push(self.text(name.name).to_owned());
                }
            }
        }
        all.extend(self.bindings().in_words(&bound));
        match gone.len() {
            0 => {}
            1 => all.push(format!("the name {} is gone", gone[0])),
            _ => all.push(format!("the names {} are gone", enumerated(&gone))),
        }
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

    /// A call that begins, with its arguments.
    fn called(&self, frame: &CallFrame) -> Option<String> {
        if frame.class_body || frame.is_module(&self.trace.symbols) {
            return None;
        }
        let function = frame.shown_name(&self.trace.symbols);
        let mut receiver = String::new();
        let mut arguments = Vec::new();
        for (place, argument) in frame
            .names
            .iter()
            .take(frame.arguments as usize)
            .enumerate()
        {
            let name = self.text(argument.name);
            let to = match argument.kind {
                NameKind::Cell | NameKind::Free => content_of_cell(self.after, argument.to),
                _ => Some(argument.to),
            };
            // What the compiler has named is nobody's argument.
            let Some(to) = to.filter(|_| !name.starts_with('.')) else {
                continue;
            };
            let given = self.given(frame, to);
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
        let verb = if function.starts_with("<genexpr") {
            "starts"
        } else {
            "is called"
        };
        Some(format!(
            "{} {verb}{receiver}{with}",
            call_in_words(function)
        ))
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
        let is_deeper = self.after.frames.len() == self.before.frames.len() + 1;
        let path = match self.old.first_path(to).filter(|_| is_deeper) {
            Some(path) => Some(path),
            None => {
                let mut paths = self.new.all_paths(to).iter();
                paths.find(|path| !is_own(path)).map(String::as_str)
            }
        };
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
    fn ended_calls(&self, all: &mut Vec<String>) {
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
        if left.class_body || left.is_module(&self.trace.symbols) || is_called_anew {
            return;
        }
        let call = call_in_words(left.shown_name(&self.trace.symbols));
        let is_kept = |id: ObjId| self.after.heap.contains_key(&id);
        all.push(
            if self.came_after(Event::Yield) || self.is_suspended(left) {
                format!("{call} is suspended where it is, with its variables")
            } else if left.object.is_some_and(is_kept) {
                format!("{call} has ended; its frame is kept")
            } else {
                format!("{call} has ended")
            },
        );
    }

    /// Whether the step before was taken for an event.
    pub(super) fn came_after(&self, event: Event) -> bool {
        self.last.is_some_and(|last| last.event == event)
    }

    /// Whether a frame that is left now waits in its generator or coroutine.
    fn is_suspended(&self, left: &CallFrame) -> bool {
        left.object.is_some_and(|frame| {
            self.after.heap.iter().any(|(id, object)| {
                self.trace.object(*id).kind == Kind::Generator
                    && object.refs.iter().any(|reference| reference.to == frame)
            })
        })
    }

    /// What has become of what objects hold.
    fn references(&self, all: &mut Vec<String>) {
        for (id, change) in &self.step.changed {
            if change.refs.is_none() {
                continue;
            }
            let kind = self.trace.object(*id).kind;
            let told = match kind {
                Kind::Class | Kind::Cell => true,
                _ => self.is_data(*id) && kind != Kind::Generator,
            };
            if told {
                all.extend(change_of_contents(
                    *id,
                    self.old,
                    self.new,
                    &self.bindings(),
                ));
            }
        }
    }

    /// What the program has printed since the step before: its first line.
    fn printed(&self, all: &mut Vec<String>) {
        let text = self.step.head.stdout.trim_end();
        let Some(first) = text.lines().find(|line| !line.trim().is_empty()) else {
            return;
        };
        let more = if text.lines().count() > 1 {
            " and more"
        } else {
            ""
        };
        all.push(format!(
            "the program prints “{}”{more}",
            short(&visible(first.trim()))
        ));
    }
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

/// A call as one speaks of it: `f()`, `the generator expression`.
pub(super) fn call_in_words(function: &str) -> String {
    match function.rsplit('.').next().unwrap_or(function) {
        "<genexpr>" => "the generator expression".to_owned(),
        "<listcomp>" | "<setcomp>" | "<dictcomp>" => "the comprehension".to_owned(),
        "<lambda>" => "the lambda".to_owned(),
        _ => format!("{function}()"),
    }
}
