//! Two runs gone through, row by row.

use super::counts::CountWatch;
use super::deaths::DeathWatch;
use super::model::ComparedRow;
use super::side::Side;
use super::walk::Walk;

/// Goes through all rows; `places` says which of a row's steps are those of the two runs.
pub(super) fn go_through(walk: &mut Walk<'_>, rows: &[ComparedRow], places: [usize; 2]) {
    let mut counts = CountWatch::default();
    let mut deaths = DeathWatch::default();
    for (row, steps) in rows.iter().enumerate() {
        let steps = places.map(|place| steps.steps[place]);
        for (side, step) in walk.sides.iter_mut().zip(steps) {
            if let Some(step) = step {
                side.go_to(step);
            }
        }
        if let [Some(_), Some(_)] = steps {
            walk.row = row;
            compare(walk, &mut counts, &mut deaths);
            walk.sides.iter_mut().for_each(Side::settle);
        }
    }
    for side in &mut walk.sides {
        side.go_to(u32::MAX);
    }
    walk.row = rows.len().saturating_sub(1);
    deaths.end(walk);
}

/// Compares what both have at a row.
fn compare(walk: &mut Walk<'_>, counts: &mut CountWatch, deaths: &mut DeathWatch) {
    walk.note_finalizer();
    walk.frames();
    walk.changed_pairs();
    while let Some(reached) = walk.open.pop_front() {
        walk.content(reached);
    }
    deaths.row(walk);
    let touched = std::mem::take(&mut walk.touched);
    counts.row(walk, &touched);
    walk.collections();
    walk.output();
}
