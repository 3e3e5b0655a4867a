//! Steps as changes against the step before, and the state that replaying them gives.

use super::model::{
    CallFrame, Count, ObjId, ObjectState, Reference, StepHead, Symbol, ThreadStack,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The references of one object, as a change: the ones between the first `keep` and the last
/// `tail` are replaced by `put`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splice {
    /// References at the start that stay.
    pub keep: u32,
    /// References at the end that stay.
    pub tail: u32,
    /// What stands between them now.
    pub put: Vec<Reference>,
}

impl Splice {
    /// The smallest splice of this form that turns `old` into `new`; `None` where they are equal.
    pub fn between(old: &[Reference], new: &[Reference]) -> Option<Splice> {
        if old == new {
            return None;
        }
        let keep = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let tail = old[keep..]
            .iter()
            .rev()
            .zip(new[keep..].iter().rev())
            .take_while(|(a, b)| a == b)
            .count();
        Some(Splice {
            keep: keep as u32,
            tail: tail as u32,
            put: new[keep..new.len() - tail].to_vec(),
        })
    }

    fn apply(&self, refs: &mut Vec<Reference>) {
        let end = refs.len().saturating_sub(self.tail as usize);
        let start = (self.keep as usize).min(end);
        refs.splice(start..end, self.put.iter().copied());
    }
}

/// What changed about one living object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectChange {
    /// The new count, where it has changed.
    pub refcount: Option<Count>,
    /// The new generation, likewise.
    pub generation: Option<Option<u8>>,
    /// The new value, likewise.
    pub value: Option<Option<Symbol>>,
    /// The new name, likewise.
    pub name: Option<Option<Symbol>>,
    /// The new size, likewise.
    pub size: Option<Option<u32>>,
    /// What has changed among its references.
    pub refs: Option<Splice>,
}

impl ObjectChange {
    /// What turns `old` into `new`; `None` where they are equal.
    pub fn between(old: &ObjectState, new: &ObjectState) -> Option<ObjectChange> {
        let change = ObjectChange {
            refcount: (old.refcount != new.refcount).then_some(new.refcount),
            generation: (old.generation != new.generation).then_some(new.generation),
            value: (old.value != new.value).then_some(new.value),
            name: (old.name != new.name).then_some(new.name),
            size: (old.size != new.size).then_some(new.size),
            refs: Splice::between(&old.refs, &new.refs),
        };
        (change != ObjectChange::default()).then_some(change)
    }
}

/// One step: its head and what changed since the step before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What the step says beside heap and call stack.
    pub head: StepHead,
    /// Objects that were not in the state before, in order.
    pub entered: Vec<(ObjId, ObjectState)>,
    /// Objects that have changed, by serial.
    pub changed: Vec<(ObjId, ObjectChange)>,
    /// Objects that are gone, in the order in which they went.
    pub left: Vec<ObjId>,
    /// How many of the oldest call frames are as they were, and what stands above them.
    pub frames_kept: u32,
    /// The frames above those that are kept, oldest first.
    pub frames: Vec<CallFrame>,
    /// The frames of the other threads, where they are not as they were.
    pub others: Option<Vec<ThreadStack>>,
}

/// Memory at one step: every living object of the program, and the call stack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Every living object, by serial.
    pub heap: BTreeMap<ObjId, ObjectState>,
    /// The call stack of the thread whose step it is, oldest first.
    pub frames: Vec<CallFrame>,
    /// Those of the other threads, by number.
    pub others: Vec<ThreadStack>,
}

impl State {
    /// All call frames: those of the step's own thread first.
    pub fn all_frames(&self) -> impl Iterator<Item = &CallFrame> {
        let others = self.others.iter().flat_map(|stack| &stack.frames);
        self.frames.iter().chain(others)
    }
}

impl State {
    /// Goes on by one step.
    pub fn apply(&mut self, step: &Step) {
        for id in &step.left {
            self.heap.remove(id);
        }
        for (id, change) in &step.changed {
            let Some(object) = self.heap.get_mut(id) else {
                continue;
            };
            if let Some(refcount) = change.refcount {
                object.refcount = refcount;
            }
            if let Some(generation) = change.generation {
                object.generation = generation;
            }
            if let Some(value) = change.value {
                object.value = value;
            }
            if let Some(name) = change.name {
                object.name = name;
            }
            if let Some(size) = change.size {
                object.size = size;
            }
            if let Some(splice) = &change.refs {
                splice.apply(&mut object.refs);
            }
        }
        for (id, object) in &step.entered {
            self.heap.insert(*id, object.clone());
        }
        self.frames.truncate(step.frames_kept as usize);
        self.frames.extend(step.frames.iter().cloned());
        if let Some(others) = &step.others {
            self.others.clone_from(others);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Label;
    use super::*;

    fn refs(ids: &[u32]) -> Vec<Reference> {
        ids.iter()
            .enumerate()
            .map(|(i, id)| Reference {
                label: Label::Index(i as u32),
                to: ObjId(*id),
                weak: false,
            })
            .collect()
    }

    #[test]
    fn a_splice_turns_old_references_into_new_ones() {
        let cases: [(&[u32], &[u32]); 6] = [
            (&[], &[1]),
            (&[1], &[]),
            (&[1, 2, 3], &[1, 2, 3, 4]),
            (&[1, 2, 3], &[1, 9, 3]),
            (&[1, 1, 1], &[1, 1]),
            (&[5, 6], &[6, 5]),
        ];
        for (old, new) in cases {
            let (old, new) = (refs(old), refs(new));
            let mut spliced = old.clone();
            Splice::between(&old, &new)
                .expect("they differ")
                .apply(&mut spliced);
            assert_eq!(spliced, new);
        }
        assert_eq!(Splice::between(&refs(&[1, 2]), &refs(&[1, 2])), None);
    }

    #[test]
    fn appending_to_a_long_list_stores_one_reference() {
        let old = refs(&[7; 1000]);
        let new = refs(&[7; 1001]);
        let splice = Splice::between(&old, &new).expect("they differ");
        assert_eq!(splice.put.len(), 1);
    }
}
