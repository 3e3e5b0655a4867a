//! The collector: which of its runs have ended, and what they did.

use super::{Recorder, StepContext};
use crate::record::collection;
use crate::record::raw::collections::CollectionSnapshot;
use crate::record::stack::RunningFrame;
use crate::trace::{Collection, Incident, ObjId};
use rustc_hash::FxHashMap as HashMap;
use rustpython_vm::VirtualMachine;
use rustpython_vm::gc_state::GcDebugFlags;

impl Recorder {
    /// The serials of candidates that are objects of the program, by address, as they stood before
    /// the dead of this step are taken off.
    pub(super) fn ids_of_candidates(&self, snapshot: &CollectionSnapshot) -> HashMap<usize, ObjId> {
        snapshot
            .candidates
            .iter()
            .filter_map(|candidate| {
                let at = self.by_address.get(&candidate.address)?;
                Some((candidate.address, self.living[*at].id))
            })
            .collect()
    }

    /// The collections that have come to their end. A finalizer's own steps come while one is still
    /// under way; what it did is known only afterwards.
    pub(super) fn finished_collections(&mut self, vm: &VirtualMachine) -> Vec<Collection> {
        let stats = vm.state.gc.get_stats();
        let counts = [0, 1, 2].map(|generation| stats[generation].collections);
        let grown: Vec<u8> = (0..3)
            .filter(|generation| counts[*generation] > self.collections_before[*generation])
            .map(|generation| generation as u8)
            .collect();
        let mut ended: usize = (0..3)
            .map(|g| counts[g].saturating_sub(self.collections_before[g]))
            .sum();
        self.collections_before = counts;
        let mut runs = Vec::new();
        while ended > 0
            && let Some((mut snapshot, ids)) = self.running_collections.pop_front()
        {
            ended -= 1;
            // Lists that hold nothing are not seen; the interpreter's own count names the
            // generation where it leaves no doubt.
            if let [only] = grown[..] {
                snapshot.generation = only;
                snapshot.explicit |= only > 0;
            }
            runs.push(self.collection(&snapshot, &ids, vm));
        }
        if self.running_collections.is_empty() {
            self.finalized.clear();
            self.weak_referents.clear();
        }
        runs
    }

    /// Notes what collections did as incidents of the objects.
    pub(super) fn note_collected(&mut self, collections: &[Collection]) {
        for run in collections {
            let finalized = run.finalized.iter();
            self.incidents
                .extend(finalized.map(|id| (Incident::CollectorFinalizer, *id)));
            let resurrected = run.resurrected.iter();
            self.incidents
                .extend(resurrected.map(|id| (Incident::Resurrection, *id)));
        }
    }

    /// Notes where a `weakref.finalize` has just called a function of the program's.
    pub(super) fn note_finalize_call(&mut self, context: &StepContext, running: &[RunningFrame]) {
        if !context.event.enters() {
            return;
        }
        let [.., caller, called] = running else {
            return;
        };
        let by_finalize = caller.own.is_none() && caller.qualified == "finalize.__call__";
        let at = called
            .called
            .and_then(|function| self.by_address.get(&function.address()));
        if let (true, Some(at)) = (by_finalize, at) {
            self.incidents
                .push((Incident::FinalizeCall, self.living[*at].id));
        }
    }

    /// What a collection did to the objects of the program.
    fn collection(
        &self,
        snapshot: &CollectionSnapshot,
        ids: &HashMap<usize, ObjId>,
        vm: &VirtualMachine,
    ) -> Collection {
        let id_at = |address: usize| {
            ids.get(&address).copied().or_else(|| {
                let at = self.by_address.get(&address)?;
                Some(self.living[*at].id)
            })
        };
        let finalized = |address: usize| {
            self.finalized.contains(&address)
                || self
                    .by_address
                    .get(&address)
                    .is_some_and(|at| self.living[*at].pointer.object().gc_finalized())
        };
        let dead = |id: ObjId| self.builder.info(id).is_none();
        let mut run = collection::conclude(snapshot, &id_at, &finalized, &dead);
        if vm.state.gc.get_debug().contains(GcDebugFlags::SAVEALL) {
            // What is found is kept in `gc.garbage`: that is no resurrection.
            run.resurrected.clear();
        }
        run.weakrefs_cleared = self
            .weak_referents
            .iter()
            .filter(|(_, referent)| run.unreachable.binary_search(referent).is_ok())
            .map(|(weak, _)| *weak)
            .collect();
        run
    }
}
