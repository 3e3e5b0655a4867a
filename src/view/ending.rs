//! The last picture: the exception that ended the run is in it.

use super::scene::{BoxKey, Mark, SceneBox, StepView};
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

    /// What an uncaught exception brings back into the picture is not new.
    pub(super) fn unmark_old(&self, boxes: &mut [SceneBox], number: u32) {
        for drawn in boxes {
            if let BoxKey::Object(id) = drawn.key
                && self.info(id).born.is_none_or(|born| born.step < number)
            {
                drawn.mark = Mark::None;
            }
        }
    }
}
