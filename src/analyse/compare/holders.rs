//! Of what kind those are that hold an object, so that two counts can be held against each other.

use super::content::is_followed;
use super::model::Reason;
use super::pairs::Pairs;
use super::side::Side;
use crate::analyse::{Ledger, Owner, OwnerLabel, Source};
use crate::trace::{Count, ObjId, RootKind};
use std::collections::BTreeMap;

/// A kind of holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    /// A name, or an object that both runs have, by a reference of the program's.
    Program,
    /// Something of the interpreter's, which is a reason.
    Interpreter(Reason),
    /// It is counted, and nobody is known to hold it.
    Nobody,
}

/// How many of each kind hold an object.
pub(super) fn holders(
    ledger: &Ledger,
    own: &Side<'_>,
    pairs: &Pairs<'_>,
    side: usize,
    id: ObjId,
) -> BTreeMap<Holder, i64> {
    let mut all = BTreeMap::new();
    for owner in ledger.owners(id) {
        *all.entry(holder(owner, own, pairs, side, id)).or_default() += 1;
    }
    let count = own.state.heap.get(&id).map(|object| object.refcount);
    let nobody = count.map_or(0, |count| ledger.unexplained(id, count));
    if nobody != 0 {
        all.insert(Holder::Nobody, nobody);
    }
    all
}

pub(super) fn holder(
    owner: &Owner,
    own: &Side<'_>,
    pairs: &Pairs<'_>,
    side: usize,
    id: ObjId,
) -> Holder {
    let reason = match (owner.from, owner.label) {
        (Source::Object(from), OwnerLabel::Edge(label))
            if is_followed(label) && pairs.partner(side, from).is_some() =>
        {
            return Holder::Program;
        }
        (Source::Object(_), _) => Reason::OwnObjects,
        (Source::Frame(_) | Source::OtherFrame(..), _) => return Holder::Program,
        (Source::Interpreter, OwnerLabel::Constant) => Reason::Constant,
        (Source::Interpreter, OwnerLabel::ValueStack(_)) => Reason::Borrowed,
        (Source::Interpreter, OwnerLabel::CallOf(_) | OwnerLabel::OneOf(..)) => Reason::Call,
        (Source::Interpreter, OwnerLabel::RunOf(_) | OwnerLabel::BodyOf(_)) => Reason::Call,
        (Source::Interpreter, _) => root(own, id),
    };
    Holder::Interpreter(reason)
}

/// As what the interpreter holds an object.
fn root(own: &Side<'_>, id: ObjId) -> Reason {
    let step = own.trace().steps.get((own.at as usize).wrapping_sub(1));
    let mut held = step.into_iter().flat_map(|step| &step.head.held);
    match held.find(|held| held.to == id).map(|held| held.kind) {
        Some(RootKind::ReturnValue) => Reason::Borrowed,
        Some(
            RootKind::RaisedException | RootKind::HandledException | RootKind::UncaughtException,
        ) => Reason::CurrentException,
        Some(RootKind::Other | RootKind::Thread(_)) => Reason::OwnObjects,
        // A native call under way.
        None => Reason::Call,
    }
}

/// Why two counts of the same object differ. `None`: by something of the program's, or by what nobody
/// is known to hold.
pub(super) fn why_counts_differ(
    holders: [BTreeMap<Holder, i64>; 2],
    counts: [Count; 2],
) -> Option<Reason> {
    if counts.contains(&Count::Immortal) {
        return Some(Reason::Immortal);
    }
    let [one, other] = holders;
    let mut more: BTreeMap<Holder, i64> = one;
    for (holder, count) in other {
        *more.entry(holder).or_default() -= count;
    }
    more.retain(|_, count| *count != 0);
    let mut reasons = Vec::new();
    for (holder, count) in more {
        match holder {
            Holder::Interpreter(reason) => reasons.push((-count.abs(), reason)),
            Holder::Program | Holder::Nobody => return None,
        }
    }
    reasons.sort();
    reasons.first().map(|(_, reason)| *reason)
}
