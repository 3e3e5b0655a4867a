//! The order of slots and lanes within their columns: as their holders' rows come, and with few
//! crossings. Two references that never stand at the same step may cross for nothing.

use super::columns::Slot;
use super::layers::{Joint, LayerGraph, Link, median};
use super::lifetimes::LifetimeGraph;
use std::collections::BTreeMap;

const ROUNDS: usize = 6;
/// Rounds of swaps after each sweep.
const SWAPS: usize = 4;
/// Links between two columns up to which all their pairs are compared.
const COMPARED: usize = 500;

/// Orders all columns of the field.
pub(super) fn order(field: &mut LayerGraph, union: &LifetimeGraph, slots: &[Slot]) {
    stack_frames(field, union, slots);
    let found = discovery(field);
    for column in field.columns.iter_mut().skip(1) {
        column.sort_by_key(|item| (found[*item], *item));
    }
    let mut place = places(field);
    let mut best = field.columns.clone();
    let mut least = crossings(field, &place);
    for _ in 0..ROUNDS {
        if least == 0 {
            break;
        }
        let count = field.columns.len();
        for column in 1..count {
            sweep(field, &mut place, &found, column, true);
        }
        for column in (1..count).rev() {
            sweep(field, &mut place, &found, column, false);
        }
        for _ in 0..SWAPS {
            let swapped = (1..count).filter(|c| swap(field, &mut place, *c)).count();
            if swapped == 0 {
                break;
            }
        }
        let now = crossings(field, &place);
        if now < least {
            least = now;
            best.clone_from(&field.columns);
        }
    }
    field.columns = best;
}

/// Call frames stand below each other, the oldest on top.
fn stack_frames(field: &mut LayerGraph, union: &LifetimeGraph, slots: &[Slot]) {
    if let Some(column) = field.columns.first_mut() {
        column.sort_by_key(|item| (union.nodes[slots[*item].nodes[0]].depth, *item));
    }
}

/// When each item is met on a walk from the frames, row after row.
fn discovery(field: &LayerGraph) -> Vec<usize> {
    let mut found = vec![usize::MAX; field.items.len()];
    let mut clock = 0;
    let roots: Vec<usize> = field.columns.iter().flatten().copied().collect();
    for root in roots {
        let mut open = vec![root];
        while let Some(item) = open.pop() {
            if found[item] != usize::MAX {
                continue;
            }
            found[item] = clock;
            clock += 1;
            let mut next: Vec<(f64, usize)> = field
                .neighbours(item, false)
                .map(|(_, other, own)| (own, other.item))
                .collect();
            next.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
            open.extend(next.into_iter().map(|(_, item)| item));
        }
    }
    found
}

fn places(field: &LayerGraph) -> Vec<usize> {
    let mut place = vec![0; field.items.len()];
    for column in &field.columns {
        for (at, item) in column.iter().enumerate() {
            place[*item] = at;
        }
    }
    place
}

/// How far down its column a joint is, in items.
fn depth(field: &LayerGraph, place: &[usize], joint: Joint) -> f64 {
    place[joint.item] as f64 + joint.offset / (field.items[joint.item].height + 1.0)
}

/// Orders a column by the medians of its neighbours on one side.
fn sweep(field: &mut LayerGraph, place: &mut [usize], found: &[usize], column: usize, left: bool) {
    let items = std::mem::take(&mut field.columns[column]);
    let mut wishes: Vec<(f64, usize, usize)> = items
        .iter()
        .map(|item| {
            let mut values: Vec<(f64, f64)> = field
                .neighbours(*item, left)
                .map(|(link, other, _)| (depth(field, place, other), link.weight))
                .collect();
            let wish = median(&mut values).unwrap_or(place[*item] as f64);
            (wish, if left { found[*item] } else { place[*item] }, *item)
        })
        .collect();
    wishes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    for (at, (.., item)) in wishes.iter().enumerate() {
        place[*item] = at;
    }
    field.columns[column] = wishes.into_iter().map(|(.., item)| item).collect();
}

/// Swaps neighbours where that takes crossings away. Returns whether it did.
fn swap(field: &mut LayerGraph, place: &mut [usize], column: usize) -> bool {
    let mut any = false;
    for at in 1..field.columns[column].len() {
        let (upper, lower) = (field.columns[column][at - 1], field.columns[column][at]);
        if gain(field, place, upper, lower) > 0 {
            field.columns[column].swap(at - 1, at);
            place.swap(upper, lower);
            any = true;
        }
    }
    any
}

/// How many crossings fewer there are, times their steps, with two neighbours swapped.
fn gain(field: &LayerGraph, place: &[usize], upper: usize, lower: usize) -> i64 {
    let mut gain = 0;
    for left in [true, false] {
        for (a, a_end, _) in field.neighbours(upper, left) {
            for (b, b_end, _) in field.neighbours(lower, left) {
                let (a_at, b_at) = (depth(field, place, a_end), depth(field, place, b_end));
                if a_at > b_at {
                    gain += together(a, b);
                } else if a_at < b_at {
                    gain -= together(a, b);
                }
            }
        }
    }
    gain
}

/// At how many steps both are drawn.
fn together(a: &Link, b: &Link) -> i64 {
    a.steps.intersection_count(&b.steps) as i64
}

/// Crossings between all neighbouring columns, times their steps.
fn crossings(field: &LayerGraph, place: &[usize]) -> i64 {
    // Where each begins and ends, between which columns.
    type Ends<'l> = (f64, f64, &'l Link);
    let mut gutters: BTreeMap<(usize, usize), Vec<Ends<'_>>> = BTreeMap::new();
    for link in &field.links {
        let columns = (
            field.items[link.left.item].column,
            field.items[link.right.item].column,
        );
        gutters.entry(columns).or_default().push((
            depth(field, place, link.left),
            depth(field, place, link.right),
            link,
        ));
    }
    let mut count = 0;
    for links in gutters.values().filter(|links| links.len() <= COMPARED) {
        for (i, (a, b, one)) in links.iter().enumerate() {
            for (c, d, other) in &links[i + 1..] {
                if (a - c) * (b - d) < 0.0 {
                    count += together(one, other);
                }
            }
        }
    }
    count
}
