//! The dead: what the log of deaths says, and who is taken off the living for it.

use super::Recorder;
use super::births::{self, Born};
use crate::record::raw::deaths::{self, Gone, LogEntry};
use crate::record::raw::descriptors::OpenDescriptor;
use crate::record::raw::{ending, free_lists};
use crate::trace::{Cause, Death, Incident, Kind, ObjId, ObjectInfo, Symbol};
use rustc_hash::FxHashSet as HashSet;
use rustpython_vm::builtins::PyType;

/// A death since the last step.
pub(super) struct PendingDeath {
    pub(super) address: usize,
    /// The collector had taken it off its lists before.
    untracked: bool,
    /// See [`deaths::Last`].
    pub(super) elder: Option<usize>,
    /// What it had open.
    open: Option<OpenDescriptor>,
    /// Its type, where it was made and dropped by the program's own code, or could be.
    type_name: Option<Symbol>,
}

impl Recorder {
    /// Reads the log of deaths. What was known of the dead objects' addresses is forgotten at
    /// once: the next object may stand there already. Returns the addresses.
    pub(crate) fn absorb_deaths(&mut self) -> Vec<usize> {
        let mut log = std::mem::take(&mut self.log);
        let drained = deaths::drain(&mut log);
        if drained.shortened || self.mark_after_loss.is_some() {
            self.mark_after_loss = Some(drained.mark);
        }
        let first = self.dead.len();
        let classes: HashSet<usize> = log
            .iter()
            .filter_map(|entry| match entry {
                LogEntry::Death { gone, .. } => gone.is_class.then_some(gone.address),
                _ => None,
            })
            .collect();
        for entry in &log {
            match *entry {
                LogEntry::Doubt { address } => self.finalizers.push(address),
                LogEntry::Death { gone, finalized } => {
                    if finalized {
                        self.finalized.insert(gone.address);
                    }
                    let type_name = self.type_of_own(&gone, &classes);
                    if gone.last.class.is_some_and(free_lists::keeps) {
                        self.in_free_lists.insert(gone.address);
                    }
                    self.dead.push(PendingDeath {
                        address: gone.address,
                        untracked: gone.untracked,
                        elder: gone.last.elder,
                        open: gone.last.open,
                        type_name,
                    });
                }
                LogEntry::Resurrection { address } => {
                    if let Some(at) = self.by_address.get(&address) {
                        let id = self.living[*at].id;
                        self.incidents.push((Incident::Resurrection, id));
                    }
                }
            }
        }
        let addresses: Vec<usize> = self.dead[first..].iter().map(|dead| dead.address).collect();
        for address in &addresses {
            self.program.forget(*address);
            self.labeller.forget(*address);
            self.modules.forget(*address);
            self.censuses.forget(*address);
            let was_part = self.folded.remove(address).is_some();
            if was_part || self.by_address.contains_key(address) {
                self.watch.vacate(*address);
            }
            self.older.remove(address);
            self.constants.remove(address);
        }
        self.log = log;
        addresses
    }

    /// Notes the finalizers that have begun since the last step, of objects that are known.
    pub(super) fn note_finalizers(&mut self) {
        let begun = std::mem::take(&mut self.finalizers);
        for address in begun {
            let Some(at) = self.by_address.get(&address) else {
                self.finalizers.push(address);
                continue;
            };
            let live = &self.living[*at];
            let what = match live.kind {
                Kind::Generator => Incident::Close,
                _ => Incident::Finalizer,
            };
            self.incidents.push((what, live.id));
        }
    }

    /// The type of an object that may have been the program's, although it was never met: one that
    /// died while the program's own code ran, and is no part of another.
    fn type_of_own(&mut self, gone: &Gone, dead_classes: &HashSet<usize>) -> Option<Symbol> {
        let Gone { address, last, .. } = gone;
        if last.dict != 0 {
            self.dicts_of_dead.insert(last.dict);
        }
        last.elder?;
        if self.dicts_of_dead.remove(address) {
            return None;
        }
        if !self.program.is_own_code(last.code) || self.folded.contains_key(address) {
            return None;
        }
        // A class that died as well cannot be asked any more.
        let class = last.class?;
        if dead_classes.contains(&class.address()) {
            return None;
        }
        let class = class.object().downcast_ref::<PyType>()?;
        Some(self.builder.symbols.intern(&class.name()))
    }

    /// Takes the dead off the living, in the order in which they died. What was born and died since
    /// the last step is noted too.
    pub(super) fn retire(&mut self, born: &mut [Born]) -> Vec<ObjId> {
        self.note_finalizers();
        let dead = std::mem::take(&mut self.dead);
        let places = births::places_of_dead(born);
        let mut left = Vec::new();
        let ending = ending::all();
        for (index, dead) in dead.into_iter().enumerate() {
            let PendingDeath {
                address, untracked, ..
            } = dead;
            let Some(at) = self.by_address.remove(&address) else {
                if let (Some(new), Some(type_name)) = (places.get(&index), dead.type_name) {
                    let id = self.short_lived(type_name, address);
                    born[*new] = Born::Discovered(id);
                    left.push(id);
                    if let Some(at) = self.finalizers.iter().position(|one| *one == address) {
                        self.finalizers.swap_remove(at);
                        self.incidents.push((Incident::Finalizer, id));
                    }
                }
                continue;
            };
            let gone = self.living.swap_remove(at);
            if ending.contains(&address) {
                self.ending.keep(&gone);
            }
            self.watch.swap_remove(at);
            self.known.replace(&gone.state.refs, &[]);
            self.known.moved(gone.id);
            if let Some(moved) = self.living.get(at) {
                self.by_address.insert(moved.pointer.address(), at);
            }
            let collected = untracked && gone.state.generation.is_some();
            let cause = if collected {
                Cause::Collector
            } else {
                Cause::RefCount
            };
            let at = self.now;
            let place = (at, self.running_file);
            self.resources.died(gone.id, dead.open, collected, place);
            self.builder.died(gone.id, Death { at, cause });
            left.push(gone.id);
        }
        left
    }

    /// An object that was born and died since the last step; all that is known of it is its type.
    fn short_lived(&mut self, type_name: Symbol, address: usize) -> ObjId {
        let id = self.builder.register(ObjectInfo {
            type_name,
            kind: Kind::Other,
            address: address as u64,
            size: None,
            immortal: false,
            kept: None,
            constant_of: 0,
            place: None,
            born: Some(self.now),
            died: None,
        });
        let (at, cause) = (self.now, Cause::RefCount);
        self.builder.died(id, Death { at, cause });
        self.allocated.push(id);
        id
    }
}
