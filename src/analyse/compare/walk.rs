//! Two runs walked together: objects are found again by the way in which names lead to them, and
//! whatever differs is noted.

use super::model::{ComparedRun, Difference, DifferenceKind, Fact, Reason};
use super::names::path_of;
use super::pairs::Pairs;
use super::side::Side;
use super::texts::{is_pythons, masked, shared_numbers};
use crate::trace::{Kind, ObjId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Calls that a finalizer may be deep in.
const DEEPEST_FINALIZER: usize = 32;

/// Two objects that are reached the same way, and which.
pub(super) struct Reached {
    pub(super) pair: (ObjId, ObjId),
    pub(super) path: String,
}

pub(super) struct Walk<'t> {
    pub(super) sides: [Side<'t>; 2],
    pub(super) pairs: Pairs<'t>,
    pub(super) differences: Vec<Difference>,
    /// The row, from 0.
    pub(super) row: usize,
    /// What differs about values at this row, by where it stands: that is told once.
    standing: BTreeMap<String, (usize, [Fact; 2])>,
    /// What is still to be looked into.
    pub(super) open: VecDeque<Reached>,
    /// Pairs whose counts are to be looked at in this row.
    pub(super) touched: BTreeSet<(ObjId, ObjId)>,
    /// The objects whose finalizer runs at a row.
    pub(super) finalized: Vec<(usize, [ObjId; 2])>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(
        runs: [ComparedRun<'t>; 2],
        names: [&'t BTreeMap<ObjId, String>; 2],
    ) -> Walk<'t> {
        let [one, other] = shared_numbers(runs.map(|run| run.trace));
        Walk {
            sides: [Side::new(runs[0], one), Side::new(runs[1], other)],
            pairs: Pairs::new(names),
            differences: Vec::new(),
            row: 0,
            standing: BTreeMap::new(),
            open: VecDeque::new(),
            touched: BTreeSet::new(),
            finalized: Vec::new(),
        }
    }

    /// Follows the names of the call frames that may have changed.
    pub(super) fn frames(&mut self) {
        let [one, other] = &self.sides;
        let from = one.kept.min(other.kept);
        // The frame that was on top may have changed its names without being another.
        let to = one.state.frames.len().min(other.state.frames.len());
        for frame in from.min(to)..to {
            let names = [0, 1].map(|side| self.sides[side].names(frame));
            let all: BTreeSet<&str> = names.iter().flatten().map(|(name, _)| *name).collect();
            for name in all {
                let path = path_of(&self.sides[0], frame, name);
                let found = [0, 1].map(|side| {
                    let at = names[side].binary_search_by_key(&name, |(name, _)| *name);
                    at.ok().map(|at| names[side][at].1)
                });
                match found {
                    [Some(one), Some(other)] => self.reach((one, other), path),
                    [one, other] => {
                        let facts = [self.fact(0, one), self.fact(1, other)];
                        let reason = is_pythons(name).then_some(Reason::ImplicitName);
                        self.value_differs(path, facts, reason);
                    }
                }
            }
        }
    }

    /// Notes whose finalizer runs, where one does.
    pub(super) fn note_finalizer(&mut self) {
        let depth = self.sides[0].state.frames.len();
        let mut innermost = (depth.saturating_sub(DEEPEST_FINALIZER)..depth).rev();
        let found = innermost.find(|frame| self.sides[0].function(*frame) == "__del__");
        let Some(frame) = found else {
            return;
        };
        let whose = [0, 1].map(|side| {
            let frame = self.sides[side].state.frames.get(frame)?;
            Some(frame.names.first()?.to)
        });
        if let [Some(one), Some(other)] = whose {
            self.finalized.push((self.row, [one, other]));
        }
    }

    /// Looks again into pairs of which one has changed.
    pub(super) fn changed_pairs(&mut self) {
        let changed = self.sides.each_ref().map(|side| {
            let changed = side.changed.iter().copied();
            changed.collect::<Vec<ObjId>>()
        });
        for pair in self.pairs.of([&changed[0], &changed[1]]) {
            if self.lives(pair) {
                let path = self.pairs.path_of(pair);
                self.touched.insert(pair);
                self.open.push_back(Reached { pair, path });
            }
        }
    }

    fn lives(&self, pair: (ObjId, ObjId)) -> bool {
        let [one, other] = &self.sides;
        one.state.heap.contains_key(&pair.0) && other.state.heap.contains_key(&pair.1)
    }

    /// Two objects are reached by the same path.
    pub(super) fn reach(&mut self, pair: (ObjId, ObjId), path: String) {
        let [one, other] = &self.sides;
        match (one.is_atom(pair.0), other.is_atom(pair.1)) {
            (true, true) => return self.reach_atoms(pair, path),
            (false, false) => {}
            _ => return self.objects_differ(pair, path, None),
        }
        if self.pairs.partner(0, pair.0) == Some(pair.1) {
            self.standing.remove(&path);
            return;
        }
        let is_own = one.is_born(pair.0) || other.is_born(pair.1);
        let is_same_type = one.type_name(pair.0) == other.type_name(pair.1);
        let is_same_name = match one.trace().object(pair.0).kind {
            Kind::Class | Kind::Function => one.name(pair.0) == other.name(pair.1),
            _ => true,
        };
        if is_own && !(is_same_type && is_same_name) {
            return self.objects_differ(pair, path, None);
        }
        let is_free = |side: usize, id: ObjId| match self.pairs.partner(side, id) {
            None => true,
            // What is gone may have given its place to another.
            Some(partner) => !self.sides[1 - side].state.heap.contains_key(&partner),
        };
        if !(is_free(0, pair.0) && is_free(1, pair.1)) {
            if is_own {
                self.objects_differ(pair, path, None);
            }
            return;
        }
        self.standing.remove(&path);
        self.pairs.put(pair, &path);
        self.touched.insert(pair);
        self.open.push_back(Reached { pair, path });
    }

    fn reach_atoms(&mut self, pair: (ObjId, ObjId), path: String) {
        let [one, other] = &self.sides;
        let values = [one.value(pair.0), other.value(pair.1)];
        if let [Some(value), Some(another)] = values
            && value != another
        {
            let reason = (masked(value) == masked(another)).then_some(Reason::Address);
            let facts = [Fact::Text(value.to_owned()), Fact::Text(another.to_owned())];
            return self.value_differs(path, facts, reason);
        }
        if one.type_name(pair.0) != other.type_name(pair.1) {
            return self.objects_differ(pair, path, None);
        }
        if self.pairs.partner(0, pair.0) == Some(pair.1) {
            self.standing.remove(&path);
            return;
        }
        // Which of the two is known by another object of the same value that lives.
        let shared = [(0, pair.0, pair.1), (1, pair.1, pair.0)].map(|(side, id, to)| {
            let partner = self.pairs.partner(side, id);
            partner.is_some_and(|partner| {
                partner != to && self.sides[1 - side].state.heap.contains_key(&partner)
            })
        });
        match shared {
            [false, false] => {
                self.standing.remove(&path);
                self.pairs.put(pair, &path);
                self.touched.insert(pair);
            }
            _ => self.objects_differ(pair, path, Some(Reason::Cache)),
        }
    }

    /// What a path leads to is not the same.
    fn objects_differ(&mut self, pair: (ObjId, ObjId), path: String, reason: Option<Reason>) {
        let facts = [self.fact(0, Some(pair.0)), self.fact(1, Some(pair.1))];
        self.value_differs(path, facts, reason);
    }

    /// An object as it is told.
    pub(super) fn fact(&self, side: usize, id: Option<ObjId>) -> Fact {
        let Some(id) = id else {
            return Fact::Nothing;
        };
        let own = &self.sides[side];
        if let Some(value) = own.value(id)
            && self.pairs.partner(side, id).is_none()
        {
            return Fact::Text(value.to_owned());
        }
        Fact::Object {
            type_name: own.type_name(id).to_owned(),
            path: self.pairs.path(side, id).map(str::to_owned),
        }
    }

    /// Notes a difference of values, once for as long as it stands.
    pub(super) fn value_differs(&mut self, path: String, facts: [Fact; 2], reason: Option<Reason>) {
        if let Some((place, standing)) = self.standing.get(&path)
            && *standing == facts
        {
            self.differences[*place].times += 1;
            return;
        }
        let place = self.differences.len();
        self.standing.insert(path.clone(), (place, facts.clone()));
        self.differs(DifferenceKind::Values, path, facts, reason);
    }

    /// That this path leads to the same in both.
    pub(super) fn value_agrees(&mut self, path: &str) {
        self.standing.remove(path);
    }

    pub(super) fn differs(
        &mut self,
        kind: DifferenceKind,
        subject: String,
        facts: [Fact; 2],
        reason: Option<Reason>,
    ) {
        self.differences.push(Difference {
            kind,
            row: self.row,
            subject,
            facts,
            reason,
            times: 1,
        });
    }
}
