//! Follows exceptions through the steps of a run.

use super::bindings::Bindings;
use super::facts::Facts;
use super::model::{
    EnteredHandler, ErrorPlace, HandlerKind, Passage, PassageOutcome, RaisedError, RaisedHow,
    Raising, RaisingEnd, SplitPart,
};
use super::now::Now;
use super::places::Places;
use super::{attempt, values};
use crate::trace::{Event, Incident, Kind, ObjId, RaisedAgain, RootKind, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// A call in which an exception is or was.
pub(super) struct Open {
    depth: usize,
    pub error: usize,
    pub raising: usize,
    pub passage: usize,
}

/// An exception that has left a call of the program's own and has not come to another.
pub(super) struct Leaving {
    pub error: usize,
    depth: usize,
    pub step: u32,
    /// The call was that of a `__del__`, for this object.
    pub finalizer: Option<ObjId>,
}

pub(super) struct Walk<'t> {
    pub(super) trace: &'t Trace,
    places: &'t Places<'t>,
    facts: Facts<'t>,
    bindings: Bindings,
    pub errors: Vec<RaisedError>,
    pub(super) known: BTreeMap<ObjId, usize>,
    pub(super) open: BTreeMap<u32, Vec<Open>>,
    pub(super) leaving: BTreeMap<u32, Vec<Leaving>>,
    /// Thrown into a generator, and not told to be raised there yet.
    thrown: BTreeMap<u32, ObjId>,
    /// Calls of `__del__` under way, by thread and depth.
    finalizers: BTreeMap<(u32, usize), ObjId>,
    /// What no clause of an `except*` has taken was raised again: thread, depth, offset.
    rest: Option<(u32, usize, u32)>,
    /// Entries of tracebacks whose calls stand in a search.
    told: BTreeSet<ObjId>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(trace: &'t Trace, places: &'t Places<'t>) -> Walk<'t> {
        Walk {
            trace,
            places,
            facts: Facts::new(trace),
            bindings: Bindings::default(),
            errors: Vec::new(),
            known: BTreeMap::new(),
            open: BTreeMap::new(),
            leaving: BTreeMap::new(),
            thrown: BTreeMap::new(),
            finalizers: BTreeMap::new(),
            rest: None,
            told: BTreeSet::new(),
        }
    }

    pub(super) fn step(&mut self, now: Now<'_>) {
        self.bindings.step(now, self.trace, self.places);
        for again in &now.step.head.raised_again {
            self.raised_again(again, now.number);
        }
        self.find_rest(now);
        match now.step.head.event {
            Event::Exception => self.exception(now),
            Event::Throw => {
                self.thrown
                    .extend(now.raised().map(|id| (now.thread(), id)));
            }
            Event::Unwind => self.unwind(now),
            Event::Exit => self.exit(now),
            Event::Return | Event::Yield => {
                self.goes_on(now);
                self.forget(now.thread(), now.depth());
            }
            Event::Call => self.call(now),
            Event::Resume => {}
            Event::Line | Event::Instruction => {
                self.goes_on(now);
                self.clause(now);
            }
        }
        self.reread(now);
    }

    /// The error of an object, which begins to be followed where it is not yet.
    fn error(&mut self, id: ObjId, now: Now<'_>) -> usize {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let number = self.errors.len();
        self.errors.push(self.facts.begin(id, now.state));
        self.known.insert(id, number);
        number
    }

    fn exception(&mut self, now: Now<'_>) {
        let (thread, depth) = (now.thread(), now.depth());
        let (Some(id), Some(frame)) = (now.raised(), now.state.frames.last()) else {
            return;
        };
        let left = self.left_without_step(id, thread, depth);
        self.close_handled(now);
        let head = &now.step.head;
        let place = self.places.in_frame(frame, head.line, head.offset);
        let error = self.error(id, now);
        let is_raise = is_raise(self.places, &place);
        let goes_on = (self.comes_back(thread, depth, error) || left) && !is_raise;
        let thrown = self.thrown.remove(&thread) == Some(id);
        // What a generator was given is the exception that a call below has under way.
        let goes_on = goes_on || (thrown && !self.errors[error].raisings.is_empty());
        let foreign = self.foreign_calls(error, now);
        if !goes_on {
            let how = self.how(&place, thrown, !foreign.is_empty());
            let known = (self.trace, self.places, &self.bindings);
            if matches!(how, RaisedHow::Instruction(_) | RaisedHow::Library) {
                self.errors[error].values = values::of(id, &place, now, known);
                self.errors[error].unbound = values::unbound(&place, self.places);
            } else if how == RaisedHow::Statement {
                self.errors[error].values = values::of_statement(&place, now, known);
            }
            let attempt = attempt::of(&place, self.places, &self.errors[error].values);
            self.errors[error].raisings.push(Raising {
                how,
                attempt,
                thread: now.thread_name(self.trace),
                search: Vec::new(),
                end: RaisingEnd::Unknown,
            });
        }
        let raising = self.errors[error].raisings.len() - 1;
        let search = &mut self.errors[error].raisings[raising].search;
        search.extend(foreign);
        search.push(Passage {
            step: now.number,
            thread,
            place,
            handlers: Vec::new(),
            outcome: PassageOutcome::Unknown,
        });
        let open = Open {
            depth,
            error,
            raising,
            passage: search.len() - 1,
        };
        self.open.entry(thread).or_default().push(open);
        if let Some(offset) = head.offset {
            self.enter(thread, offset, now.number);
        }
    }

    /// Calls above the running one have ended without a step. Whether an exception has left one of them:
    /// the interpreter tells nothing of that where it runs calls one inside the other.
    fn left_without_step(&mut self, id: ObjId, thread: u32, depth: usize) -> bool {
        let mut all = self.open.remove(&thread).unwrap_or_default();
        let stays = all.iter().filter(|open| open.depth <= depth).count();
        let mut is_left = false;
        for open in all.drain(stays..) {
            if self.errors[open.error].object.id == id {
                self.passage(&open).outcome = PassageOutcome::Left;
                is_left = true;
            }
        }
        self.open.insert(thread, all);
        self.forget(thread, depth + 1);
        is_left
    }

    /// Whether an error that has left a call above comes to this one. Others that have left such calls
    /// have ended.
    fn comes_back(&mut self, thread: u32, depth: usize, error: usize) -> bool {
        let all = self.leaving.remove(&thread).unwrap_or_default();
        let (above, below): (Vec<Leaving>, Vec<Leaving>) =
            all.into_iter().partition(|one| one.depth > depth);
        let (own, others): (Vec<Leaving>, Vec<Leaving>) =
            above.into_iter().partition(|one| one.error == error);
        self.leaving.insert(thread, below);
        others.iter().for_each(|one| self.end_left(one));
        !own.is_empty()
    }

    fn how(&self, place: &ErrorPlace, thrown: bool, from_library: bool) -> RaisedHow {
        if thrown {
            return RaisedHow::Thrown;
        }
        if from_library {
            return RaisedHow::Library;
        }
        match self.places.instruction(place) {
            Some(("RAISE_VARARGS", _)) => RaisedHow::Statement,
            Some((name, _)) => RaisedHow::Instruction(name.to_owned()),
            None => RaisedHow::Unknown,
        }
    }

    /// The calls of code that is not the program's own that an exception has come through since it was
    /// last seen, the newest first.
    fn foreign_calls(&mut self, error: usize, now: Now<'_>) -> Vec<Passage> {
        let object = self.errors[error].object.id;
        let is_told = |id: ObjId| self.told.contains(&id);
        let entries = self.facts.entries(object, now.state, is_told);
        let mut calls = Vec::new();
        for id in entries.into_iter().rev() {
            let place = self.trace.object(id).place;
            let Some(place) = place.filter(|_| self.told.insert(id)) else {
                continue;
            };
            if place.own.is_none() {
                calls.push(Passage {
                    step: now.number,
                    thread: now.thread(),
                    place: self.places.of_entry(&place),
                    handlers: Vec::new(),
                    outcome: PassageOutcome::Left,
                });
            }
        }
        calls
    }

    fn passage(&mut self, open: &Open) -> &mut Passage {
        &mut self.errors[open.error].raisings[open.raising].search[open.passage]
    }

    /// Enters the handler that covers an offset of the innermost open call, if there is one.
    fn enter(&mut self, thread: u32, offset: u32, step: u32) {
        let Some(open) = self.open.get_mut(&thread).and_then(Vec::pop) else {
            return;
        };
        let places = self.places;
        let passage = self.passage(&open);
        let found = places.handler(&passage.place, offset);
        let clean_up = found
            .as_ref()
            .filter(|found| found.kind == HandlerKind::CleanUp)
            .map(|found| found.row);
        passage.handlers.extend(found.map(|found| EnteredHandler {
            step,
            row: found.row,
            target: found.target,
            kind: found.kind,
            around: found.span,
            span: found.span,
            line: found.line,
            raised_again: None,
        }));
        if let Some(row) = clean_up {
            self.replace(thread, &open, row);
        }
        self.open.entry(thread).or_default().push(open);
    }

    /// An exception leaves the handler of another one in the same call by a row of the exception table
    /// that covers it, and takes its place.
    fn replace(&mut self, thread: u32, by: &Open, row: usize) {
        let other = self.errors[by.error].object.id;
        let mut all = self.open.remove(&thread).unwrap_or_default();
        all.retain(|open| {
            if open.depth != by.depth || open.error == by.error {
                return true;
            }
            let places = self.places;
            let passage = self.passage(open);
            let handler = passage.handlers.last();
            if !handler.is_some_and(|one| places.covers(&passage.place, row, one.target)) {
                return true;
            }
            passage.outcome = PassageOutcome::Replaced(other);
            let raising = &mut self.errors[open.error].raisings[open.raising];
            raising.end = RaisingEnd::Replaced { by: other };
            false
        });
        self.open.insert(thread, all);
    }

    /// Closes what is open in the running call and is not being handled any more.
    fn close_handled(&mut self, now: Now<'_>) {
        let (thread, depth) = (now.thread(), now.depth());
        let handled = now.step.head.held_as(RootKind::HandledException);
        let mut all = self.open.remove(&thread).unwrap_or_default();
        let is_handled = |open: &Open| {
            let error = &self.errors[open.error];
            let last = error.raisings[open.raising].search[open.passage]
                .handlers
                .last();
            let splits = last.is_some_and(|last| last.kind == HandlerKind::ExceptStar);
            // The first instruction of a handler is about to run.
            let begins = last.is_some_and(|last| now.step.head.offset == Some(last.target));
            begins || handled.is_some_and(|handled| handled == error.object.id || splits)
        };
        let innermost = all
            .iter()
            .rposition(|open| open.depth == depth && is_handled(open));
        let stays = innermost.map_or(0, |at| at + 1);
        let mut number = 0;
        all.retain(|open| {
            number += 1;
            open.depth != depth || number <= stays
        });
        self.open.insert(thread, all);
    }

    fn raised_again(&mut self, again: &RaisedAgain, step: u32) {
        let depth = again.depth as usize;
        let all = self.open.entry(again.thread).or_default();
        // Calls above have ended by now.
        all.retain(|open| open.depth <= depth);
        let known = again.exception.and_then(|id| self.known.get(&id).copied());
        let is_it = |open: &Open| open.depth == depth && known.is_none_or(|it| it == open.error);
        let Some(at) = all.iter().rposition(is_it) else {
            return;
        };
        let open = all.remove(at);
        all.push(open);
        let open = all.len() - 1;
        let all = self.open.remove(&again.thread).unwrap_or_default();
        if let Some(handler) = self.passage(&all[open]).handlers.last_mut() {
            handler.raised_again = Some(again.offset);
        }
        let last = self.passage(&all[open]).handlers.last();
        let splits = last.is_some_and(|last| last.kind == HandlerKind::ExceptStar);
        self.open.insert(again.thread, all);
        match known.is_none() && splits {
            true => self.rest = Some((again.thread, depth, again.offset)),
            false => self.enter(again.thread, again.offset, step),
        }
    }

    fn unwind(&mut self, now: Now<'_>) {
        let (thread, depth) = (now.thread(), now.depth());
        let Some(id) = now.raised() else { return };
        self.thrown.remove(&thread);
        let error = match self.known.get(&id) {
            Some(error) => *error,
            None => self.rest_of_group(id, now),
        };
        let mut all = self.open.remove(&thread).unwrap_or_default();
        let stays = all.iter().filter(|open| open.depth < depth).count();
        let mut was_open = false;
        for open in all.drain(stays..) {
            let is_it = open.error == error;
            was_open |= is_it;
            let passage = self.passage(&open);
            let rest = passage.handlers.last();
            let has_rest = rest.is_some_and(|last| last.raised_again.is_some());
            if is_it {
                passage.outcome = PassageOutcome::Left;
            } else if has_rest {
                passage.outcome = PassageOutcome::Replaced(id);
                let raising = &mut self.errors[open.error].raisings[open.raising];
                raising.end = RaisingEnd::Replaced { by: id };
            }
        }
        self.open.insert(thread, all);
        if !was_open {
            self.left_later(error);
        }
        let finalizer = self.finalizers.remove(&(thread, depth));
        let leaving = Leaving {
            error,
            depth,
            step: now.number,
            finalizer,
        };
        self.leaving.entry(thread).or_default().push(leaving);
    }

    /// A generator that has waited in a handler is left by the exception after all.
    fn left_later(&mut self, error: usize) {
        let raising = self.errors[error].raisings.last_mut();
        let last = raising.and_then(|raising| raising.search.last_mut());
        if let Some(last) = last.filter(|last| last.outcome == PassageOutcome::Unknown) {
            last.outcome = PassageOutcome::Left;
        }
    }

    /// An exception that was never seen to be raised leaves a call: what `except*` has made of a group
    /// of which no clause has taken all.
    fn rest_of_group(&mut self, id: ObjId, now: Now<'_>) -> usize {
        let error = self.error(id, now);
        let head = &now.step.head;
        let mut search = Vec::new();
        search.extend(now.state.frames.last().map(|frame| Passage {
            step: now.number,
            thread: now.thread(),
            place: self.places.in_frame(frame, head.line, head.offset),
            handlers: Vec::new(),
            outcome: PassageOutcome::Left,
        }));
        self.errors[error].raisings.push(Raising {
            how: RaisedHow::Rest,
            attempt: None,
            thread: now.thread_name(self.trace),
            search,
            end: RaisingEnd::Unknown,
        });
        error
    }

    /// Finds the group that is left of one that `except*` has split, where it is being handled.
    fn find_rest(&mut self, now: Now<'_>) {
        let here = (now.thread(), now.depth());
        let Some((thread, depth, offset)) = self.rest.take_if(|one| (one.0, one.1) == here) else {
            return;
        };
        let handled = now.step.head.held_as(RootKind::HandledException);
        let handled = handled.filter(|id| !self.known.contains_key(id));
        let is_unwound = now.step.head.event == Event::Unwind;
        let is_error = |id: &ObjId| self.trace.object(*id).kind == Kind::Exception;
        let Some(id) = handled.filter(|id| !is_unwound && is_error(id)) else {
            return;
        };
        let error = self.rest_of_group(id, now);
        let open = Open {
            depth,
            error,
            raising: self.errors[error].raisings.len() - 1,
            passage: 0,
        };
        let passage = self.passage(&open);
        passage.outcome = PassageOutcome::Unknown;
        let all = self.open.entry(thread).or_default();
        if let Some(at) = all.iter().rposition(|one| one.depth == depth) {
            let whole = all.remove(at);
            let passage = self.passage(&whole);
            passage.outcome = PassageOutcome::Replaced(id);
            let place = passage.place.clone();
            self.errors[whole.error].raisings[whole.raising].end = RaisingEnd::Replaced { by: id };
            self.passage(&open).place = place;
        }

        self.open.entry(thread).or_default().push(open);
        self.enter(thread, offset, now.number);
    }

    /// Forgets the calls of a thread from a depth on: what is open there stays where it is handled.
    fn forget(&mut self, thread: u32, depth: usize) {
        if let Some(all) = self.open.get_mut(&thread) {
            all.retain(|open| open.depth < depth);
        }
        self.finalizers
            .retain(|(of, at), _| *of != thread || *at < depth);
    }

    fn call(&mut self, now: Now<'_>) {
        let head = &now.step.head;
        let is_finalizer = self.trace.symbols.text(head.function) == "__del__";
        let mut finalized = head.incidents.iter().rev();
        let finalized = finalized
            .find(|(what, _)| matches!(what, Incident::Finalizer | Incident::CollectorFinalizer));
        if let (true, Some((_, object))) = (is_finalizer, finalized) {
            self.finalizers.insert((now.thread(), now.depth()), *object);
        }
    }

    /// A call of the program's own goes on: an exception that had left a call above it has ended.
    fn goes_on(&mut self, now: Now<'_>) {
        let thread = now.thread();
        let depth = now.depth();
        self.thrown.remove(&thread);
        let left = self.leaving.remove(&thread).unwrap_or_default();
        let (ended, under_way): (Vec<Leaving>, Vec<Leaving>) =
            left.into_iter().partition(|one| one.depth > depth);
        self.leaving.insert(thread, under_way);
        ended.iter().for_each(|one| self.end_left(one));
        if let Some(all) = self.open.get_mut(&thread) {
            all.retain(|open| open.depth <= depth);
        }
        self.close_handled(now);
    }

    /// Finds the clause that a line which is about to run belongs to, where a handler is at work.
    fn clause(&mut self, now: Now<'_>) {
        let (thread, depth, line) = (now.thread(), now.depth(), now.step.head.line);
        let Some(open) = self.open.get_mut(&thread).and_then(Vec::pop) else {
            return;
        };
        let places = self.places;
        let passage = self.passage(&open);
        if let (true, Some(handler)) = (open.depth == depth, passage.handlers.last_mut())
            && matches!(handler.kind, HandlerKind::Except | HandlerKind::ExceptStar)
            && handler.raised_again.is_none()
            && let (Some(around), Some(own)) = (handler.around, passage.place.own)
            && let Some(clause) = places.clause(&passage.place, around, line)
        {
            handler.span = Some(clause);
            handler.line = places.line_of(own, clause);
            if handler.kind == HandlerKind::ExceptStar {
                self.split(&open, now);
            }
        }
        self.open.entry(thread).or_default().push(open);
    }

    /// Notes the group that an `except*` clause has been given.
    fn split(&mut self, open: &Open, now: Now<'_>) {
        let Some(id) = now.step.head.held_as(RootKind::HandledException) else {
            return;
        };
        let error = &self.errors[open.error];
        let is_known = id == error.object.id || error.parts.iter().any(|one| one.object.id == id);
        let is_error = self.trace.object(id).kind == Kind::Exception;
        if is_known || !is_error {
            return;
        }
        let part = SplitPart {
            step: now.number,
            line: now.step.head.line,
            object: self.facts.object(id, now.state),
        };
        self.errors[open.error].parts.push(part);
    }

    /// Reads those exceptions again that have changed.
    fn reread(&mut self, now: Now<'_>) {
        let changed = now.step.changed.iter().map(|(id, _)| id);
        let entered = now.step.entered.iter().map(|(id, _)| id);
        for id in changed.chain(entered) {
            if let Some(at) = self.known.get(id) {
                let error = &mut self.errors[*at];
                self.facts.read(error, self.places, now.state);
            }
        }
        if now.step.head.suppresses_context
            && let Some(at) = now.raised().and_then(|id| self.known.get(&id))
        {
            self.errors[*at].suppresses_context = true;
        }
    }
}

fn is_raise(places: &Places<'_>, place: &ErrorPlace) -> bool {
    matches!(places.instruction(place), Some(("RAISE_VARARGS", _)))
}
