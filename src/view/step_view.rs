//! One step, with everything that is needed to say what its boxes hold. What is asked of it stands
//! beside: the boxes in `build`, their contents in `content`, the call stacks in `stack`.

use super::calls::RunningCall;
use super::definitions::Definitions;
use super::event_loops::EventLoops;
use super::focus_tracker::Chosen;
use super::known_boxes::KnownBoxes;
use super::options::ViewOptions;
use crate::analyse::Ledger;
use crate::trace::{ObjId, ObjectInfo, ObjectState, State, Step, Trace};

/// One step, with everything that is needed to say what its boxes hold.
pub(super) struct StepView<'s> {
    pub trace: &'s Trace,
    pub options: &'s ViewOptions,
    pub chosen: &'s Chosen<'s>,
    pub state: &'s State,
    pub step: &'s Step,
    pub ledger: &'s Ledger,
    pub calls: &'s [RunningCall<'s>],
    /// The event loops, with their tasks.
    pub loops: &'s EventLoops,
    pub definitions: &'s Definitions,
    pub known: &'s KnownBoxes,
}

impl StepView<'_> {
    pub(super) fn text(&self, symbol: crate::trace::Symbol) -> &str {
        self.trace.symbols.text(symbol)
    }

    pub(super) fn info(&self, id: ObjId) -> &ObjectInfo {
        self.trace.object(id)
    }

    pub(super) fn object(&self, id: ObjId) -> Option<&ObjectState> {
        self.known.note_read(id);
        self.state.heap.get(&id)
    }
}
