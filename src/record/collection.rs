//! What a collection concluded, worked out from what it saw by the collector's own rules.

use super::raw::collections::CollectionSnapshot;
use crate::trace::{Collection, ObjId};
use rustc_hash::FxHashMap as HashMap;

/// Repeats a collection's reasoning: from each candidate's count the references that come from
/// other candidates are taken off; what is left above zero is held from outside and rescues all
/// that it reaches; the rest is unreachable.
pub(super) fn conclude(
    snapshot: &CollectionSnapshot,
    id_at: &dyn Fn(usize) -> Option<ObjId>,
    finalized: &dyn Fn(usize) -> bool,
    dead: &dyn Fn(ObjId) -> bool,
) -> Collection {
    let candidates = &snapshot.candidates;
    let places: HashMap<usize, usize> = candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| (candidate.address, place))
        .collect();
    let mut left: Vec<u32> = candidates
        .iter()
        .map(|candidate| candidate.strong)
        .collect();
    for candidate in candidates {
        for to in &candidate.referents {
            if let Some(place) = places.get(to)
                && left[*place] != u32::MAX
            {
                left[*place] = left[*place].saturating_sub(1);
            }
        }
    }
    let mut rescued = vec![false; candidates.len()];
    let mut open: Vec<usize> = (0..candidates.len())
        .filter(|place| left[*place] > 0)
        .collect();
    while let Some(place) = open.pop() {
        if std::mem::replace(&mut rescued[place], true) {
            continue;
        }
        let referents = candidates[place].referents.iter();
        open.extend(
            referents
                .filter_map(|to| places.get(to))
                .filter(|to| !rescued[**to]),
        );
    }
    let mut run = Collection {
        generation: snapshot.generation,
        automatic: !snapshot.explicit,
        ..Collection::default()
    };
    for (place, candidate) in candidates.iter().enumerate() {
        let Some(id) = id_at(candidate.address) else {
            continue;
        };
        run.candidates.push(id);
        run.counts.push((id, candidate.strong));
        run.gc_refs.push((id, left[place]));
        if rescued[place] {
            continue;
        }
        run.unreachable.push(id);
        // The collector asks them in this order.
        if !candidate.finalized && finalized(candidate.address) {
            run.finalized.push(id);
        }
        if dead(id) {
            run.collected.push(id);
        } else {
            run.resurrected.push(id);
        }
    }
    for list in [
        &mut run.candidates,
        &mut run.unreachable,
        &mut run.collected,
        &mut run.resurrected,
    ] {
        list.sort_unstable();
    }
    run.counts.sort_unstable();
    run.gc_refs.sort_unstable();
    run
}
