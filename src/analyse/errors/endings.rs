//! Where the ways of exceptions end.

use super::model::{HandlerKind, Passage, PassageOutcome, RaisingEnd};
use super::now::Now;
use super::walk::{Leaving, Walk};
use crate::trace::{Outcome, RootKind};

impl Walk<'_> {
    /// An exception that has left the program's own code does not come back.
    pub(super) fn end_left(&mut self, leaving: &Leaving) {
        let mut open = self.open.values().flatten();
        // A handler of a call below has called what it left, and has still to say what it does.
        if open.any(|open| open.error == leaving.error) {
            return;
        }
        let Some(raising) = self.errors[leaving.error].raisings.last_mut() else {
            return;
        };
        raising.end = match leaving.finalizer {
            Some(object) => RaisingEnd::Ignored { object },
            None => RaisingEnd::LeftOwnCode { step: leaving.step },
        };
    }

    pub(super) fn exit(&mut self, now: Now<'_>) {
        let uncaught = now.step.head.held_as(RootKind::UncaughtException);
        let Some(at) = uncaught.and_then(|id| self.known.get(&id).copied()) else {
            return;
        };
        let exit_code = self.trace.header.exit_code;
        if let Some(raising) = self.errors[at].raisings.last_mut() {
            raising.end = match self.trace.header.outcome {
                Outcome::Exit { .. } => RaisingEnd::Exited { exit_code },
                _ => RaisingEnd::Uncaught { exit_code },
            };
        }
        for leaving in self.leaving.values_mut() {
            leaving.retain(|leaving| leaving.error != at);
        }
    }

    /// Settles what is left when the recording ends.
    pub(super) fn finish(&mut self) {
        for leaving in std::mem::take(&mut self.leaving).into_values().flatten() {
            self.end_left(&leaving);
        }
        let cut = matches!(
            self.trace.header.outcome,
            Outcome::Limit { .. } | Outcome::CutOff | Outcome::Killed { .. } | Outcome::Left { .. }
        );
        let still_open: Vec<(usize, usize, usize)> = match cut {
            true => {
                let open = self.open.values().flatten();
                open.map(|one| (one.error, one.raising, one.passage))
                    .collect()
            }
            false => Vec::new(),
        };
        for (number, error) in self.errors.iter_mut().enumerate() {
            for (at, raising) in error.raisings.iter_mut().enumerate() {
                for (place, passage) in raising.search.iter_mut().enumerate() {
                    settle(passage, still_open.contains(&(number, at, place)));
                }
                let passages = raising.search.iter();
                let kept = passages.filter(|one| one.outcome == PassageOutcome::Caught);
                let kept = kept.filter_map(|one| Some(one.handlers.last()?.step));
                if let (RaisingEnd::Unknown, Some(step)) = (raising.end, kept.max()) {
                    raising.end = RaisingEnd::Caught { step };
                }
            }
        }
    }
}

/// A handler that was entered and not left again has kept its exception.
fn settle(passage: &mut Passage, is_open: bool) {
    let kept = passage.handlers.last();
    let kept =
        kept.is_some_and(|last| last.raised_again.is_none() && last.kind != HandlerKind::CleanUp);
    if passage.outcome == PassageOutcome::Unknown && kept && !is_open {
        passage.outcome = PassageOutcome::Caught;
    }
}
