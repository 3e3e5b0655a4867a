//! The exceptions of a run: where each was raised, the search for a handler, its traceback, what was
//! printed of it, and the values that the code worked with that failed.

mod bindings;
mod endings;
mod facts;
mod model;
mod now;
mod places;
mod printed;
mod values;
mod walk;

pub use model::{
    EnteredHandler, ErrorObject, ErrorPlace, HandlerKind, OriginKind, Passage, PassageOutcome,
    PrintedLine, PrintedPart, RaisedError, RaisedHow, Raising, RaisingEnd, SplitPart,
    TracebackPart, UnboundName, UsedValue, ValueOrigin, ValuePart,
};

use crate::trace::Trace;
use crate::trace::stages::Stages;
use now::Now;
use places::Places;
use walk::Walk;

/// The exceptions that the program's own code raised, or saw go through it, in the order in which they
/// were raised. `stages` are those of the trace.
pub fn errors(trace: &Trace, stages: &[Stages]) -> Vec<RaisedError> {
    let is_raised = trace.steps.iter().any(|step| {
        let event = step.head.event;
        event == crate::trace::Event::Exception || event == crate::trace::Event::Unwind
    });
    if !is_raised {
        return Vec::new();
    }
    let places = Places::new(&trace.header.files, stages, &trace.symbols);
    let mut walk = Walk::new(trace, &places);
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        walk.step(Now {
            number,
            step,
            state,
        });
    }
    walk.finish();
    let mut errors = walk.errors;
    printed::tie(trace, &mut errors);
    errors.iter_mut().for_each(end_threads);
    errors
}

/// An exception that left the first function of a thread has ended it where that was printed.
fn end_threads(error: &mut RaisedError) {
    let mut printed = error.printed.iter();
    let is_printed = printed.any(|line| {
        line.part == PrintedPart::Where && line.text.starts_with("Exception in thread ")
    });
    let Some(raising) = error.raisings.last_mut().filter(|_| is_printed) else {
        return;
    };
    let thread = raising.search.last().map(|last| last.thread);
    if let (RaisingEnd::LeftOwnCode { .. }, Some(thread)) = (raising.end, thread) {
        raising.end = RaisingEnd::EndedThread { thread };
    }
}

/// Calls of one function that follow each other and are alike of which all are shown.
const ALIKE: usize = 3;

/// The calls of a search, with how many more follow each that are like those before it: an exception
/// that leaves a recursion comes through the same line again and again.
pub fn alike_calls(search: &[Passage]) -> Vec<(&Passage, usize)> {
    let is_alike = |a: &Passage, b: &Passage| {
        (a.place.line, &a.place.function) == (b.place.line, &b.place.function)
            && a.outcome == b.outcome
            && a.handlers.is_empty()
            && b.handlers.is_empty()
    };
    let mut calls: Vec<(&Passage, usize)> = Vec::new();
    for passage in search {
        let last = calls.iter().rev().take(ALIKE);
        let alike = last.filter(|(call, _)| is_alike(call, passage)).count();
        match calls.last_mut() {
            Some((_, more)) if alike == ALIKE => *more += 1,
            _ => calls.push((passage, 0)),
        }
    }
    calls
}

impl Passage {
    /// Whether a `finally` has dropped the exception there, of which nobody is told.
    pub fn is_dropped(&self) -> bool {
        let last = self.handlers.last().map(|last| last.kind);
        self.outcome == PassageOutcome::Caught && last == Some(HandlerKind::Finally)
    }
}

impl RaisedError {
    /// The line of what was printed from which to read: that of the last entry in the program's own
    /// files, or the last one printed before it.
    pub fn first_line_to_read(&self) -> Option<usize> {
        let own = self.last_own_entry()?;
        let is_it = |line: &PrintedLine| matches!(line.part, PrintedPart::Entry(at) if at <= own);
        self.printed.iter().rposition(is_it)
    }

    /// The last entry of its traceback that stands in one of the program's own files: where to begin to
    /// read.
    pub fn last_own_entry(&self) -> Option<usize> {
        self.traceback
            .iter()
            .rposition(|part| part.place.own.is_some())
    }
}
