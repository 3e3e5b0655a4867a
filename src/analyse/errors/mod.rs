//! The exceptions of a run: where each was raised, the search for a handler, its traceback, what was
//! printed of it, and the values that the code worked with that failed.

mod attempt;
mod bindings;
mod contents;
mod endings;
mod facts;
mod model;
mod now;
mod operands;
mod places;
mod printed;
mod shown;
mod threads;
mod values;
mod walk;

pub use model::{
    Access, Action, Attempt, Contents, EnteredHandler, ErrorObject, ErrorPlace, HandlerKind,
    OriginKind, Passage, PassageOutcome, PrintedLine, PrintedPart, RaisedError, RaisedHow, Raising,
    RaisingEnd, SplitPart, TracebackPart, UnboundName, UsedValue, ValueOrigin, ValuePart,
};

pub use shown::{ShownCalls, shown_calls};

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
    errors.iter_mut().for_each(threads::end);
    errors
}

impl Passage {
    /// Whether a `finally` has dropped the exception there, of which nobody is told.
    pub fn is_dropped(&self) -> bool {
        let last = self.handlers.last().map(|last| last.kind);
        self.outcome == PassageOutcome::Caught && last == Some(HandlerKind::Finally)
    }
}

impl RaisedError {
    /// Whether it is no failure: it has asked for the end of the program.
    pub fn is_wanted(&self) -> bool {
        let last = self.raisings.last().map(|last| last.end);
        matches!(last, Some(RaisingEnd::Exited { .. }))
    }

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
