//! Which living objects have changed since they were last looked at.
//!
//! An object is compared with what it was. All that the comparison needs stands in one table, apart
//! from what else is known of the objects. Where few live, all are compared; where many do, those in
//! pages that were written (`tracking.rs`), and those whose writes are not known. Nothing outside asks how
//! the changes are found, and both ways find the same in the same order.

use super::marks::Tracking;
use crate::record::ChangesBy;
use crate::record::label::data_of;
use crate::record::raw::ending;
use crate::record::raw::fast_read::Header;
use crate::record::raw::header::ObjPtr;
use crate::record::raw::payload::Data;
use crate::trace::ObjId;
use rustc_hash::FxHashSet as HashSet;
use rustpython_vm::builtins::PyWeak;

/// The place of one that is not watched.
pub(super) const GONE: u32 = u32::MAX;
/// How many objects ahead of the comparison memory is asked for.
pub(super) const AHEAD: usize = 12;

/// How an object's references are to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiffStrategy {
    /// Not at all: it has none that matter.
    Header,
    /// It is a list: its items are its references.
    List,
    /// By the interpreter's own walk of the object and of its parts.
    Walk,
    /// As `Walk`, and its referent first.
    Weak,
    /// As `Walk`, and not while one of its locks is held: the walk would wait for it.
    Function,
    /// As `Walk`, and all of its own data: it may refer to what the walk does not show.
    Data,
    /// As `Walk`; all that it refers to stands in its own block.
    Inline,
    /// As `Walk`; it is reported also where nothing has changed.
    Always,
}

/// An object that is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Changed {
    pub place: usize,
    /// Its references differ, not only its header.
    pub references: bool,
}

pub(super) struct Entry {
    pub(super) pointer: ObjPtr,
    pub(super) id: ObjId,
    header: Header,
    /// Where in `known` its parts, its own referents and then those of its parts stand.
    pub(super) start: u32,
    pub(super) parts: u32,
    own: u32,
    pub(super) total: u32,
    pub(super) manner: DiffStrategy,
    /// Not all writes to what it refers to are known.
    pub(super) is_unknown: bool,
    /// Where the items of a list stood when they were marked; of other objects, the fingerprint of their
    /// buffers. 0 where they are not marked.
    pub(super) items: usize,
    /// When it was compared last.
    pub(super) round: u32,
    pub(super) data: Option<Box<Data>>,
}

/// Watches the living objects, which it knows by their places.
#[derive(Default)]
pub(crate) struct Watch {
    pub(super) entries: Vec<Entry>,
    /// The place of each object, by its serial.
    pub(super) places: Vec<u32>,
    pub(super) known: Vec<ObjPtr>,
    /// How many entries of `known` are out of use.
    waste: usize,
    scratch: Vec<ObjPtr>,
    /// Addresses at which objects have died since the last comparison. Others may stand there by now.
    pub(super) vacated: HashSet<usize>,
    pub(super) by: ChangesBy,
    /// Where pages are asked for.
    pub(super) tracking: Option<Tracking>,
    /// How many times pages were asked.
    pub(super) round: u32,
    /// Where the ways take turns, the round of a turn of both.
    pub(super) turn: u32,
    /// So many rounds pages are not to be asked for.
    pub(super) pause: u32,
    /// So many they are not the next time.
    pub(super) next_pause: u32,
    /// Something was being freed at the last comparison.
    was_ending: bool,
    /// The places that are to be compared.
    pub(super) candidates: Vec<u32>,
    /// Compare the others as well.
    pub(super) verifies: bool,
    /// Those of the others that had changed.
    pub(super) missed: Vec<ObjId>,
}

impl Watch {
    /// Watches one more object; its place is the number of those before it.
    pub(crate) fn push(&mut self, pointer: ObjPtr, id: ObjId) {
        let serial = id.0 as usize;
        if self.places.len() <= serial {
            self.places.resize(serial + 1, GONE);
        }
        self.places[serial] = self.entries.len() as u32;
        self.entries.push(Entry {
            pointer,
            id,
            header: Header::default(),
            start: 0,
            parts: 0,
            own: 0,
            total: 0,
            manner: DiffStrategy::Header,
            is_unknown: false,
            items: 0,
            round: 0,
            data: None,
        });
        if let Some(tracking) = &mut self.tracking
            && !tracking.marks.mark_own(pointer, id)
        {
            self.give_up(self.entries.len() - 1);
        }
    }

    /// Stops watching the object at a place, which the last one takes.
    pub(crate) fn swap_remove(&mut self, place: usize) {
        let gone = self.entries.swap_remove(place);
        self.waste += gone.total as usize;
        self.places[gone.id.0 as usize] = GONE;
        if let Some(moved) = self.entries.get(place) {
            self.places[moved.id.0 as usize] = place as u32;
        }
    }

    /// The place of an object, while it is watched.
    pub(crate) fn place_of(&self, id: ObjId) -> Option<usize> {
        let place = self.places.get(id.0 as usize).copied();
        place
            .filter(|place| *place != GONE)
            .map(|place| place as usize)
    }

    /// Notes that the object at an address has died: what leads there now leads to another one.
    pub(crate) fn vacate(&mut self, address: usize) {
        self.vacated.insert(address);
    }

    /// Forgets all references to the dead, so that they are like none that can be.
    fn forget_vacated(&mut self) {
        if self.vacated.is_empty() {
            return;
        }
        let vacated = std::mem::take(&mut self.vacated);
        let is_vacated = |to: &ObjPtr| vacated.contains(&to.address());
        for known in &mut self.known {
            if is_vacated(known) {
                *known = ObjPtr::nowhere();
            }
        }
        for entry in &mut self.entries {
            let data = entry.data.as_ref();
            if data.is_some_and(|data| data.found.iter().any(|found| is_vacated(&found.to))) {
                entry.data = None;
            }
        }
    }

    /// Takes the references of the object at a place as known, as they are now.
    pub(crate) fn renew(&mut self, place: usize, manner: DiffStrategy, parts: &[ObjPtr]) {
        let entry = &mut self.entries[place];
        let mut fresh = std::mem::take(&mut self.scratch);
        fresh.clear();
        entry.manner = manner;
        entry.data = (manner == DiffStrategy::Data).then(|| Box::new(data_of(entry.pointer)));
        entry.parts = parts.len() as u32;
        entry.own = 0;
        if manner != DiffStrategy::Header {
            fresh.extend_from_slice(parts);
            if manner == DiffStrategy::Weak {
                fresh.extend(referent(entry.pointer));
            }
            match manner {
                DiffStrategy::List => fresh.extend_from_slice(entry.pointer.list_items()),
                _ => entry.pointer.extend_referents(&mut fresh),
            }
            entry.own = (fresh.len() - parts.len()) as u32;
            for part in parts {
                part.extend_referents(&mut fresh);
            }
        }
        // What is being freed still shows, and another object may stand there by the next comparison.
        let is_ending = ending::any();
        if is_ending {
            for to in &mut fresh {
                if to.is_dying() {
                    *to = ObjPtr::nowhere();
                }
            }
        }
        if fresh.len() <= entry.total as usize {
            self.waste += entry.total as usize - fresh.len();
            self.known[entry.start as usize..][..fresh.len()].copy_from_slice(&fresh);
        } else {
            self.waste += entry.total as usize;
            entry.start = self.known.len() as u32;
            self.known.extend_from_slice(&fresh);
        }
        entry.total = fresh.len() as u32;
        self.scratch = fresh;
        if is_ending {
            self.look_again(place);
        } else {
            self.entries[place].items = 0;
            self.lead_back(place);
        }
    }

    /// What the object at a place is known to refer to.
    pub(crate) fn known_of(&self, place: usize) -> &[ObjPtr] {
        let entry = &self.entries[place];
        &self.known[entry.start as usize..][..entry.total as usize]
    }

    /// Takes an object that cannot be read at this moment as one without references, so that the
    /// next comparison finds those that it has.
    pub(crate) fn put_off(&mut self, place: usize, manner: DiffStrategy) {
        let entry = &mut self.entries[place];
        entry.manner = manner;
        self.waste += entry.total as usize;
        (entry.parts, entry.own, entry.total) = (0, 0, 0);
        self.look_again(place);
    }

    /// Takes the header of the object at a place as known, as it is now.
    pub(crate) fn settle(&mut self, place: usize) {
        let entry = &mut self.entries[place];
        entry.header = entry.pointer.header();
    }

    /// Collects what has changed among the first `count` objects, by place.
    pub(crate) fn changed(&mut self, count: usize, out: &mut Vec<Changed>) {
        self.tidy();
        // While something is being freed, what refers to it may still show it.
        let is_ending = ending::any();
        let is_ending = std::mem::replace(&mut self.was_ending, is_ending) || is_ending;
        match self.ask_pages(count) {
            true if is_ending => {
                self.compare_all(count, out);
                self.look_again_at_candidates(count);
            }
            true => self.compare_candidates(count, out),
            false => self.compare_all(count, out),
        }
    }

    fn compare_all(&mut self, count: usize, out: &mut Vec<Changed>) {
        self.forget_vacated();
        for place in 0..count {
            if let Some(later) = self.entries.get(place + AHEAD) {
                later.pointer.prefetch();
            }
            out.extend(self.compare(place, None));
        }
    }

    /// Compares the object at a place with what it was. `only`: parts of a long list's items that may
    /// have changed.
    #[inline]
    pub(super) fn compare(
        &mut self,
        place: usize,
        only: Option<&[(usize, usize)]>,
    ) -> Option<Changed> {
        let entry = &mut self.entries[place];
        let header = entry.pointer.header();
        let references = match entry.manner {
            DiffStrategy::Header => false,
            DiffStrategy::List => {
                let known = &self.known[entry.start as usize..][..entry.total as usize];
                let items = entry.pointer.list_items();
                match only {
                    None => items != known,
                    Some(parts) => parts.iter().any(|(from, to)| {
                        let place = |at: usize| (at - entry.items) / size_of::<ObjPtr>();
                        let range = place(*from)..place(*to).min(items.len());
                        items.get(range.clone()) != known.get(range)
                    }),
                }
            }
            DiffStrategy::Function if entry.pointer.is_locked_function() => {
                if let Some(tracking) = &mut self.tracking {
                    tracking.again.push(entry.id);
                }
                false
            }
            DiffStrategy::Function
            | DiffStrategy::Walk
            | DiffStrategy::Inline
            | DiffStrategy::Weak
            | DiffStrategy::Always => differs(entry, &self.known),
            DiffStrategy::Data => {
                let same = entry.data.as_ref();
                let same = same.is_some_and(|data| data.is_as_it_was(entry.pointer));
                !same || differs(entry, &self.known)
            }
        };
        let is_other = header != entry.header || references;
        entry.header = header;
        (is_other || entry.manner == DiffStrategy::Always).then_some(Changed { place, references })
    }

    /// Gives back what is out of use, once it is more than what is in use.
    fn tidy(&mut self) {
        if self.waste * 2 <= self.known.len() || self.known.len() < 4096 {
            return;
        }
        let mut known = Vec::with_capacity(self.known.len() - self.waste);
        for entry in &mut self.entries {
            let start = known.len();
            known.extend_from_slice(&self.known[entry.start as usize..][..entry.total as usize]);
            entry.start = start as u32;
        }
        self.known = known;
        self.waste = 0;
    }
}

fn referent(pointer: ObjPtr) -> Option<ObjPtr> {
    let weak = pointer.object().downcast_ref::<PyWeak>()?;
    weak.upgrade().map(|object| ObjPtr::of(&object))
}

/// Whether an object and its parts refer to something else than what is known.
fn differs(entry: &Entry, known: &[ObjPtr]) -> bool {
    let known = &known[entry.start as usize..][..entry.total as usize];
    let (parts, referents) = known.split_at(entry.parts as usize);
    let (own, inner) = referents.split_at(entry.own as usize);
    let mut left = own;
    let mut same = true;
    let mut hold = |left: &mut &[ObjPtr], to: ObjPtr| match left.split_first() {
        Some((first, rest)) if *first == to => *left = rest,
        _ => same = false,
    };
    if entry.manner == DiffStrategy::Weak
        && let Some(to) = referent(entry.pointer)
    {
        hold(&mut left, to);
    }
    entry.pointer.walk(|to| hold(&mut left, to));
    // The parts are only there as long as the object refers to them.
    if !same || !left.is_empty() {
        return true;
    }
    let mut left = inner;
    for part in parts {
        part.walk(|to| match left.split_first() {
            Some((first, rest)) if *first == to => left = rest,
            _ => same = false,
        });
    }
    !same || !left.is_empty()
}
