//! Deaths of objects that both runs have: an object should go at the same place, of the same cause.

use super::holders::{Holder, holder};
use super::model::{DifferenceKind, Fact, Reason};
use super::walk::Walk;
use crate::analyse::{Ledger, Source};
use crate::trace::{Cause, Count, Death, ObjId};
use std::collections::{BTreeMap, BTreeSet};

/// Pairs of which one is gone and the other lives on.
#[derive(Default)]
pub(super) struct DeathWatch {
    open: BTreeMap<(ObjId, ObjId), Late>,
}

/// The first of two deaths.
struct Late {
    row: usize,
    path: String,
    reason: Option<Reason>,
}

impl DeathWatch {
    /// Looks at what has gone since the row before.
    pub(super) fn row(&mut self, walk: &mut Walk<'_>) {
        let gone = walk.sides.each_ref().map(|side| side.gone.clone());
        let mut ledgers = None;
        for pair in walk.pairs.of([&gone[0], &gone[1]]) {
            let path = walk.pairs.path_of(pair);
            let ids = [pair.0, pair.1];
            let lives = [0, 1].map(|side| walk.sides[side].state.heap.contains_key(&ids[side]));
            if lives == [false, false] {
                match self.open.remove(&pair) {
                    Some(late) => told(walk, pair, late),
                    None => causes(walk, pair, path),
                }
            } else if !self.open.contains_key(&pair) && is_of_interest(walk, pair) {
                let living = usize::from(lives[1]);
                let ledgers =
                    ledgers.get_or_insert_with(|| walk.sides.each_ref().map(|side| side.ledger()));
                let reason = why_late(walk, living, ids, &ledgers[living]);
                let row = walk.row;
                self.open.insert(pair, Late { row, path, reason });
            }
        }
    }

    /// The end: what is still open died behind the last row, or not at all.
    pub(super) fn end(&mut self, walk: &mut Walk<'_>) {
        let mut open = std::mem::take(&mut self.open);
        for pair in walk
            .pairs
            .in_order(open.keys().copied().collect::<Vec<_>>())
        {
            if let Some(late) = open.remove(&pair) {
                told(walk, pair, late);
            }
        }
        for pair in walk.pairs.found.clone() {
            let deaths = deaths(walk, pair);
            let is_in_the_run =
                |death: Option<Death>| death.is_some_and(|death| death.cause != Cause::Exit);
            if !deaths.iter().any(|death| is_in_the_run(*death))
                && deaths[0].is_some() != deaths[1].is_some()
                && is_of_interest(walk, pair)
            {
                let path = walk.pairs.path_of(pair);
                let reason = Some(Reason::AtExit);
                told(
                    walk,
                    pair,
                    Late {
                        row: walk.row,
                        path,
                        reason,
                    },
                );
            }
        }
    }
}

fn deaths(walk: &Walk<'_>, pair: (ObjId, ObjId)) -> [Option<Death>; 2] {
    let [one, other] = &walk.sides;
    [
        one.trace().object(pair.0).died,
        other.trace().object(pair.1).died,
    ]
}

/// Objects that the run has made in both.
fn is_of_interest(walk: &Walk<'_>, pair: (ObjId, ObjId)) -> bool {
    let [one, other] = &walk.sides;
    one.is_born(pair.0) && other.is_born(pair.1)
}

/// Notes that the two went at different places.
fn told(walk: &mut Walk<'_>, pair: (ObjId, ObjId), late: Late) {
    let deaths = deaths(walk, pair);
    let is_told = walk.sides.each_ref().map(|side| side.run.knows.deaths);
    let facts = [0, 1].map(|side| match is_told[side] {
        true => Fact::Death(deaths[side]),
        false => Fact::Unknown,
    });
    let reason = match is_told {
        [true, true] => {
            let by_collector = deaths
                .iter()
                .all(|death| death.is_some_and(|death| death.cause == Cause::Collector));
            let later = deaths
                .iter()
                .flatten()
                .any(|death| death.cause == Cause::Exit);
            let waits = deaths
                .iter()
                .flatten()
                .any(|death| death.cause == Cause::Collector);
            match late.reason {
                None if by_collector || later && waits => Some(Reason::CollectorTime),
                reason => reason,
            }
        }
        [false, false] => return,
        _ => Some(Reason::DeathsUnknown),
    };
    let row = std::mem::replace(&mut walk.row, late.row);
    walk.differs(DifferenceKind::Deaths, late.path, facts, reason);
    walk.row = row;
}

/// Both went here; of the same cause?
fn causes(walk: &mut Walk<'_>, pair: (ObjId, ObjId), path: String) {
    let deaths = deaths(walk, pair);
    let is_told = walk.sides.each_ref().map(|side| side.run.knows.deaths);
    let is_same = deaths[0].map(|death| death.cause) == deaths[1].map(|death| death.cause);
    if (is_told == [true, true] && is_same) || !is_of_interest(walk, pair) {
        return;
    }
    let row = walk.row;
    let reason = None;
    told(walk, pair, Late { row, path, reason });
}

/// Why an object lives on in one run that is gone in the other: who holds it, and those that hold
/// these, as far as they are gone in the other as well.
fn why_late(walk: &Walk<'_>, living: usize, ids: [ObjId; 2], ledger: &Ledger) -> Option<Reason> {
    let own = &walk.sides[living];
    let other = &walk.sides[1 - living];
    let gone = other.trace().object(ids[1 - living]).died;
    if !ledger.is_reachable(ids[living])
        && gone.is_some_and(|death| death.cause == Cause::Collector)
    {
        return Some(Reason::CollectorTime);
    }
    let mut reasons = BTreeSet::new();
    let mut seen = BTreeSet::from([ids[living]]);
    let mut open = vec![ids[living]];
    while let Some(id) = open.pop() {
        let count = own.state.heap.get(&id)?.refcount;
        if count == Count::Immortal {
            reasons.insert(Reason::Immortal);
            continue;
        }
        if ledger.unexplained(id, count) != 0 {
            // What is older is held by much that is not looked at.
            match own.is_born(id) {
                true => return None,
                false => reasons.insert(Reason::Library),
            };
        }
        for owner in ledger.owners(id) {
            match (holder(owner, own, &walk.pairs, living, id), owner.from) {
                (holder, Source::Object(from)) => {
                    let partner = walk.pairs.partner(living, from);
                    let lives = partner.is_some_and(|id| other.state.heap.contains_key(&id));
                    if lives && holder == Holder::Program {
                        return None;
                    }
                    if let Holder::Interpreter(reason) = holder {
                        reasons.insert(reason);
                    }
                    if seen.insert(from) {
                        open.push(from);
                    }
                }
                (Holder::Interpreter(reason), _) => {
                    reasons.insert(reason);
                }
                (Holder::Program | Holder::Nobody, _) => return None,
            }
        }
    }
    reasons.into_iter().next()
}
