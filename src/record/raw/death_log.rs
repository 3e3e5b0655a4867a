//! The log of deaths between two steps, and the objects whose deaths are not certain yet.
//!
//! A death is certain when no finalizer can call it off any more: at once where none is due, and
//! otherwise as soon as it shows, which can be before the interpreter is through with the object:
//! callbacks of weak references run, and what it held dies, while it is being taken apart. Each
//! ending is written once, at the moment when it shows; so the order of the log is the order in
//! which addresses became free.

use super::descriptors::OpenDescriptor;
use super::header::ObjPtr;
use crate::record::at_exit;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// What can be read of an object only before it is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Last {
    /// The object's class; `None` where it cannot be said whether the class still lives.
    pub class: Option<ObjPtr>,
    /// The code object of the innermost frame, or 0.
    pub code: usize,
    /// Its elder neighbour's address in the collector's youngest list, 0 at the list's end; `None`
    /// for an object that is not in that list.
    pub elder: Option<usize>,
    /// Address of its instance dict, or 0.
    pub dict: usize,
    /// What it has open.
    pub open: Option<OpenDescriptor>,
}

/// An object whose count has just fallen to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone {
    pub address: usize,
    /// The collector had taken it off its lists before.
    pub untracked: bool,
    /// It is a class.
    pub is_class: bool,
    pub last: Last,
}

/// One entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogEntry {
    /// The object is dead for good; `finalized`: its finalizer has run.
    Death { gone: Gone, finalized: bool },
    /// The count of the object at this address fell to zero, and its finalizer is about to run:
    /// a death or a resurrection follows.
    Doubt { address: usize },
    /// The death of this address was called off: its finalizer brought it back.
    Resurrection { address: usize },
}

/// An object whose finalizer may bring it back.
#[derive(Debug)]
struct Doubt {
    serial: u64,
    gone: Gone,
    /// How many logs have been taken since it was noted.
    logs: u32,
}

/// What a log says beside its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Drained {
    /// So many died that not all could be kept: the order of births is lost.
    pub shortened: bool,
    /// Address of the object that is the newest of those that were there at the last mark, or 0.
    pub mark: usize,
}

/// A log of this many entries is shortened.
const LIMIT: usize = 1 << 16;
/// Addresses of recent deaths that are known at a glance.
const RECENT: usize = 1 << 10;

#[derive(Debug)]
pub(super) struct Book {
    log: Vec<LogEntry>,
    doubts: Vec<Doubt>,
    next_serial: u64,
    /// Addresses at which something has died since the log was last taken, each in a place of its
    /// own or not at all.
    recent: Vec<usize>,
    limit: usize,
    shortened: bool,
    mark: usize,
}

impl Book {
    pub(super) const fn new() -> Book {
        Book {
            log: Vec::new(),
            doubts: Vec::new(),
            next_serial: 1,
            recent: Vec::new(),
            limit: LIMIT,
            shortened: false,
            mark: 0,
        }
    }

    /// Notes that an object's count has fallen to zero. Where its finalizer is due, the serial of
    /// the doubt is returned, to be handed to [`Book::finish`].
    pub(super) fn begin(&mut self, gone: Gone, finalized: bool, due: bool) -> Option<u64> {
        // A finalizer is still running for what was here, and somebody else has let it go already:
        // it had come back.
        if !self.doubts.is_empty() {
            let again = |doubt: &Doubt| doubt.gone.address == gone.address;
            if let Some(at) = self.doubts.iter().rposition(again) {
                self.doubts.remove(at);
                let address = gone.address;
                self.log.push(LogEntry::Resurrection { address });
            }
        }
        if !due {
            self.death(gone, finalized);
            return None;
        }
        let address = gone.address;
        self.push(LogEntry::Doubt { address });
        let serial = self.next_serial;
        self.next_serial += 1;
        self.doubts.push(Doubt {
            serial,
            gone,
            logs: 0,
        });
        Some(serial)
    }

    /// The interpreter is through with an object that was in doubt. `revived` looks at its count,
    /// and is only asked where its block is still there.
    pub(super) fn finish(&mut self, serial: u64, revived: impl FnOnce() -> bool) {
        let same = |doubt: &Doubt| doubt.serial == serial;
        let Some(at) = self.doubts.iter().rposition(same) else {
            return;
        };
        if revived() {
            let address = self.doubts.remove(at).gone.address;
            self.push(LogEntry::Resurrection { address });
        } else {
            self.settle(at);
        }
    }

    /// A block of memory has been freed: what stood in it is dead.
    pub(super) fn freed(&mut self, start: usize, size: usize) {
        let inside = |doubt: &Doubt| (start..start + size).contains(&doubt.gone.address);
        if let Some(at) = self.doubts.iter().rposition(inside) {
            self.settle(at);
        }
    }

    /// Moves the log into `entries`. `past_finalizer` says of an object in doubt, whose block is
    /// there, whether it is being taken apart by now.
    pub(super) fn drain(
        &mut self,
        entries: &mut Vec<LogEntry>,
        past_finalizer: impl Fn(usize) -> bool,
    ) -> Drained {
        let mut at = 0;
        while at < self.doubts.len() {
            if past_finalizer(self.doubts[at].gone.address) {
                self.settle(at);
            } else {
                self.doubts[at].logs += 1;
                at += 1;
            }
        }
        entries.clear();
        std::mem::swap(&mut self.log, entries);
        self.recent.clear();
        self.limit = LIMIT;
        Drained {
            shortened: std::mem::take(&mut self.shortened),
            mark: self.mark,
        }
    }

    pub(super) fn is_in_doubt(&self, address: usize) -> bool {
        let here = |doubt: &Doubt| doubt.gone.address == address;
        self.doubts.iter().any(here)
    }

    /// From here on, `newest` is what the newest object of the collector's youngest list was.
    pub(super) fn set_mark(&mut self, newest: usize) {
        self.mark = newest;
    }

    /// Forgets everything; what is in doubt stays unsettled.
    pub(super) fn clear(&mut self) {
        self.log = Vec::new();
        self.recent = Vec::new();
        self.doubts = Vec::new();
        self.shortened = false;
    }

    fn settle(&mut self, at: usize) {
        let Doubt { mut gone, logs, .. } = self.doubts.remove(at);
        if logs > 0 {
            // The finalizer may have given it another class, and the first one may be gone.
            gone.last.class = None;
        }
        self.death(gone, true);
    }

    fn death(&mut self, gone: Gone, finalized: bool) {
        if at_exit::takes(gone.address, gone.last.open) {
            return;
        }
        if gone.last.elder.is_some() && gone.address == self.mark {
            self.mark = gone.last.elder.unwrap_or(0);
        }
        if self.recent.is_empty() {
            self.recent.resize(RECENT, 0);
        }
        let slot = (gone.address >> 4) % RECENT;
        let again = self.recent[slot] == gone.address;
        self.recent[slot] = gone.address;
        // A second object that died at the same address was born since the log was last taken:
        // nobody knows it. One that the collector's youngest list does not show tells nothing.
        if again && gone.last.elder.is_none() && !gone.is_class {
            return;
        }
        self.push(LogEntry::Death { gone, finalized });
    }

    fn push(&mut self, entry: LogEntry) {
        if at_exit::is_watching() {
            return;
        }
        if self.log.len() >= self.limit {
            self.shorten();
            self.limit = LIMIT.max(2 * self.log.len());
        }
        self.log.push(entry);
    }

    /// Keeps of each address the first death alone, and what came before it.
    fn shorten(&mut self) {
        let mut places: HashMap<usize, usize> = HashMap::default();
        let open: HashSet<usize> = self.doubts.iter().map(|d| d.gone.address).collect();
        let mut kept: Vec<LogEntry> = Vec::with_capacity(self.log.len() / 2);
        for mut entry in self.log.drain(..) {
            match &mut entry {
                LogEntry::Death { gone, finalized } => {
                    if let Some(first) = places.get(&gone.address) {
                        if let LogEntry::Death {
                            gone: earlier,
                            finalized: was,
                        } = &mut kept[*first]
                        {
                            *was |= *finalized;
                            earlier.is_class |= gone.is_class;
                        }
                        continue;
                    }
                    places.insert(gone.address, kept.len());
                    gone.last.elder = None;
                }
                LogEntry::Doubt { address } | LogEntry::Resurrection { address } => {
                    if places.contains_key(address) && !open.contains(address) {
                        continue;
                    }
                }
            }
            kept.push(entry);
        }
        self.log = kept;
        self.shortened = true;
    }
}
