//! Which object of one run is which of another.

use crate::trace::ObjId;
use rustc_hash::FxHashMap;

/// Objects of two runs that are the same by the way in which they are reached. Each has one partner.
#[derive(Default)]
pub(super) struct Pairs {
    partner: [FxHashMap<ObjId, ObjId>; 2],
    /// The first path that led to each of the first run's.
    path: FxHashMap<ObjId, String>,
    /// In the order in which they were found.
    pub(super) found: Vec<(ObjId, ObjId)>,
}

impl Pairs {
    pub(super) fn partner(&self, side: usize, id: ObjId) -> Option<ObjId> {
        self.partner[side].get(&id).copied()
    }

    /// The pair that an object is one of.
    pub(super) fn pair(&self, side: usize, id: ObjId) -> Option<(ObjId, ObjId)> {
        let partner = self.partner(side, id)?;
        Some(if side == 0 {
            (id, partner)
        } else {
            (partner, id)
        })
    }

    pub(super) fn put(&mut self, pair: (ObjId, ObjId), path: &str) {
        self.partner[0].insert(pair.0, pair.1);
        self.partner[1].insert(pair.1, pair.0);
        if !self.path.contains_key(&pair.0) {
            self.path.insert(pair.0, path.to_owned());
        }
        self.found.push(pair);
    }

    /// The first path that led to an object.
    pub(super) fn path(&self, side: usize, id: ObjId) -> Option<&str> {
        let (first, _) = self.pair(side, id)?;
        self.path.get(&first).map(String::as_str)
    }
}
