//! What each step did, in plain words: which names and references moved, whose counts changed, who
//! died and of what.

use crate::analyse::Ledger;
use crate::trace::{
    CallFrame, Cause, Count, Event, Incident, Kind, Label, Name, NameKind, ObjId, Reference,
    RootKind, State, Step, Symbol, Trace,
};
use std::collections::BTreeSet;

/// The most sentences that a step is told in.
const SENTENCES: usize = 4;
/// Objects that one sentence names.
const NAMED: usize = 3;

/// Tells the steps of a trace, one after the other.
#[derive(Debug, Default)]
pub struct StepNarrator {
    /// Of the step that is told, from 1.
    number: u32,
    before: State,
    thread: Option<u32>,
    unreachable: BTreeSet<ObjId>,
}

impl StepNarrator {
    /// Goes over a step of which nothing is told, nor of the one behind it.
    pub fn pass(&mut self, step: &Step) {
        self.number += 1;
        self.before.apply(step);
        self.thread = step.head.thread;
    }

    /// What a step did, in whole sentences without a full stop, the most telling first. `state` is
    /// what the step led to.
    pub fn tell(
        &mut self,
        trace: &Trace,
        step: &Step,
        state: &State,
        ledger: &Ledger,
    ) -> Vec<String> {
        self.number += 1;
        let is_garbage = |id: &&ObjId| {
            let info = trace.object(**id);
            info.born.is_some() && info.kind != Kind::Atom && !ledger.is_reachable(**id)
        };
        let unreachable: BTreeSet<ObjId> = state.heap.keys().filter(is_garbage).copied().collect();
        let telling = Telling {
            trace,
            step,
            before: &self.before,
            after: state,
            raised_before: raised_before(trace, self.number),
            said: BTreeSet::new(),
        };
        let lost: Vec<ObjId> = unreachable.difference(&self.unreachable).copied().collect();
        let sentences = telling.sentences(self.thread == step.head.thread, &lost);
        self.before.apply(step);
        self.thread = step.head.thread;
        self.unreachable = unreachable;
        sentences
    }
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
struct Telling<'t> {
    trace: &'t Trace,
    step: &'t Step,
    before: &'t State,
    after: &'t State,
    /// The exception of this step has been raised in an earlier one.
    raised_before: bool,
    /// Objects whose change of count has been told.
    said: BTreeSet<ObjId>,
}

impl Telling<'_> {
    fn sentences(mut self, same_thread: bool, lost: &[ObjId]) -> Vec<String> {
        let mut all = Vec::new();
        self.collections(&mut all);
        self.incidents(&mut all);
        if same_thread {
            self.names(&mut all);
        }
        self.in_flight(&mut all);
        self.printed(&mut all);
        self.references(&mut all);
        self.deaths(&mut all);
        if !lost.is_empty() {
            let verb = if lost.len() == 1 { "waits" } else { "wait" };
            all.push(format!(
                "Nothing reaches {} any more; {} {verb} for the collector",
                self.list(lost),
                if lost.len() == 1 { "it" } else { "they" },
            ));
        }
        self.counts(&mut all);
        self.end(&mut all);
        if all.len() > SENTENCES {
            let more = all.len() - SENTENCES + 1;
            all.truncate(SENTENCES - 1);
            all.push(format!("And {more} more changes"));
        }
        all
    }

    fn text(&self, symbol: Symbol) -> &str {
        self.trace.symbols.text(symbol)
    }

    /// `list #3`, `class C`, or the value of a number or a text.
    fn noun(&self, id: ObjId) -> String {
        let info = self.trace.object(id);
        let object = self
            .after
            .heap
            .get(&id)
            .or_else(|| self.before.heap.get(&id));
        let type_name = self.text(info.type_name);
        let name = object
            .and_then(|object| object.name)
            .map(|name| self.text(name));
        let value = object
            .and_then(|object| object.value)
            .map(|value| self.text(value));
        match (info.kind, name, value) {
            (Kind::Atom, _, Some(value)) => short(value),
            (Kind::Class, Some(name), _) => format!("class {name}"),
            // Names such as <lambda> are shared by many.
            (Kind::Function, Some(name), _) if !name.starts_with('<') => {
                format!("function {name}")
            }
            (Kind::Function, Some(name), _) => format!("function {name} #{}", id.0),
            (Kind::Module, Some(name), _) => format!("module {name}"),
            _ => format!("{type_name} #{}", id.0),
        }
    }

    fn list(&self, ids: &[ObjId]) -> String {
        let mut nouns: Vec<String> = ids.iter().take(NAMED).map(|id| self.noun(*id)).collect();
        if ids.len() > NAMED {
            nouns.push(format!("{} more", ids.len() - NAMED));
        }
        enumerated(&nouns)
    }

    fn is_told(&self, id: ObjId) -> bool {
        matches!(
            self.trace.object(id).kind,
            Kind::Sequence
                | Kind::Mapping
                | Kind::Set
                | Kind::Instance
                | Kind::Method
                | Kind::Cell
                | Kind::Exception
                | Kind::WeakRef
                | Kind::Generator
                | Kind::Iterator
        )
    }

    /// What a name or reference leads to: `now refers to a new list #3`, `is now 5`.
    fn leads_to(&mut self, id: ObjId) -> String {
        if self.trace.object(id).kind == Kind::Atom {
            return format!("is now {}", self.noun(id));
        }
        if self.step.head.allocated.contains(&id) {
            self.said.insert(id);
            return format!("now refers to a new {}", self.noun(id));
        }
        format!("now refers to {}{}", self.noun(id), self.count_clause(id))
    }

    /// `, whose count goes from 1 to 2`, where it has changed and was not told yet.
    fn count_clause(&mut self, id: ObjId) -> String {
        match self.count_change(id) {
            Some((from, to)) if self.is_told(id) && self.said.insert(id) => {
                format!(", whose count goes from {from} to {to}")
            }
            _ => String::new(),
        }
    }

    fn count_change(&self, id: ObjId) -> Option<(u32, u32)> {
        let count = |state: &State| match state.heap.get(&id)?.refcount {
            Count::Of(count) => Some(count),
            Count::Immortal => None,
        };
        let (from, to) = (count(self.before)?, count(self.after)?);
        (from != to).then_some((from, to))
    }

    fn names(&mut self, all: &mut Vec<String>) {
        let (old, new) = (&self.before.frames, &self.after.frames);
        let called = self.step.head.event.enters();
        if self.step.head.event == Event::Call
            && let Some(frame) = new.last()
        {
            self.arguments(frame, all);
        }
        for (depth, frame) in new.iter().enumerate() {
            if called && depth + 1 == new.len() {
                continue;
            }
            let Some(before) = old.get(depth).filter(|old| old.function == frame.function) else {
                continue;
            };
            for name in own_names(frame) {
                if frame.is_compilers(name, &self.trace.symbols, self.after) {
                    continue;
                }
                let led = own_names(before).find(|old| old.name == name.name);
                let moved = led.is_none_or(|old| old.to != name.to);
                // A cell stands for its variable; what it holds is told as a reference.
                if moved && matches!(name.kind, NameKind::Global | NameKind::Local) {
                    let to = self.leads_to(name.to);
                    all.push(format!("{} {to}", quoted(self.text(name.name))));
                }
            }
            for name in own_names(before) {
                if before.is_compilers(name, &self.trace.symbols, self.after) {
                    continue;
                }
                if !own_names(frame).any(|new| new.name == name.name) {
                    let count = if self.after.heap.contains_key(&name.to) {
                        self.count_of(name.to)
                    } else {
                        String::new()
                    };
                    let name = quoted(self.text(name.name));
                    all.push(format!("The name {name} is gone{count}"));
                }
            }
        }
        if !called && let Some(left) = old.get(new.len()) {
            all.push(self.left(left));
        }
    }

    /// What has become of a call that is left.
    fn left(&self, left: &CallFrame) -> String {
        let function = left.shown_name(&self.trace.symbols);
        let is_kept = |id: ObjId| self.after.heap.contains_key(&id);
        if function == "<module>" {
            let file = self.trace.header.files.get(left.file.0 as usize);
            format!(
                "All of {} has run",
                file.map_or("a module", |file| file.name())
            )
        } else if left.class_body {
            format!("The body of class {function} is over")
        } else if self.is_suspended(left) {
            format!("{function}() is suspended and keeps its names")
        } else if left.object.is_some_and(is_kept) {
            format!("The call of {function}() is over; its frame is kept")
        } else {
            format!("The call of {function}() is over and its names are gone")
        }
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

    /// `: the count of list #3 goes from 2 to 1`.
    fn count_of(&mut self, id: ObjId) -> String {
        match self.count_change(id) {
            Some((from, to)) if self.is_told(id) && self.said.insert(id) => {
                format!(": the count of {} goes from {from} to {to}", self.noun(id))
            }
            _ => String::new(),
        }
    }

    fn arguments(&mut self, frame: &CallFrame, all: &mut Vec<String>) {
        let arguments = frame.names.iter().take(frame.arguments as usize);
        let arguments: Vec<Name> = arguments.copied().collect();
        for name in arguments {
            let to = self.leads_to(name.to);
            all.push(format!("Its {} {to}", quoted(self.text(name.name))));
        }
    }

    fn in_flight(&self, all: &mut Vec<String>) {
        let head = &self.step.head;
        let held = |by| head.held_as(by);
        let running = self.after.frames.last();
        match head.event {
            Event::Yield => {
                let top = running.and_then(CallFrame::top_of_stack);
                all.extend(top.map(|id| format!("What it yields is {}", self.noun(id))));
            }
            Event::Return if self.hands_on() => {
                let value = held(RootKind::ReturnValue);
                all.extend(value.map(|id| format!("What it returns is {}", self.noun(id))));
            }
            Event::Exception if !self.raised_before => {
                let raised = held(RootKind::RaisedException);
                all.extend(
                    raised.map(|id| format!("{} is raised{}", self.noun(id), self.message(id))),
                );
            }
            _ => {}
        }
    }

    /// Whether what is returned goes to anyone: not from a module, nor from a class's body.
    fn hands_on(&self) -> bool {
        let is_call = |frame: &CallFrame| !frame.class_body;
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
        match args.and_then(|args| refs(args.to)).map(Vec::as_slice) {
            Some([only]) if self.trace.object(only.to).kind == Kind::Atom => {
                format!(": {}", self.noun(only.to))
            }
            _ => String::new(),
        }
    }

    fn references(&mut self, all: &mut Vec<String>) {
        let changed: Vec<ObjId> = self.step.changed.iter().map(|(id, _)| *id).collect();
        for id in changed {
            let is_class = self.trace.object(id).kind == Kind::Class;
            let states = (self.before.heap.get(&id), self.after.heap.get(&id));
            if let (Some(old), Some(new)) = states
                && (is_class || self.is_told(id))
            {
                let added = self.only_in(is_class, &new.refs, &old.refs);
                let lost = self.only_in(is_class, &old.refs, &new.refs);
                all.extend(self.references_of(id, &added, &lost));
            }
        }
    }

    /// The references that one list has more than another, of those that are worth a sentence.
    fn only_in(&self, is_class: bool, of: &[Reference], than: &[Reference]) -> Vec<Reference> {
        let known: BTreeSet<(Label, ObjId)> = than.iter().map(|r| (r.label, r.to)).collect();
        let is_told = |r: &&Reference| match r.label {
            Label::Key(_) => false,
            // A cell that serves a class's body.
            Label::Cell(name) => !self.text(name).starts_with("__"),
            // What the interpreter itself puts into a class is not told.
            Label::Attr(name) => !is_class || !self.text(name).starts_with("__"),
            _ => !is_class,
        };
        let more = of.iter().filter(|r| !known.contains(&(r.label, r.to)));
        more.filter(is_told).copied().collect()
    }

    /// What became of an object's references.
    fn references_of(
        &mut self,
        id: ObjId,
        added: &[Reference],
        lost: &[Reference],
    ) -> Option<String> {
        let owner = self.noun(id);
        let spoken = |this: &Self, one: &Reference| {
            let label = one.label.display(&this.trace.symbols);
            spoken(one.label, &label)
        };
        Some(match (added, lost) {
            ([], []) => return None,
            ([one], []) if one.label == Label::Element => {
                format!("{} is now in {owner}", self.noun(one.to))
            }
            ([], [one]) if one.label == Label::Element => {
                format!("{} is no longer in {owner}", self.noun(one.to))
            }
            ([one], _) => {
                let to = self.leads_to(one.to);
                format!("{} {owner} {to}", spoken(self, one))
            }
            ([], [one]) => format!("{} {owner} is gone", spoken(self, one)),
            (_, []) => format!("{owner} gets {}", self.labels(added)),
            ([], _) => format!("{owner} loses {}", self.labels(lost)),
            _ => format!("{} of {owner} change", self.labels(added)),
        })
    }

    /// Labels of an object's references: `[0], [1] and 3 more`.
    fn labels(&self, references: &[Reference]) -> String {
        let label = |reference: &Reference| match reference.label {
            Label::Attr(name) | Label::Cell(name) => quoted(self.text(name)),
            label => label.display(&self.trace.symbols),
        };
        if references.iter().all(|r| r.label == Label::Element) {
            return match references.len() {
                1 => "an element".to_owned(),
                count => format!("{count} elements"),
            };
        }
        let mut labels: Vec<String> = references.iter().take(NAMED).map(label).collect();
        if references.len() > NAMED {
            labels.push(format!("{} more", references.len() - NAMED));
        }
        enumerated(&labels)
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
        all.push(format!("It prints “{}”{more}", short(first.trim())));
    }

    fn deaths(&mut self, all: &mut Vec<String>) {
        for (cause, why) in [
            (Cause::RefCount, "its last reference is gone"),
            (Cause::Collector, "by the collector"),
        ] {
            let freed = self.step.head.freed.iter().filter(|id| {
                let died = self.trace.object(**id).died;
                self.before.heap.contains_key(id)
                    && self.is_told(**id)
                    && died.is_some_and(|death| death.cause == cause)
            });
            let freed: Vec<ObjId> = freed.copied().collect();
            let list = self.list(&freed);
            match (freed.len(), cause) {
                (0, _) => {}
                (1, Cause::RefCount) => all.push(format!("{list} is freed: {why}")),
                (count, Cause::RefCount) => {
                    all.push(format!("{count} objects are freed, in this order: {list}"));
                }
                (1, _) => all.push(format!("{list} is freed {why}")),
                (_, _) => all.push(format!("{list} are freed {why}")),
            }
        }
    }

    /// What follows on the last step, while the interpreter goes.
    fn end(&self, all: &mut Vec<String>) {
        if self.step.head.event != Event::Exit {
            return;
        }
        let at_exit = &self.trace.header.at_exit;
        if !at_exit.finalized.is_empty() {
            let list = self.list(&at_exit.finalized);
            all.push(format!("As the interpreter goes, __del__ runs of {list}"));
        }
        if let Some(first) = at_exit.stdout.lines().find(|line| !line.trim().is_empty()) {
            all.push(format!("At exit, “{}” is printed", short(first.trim())));
        }
    }

    fn collections(&self, all: &mut Vec<String>) {
        for run in &self.step.head.collections {
            if run.candidates.is_empty() {
                continue;
            }
            let who = if run.automatic {
                "by itself"
            } else {
                "when asked"
            };
            all.push(format!(
                "The collector runs {who} over generation {} and finds {} of {} objects unreachable",
                run.generation,
                run.unreachable.len(),
                run.candidates.len(),
            ));
        }
    }

    fn incidents(&mut self, all: &mut Vec<String>) {
        for (what, id) in &self.step.head.incidents {
            let noun = self.noun(*id);
            all.push(match what {
                Incident::Finalizer => format!("The count of {noun} has fallen to 0: __del__ runs"),
                Incident::Close => format!("The count of {noun} has fallen to 0: it is closed"),
                Incident::CollectorFinalizer => {
                    format!("The collector has called __del__ of {noun}")
                }
                Incident::Resurrection => format!("{noun} is reachable again: it lives on"),
                Incident::WeakReferenceCleared => format!("{noun} has lost its referent"),
                Incident::FinalizeCall => format!("A weakref.finalize calls {noun}"),
            });
        }
    }

    /// Counts that have changed and were not told yet.
    fn counts(&mut self, all: &mut Vec<String>) {
        let changed: Vec<ObjId> = self.step.changed.iter().map(|(id, _)| *id).collect();
        for id in changed {
            let is_data = matches!(
                self.trace.object(id).kind,
                Kind::Sequence | Kind::Mapping | Kind::Set | Kind::Instance
            );
            if is_data
                && let Some((from, to)) = self.count_change(id)
                && self.said.insert(id)
            {
                let noun = self.noun(id);
                all.push(format!("The count of {noun} goes from {from} to {to}"));
            }
        }
    }
}

fn own_names(frame: &CallFrame) -> impl Iterator<Item = &Name> {
    let names = frame.names.iter();
    names.filter(|name| name.kind != NameKind::Stack)
}

/// A label as one says it, with the word that leads on to the owner; `text` is the label in full.
fn spoken(label: Label, text: &str) -> String {
    match label {
        Label::Attr(_) => format!("{} of", quoted(text.trim_start_matches('.'))),
        Label::Cell(_) => format!("{} in", quoted(text.trim_start_matches("cell "))),
        _ => format!("{text} of"),
    }
}

/// `a, b and c`.
fn enumerated(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A name of the program's amid plain words.
fn quoted(name: &str) -> String {
    format!("‘{name}’")
}

fn short(value: &str) -> String {
    const LIMIT: usize = 24;
    if value.chars().count() <= LIMIT {
        return value.to_owned();
    }
    let kept: String = value.chars().take(LIMIT - 1).collect();
    format!("{kept}…")
}
