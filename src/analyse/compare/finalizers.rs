//! The order of finalizers: the same objects, one after the other, in another order.

use super::model::{Difference, DifferenceKind, Reason};
use super::pairs::Pairs;
use crate::trace::ObjId;
use std::collections::BTreeSet;

/// Rows, from 0, in which the same objects are finalized in another order; the last is included.
pub(super) fn turned(finalized: &[(usize, [ObjId; 2])], pairs: &Pairs<'_>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut rest = finalized;
    while let Some((first, _)) = rest.first() {
        // One finalizer after the other: no row of anything else lies between.
        let mut end = 1;
        while rest
            .get(end)
            .is_some_and(|(row, _)| row - rest[end - 1].0 <= 1)
        {
            end += 1;
        }
        let (stretch, behind) = rest.split_at(end);
        let order = |side: usize| {
            let mut order: Vec<ObjId> = stretch.iter().map(|(_, ids)| ids[side]).collect();
            order.dedup();
            order
        };
        let (one, other) = (order(0), order(1));
        let same: Option<Vec<ObjId>> = one.iter().map(|id| pairs.partner(0, *id)).collect();
        let set = |ids: &[ObjId]| ids.iter().copied().collect::<BTreeSet<ObjId>>();
        if let Some(same) = same
            && same != other
            && set(&same) == set(&other)
        {
            let last = stretch.last().map_or(*first, |(row, _)| *row);
            found.push((*first, last));
        }
        rest = behind;
    }
    found
}

/// Gives what differs in such rows its reason.
pub(super) fn explain(differences: &mut [Difference], turned: &[(usize, usize)]) {
    for difference in differences {
        let is_of_order = matches!(
            difference.kind,
            DifferenceKind::Values
                | DifferenceKind::Counts
                | DifferenceKind::Output
                | DifferenceKind::Deaths
        );
        let within = |(first, last): &(usize, usize)| (*first..=last + 1).contains(&difference.row);
        if difference.reason.is_none() && is_of_order && turned.iter().any(within) {
            difference.reason = Some(Reason::FinalizerOrder);
        }
    }
}
