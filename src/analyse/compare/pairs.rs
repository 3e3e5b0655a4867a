//! Which object of one run is which of another.

use crate::trace::ObjId;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Objects of two runs that are the same by the way in which they are reached. Each has one partner.
pub(super) struct Pairs<'n> {
    /// What the objects of each run are known by.
    names: [&'n BTreeMap<ObjId, String>; 2],
    partner: [FxHashMap<ObjId, ObjId>; 2],
    /// The name or path of each of the first run's.
    path: FxHashMap<ObjId, String>,
    /// Where each of the first run's was found last among all pairs.
    number: FxHashMap<ObjId, usize>,
    /// In the order in which they were found.
    pub(super) found: Vec<(ObjId, ObjId)>,
}

impl<'n> Pairs<'n> {
    pub(super) fn new(names: [&'n BTreeMap<ObjId, String>; 2]) -> Pairs<'n> {
        Pairs {
            names,
            partner: Default::default(),
            path: FxHashMap::default(),
            number: FxHashMap::default(),
            found: Vec::new(),
        }
    }

    pub(super) fn partner(&self, side: usize, id: ObjId) -> Option<ObjId> {
        self.partner[side].get(&id).copied()
    }

    /// Whether a name of its own run ever led to an object.
    pub(super) fn is_named(&self, side: usize, id: ObjId) -> bool {
        self.names[side].contains_key(&id)
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
            // Whichever run comes first, the name is the same.
            let known = [self.names[0].get(&pair.0), self.names[1].get(&pair.1)];
            let name = known
                .into_iter()
                .flatten()
                .min()
                .map_or(path, String::as_str);
            self.path.insert(pair.0, name.to_owned());
        }
        self.number.insert(pair.0, self.found.len());
        self.found.push(pair);
    }

    /// Pairs in an order that is the same whichever run comes first.
    pub(super) fn in_order(
        &self,
        pairs: impl IntoIterator<Item = (ObjId, ObjId)>,
    ) -> Vec<(ObjId, ObjId)> {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by_key(|pair| (self.number.get(&pair.0), *pair));
        pairs.dedup();
        pairs
    }

    /// The pairs of the objects of both runs that are named.
    pub(super) fn of(&self, ids: [&[ObjId]; 2]) -> Vec<(ObjId, ObjId)> {
        let pairs = [0, 1].into_iter().flat_map(|side| {
            let ids = ids[side].iter();
            ids.filter_map(move |id| self.pair(side, *id))
        });
        self.in_order(pairs)
    }

    /// What a pair is known by.
    pub(super) fn path_of(&self, pair: (ObjId, ObjId)) -> String {
        self.path(0, pair.0).unwrap_or_default().to_owned()
    }

    /// What an object is known by: a name, or the path that led to it first.
    pub(super) fn path(&self, side: usize, id: ObjId) -> Option<&str> {
        let (first, _) = self.pair(side, id)?;
        self.path.get(&first).map(String::as_str)
    }
}
