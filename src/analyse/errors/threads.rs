//! Exceptions that have ended a thread.

use super::model::{Passage, PassageOutcome, PrintedPart, RaisedError, RaisingEnd};
use super::printed::entry;

/// An exception that left the first function of a thread has ended it where that was printed. The
/// calls of the library that it came to there are those that were printed above the program's own: the
/// trace may end its story of them before.
pub(super) fn end(error: &mut RaisedError) {
    let mut printed = error.printed.iter();
    let is_printed = printed.any(|line| {
        line.part == PrintedPart::Where && line.text.starts_with("Exception in thread ")
    });
    let Some(raising) = error.raisings.last_mut().filter(|_| is_printed) else {
        return;
    };
    let (RaisingEnd::LeftOwnCode { step: left }, Some(last)) = (raising.end, raising.search.last())
    else {
        return;
    };
    let thread = last.thread;
    raising.end = RaisingEnd::EndedThread { thread };
    let mut below = Vec::new();
    for line in &error.printed {
        let (step, place) = match line.part {
            PrintedPart::Entry(at) => {
                let part = &error.traceback[at];
                (part.step, part.place.clone())
            }
            PrintedPart::Outer => match entry(&line.text) {
                Some(printed) => (None, printed.place()),
                None => continue,
            },
            _ => continue,
        };
        if place.own.is_some() {
            break;
        }
        below.push(Passage {
            step: step.unwrap_or(left).max(left),
            thread,
            place,
            handlers: Vec::new(),
            outcome: PassageOutcome::Left,
        });
    }
    // The outermost is the one that has printed it.
    if let Some(outermost) = below.first_mut() {
        outermost.outcome = PassageOutcome::Caught;
    }
    raising.search.extend(below.into_iter().rev());
}
