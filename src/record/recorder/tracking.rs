//! Changes by the pages that were written.

use super::marks::{Marks, Tracking};
use super::watch::{AHEAD, Changed, DiffStrategy, Watch};
use crate::record::ChangesBy;
use crate::record::raw::buffers::fingerprint;
use crate::record::raw::header::ObjPtr;
use crate::trace::ObjId;
use rustc_hash::FxHashSet as HashSet;

/// With so many objects, and until there are as few again, pages are asked for: below, comparing all
/// costs less.
const MANY: (usize, usize) = (4_000, 2_500);
/// Where pages lead to too many objects they are not asked for, for so many rounds: the first time, and at
/// most.
const PAUSES: (u32, u32) = (256, 1 << 14);
/// How many rounds each way has where they take turns.
const TURNS: (u32, u32) = (5, 2);
/// Of a list with more items only those in written pages are compared.
const LONG: usize = 512;

impl Watch {
    /// Finds changes in one way from now on. `verifies`: what pages say is held against all objects.
    pub(crate) fn find_by(&mut self, by: ChangesBy, verifies: bool) {
        (self.by, self.verifies) = (by, verifies);
    }

    /// The objects that had changed although no page said so.
    pub(crate) fn take_missed(&mut self) -> Vec<ObjId> {
        std::mem::take(&mut self.missed)
    }

    /// The writes to the object at a place are not all known.
    pub(super) fn give_up(&mut self, place: usize) {
        let entry = &mut self.entries[place];
        if let Some(tracking) = &mut self.tracking
            && !entry.is_unknown
        {
            entry.is_unknown = true;
            tracking.unknown.push(entry.id);
        }
    }

    /// The object at a place is not what it is known as, and is to be compared again in any case.
    pub(crate) fn look_again(&mut self, place: usize) {
        if let Some(tracking) = &mut self.tracking {
            tracking.again.push(self.entries[place].id);
        }
    }

    /// Marks the blocks of the object at a place, which must be as it is known.
    pub(super) fn lead_back(&mut self, place: usize) {
        let Some(tracking) = &mut self.tracking else {
            return;
        };
        let entry = &mut self.entries[place];
        let is_own_known = match entry.is_unknown {
            true => tracking.marks.mark_own(entry.pointer, entry.id),
            false => true,
        };
        let are_buffers_known = match entry.manner {
            DiffStrategy::Header => true,
            DiffStrategy::List => {
                let items = entry.pointer.list_items().as_ptr() as usize;
                if entry.items != items {
                    let are_known = self.mark_buffers(place);
                    self.entries[place].items = if are_known { items } else { 0 };
                }
                self.entries[place].items != 0
            }
            DiffStrategy::Inline => entry.parts == 0,
            DiffStrategy::Walk | DiffStrategy::Function => {
                let parts = &self.known[entry.start as usize..][..entry.parts as usize];
                let is_there = parts.iter().all(|part| *part != ObjPtr::nowhere());
                let all = [entry.pointer].into_iter().chain(parts.iter().copied());
                let print = is_there.then(|| fingerprint(all)).flatten();
                let is_marked = print.is_some_and(|print| print == entry.items);
                is_marked || {
                    let are_known = self.mark_buffers(place);
                    let print = print.filter(|_| are_known);
                    self.entries[place].items = print.unwrap_or(0);
                    are_known
                }
            }
            DiffStrategy::Weak | DiffStrategy::Data | DiffStrategy::Always => false,
        };
        match is_own_known && are_buffers_known {
            true => self.entries[place].is_unknown = false,
            false => self.give_up(place),
        }
    }

    fn mark_buffers(&mut self, place: usize) -> bool {
        let Some(tracking) = &mut self.tracking else {
            return false;
        };
        let entry = &self.entries[place];
        let parts = &self.known[entry.start as usize..][..entry.parts as usize];
        let (places, entries) = (&self.places, &self.entries);
        // One that is gone has no entry.
        let pointer_of = |id: ObjId| {
            let place = *places.get(id.0 as usize)?;
            Some(entries.get(place as usize)?.pointer)
        };
        let marks = &mut tracking.marks;
        marks.mark_buffers(entry.pointer, parts, entry.id, pointer_of)
    }

    /// Asks which pages were written, where that is the way that costs less, and notes which of the
    /// first `count` objects may have changed by it. False where all of them may have.
    pub(super) fn ask_pages(&mut self, count: usize) -> bool {
        if !self.is_for_pages() {
            self.tracking = None;
            return false;
        }
        let Some(tracking) = &mut self.tracking else {
            return self.start_tracking(count);
        };
        if !tracking.marks.ask() {
            self.by = ChangesBy::Comparing;
            self.tracking = None;
            return false;
        }
        let (places, entries) = (&self.places, &self.entries);
        // The place of one that is gone is none of these.
        let place_of = |id: &ObjId| places[id.0 as usize];
        let is_known = |place: &u32| (*place as usize) < count;
        let candidates = &mut self.candidates;
        candidates.clear();
        tracking.marks.add_written(places, candidates);
        candidates.retain(is_known);
        tracking.unknown.retain(|id| {
            let entry = entries.get(place_of(id) as usize);
            entry.is_some_and(|entry| entry.is_unknown)
        });
        let others = tracking.unknown.iter().chain(&tracking.again);
        candidates.extend(others.map(place_of).filter(is_known));
        self.round += 1;
        true
    }

    /// Whether pages are to be asked for in this round.
    fn is_for_pages(&mut self) -> bool {
        if self.pause > 0 {
            self.pause -= 1;
            return false;
        }
        match self.by {
            ChangesBy::Comparing => false,
            ChangesBy::Pages => true,
            ChangesBy::Turns => {
                let (pages, comparing) = TURNS;
                self.turn = (self.turn + 1) % (pages + comparing);
                self.turn < pages
            }
            ChangesBy::Cost => {
                let (many, few) = MANY;
                let least = if self.tracking.is_some() { few } else { many };
                self.entries.len() >= least
            }
        }
    }

    /// Has all writes from now on told. In this round all objects are to be compared once more.
    fn start_tracking(&mut self, count: usize) -> bool {
        let Some(marks) = Marks::begin() else {
            self.by = ChangesBy::Comparing;
            return false;
        };
        self.tracking = Some(Tracking::new(marks));
        // Nothing has been compared in this round, also where the last one is long ago.
        self.round += 1;
        for place in 0..self.entries.len() {
            let entry = &mut self.entries[place];
            (entry.is_unknown, entry.items) = (false, 0);
            self.give_up(place);
        }
        self.candidates.clear();
        self.candidates.extend(0..count as u32);
        true
    }

    /// Compares the objects that may have changed.
    pub(super) fn compare_candidates(&mut self, count: usize, out: &mut Vec<Changed>) {
        let candidates = std::mem::take(&mut self.candidates);
        let mut compared = 0;
        let vacated = std::mem::take(&mut self.vacated);
        let again = match &mut self.tracking {
            Some(tracking) => std::mem::take(&mut tracking.again),
            None => Vec::new(),
        };
        for (index, place) in candidates.iter().enumerate() {
            if let Some(later) = candidates.get(index + AHEAD) {
                self.entries[*later as usize].pointer.prefetch();
            }
            let place = *place as usize;
            // Some have blocks in more than one page.
            if std::mem::replace(&mut self.entries[place].round, self.round) == self.round {
                continue;
            }
            compared += 1;
            let parts = match self.is_long_and_led(place, &again) {
                true => Some(self.written_items(place)),
                false => None,
            };
            self.forget_vacated_of(place, &vacated, parts.as_deref());
            match self.compare(place, parts.as_deref()) {
                Some(changed) => out.push(changed),
                // Its buffers may have moved. What has changed is marked when it is read anew.
                None => self.lead_back(place),
            }
        }
        out.sort_unstable_by_key(|one| one.place);
        for changed in out.iter().filter(|one| !one.references) {
            self.lead_back(changed.place);
        }
        self.note_compared(compared);
        if self.verifies {
            self.compare_others(&candidates, count, out);
        }
        self.candidates = candidates;
    }

    /// Has pages not asked for a while where that costs more than it saves.
    fn note_compared(&mut self, compared: usize) {
        let Some(tracking) = &mut self.tracking else {
            return;
        };
        if tracking.are_too_many(compared, self.entries.len()) && self.by == ChangesBy::Cost {
            let (least, most) = PAUSES;
            // Where it went well for long before, it may do so again.
            let pause = match tracking.rounds > most {
                true => least,
                false => self.next_pause.max(least),
            };
            (self.pause, self.next_pause) = (pause, (pause * 4).min(most));
        }
    }

    /// Compares all others too.
    fn compare_others(&mut self, candidates: &[u32], count: usize, out: &mut Vec<Changed>) {
        let candidates: HashSet<u32> = candidates.iter().copied().collect();
        let found = out.len();
        for place in (0..count as u32).filter(|place| !candidates.contains(place)) {
            out.extend(self.compare(place as usize, None));
        }
        let missed = out[found..].iter().map(|one| self.entries[one.place].id);
        self.missed.extend(missed);
        out.sort_unstable_by_key(|one| one.place);
    }

    /// Has those compared again that may have changed in this round: while something is being freed
    /// their buffers are not looked for. All have been compared.
    pub(super) fn look_again_at_candidates(&mut self, compared: usize) {
        self.note_compared(compared);
        if let Some(tracking) = &mut self.tracking {
            let candidates = self.candidates.iter();
            let entries = &self.entries;
            let ids = candidates.map(|place| entries[*place as usize].id);
            tracking.again.extend(ids);
            tracking.again.sort_unstable();
            tracking.again.dedup();
        }
    }

    /// Whether an object is a long list all writes to whose items are known.
    fn is_long_and_led(&self, place: usize, again: &[ObjId]) -> bool {
        let entry = &self.entries[place];
        if entry.manner != DiffStrategy::List || (entry.total as usize) < LONG {
            return false;
        }
        let items = entry.pointer.list_items();
        items.as_ptr() as usize == entry.items
            && items.len() == entry.total as usize
            && !again.contains(&entry.id)
    }

    /// The parts of a long list's items that stand in written pages.
    fn written_items(&self, place: usize) -> Vec<(usize, usize)> {
        let entry = &self.entries[place];
        let bytes = entry.total as usize * size_of::<ObjPtr>();
        let tracking = self.tracking.as_ref();
        tracking.map_or_else(Vec::new, |tracking| {
            tracking.marks.written_parts(entry.items, bytes)
        })
    }

    /// Forgets the references of one object to the dead, as [`Watch::forget_vacated`] does of all.
    fn forget_vacated_of(
        &mut self,
        place: usize,
        vacated: &HashSet<usize>,
        only: Option<&[(usize, usize)]>,
    ) {
        if vacated.is_empty() {
            return;
        }
        let entry = &mut self.entries[place];
        let is_vacated = |to: &ObjPtr| vacated.contains(&to.address());
        let known = &mut self.known[entry.start as usize..][..entry.total as usize];
        let forget = |known: &mut [ObjPtr]| {
            for to in known.iter_mut().filter(|to| is_vacated(to)) {
                *to = ObjPtr::nowhere();
            }
        };
        match only {
            None => forget(known),
            Some(parts) => {
                for (from, to) in parts {
                    let place = |at: usize| (at - entry.items) / size_of::<ObjPtr>();
                    forget(&mut known[place(*from)..place(*to)]);
                }
            }
        }
        let data = entry.data.as_ref();
        if data.is_some_and(|data| data.found.iter().any(|found| is_vacated(&found.to))) {
            entry.data = None;
        }
    }
}
