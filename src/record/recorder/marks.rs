//! From pages that were written to the objects that may have changed.
//!
//! Each block of memory that an object keeps references in is marked with the object's serial, once in
//! each page that it touches. A mark that is out of date leads to nothing, or to an object that is
//! compared in vain: serials are never used twice. A buffer can only move when its address is written
//! in what leads to it, so that its owner is compared, and the buffer marked anew.

use crate::record::raw::buffers::{Block, add_buffers, own_block};
use crate::record::raw::header::ObjPtr;
use crate::record::raw::written::{PAGE_BYTES, Written};
use crate::trace::ObjId;

/// Blocks stand at multiples of this.
const GRAIN: usize = 16;
const GRAINS: usize = PAGE_BYTES / GRAIN;

/// Which objects have blocks in which pages, and which pages were written.
pub(super) struct Marks {
    system: Written,
    /// By page and by place in it; 0 where there is no mark.
    table: Vec<Option<Box<PageMarks>>>,
    /// The pages that were written between the last two questions.
    written: Vec<u32>,
    blocks: Vec<Block>,
}

/// The marks in a page.
struct PageMarks {
    /// Which places have one.
    marked: [u64; GRAINS / 64],
    serials: [u32; GRAINS],
}

/// The marks, and the objects that are compared whatever pages say.
pub(super) struct Tracking {
    pub(super) marks: Marks,
    /// Those whose writes are not all known.
    pub(super) unknown: Vec<ObjId>,
    /// Those that are not what they are known as, or could not be looked at.
    pub(super) again: Vec<ObjId>,
    /// How many rounds there have been.
    pub(super) rounds: u32,
    /// In how many rounds too many were to be compared, less those in which they were few.
    too_many: u32,
}

/// More than this part of the objects are too many to be compared, so many times more often than not.
const TOO_MANY: (usize, u32) = (4, 16);

impl Tracking {
    pub(super) fn new(marks: Marks) -> Tracking {
        Tracking {
            marks,
            unknown: Vec::new(),
            again: Vec::new(),
            rounds: 0,
            too_many: 0,
        }
    }

    /// Whether comparing all would cost less, where so many are to be compared.
    pub(super) fn are_too_many(&mut self, candidates: usize, all: usize) -> bool {
        let (part, rounds) = TOO_MANY;
        self.rounds += 1;
        match candidates * part > all {
            true => self.too_many += 1,
            false => self.too_many = self.too_many.saturating_sub(1),
        }
        self.too_many > rounds
    }
}

impl Marks {
    /// Sees to it that writes are known from now on; `None` where the system does not tell them.
    pub(super) fn begin() -> Option<Marks> {
        Some(Marks {
            system: Written::begin()?,
            table: Vec::new(),
            written: Vec::new(),
            blocks: Vec::new(),
        })
    }

    /// Asks which pages were written since this was last asked. False where the system does not tell.
    pub(super) fn ask(&mut self) -> bool {
        self.system.ask(&mut self.written).is_ok()
    }

    /// Adds the places of the objects that have blocks in written pages, some more than once.
    /// `places`: by serial.
    pub(super) fn add_written(&mut self, places: &[u32], out: &mut Vec<u32>) {
        for page in &self.written {
            let Some(Some(page)) = self.table.get(*page as usize) else {
                continue;
            };
            for (word, marked) in page.marked.iter().enumerate() {
                let mut left = *marked;
                while left != 0 {
                    let grain = word * 64 + left.trailing_zeros() as usize;
                    left &= left - 1;
                    out.push(places[page.serials[grain] as usize]);
                }
            }
        }
    }

    /// The parts of some bytes that lie in written pages.
    pub(super) fn written_parts(&self, start: usize, bytes: usize) -> Vec<(usize, usize)> {
        let (Some(first), Some(last)) = (
            self.system.page_of(start),
            self.system.page_of(start + bytes - 1),
        ) else {
            return vec![(start, start + bytes)];
        };
        let offset = start - first * PAGE_BYTES - start % PAGE_BYTES;
        let from = self
            .written
            .partition_point(|page| (*page as usize) < first);
        let pages = self.written[from..].iter().map(|page| *page as usize);
        let pages = pages.take_while(|page| *page <= last);
        let parts = pages.map(|page| {
            let page = offset + page * PAGE_BYTES;
            (page.max(start), (page + PAGE_BYTES).min(start + bytes))
        });
        parts.collect()
    }

    /// Marks the block that an object stands in. False where its writes are not known.
    pub(super) fn mark_own(&mut self, object: ObjPtr, id: ObjId) -> bool {
        let Some(block) = own_block(object) else {
            return false;
        };
        self.mark(block, id, |_| false)
    }

    /// Marks the buffers of an object and all blocks of its parts. False where it keeps references
    /// elsewhere as well; then none is marked. `pointer_of`: the object that a mark is of, while it
    /// lives.
    pub(super) fn mark_buffers(
        &mut self,
        object: ObjPtr,
        parts: &[ObjPtr],
        id: ObjId,
        pointer_of: impl Fn(ObjId) -> Option<ObjPtr>,
    ) -> bool {
        let mut blocks = std::mem::take(&mut self.blocks);
        blocks.clear();
        let mut known = add_buffers(object, &mut blocks);
        for part in parts {
            known = known
                && *part != ObjPtr::nowhere()
                && own_block(*part).is_some_and(|block| {
                    blocks.push(block);
                    add_buffers(*part, &mut blocks)
                });
        }
        if known {
            // What stands there can be no buffer while another object does.
            let is_others = |(start, bytes): Block, by: ObjId| {
                let other = pointer_of(by).map(ObjPtr::address);
                other.is_some_and(|other| (start..start + bytes).contains(&other))
            };
            for block in &blocks {
                known &= self.mark(*block, id, |by| is_others(*block, by));
            }
        }
        self.blocks = blocks;
        known
    }

    /// Marks a block, in each page that it touches, unless a mark is there that has to stay.
    fn mark(&mut self, (start, bytes): Block, id: ObjId, stays: impl Fn(ObjId) -> bool) -> bool {
        let pages = self
            .system
            .page_of(start)
            .zip(self.system.page_of(start + bytes - 1));
        let Some((first, last)) = pages else {
            return false;
        };
        if self.table.len() <= last {
            self.table.resize_with(last + 1, || None);
        }
        for page in first..=last {
            let grain = match page == first {
                true => start % PAGE_BYTES / GRAIN,
                false => 0,
            };
            let marks = self.table[page].get_or_insert_with(PageMarks::none);
            if !marks.put(grain, id, &stays) {
                return false;
            }
        }
        true
    }
}

impl PageMarks {
    fn none() -> Box<PageMarks> {
        Box::new(PageMarks {
            marked: [0; GRAINS / 64],
            serials: [0; GRAINS],
        })
    }

    /// Puts a mark at a place, unless one is there that has to stay.
    fn put(&mut self, grain: usize, id: ObjId, stays: &impl Fn(ObjId) -> bool) -> bool {
        let before = self.serials[grain];
        if before == id.0 {
            return true;
        }
        if before != 0 && stays(ObjId(before)) {
            return false;
        }
        self.serials[grain] = id.0;
        self.marked[grain / 64] |= 1 << (grain % 64);
        true
    }
}
