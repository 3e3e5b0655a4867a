//! The counts of all objects over a run.

use crate::trace::{Count, ObjId, Step, Trace};
use std::collections::BTreeMap;

/// Of each object, the steps at which its count has changed, and to what.
pub(super) struct Histories(BTreeMap<ObjId, Vec<(u32, Option<Count>)>>);

impl Histories {
    pub(super) fn of(trace: &Trace) -> Histories {
        let mut all: BTreeMap<ObjId, Vec<(u32, Option<Count>)>> = BTreeMap::new();
        for (number, step) in (1..).zip(&trace.steps) {
            let gone = step.left.iter().map(|id| (*id, None));
            let changed = step.changed.iter();
            let changed = changed.filter_map(|(id, change)| Some((*id, Some(change.refcount?))));
            let entered = step.entered.iter();
            let entered = entered.map(|(id, state)| (*id, Some(state.refcount)));
            for (id, count) in gone.chain(changed).chain(entered) {
                all.entry(id).or_default().push((number, count));
            }
        }
        Histories(all)
    }

    /// The count of an object at a step; `None` where it is not there.
    pub(super) fn at(&self, id: ObjId, step: u32) -> Option<Count> {
        let history = self.0.get(&id)?;
        let known = history.partition_point(|(at, _)| *at <= step);
        history[..known].last()?.1
    }

    /// The objects whose counts may have changed at a step, by serial.
    pub(super) fn touched(step: &Step) -> Vec<ObjId> {
        let changed = step.changed.iter();
        let changed = changed.filter(|(_, change)| change.refcount.is_some());
        let entered = step.entered.iter().map(|(id, _)| *id);
        let mut all: Vec<ObjId> = changed.map(|(id, _)| *id).chain(entered).collect();
        all.extend(&step.left);
        all.sort_unstable();
        all.dedup();
        all
    }
}
