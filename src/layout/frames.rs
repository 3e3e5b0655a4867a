//! How far down each call frame stands: right below the one that called it, which stays where it is
//! as long as the other lives.

use super::lifetimes::LifetimeGraph;
use super::metrics::GAP;

/// The top of each call frame. None where frames in the middle of a deep stack are left out, which
/// take turns at a few places, or where no such order exists.
pub(super) fn tops(union: &LifetimeGraph) -> Option<Vec<Option<f64>>> {
    if union.folded_stack {
        return None;
    }
    let count = union.nodes.len();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut missing = vec![0; count];
    for (above, under) in &union.stacked {
        below[*above].push(*under);
        missing[*under] += 1;
    }
    let frames = (0..count).filter(|node| union.nodes[*node].depth.is_some());
    let mut tops: Vec<Option<f64>> = vec![None; count];
    let mut open: Vec<usize> = frames.clone().filter(|node| missing[*node] == 0).collect();
    let mut found = 0;
    while let Some(node) = open.pop() {
        found += 1;
        let top = *tops[node].get_or_insert(0.0);
        let end = top + union.nodes[node].whole_extent().1 + GAP;
        for under in &below[node] {
            let top = tops[*under].get_or_insert(end);
            *top = top.max(end);
            missing[*under] -= 1;
            if missing[*under] == 0 {
                open.push(*under);
            }
        }
    }
    (found == frames.count()).then_some(tops)
}
