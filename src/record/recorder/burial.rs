//! The dead: what the log of deaths says, and who is taken off the living for it.

use super::Recorder;
use crate::record::raw::deaths::{self, LogEntry};
use crate::trace::{Cause, Death, Label, ObjId, Reference};

/// A death since the last step.
pub(super) struct Dead {
    address: usize,
    /// The collector had taken it off its lists before.
    untracked: bool,
    /// Its finalizer cannot bring it back any more.
    certain: bool,
}

impl Recorder {
    /// Reads the log of deaths. What was known of the dead objects' addresses is forgotten at
    /// once: the next object may stand there already. Returns the addresses.
    pub(crate) fn absorb_deaths(&mut self) -> Vec<usize> {
        let mut log = std::mem::take(&mut self.log);
        deaths::drain(&mut log);
        let first = self.dead.len();
        let mut doubts = 0;
        for entry in &log {
            match *entry {
                LogEntry::Doubt { address, untracked } => {
                    doubts += 1;
                    self.dead.push(Dead {
                        address,
                        untracked,
                        certain: false,
                    });
                }
                LogEntry::Death {
                    address,
                    untracked,
                    finalized,
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
                        None => self.dead.push(Dead {
                            address,
                            untracked,
                            certain: true,
                        }),
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

    /// Takes the dead off the living, in the order in which they died.
    pub(super) fn bury(&mut self) -> Vec<ObjId> {
        self.absorb_deaths();
        let dead = std::mem::take(&mut self.dead);
        let mut left = Vec::new();
        for Dead {
            address, untracked, ..
        } in dead
        {
            let Some(at) = self.by_address.remove(&address) else {
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
}
