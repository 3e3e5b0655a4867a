//! How many references to each object are known: those of living objects are kept up as they change,
//! and those that only stand at a step are counted anew in it.

use super::Recorder;
use crate::trace::{CallFrame, Count, InterpreterRef, ObjId, Reference, ThreadStack};
use rustc_hash::FxHashMap as HashMap;
use std::collections::BTreeSet;

/// The counts, by serial.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// How many strong references living objects have to each.
    by_objects: Vec<u32>,
    /// How many more there are at this step.
    at_step: HashMap<ObjId, u32>,
    /// Whose counts may have changed since [`Recorder::weigh_counts`] has looked.
    moved: Vec<ObjId>,
    /// The living that have more references than living objects and constants explain.
    left_over: BTreeSet<ObjId>,
}

impl Counts {
    /// The object's own count may have changed, or it is new.
    pub(super) fn moved(&mut self, id: ObjId) {
        self.moved.push(id);
    }

    fn of_objects(&mut self, id: ObjId) -> &mut u32 {
        let place = id.0 as usize;
        if self.by_objects.len() <= place {
            self.by_objects.resize(place + 1, 0);
        }
        &mut self.by_objects[place]
    }

    /// A living object's references have become others.
    pub(super) fn replace(&mut self, old: &[Reference], new: &[Reference]) {
        let same = |(a, b): &(&Reference, &Reference)| a.to == b.to && a.weak == b.weak;
        let head = old.iter().zip(new).take_while(same).count();
        let (old, new) = (&old[head..], &new[head..]);
        let ends = old.iter().rev().zip(new.iter().rev());
        let tail = ends.take_while(same).count();
        for gone in &old[..old.len() - tail] {
            if !gone.weak {
                *self.of_objects(gone.to) -= 1;
                self.moved.push(gone.to);
            }
        }
        for added in &new[..new.len() - tail] {
            if !added.weak {
                *self.of_objects(added.to) += 1;
                self.moved.push(added.to);
            }
        }
    }

    /// Begins to count those of a step.
    fn begin_step(&mut self) {
        self.at_step.clear();
    }

    pub(super) fn add(&mut self, id: ObjId) {
        let count = self.at_step.entry(id).or_default();
        *count = count.saturating_add(1);
    }

    /// The object has as many owners as it may need.
    fn explain(&mut self, id: ObjId) {
        self.at_step.insert(id, u32::MAX);
    }

    pub(super) fn get(&self, id: ObjId) -> u32 {
        let by_objects = self.by_objects.get(id.0 as usize);
        let at_step = self.at_step.get(&id);
        let at_step = at_step.copied().unwrap_or(0);
        at_step.saturating_add(by_objects.copied().unwrap_or(0))
    }
}

impl Recorder {
    /// Counts the references to each object that are known at this step beside those of living objects.
    pub(super) fn count_known(
        &mut self,
        frames: &[CallFrame],
        stacks: &[ThreadStack],
        held: &[InterpreterRef],
    ) {
        let known = &mut self.known;
        known.begin_step();
        for one in held {
            known.add(one.to);
        }
        let others = stacks.iter().flat_map(|stack| &stack.frames);
        for frame in frames.iter().chain(others) {
            for name in &frame.names {
                known.add(name.to);
            }
            for id in [frame.called, frame.object, frame.body]
                .into_iter()
                .flatten()
            {
                known.explain(id);
            }
        }
    }

    /// Finds out anew who has more references than living objects and constants explain, of those whose
    /// counts may have changed.
    pub(super) fn weigh_counts(&mut self) {
        let mut moved = std::mem::take(&mut self.known.moved);
        for id in moved.drain(..) {
            let by_objects = *self.known.of_objects(id);
            let live = self.watch.place_of(id).map(|place| &self.living[place]);
            let is_left_over = live.is_some_and(|live| match live.state.refcount {
                Count::Of(count) => {
                    !live.is_older && count > by_objects.saturating_add(live.constant_of)
                }
                Count::Immortal | Count::Unknown => false,
            });
            match is_left_over {
                true => self.known.left_over.insert(id),
                false => self.known.left_over.remove(&id),
            };
        }
        self.known.moved = moved;
    }

    /// The places of those that [`Recorder::weigh_counts`] has found, in order.
    pub(super) fn left_over(&self) -> Vec<usize> {
        let all = self.known.left_over.iter();
        let mut places: Vec<usize> = all.filter_map(|id| self.watch.place_of(*id)).collect();
        places.sort_unstable();
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Label;

    fn to(id: u32, weak: bool) -> Reference {
        Reference {
            label: Label::Referent(0),
            to: ObjId(id),
            weak,
        }
    }

    #[test]
    fn those_of_a_step_are_counted_anew_beside_those_of_objects() {
        let mut counts = Counts::default();
        counts.replace(
            &[],
            &[to(1, false), to(2, false), to(1, false), to(3, true)],
        );
        counts.begin_step();
        counts.add(ObjId(1));
        counts.explain(ObjId(2));
        counts.add(ObjId(2));
        assert_eq!(
            [1, 2, 3, 4].map(|id| counts.get(ObjId(id))),
            [3, u32::MAX, 0, 0]
        );
        counts.begin_step();
        assert_eq!([1, 2, 3].map(|id| counts.get(ObjId(id))), [2, 1, 0]);
    }

    #[test]
    fn what_has_not_changed_of_the_references_is_left_alone() {
        let mut counts = Counts::default();
        let old = [to(1, false), to(2, false), to(3, true), to(4, false)];
        counts.replace(&[], &old);
        counts.moved.clear();
        let new = [to(1, false), to(3, false), to(5, false), to(4, false)];
        counts.replace(&old, &new);
        assert_eq!(counts.moved, [ObjId(2), ObjId(3), ObjId(5)]);
        counts.begin_step();
        assert_eq!(
            [1, 2, 3, 4, 5].map(|id| counts.get(ObjId(id))),
            [1, 0, 1, 1, 1]
        );
        counts.replace(&new, &[]);
        assert_eq!([1, 2, 3, 4, 5].map(|id| counts.get(ObjId(id))), [0; 5]);
    }
}
