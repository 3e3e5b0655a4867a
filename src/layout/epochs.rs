//! Long runs are laid out in epochs: boxes move only between two of them.

use super::bands::Widths;
use super::lifetimes::LifetimeGraph;
use super::sheet::{Common, Sheet};

/// An epoch whose fullest step takes less than this part of it is cut in two: its page is made
/// large by boxes of other times.
const FILLED: f64 = 0.25;
/// More boxes than this are not laid out at once.
const MOST_BOXES: usize = 400;
/// No epoch is cut so that a part has fewer steps: a reader must be able to get used to it.
const FEWEST_STEPS: u32 = 40;

/// Lays out all steps, in as many epochs as it takes.
pub(super) fn epochs(union: LifetimeGraph, top: f64) -> Vec<Sheet> {
    let frames = union
        .nodes
        .iter()
        .filter(|node| node.depth.is_some())
        .map(|node| node.whole_extent().0)
        .fold(0.0, f64::max);
    let mut sheets = Vec::new();
    let common = Common {
        frames,
        top,
        widths: Widths::SCREEN,
    };
    lay_out(union, common, &mut sheets);
    sheets
}

fn lay_out(union: LifetimeGraph, common: Common, sheets: &mut Vec<Sheet>) {
    let (first, last) = (union.first, union.last);
    let long = last - first + 1 >= 2 * FEWEST_STEPS;
    let union = if !long || union.nodes.len() <= MOST_BOXES {
        let sheet = Sheet::new(union, common);
        if !long || sheet.filled() >= FILLED {
            sheets.push(sheet);
            return;
        }
        sheet.union
    } else {
        union
    };
    let cut = cut(&union);
    lay_out(union.part(first..=cut - 1), common, sheets);
    lay_out(union.part(cut..=last), common, sheets);
}

/// The step before which to cut: in the middle half, where the fewest boxes stand on both sides;
/// of several such steps the one nearest the middle.
fn cut(union: &LifetimeGraph) -> u32 {
    let steps = union.last - union.first + 1;
    let margin = (steps / 4).max(FEWEST_STEPS);
    let mut change = vec![0_i64; steps as usize + 1];
    for node in union.nodes.iter().filter(|node| node.last > node.first) {
        change[(node.first - union.first) as usize + 1] += 1;
        change[(node.last - union.first) as usize + 1] -= 1;
    }
    let mut standing = 0;
    let standing: Vec<i64> = change
        .iter()
        .map(|change| {
            standing += change;
            standing
        })
        .collect();
    (margin..=steps - margin)
        .min_by_key(|at| (standing[*at as usize], at.abs_diff(steps / 2)))
        .map_or(union.first + steps / 2, |at| union.first + at)
}
