//! Frames and namespaces whose entries stand in the call stack, as names of what runs: there they
//! count, and the object itself shows none of them.

use super::Recorder;
use super::watch::Changed;
use crate::record::raw::header::ObjPtr;
use crate::trace::Kind;

impl Recorder {
    /// Whether an object's references stand in the call stack, as names of a running frame.
    pub(super) fn is_on_stack(&self, kind: Kind, pointer: ObjPtr) -> bool {
        match kind {
            Kind::Frame => self.running.contains(&pointer.address()),
            Kind::Mapping => self.bodies.contains(&pointer.address()),
            Kind::Module => {
                (pointer.instance_dict()).is_some_and(|dict| self.bodies.contains(&dict.address()))
            }
            _ => false,
        }
    }

    /// Adds the frames and namespaces whose names have come to stand in the call stack, or stand
    /// there no longer.
    pub(super) fn add_moved_on_stack(&mut self, known: usize, changed: &mut Vec<Changed>) {
        let mut now: Vec<usize> = self.running.union(&self.bodies).copied().collect();
        now.sort_unstable();
        let moved = |a: &[usize], b: &[usize]| {
            let gone = a.iter().filter(|at| b.binary_search(at).is_err());
            gone.copied().collect::<Vec<_>>()
        };
        let mut all = moved(&now, &self.on_stack);
        all.extend(moved(&self.on_stack, &now));
        let mut places: Vec<usize> = all
            .iter()
            .filter_map(|address| self.by_address.get(address).copied())
            .collect();
        // The module that a namespace belongs to; few steps begin or end a module's body.
        if (all.iter()).any(|address| self.program.is_own_namespace(*address)) {
            let modules = (self.living.iter().enumerate()).filter(|(_, live)| {
                live.kind == Kind::Module
                    && (live.pointer.instance_dict())
                        .is_some_and(|dict| all.contains(&dict.address()))
            });
            places.extend(modules.map(|(place, _)| place));
        }
        for place in places.into_iter().filter(|place| *place < known) {
            match changed.iter_mut().find(|one| one.place == place) {
                Some(one) => one.references = true,
                None => changed.push(Changed {
                    place,
                    references: true,
                }),
            }
        }
        self.on_stack = now;
    }
}
