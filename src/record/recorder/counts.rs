//! How many references to each object are known, counted anew at a step without clearing what was
//! counted before: a run makes many more objects than live at once.

use crate::trace::ObjId;

/// The counts, by serial.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Which counting an entry is of, and its count.
    entries: Vec<(u32, u32)>,
    round: u32,
}

impl Counts {
    /// Begins to count, for serials up to `last`.
    pub(super) fn begin(&mut self, last: usize) {
        self.entries.resize(last + 1, (0, 0));
        self.round += 1;
    }

    pub(super) fn add(&mut self, id: ObjId) {
        let count = self.get(id).saturating_add(1);
        self.entries[id.0 as usize] = (self.round, count);
    }

    /// The object has as many owners as it may need.
    pub(super) fn explain(&mut self, id: ObjId) {
        self.entries[id.0 as usize] = (self.round, u32::MAX);
    }

    pub(super) fn get(&self, id: ObjId) -> u32 {
        let (round, count) = self.entries[id.0 as usize];
        if round == self.round { count } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counting_begins_at_nothing() {
        let mut counts = Counts::default();
        counts.begin(2);
        counts.add(ObjId(1));
        counts.add(ObjId(1));
        counts.explain(ObjId(2));
        counts.add(ObjId(2));
        assert_eq!((counts.get(ObjId(1)), counts.get(ObjId(2))), (2, u32::MAX));
        counts.begin(3);
        counts.add(ObjId(3));
        assert_eq!([1, 2, 3].map(|id| counts.get(ObjId(id))), [0, 0, 1]);
    }
}
