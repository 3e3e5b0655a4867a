//! The order of births.
//!
//! The collector puts each object that it tracks at the head of its youngest list when it is made.
//! So what stands before the object that was newest at the last step was born since, in the order
//! of the list. What died meanwhile stood there too: each death tells which neighbour the object
//! had, and taking the deaths back, the last first, gives the list as it was.
//!
//! What is being taken apart can still stand in the list: it keeps its place there, but is none of
//! the living. Objects that the collector does not track (numbers, strings) leave no such mark.

use super::Recorder;
use super::deaths::PendingDeath;
use crate::record::raw::collections::{elder, newest};
use crate::record::raw::deaths;
use crate::record::raw::header::ObjPtr;
use crate::record::raw::world::Stopped;
use crate::trace::ObjId;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use rustpython_vm::VirtualMachine;
use rustpython_vm::gc_state::gc_state;

/// An object that was born since the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Born {
    Living(ObjPtr),
    /// One of the dead, by its place among them.
    PendingDeath(usize),
    /// One that has its serial.
    Discovered(ObjId),
}

/// How the collector's lists stood at the last step.
#[derive(Debug, Default)]
pub(super) struct Mark {
    /// Address of the newest object of the youngest list, or 0.
    newest: usize,
    frozen: usize,
}

/// Where each of the dead stands among those who were born.
pub(super) fn places_of_dead(born: &[Born]) -> HashMap<usize, usize> {
    let places = born
        .iter()
        .enumerate()
        .filter_map(|(place, one)| match one {
            Born::PendingDeath(index) => Some((*index, place)),
            _ => None,
        });
    places.collect()
}

impl Recorder {
    /// What was born since the last step, in order, as far as the collector tracks it. Empty where
    /// a collection has rearranged the lists.
    pub(super) fn born(
        &self,
        dead: &[PendingDeath],
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) -> Vec<Born> {
        let stats = vm.state.gc.get_stats();
        let collected = (0..3).any(|g| stats[g].collections != self.collections_before[g]);
        let frozen = gc_state().get_freeze_count();
        if collected || !self.running_collections.is_empty() || frozen != self.mark.frozen {
            return Vec::new();
        }
        let mut mark = self.mark.newest;
        let mut passed = Vec::new();
        if let Some(moved) = self.mark_after_loss {
            mark = moved;
        }
        for (index, dead) in dead.iter().enumerate() {
            if let Some(elder) = dead.elder
                && dead.address == mark
                && self.mark_after_loss.is_none()
            {
                passed.push(index);
                mark = elder;
            }
        }
        let mut living = Vec::new();
        let mut next = newest(stopped);
        while let Some(pointer) = next.filter(|pointer| pointer.address() != mark) {
            living.push(pointer);
            next = elder(pointer);
        }
        if mark != 0 && next.is_none() {
            return Vec::new();
        }
        living.reverse();
        with_the_dead(&living, dead, mark, passed)
    }

    /// Notes how the lists stand at the end of a step.
    pub(super) fn set_mark(&mut self, stopped: Stopped<'_>) {
        // What is being taken apart may be gone at the next step without a further word.
        let mut mark = newest(stopped);
        while let Some(dying) = mark.filter(|pointer| pointer.is_dying()) {
            mark = elder(dying);
        }
        let newest = mark.map_or(0, ObjPtr::address);
        deaths::set_mark(newest);
        self.mark_after_loss = None;
        self.mark = Mark {
            newest,
            frozen: gc_state().get_freeze_count(),
        };
    }

    /// Puts the serials of the new objects into the order of their births. One that the collector
    /// does not track comes before the first object that refers to it.
    pub(super) fn order_births(&self, born: &[Born], met: Vec<ObjId>) -> Vec<ObjId> {
        let mut left: HashSet<ObjId> = met.iter().copied().collect();
        let tracked: HashMap<ObjId, Option<ObjPtr>> =
            born.iter().filter_map(|one| self.serial(one)).collect();
        let mut ordered = Vec::with_capacity(met.len());
        for one in born {
            let Some((id, pointer)) = self.serial(one) else {
                continue;
            };
            if !left.remove(&id) {
                continue;
            }
            let at = pointer.and_then(|pointer| self.by_address.get(&pointer.address()));
            for reference in at.map_or(&[][..], |at| &self.living[*at].state.refs) {
                if !tracked.contains_key(&reference.to) && left.remove(&reference.to) {
                    ordered.push(reference.to);
                }
            }
            ordered.push(id);
        }
        ordered.extend(met.into_iter().filter(|id| left.contains(id)));
        ordered
    }

    fn serial(&self, born: &Born) -> Option<(ObjId, Option<ObjPtr>)> {
        match born {
            Born::Discovered(id) => Some((*id, None)),
            Born::PendingDeath(_) => None,
            Born::Living(pointer) => {
                let at = self.by_address.get(&pointer.address())?;
                Some((self.living[*at].id, Some(*pointer)))
            }
        }
    }
}

/// How many of the dead are passed over to find the elder of another. Addresses may be used again,
/// so that elders can lead round in a circle.
const PASSED_OVER: usize = 64;

/// The living that were born since the mark, oldest first, and between them the dead that were.
/// `passed` are the dead that were the mark themselves, one after the other.
fn with_the_dead(
    living: &[ObjPtr],
    dead: &[PendingDeath],
    mark: usize,
    mut passed: Vec<usize>,
) -> Vec<Born> {
    const END: usize = usize::MAX;
    // A linked list; its first node stands for everything up to the mark.
    let mut nodes: Vec<(Option<Born>, usize)> = vec![(None, END)];
    let mut at: HashMap<usize, usize> = HashMap::default();
    for pointer in living {
        let node = nodes.len();
        nodes[node - 1].1 = node;
        let born = (!pointer.is_dying()).then_some(Born::Living(*pointer));
        nodes.push((born, END));
        at.insert(pointer.address(), node);
    }
    let mut mark = mark;
    // Who was dead already when a neighbour died, and still stood in the list, was the neighbour's
    // elder.
    let elders: HashMap<usize, usize> = dead
        .iter()
        .filter_map(|dead| Some((dead.address, dead.elder?)))
        .collect();
    for (index, dead) in dead.iter().enumerate().rev() {
        if passed.last() == Some(&index) {
            passed.pop();
            mark = dead.address;
            continue;
        }
        let Some(elder) = dead.elder else { continue };
        if let Some(place) = at.get(&dead.address) {
            // It stands in the list to this moment.
            if nodes[*place].0.is_none() {
                nodes[*place].0 = Some(Born::PendingDeath(index));
                continue;
            }
        }
        let place_of = |elder: usize| match elder == mark {
            true => Some(0),
            false => at.get(&elder).copied(),
        };
        let mut before = place_of(elder);
        let mut elder = elder;
        let mut passed_over = 0;
        while before.is_none()
            && passed_over < PASSED_OVER
            && let Some(next) = elders.get(&elder)
        {
            elder = *next;
            passed_over += 1;
            before = place_of(elder);
        }
        // Otherwise it stood behind the mark: it is older.
        if let Some(before) = before {
            let node = nodes.len();
            nodes.push((Some(Born::PendingDeath(index)), nodes[before].1));
            nodes[before].1 = node;
            at.insert(dead.address, node);
        }
    }
    let mut born = Vec::with_capacity(nodes.len() - 1);
    let mut next = nodes[0].1;
    while next != END {
        born.extend(nodes[next].0);
        next = nodes[next].1;
    }
    born
}
