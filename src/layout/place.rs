//! How far down each slot and lane stands.

use super::bands::{Bands, Corridors};
use super::columns::Slot;
use super::layers::{LaneKey, LayerGraph, median};
use super::lifetimes::LifetimeGraph;
use super::metrics::{GAP, LANE_GAP, LANE_HEIGHT, LINE_GAP, NOTE_HEIGHT};
use super::order::order;
use std::collections::BTreeMap;

/// Where everything stands.
#[derive(Debug, Clone, Default)]
pub(super) struct YCoordinates {
    pub slots: Vec<f64>,
    pub lanes: BTreeMap<LaneKey, f64>,
    pub corridors: Corridors,
    /// Where the tracks below each band begin.
    pub corridor_tops: Vec<f64>,
    pub bottom: f64,
}

const PASSES: usize = 14;
/// A box stands by the name that holds it, or else beside the box that does, rather than by what it
/// holds itself.
const NAMED: f64 = 6.0;
const HELD: f64 = 3.0;

/// Finds the top of every slot and lane.
pub(super) fn place(
    union: &LifetimeGraph,
    slots: &[Slot],
    of_node: &[usize],
    bands: &Bands,
) -> YCoordinates {
    let mut field = LayerGraph::new(union, slots, of_node, bands);
    order(&mut field, union, slots);
    let frames = field.columns.first().cloned().unwrap_or_default();
    let fixed: Option<Vec<f64>> = frames.iter().map(|frame| slots[*frame].top).collect();
    match fixed {
        Some(tops) => {
            for (frame, top) in frames.iter().zip(tops) {
                field.items[*frame].top = top;
            }
        }
        None => {
            let wishes = vec![(0.0, 1.0); frames.len()];
            settle(&mut field, &frames, &wishes, 0.0);
        }
    }
    let mut origin = 0.0;
    let mut corridor_tops = Vec::new();
    for (band, columns) in bands.columns.iter().enumerate() {
        let columns: Vec<usize> = columns
            .clone()
            .filter(|column| *column < field.columns.len())
            .collect();
        settle_band(&mut field, &columns, origin);
        let bottom = bottom(&field, union, slots, &columns, rest(bands, band)).max(origin);
        corridor_tops.push(bottom + GAP / 2.0);
        let tracks = field.corridors.count(band) as f64;
        origin = bottom + GAP + tracks * (LANE_HEIGHT + LANE_GAP);
    }
    let bottom = field
        .items
        .iter()
        .map(|item| item.top + item.height)
        .fold(0.0, f64::max);
    let tops: Vec<f64> = field.items.iter().map(|item| item.top).collect();
    YCoordinates {
        slots: tops[..slots.len()].to_vec(),
        lanes: field
            .lanes
            .iter()
            .map(|(key, item)| (*key, tops[*item]))
            .collect(),
        corridors: field.corridors,
        corridor_tops,
        bottom,
    }
}

/// The columns of the bands below one.
fn rest(bands: &Bands, band: usize) -> std::ops::Range<usize> {
    let below = &bands.columns[band + 1..];
    match (below.first(), below.last()) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..0,
    }
}

/// Where a band ends for those below it: what never stands together with any box of theirs does
/// not keep them down.
fn bottom(
    field: &LayerGraph,
    union: &LifetimeGraph,
    slots: &[Slot],
    columns: &[usize],
    below: std::ops::Range<usize>,
) -> f64 {
    let later: Vec<usize> = slots
        .iter()
        .filter(|slot| below.contains(&slot.column))
        .flat_map(|slot| slot.nodes.iter().copied())
        .collect();
    let meets = |node: &usize| {
        (later.iter()).any(|other| !union.nodes[*node].is_apart(&union.nodes[*other]))
    };
    let items = columns.iter().flat_map(|column| &field.columns[*column]);
    items
        .filter(|item| match slots.get(**item) {
            Some(slot) => slot.nodes.iter().any(meets),
            None => field.of_item[**item].iter().any(|link| {
                let steps = &field.links[*link].steps;
                let step = |step: u32| (step.saturating_sub(union.first) as usize).min(steps.len());
                later.iter().any(|node| {
                    let node = &union.nodes[*node];
                    steps.contains_any_in_range(step(node.first)..step(node.last + 1))
                })
            }),
        })
        .map(|item| field.items[*item].top + field.items[*item].height)
        .fold(0.0, f64::max)
}

/// Sweeps over the columns of one band, each time with everything as near to its neighbours as
/// order and gaps allow; keeps the best.
fn settle_band(field: &mut LayerGraph, columns: &[usize], origin: f64) {
    for column in columns {
        let order = field.columns[*column].clone();
        let wishes = vec![(origin, 1.0); order.len()];
        settle(field, &order, &wishes, origin);
    }
    let tops = |field: &LayerGraph| -> Vec<f64> {
        let items = columns.iter().flat_map(|column| &field.columns[*column]);
        items.map(|item| field.items[*item].top).collect()
    };
    let mut best = tops(field);
    let mut least = f64::INFINITY;
    for pass in 0..PASSES {
        let rightwards = pass % 2 == 0;
        let count = columns.len();
        for step in 0..count {
            let column = columns[if rightwards { step } else { count - 1 - step }];
            let order = field.columns[column].clone();
            let wishes: Vec<(f64, f64)> = order
                .iter()
                .map(|item| wish(field, *item, (pass < 4).then_some(rightwards)))
                .collect();
            settle(field, &order, &wishes, origin);
        }
        let cost = cost(field, columns);
        if cost < least - 0.5 {
            least = cost;
            best = tops(field);
        }
    }
    let items = columns.iter().flat_map(|column| &field.columns[*column]);
    for (item, top) in items.zip(best) {
        field.items[*item].top = top;
    }
}

/// Whether an end of a link is a heap box that is joined to another without a lane between.
fn is_box(field: &LayerGraph, item: usize) -> bool {
    !field.items[item].lane && field.items[item].column > 0
}

/// The offsets that are to be level: a box stands as high as its neighbour box, but by the row of
/// a frame, and lanes run straight.
fn level(
    field: &LayerGraph,
    left: super::layers::Joint,
    right: super::layers::Joint,
) -> (f64, f64) {
    if is_box(field, left.item) && is_box(field, right.item) {
        (0.0, 0.0)
    } else {
        (left.offset, right.offset)
    }
}

/// Where an item would like its top to be, and how much: the weighted median of what it is joined
/// to, on one side or on both.
fn wish(field: &LayerGraph, item: usize, side: Option<bool>) -> (f64, f64) {
    let mut wanted: Vec<(f64, f64)> = Vec::new();
    for left in [true, false] {
        if side.is_some_and(|side| side != left) {
            continue;
        }
        for (link, ..) in field.neighbours(item, left) {
            let (left_level, right_level) = level(field, link.left, link.right);
            let (other, offset) = if left {
                (link.left.item, left_level - right_level)
            } else {
                (link.right.item, right_level - left_level)
            };
            let favour = if !left || field.items[other].lane {
                1.0
            } else if field.items[other].column == 0 {
                NAMED
            } else {
                HELD
            };
            wanted.push((field.items[other].top + offset, link.weight * favour));
        }
    }
    let weight = wanted.iter().map(|(_, weight)| weight).sum();
    match median(&mut wanted) {
        Some(at) => (at, weight),
        None => (field.items[item].top, 0.1),
    }
}

/// Puts each item of a column as near to its wish as order and gaps allow (pool adjacent
/// violators).
fn settle(field: &mut LayerGraph, order: &[usize], wishes: &[(f64, f64)], origin: f64) {
    // Without gaps and heights the tops need only rise.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    let mut taken = 0.0;
    let mut offsets = Vec::with_capacity(order.len());
    for (place, (item, (wish, weight))) in order.iter().zip(wishes).enumerate() {
        if let Some(before) = place.checked_sub(1).map(|p| order[p]) {
            let space = match (field.items[before].lane, field.items[*item].lane) {
                (false, false) if field.items[before].line && field.items[*item].line => LINE_GAP,
                (false, false) => GAP,
                (true, false) => NOTE_HEIGHT,
                _ => LANE_GAP,
            };
            taken += field.items[before].height + space;
        }
        offsets.push(taken);
        pools.push((wish - taken, *weight, 1));
        while let [.., (a, a_weight, a_count), (b, b_weight, b_count)] = pools[..]
            && a > b
        {
            let weight = a_weight + b_weight;
            let mean = (a * a_weight + b * b_weight) / weight;
            pools.truncate(pools.len() - 2);
            pools.push((mean, weight, a_count + b_count));
        }
    }
    let mut place = 0;
    for (level, _, count) in pools {
        for _ in 0..count {
            field.items[order[place]].top = (level.max(origin) + offsets[place]).round();
            place += 1;
        }
    }
}

/// How far from level the links of a band are, times their steps.
fn cost(field: &LayerGraph, columns: &[usize]) -> f64 {
    columns
        .iter()
        .flat_map(|column| &field.columns[*column])
        .flat_map(|item| field.neighbours(*item, true))
        .map(|(link, ..)| {
            let (left, right) = level(field, link.left, link.right);
            let (a, b) = (link.left.item, link.right.item);
            let favour = if field.items[a].column == 0 {
                NAMED
            } else {
                1.0
            };
            let slope = field.items[a].top + left - field.items[b].top - right;
            slope.abs() * link.weight * favour
        })
        .sum()
}
