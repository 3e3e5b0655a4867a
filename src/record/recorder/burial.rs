//! The dead: what the log of deaths says, and who is taken off the living for it.

use super::Recorder;
use super::births::{self, Born};
use crate::record::raw::deaths::{self, Last, LogEntry};
use crate::trace::{Cause, Death, Incident, Kind, Label, ObjId, ObjectInfo, Reference, Symbol};
use rustc_hash::FxHashSet as HashSet;
use rustpython_vm::builtins::PyType;

/// A death since the last step.
pub(super) struct Dead {
    pub(super) address: usize,
    /// The collector had taken it off its lists before.
    untracked: bool,
    /// Its finalizer cannot bring it back any more.
    certain: bool,
    /// See [`deaths::Last`].
    pub(super) elder: Option<usize>,
    /// Its type, where it was made and dropped by the program's own code, or could be.
    type_name: Option<Symbol>,
}

impl Recorder {
    /// Reads the log of deaths. What was known of the dead objects' addresses is forgotten at
    /// once: the next object may stand there already. Returns the addresses.
    pub(crate) fn absorb_deaths(&mut self) -> Vec<usize> {
        let mut log = std::mem::take(&mut self.log);
        deaths::drain(&mut log);
        let first = self.dead.len();
        let mut doubts = 0;
        let gone: HashSet<usize> = log
            .iter()
            .filter_map(|entry| match entry {
                LogEntry::Death { address, last, .. } => last.elder.map(|_| *address),
                _ => None,
            })
            .collect();
        for entry in &log {
            match *entry {
                LogEntry::Doubt {
                    address,
                    untracked,
                    last,
                } => {
                    doubts += 1;
                    self.finalizers.push(address);
                    let type_name = self.type_of_own(address, &last, &gone);
                    self.dead.push(Dead {
                        address,
                        untracked,
                        certain: false,
                        elder: last.elder,
                        type_name,
                    });
                }
                LogEntry::Death {
                    address,
                    untracked,
                    finalized,
                    last,
                } => {
                    if finalized {
                        self.finalized.insert(address);
                    }
                    if self.past_finalizer.remove(&address) {
                        continue;
                    }
                    let in_doubt = |dead: &&mut Dead| dead.address == address && !dead.certain;
                    let open = if doubts > 0 { first } else { self.dead.len() };
                    match self.dead[open..].iter_mut().rev().find(in_doubt) {
                        Some(dead) => {
                            dead.certain = true;
                            doubts -= 1;
                        }
                        None => {
                            let type_name = self.type_of_own(address, &last, &gone);
                            self.dead.push(Dead {
                                address,
                                untracked,
                                certain: true,
                                elder: last.elder,
                                type_name,
                            });
                        }
                    }
                }
                LogEntry::Resurrection { address } => {
                    let at = self.dead[first..]
                        .iter()
                        .rposition(|dead| dead.address == address && !dead.certain);
                    if let Some(at) = at {
                        self.dead.remove(first + at);
                        doubts -= 1;
                    }
                    if let Some(at) = self.by_address.get(&address) {
                        let id = self.living[*at].id;
                        self.incidents.push((Incident::Resurrection, id));
                    }
                }
            }
        }
        // What is in doubt at this moment has a finalizer that is running, or that is through.
        for dead in &mut self.dead[first..] {
            if !dead.certain && deaths::is_past_finalizer(dead.address) {
                dead.certain = true;
                self.past_finalizer.insert(dead.address);
            }
        }
        self.dead.retain(|dead| dead.certain);
        let addresses: Vec<usize> = self.dead[first..].iter().map(|dead| dead.address).collect();
        for address in &addresses {
            self.program.forget(*address);
            self.labeller.forget(*address);
            self.folded.remove(address);
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
    fn type_of_own(
        &mut self,
        address: usize,
        last: &Last,
        gone: &HashSet<usize>,
    ) -> Option<Symbol> {
        if last.dict != 0 {
            self.dicts_of_dead.insert(last.dict);
        }
        last.elder?;
        if self.dicts_of_dead.remove(&address) {
            return None;
        }
        if !self.program.is_own_code(last.code) || self.folded.contains_key(&address) {
            return None;
        }
        // A class that died as well cannot be asked any more.
        if gone.contains(&last.class.address()) {
            return None;
        }
        let class = last.class.object().downcast_ref::<PyType>()?;
        Some(self.symbols.intern(&class.name()))
    }

    /// Takes the dead off the living, in the order in which they died. What was born and died since
    /// the last step is noted too.
    pub(super) fn bury(&mut self, born: &mut [Born]) -> Vec<ObjId> {
        self.note_finalizers();
        let dead = std::mem::take(&mut self.dead);
        let places = births::places_of_dead(born);
        let mut left = Vec::new();
        for (index, dead) in dead.into_iter().enumerate() {
            let Dead {
                address, untracked, ..
            } = dead;
            let Some(at) = self.by_address.remove(&address) else {
                if let (Some(new), Some(type_name)) = (places.get(&index), dead.type_name) {
                    let id = self.short_lived(type_name, address);
                    born[*new] = Born::Met(id);
                    left.push(id);
                    if let Some(at) = self.finalizers.iter().position(|one| *one == address) {
                        self.finalizers.swap_remove(at);
                        self.incidents.push((Incident::Finalizer, id));
                    }
                }
                continue;
            };
            let gone = self.living.swap_remove(at);
            self.watch.swap_remove(at);
            if let Some(moved) = self.living.get(at) {
                self.by_address.insert(moved.pointer.address(), at);
            }
            if self
                .symbols
                .text(self.objects[gone.id.0 as usize - 1].type_name)
                == "slice"
            {
                let stop = |r: &&Reference| matches!(r.label, Label::Named(name) if self.symbols.text(name) == "stop");
                self.slice_stops
                    .extend(gone.state.refs.iter().find(stop).map(|r| r.to));
            }
            let collected = untracked && gone.state.generation.is_some();
            self.objects[gone.id.0 as usize - 1].died = Some(Death {
                at: self.now,
                cause: if collected {
                    Cause::Collector
                } else {
                    Cause::RefCount
                },
            });
            self.slice_stops.remove(&gone.id);
            left.push(gone.id);
        }
        left
    }

    /// An object that was born and died since the last step; all that is known of it is its type.
    fn short_lived(&mut self, type_name: Symbol, address: usize) -> ObjId {
        let id = ObjId(self.objects.len() as u32 + 1);
        self.objects.push(ObjectInfo {
            type_name,
            kind: Kind::Other,
            address: address as u64,
            size: None,
            immortal: false,
            kept: None,
            constant_of: 0,
            born: Some(self.now),
            died: Some(Death {
                at: self.now,
                cause: Cause::RefCount,
            }),
        });
        self.allocated.push(id);
        id
    }
}
