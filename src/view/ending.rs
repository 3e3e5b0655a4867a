//! The last picture: the exception that ended the run is in it.

use super::scene::StepView;
use crate::trace::{Event, Kind, ObjId};

impl StepView<'_> {
    /// The exception that ended the run: no name leads to it, and it keeps the calls' variables.
    pub(super) fn uncaught(&self) -> impl Iterator<Item = ObjId> {
        let held = (self.step.head.event == Event::Exit).then_some(&self.step.head.held);
        held.into_iter()
            .flatten()
            .map(|held| held.to)
            .filter(|id| self.info(*id).kind == Kind::Exception)
    }
}
