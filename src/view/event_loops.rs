//! Which event loops there are, and whose tasks are whose.

use crate::trace::{Label, ObjId, State, Symbol, Trace};
use std::collections::BTreeMap;

/// What the recorder calls the fields that tasks are known by.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskFields {
    coroutine: Symbol,
    event_loop: Symbol,
}

impl TaskFields {
    /// `None` for a program without tasks.
    pub(super) fn of(trace: &Trace) -> Option<TaskFields> {
        let symbol = |text: &str| {
            let mut all = trace.symbols.all().iter();
            Some(Symbol(all.position(|one| one == text)? as u32))
        };
        Some(TaskFields {
            coroutine: symbol("_coro")?,
            event_loop: symbol("_loop")?,
        })
    }
}

/// The event loops of a step, each with its tasks in the order of their births.
#[derive(Debug, Default)]
pub(super) struct EventLoops(BTreeMap<ObjId, Vec<ObjId>>);

impl EventLoops {
    pub(super) fn at(state: &State, fields: Option<TaskFields>) -> EventLoops {
        let mut loops = EventLoops::default();
        let Some(fields) = fields else {
            return loops;
        };
        for (id, object) in &state.heap {
            let field = |name| {
                let mut refs = object.refs.iter();
                refs.find(|one| one.label == Label::Named(name))
            };
            if let (Some(_), Some(of)) = (field(fields.coroutine), field(fields.event_loop)) {
                loops.0.entry(of.to).or_default().push(*id);
            }
        }
        loops
    }

    /// Each loop with its tasks.
    pub(super) fn all(&self) -> impl Iterator<Item = (ObjId, &[ObjId])> {
        self.0.iter().map(|(id, tasks)| (*id, tasks.as_slice()))
    }

    /// The tasks of a loop; `None` for what is none.
    pub(super) fn tasks_of(&self, id: ObjId) -> Option<&[ObjId]> {
        self.0.get(&id).map(Vec::as_slice)
    }
}
