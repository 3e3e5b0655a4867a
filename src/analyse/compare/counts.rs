//! Counts of objects that both runs have.

use super::holders::{holders, why_counts_differ};
use super::model::{DifferenceKind, Fact, Reason};
use super::walk::Walk;
use crate::analyse::Ledger;
use crate::trace::{Count, ObjId};
use std::collections::{BTreeMap, BTreeSet};

/// By how much two counts differ; nothing where one of them says nothing.
type Gap = Option<i64>;

/// Which differences are noted: each once for an object.
#[derive(Default)]
pub(super) struct CountWatch {
    noted: BTreeMap<(ObjId, ObjId, Gap), usize>,
}

impl CountWatch {
    /// Compares the counts of pairs that have changed.
    pub(super) fn row(&mut self, walk: &mut Walk<'_>, touched: &BTreeSet<(ObjId, ObjId)>) {
        let mut ledgers = None;
        for pair in walk.pairs.in_order(touched.iter().copied()) {
            let path = walk.pairs.path_of(pair);
            let ids = [pair.0, pair.1];
            let found = [0, 1].map(|side| {
                let object = walk.sides[side].state.heap.get(&ids[side]);
                object.map(|object| object.refcount)
            });
            let [Some(one), Some(other)] = found else {
                continue;
            };
            let is_told = walk.sides.each_ref().map(|side| side.run.knows.counts);
            if is_told == [true, true]
                && (one == other || !is_of_interest(walk, pair, [one, other]))
            {
                continue;
            }
            let gap = match (one, other) {
                _ if is_told != [true, true] => None,
                (Count::Of(one), Count::Of(other)) => Some(i64::from(one) - i64::from(other)),
                _ => None,
            };
            if let Some(place) = self.noted.get(&(pair.0, pair.1, gap)) {
                walk.differences[*place].times += 1;
                continue;
            }
            self.noted
                .insert((pair.0, pair.1, gap), walk.differences.len());
            if is_told != [true, true] {
                unknown(walk, path, ids, [one, other], is_told);
                continue;
            }
            let reason = reason(walk, pair, [one, other], &mut ledgers);
            let facts = [Fact::Count(one), Fact::Count(other)];
            walk.differs(DifferenceKind::Counts, path, facts, reason);
        }
    }
}

/// One of them does not tell counts: said of what the program has made.
fn unknown(
    walk: &mut Walk<'_>,
    path: String,
    ids: [ObjId; 2],
    counts: [Count; 2],
    is_told: [bool; 2],
) {
    let is_own = [0, 1].map(|side| walk.sides[side].is_born(ids[side]));
    if is_told == [false, false] || is_own == [false, false] {
        return;
    }
    let facts = [0, 1].map(|side| match is_told[side] {
        true => Fact::Count(counts[side]),
        false => Fact::Unknown,
    });
    walk.differs(
        DifferenceKind::Counts,
        path,
        facts,
        Some(Reason::CountsUnknown),
    );
}

/// Of what is older than both recordings, only whether it is immortal is the program's affair.
fn is_of_interest(walk: &Walk<'_>, pair: (ObjId, ObjId), counts: [Count; 2]) -> bool {
    let [one, other] = &walk.sides;
    one.is_born(pair.0) || other.is_born(pair.1) || counts.contains(&Count::Immortal)
}

fn reason(
    walk: &Walk<'_>,
    pair: (ObjId, ObjId),
    counts: [Count; 2],
    ledgers: &mut Option<[Ledger; 2]>,
) -> Option<Reason> {
    let ids = [pair.0, pair.1];
    if counts.contains(&Count::Immortal) {
        return Some(Reason::Immortal);
    }
    // Who holds what is older is the library's affair.
    let is_older = |side: usize| !walk.sides[side].is_born(ids[side]);
    if is_older(0) || is_older(1) {
        let is_constant = |side: usize| walk.sides[side].trace().object(ids[side]).constant_of > 0;
        let reason = match is_constant(0) || is_constant(1) {
            true => Reason::Constant,
            false => Reason::Library,
        };
        return Some(reason);
    }
    let ledgers = ledgers.get_or_insert_with(|| walk.sides.each_ref().map(|side| side.ledger()));
    let holders = [0, 1].map(|side| {
        holders(
            &ledgers[side],
            &walk.sides[side],
            &walk.pairs,
            side,
            ids[side],
        )
    });
    why_counts_differ(holders, counts)
}
