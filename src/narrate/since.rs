//! Several steps as one: what a whole statement has done.

use crate::trace::{ObjId, ObjectChange, ReadText, State, Step, Trace};
use std::collections::BTreeSet;

/// Memory as it was at a step, for what is told of it and the steps behind it as one.
#[derive(Debug, Clone)]
pub struct Since {
    /// The step, from 1.
    pub(super) number: u32,
    pub(super) state: State,
    pub(super) thread: Option<u32>,
    /// What nothing reached at it.
    pub(super) unreachable: BTreeSet<ObjId>,
}

impl Since {
    /// The steps from here to step `last` as one, which leads to `after`.
    pub(super) fn as_one(&self, trace: &Trace, last: u32, after: &State) -> Step {
        let steps = &trace.steps[self.number as usize..last as usize];
        let mut head = trace.steps[last as usize - 1].head.clone();
        head.stdout.clear();
        head.stdin.clear();
        head.allocated.clear();
        head.freed.clear();
        head.out_of_reach.clear();
        head.incidents.clear();
        head.collections.clear();
        for one in steps.iter().map(|step| &step.head) {
            let before = head.stdout.len() as u32;
            head.stdin.extend(one.stdin.iter().map(|read| ReadText {
                behind: before + read.behind,
                text: read.text.clone(),
            }));
            head.stdout.push_str(&one.stdout);
            head.allocated.extend_from_slice(&one.allocated);
            head.freed.extend_from_slice(&one.freed);
            head.out_of_reach.extend_from_slice(&one.out_of_reach);
            head.incidents.extend_from_slice(&one.incidents);
            head.collections.extend_from_slice(&one.collections);
        }
        head.allocated.retain(|id| after.heap.contains_key(id));
        let kept = self.state.heap.iter();
        let changed = kept.filter_map(|(id, old)| {
            let change = ObjectChange::between(old, after.heap.get(id)?)?;
            Some((*id, change))
        });
        Step {
            head,
            entered: Vec::new(),
            changed: changed.collect(),
            left: Vec::new(),
            frames_kept: 0,
            frames: Vec::new(),
            others: None,
        }
    }
}
