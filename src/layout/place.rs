//! How far down each slot and lane of a column stands.

use super::columns::Slot;
use super::metrics::{GAP, LANE_GAP, LANE_HEIGHT, TITLE_HEIGHT};
use super::union::Union;
use std::collections::BTreeMap;

/// Which way references run through a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Forward,
    /// To the same column or one further left.
    Back,
}

/// A lane through a column, shared by all references to the same slot that run the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LaneKey {
    pub column: usize,
    pub target: usize,
    pub way: Way,
}

/// Something with a height in a column: a slot, or a lane.
#[derive(Debug, Clone)]
struct Item {
    column: usize,
    height: f64,
    lane: bool,
    top: f64,
}

/// Two items that a reference joins, each with the height below its top at which it does.
#[derive(Debug, Clone, Copy)]
struct Link {
    a: usize,
    a_offset: f64,
    b: usize,
    b_offset: f64,
    weight: f64,
}

/// Where everything stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Tops {
    pub slots: Vec<f64>,
    pub lanes: BTreeMap<LaneKey, f64>,
    pub bottom: f64,
}

const PASSES: usize = 16;

/// The columns that a reference crosses, and how.
pub(super) fn crossed(from: usize, to: usize) -> (Way, std::ops::RangeInclusive<usize>) {
    if to > from {
        (Way::Forward, from + 1..=to - 1)
    } else {
        (Way::Back, to..=from)
    }
}

/// Finds the top of every slot and lane.
pub(super) fn place(union: &Union, slots: &[Slot], of_node: &[usize]) -> Tops {
    let mut items: Vec<Item> = slots
        .iter()
        .map(|slot| Item {
            column: slot.column,
            height: slot.height,
            lane: false,
            top: 0.0,
        })
        .collect();
    let (links, lanes) = links(union, slots, of_node, &mut items);
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if columns.len() <= item.column {
            columns.resize(item.column + 1, Vec::new());
        }
        columns[item.column].push(index);
    }
    let mut of_item: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for (index, link) in links.iter().enumerate() {
        of_item[link.a].push(index);
        if link.a != link.b {
            of_item[link.b].push(index);
        }
    }
    stack_frames(union, slots, &mut columns, &mut items);
    for column in columns.iter().skip(1) {
        let wishes: Vec<f64> = column.iter().map(|_| 0.0).collect();
        settle(column.clone(), &wishes, &mut items);
    }
    let mut best = tops_of(&items);
    let mut best_cost = f64::INFINITY;
    for pass in 0..PASSES {
        let count = columns.len();
        for step in 1..count {
            let column = if pass.is_multiple_of(2) {
                step
            } else {
                count - step
            };
            let wishes: Vec<f64> = columns[column]
                .iter()
                .map(|item| wish(*item, column, pass, &items, &links, &of_item))
                .collect();
            let order = columns[column].clone();
            columns[column] = settle(order, &wishes, &mut items);
        }
        let cost = cost(&items, &links);
        if cost < best_cost - 0.5 {
            best_cost = cost;
            best = tops_of(&items);
        }
    }
    let bottom = items
        .iter()
        .zip(&best)
        .map(|(item, top)| top + item.height)
        .fold(0.0, f64::max);
    Tops {
        slots: best[..slots.len()].to_vec(),
        lanes: lanes
            .iter()
            .map(|(key, item)| (*key, best[*item]))
            .collect(),
        bottom,
    }
}

fn tops_of(items: &[Item]) -> Vec<f64> {
    items.iter().map(|item| item.top).collect()
}

/// Call frames stand below each other, the oldest on top.
fn stack_frames(union: &Union, slots: &[Slot], columns: &mut [Vec<usize>], items: &mut [Item]) {
    let Some(column) = columns.first_mut() else {
        return;
    };
    // A lane of a reference back to a frame goes above everything else.
    column.sort_by_key(|item| {
        let slot = slots.get(*item);
        slot.map(|slot| (union.nodes[slot.nodes[0]].depth, *item))
    });
    let mut top = 0.0;
    for item in column.iter() {
        items[*item].top = top;
        top += items[*item].height + gap(&items[*item]);
    }
}

fn gap(item: &Item) -> f64 {
    if item.lane { LANE_GAP } else { GAP }
}

/// The joints along every reference, lanes included, which are made here.
fn links(
    union: &Union,
    slots: &[Slot],
    of_node: &[usize],
    items: &mut Vec<Item>,
) -> (Vec<Link>, BTreeMap<LaneKey, usize>) {
    let mut links = Vec::new();
    let mut lanes: BTreeMap<LaneKey, usize> = BTreeMap::new();
    for edge in &union.edges {
        let (from, to) = (of_node[edge.from], of_node[edge.to]);
        let (way, crossed) = crossed(slots[from].column, slots[to].column);
        let mut stations: Vec<usize> = crossed
            .map(|column| {
                let key = LaneKey {
                    column,
                    target: to,
                    way,
                };
                *lanes.entry(key).or_insert_with(|| {
                    items.push(Item {
                        column,
                        height: LANE_HEIGHT,
                        lane: true,
                        top: 0.0,
                    });
                    items.len() - 1
                })
            })
            .collect();
        if way == Way::Back {
            stations.reverse();
        }
        let weight = edge.weight() as f64;
        let mut last = (from, edge.offset);
        for station in stations {
            let joint = (station, LANE_HEIGHT / 2.0);
            links.push(link(last, joint, weight));
            last = joint;
        }
        links.push(link(last, (to, TITLE_HEIGHT / 2.0), weight));
    }
    (links, lanes)
}

fn link(a: (usize, f64), b: (usize, f64), weight: f64) -> Link {
    Link {
        a: a.0,
        a_offset: a.1,
        b: b.0,
        b_offset: b.1,
        weight,
    }
}

/// Where an item would like its top to be: the weighted median of what it is joined to.
fn wish(
    item: usize,
    column: usize,
    pass: usize,
    items: &[Item],
    links: &[Link],
    of_item: &[Vec<usize>],
) -> f64 {
    let mut wanted: Vec<(f64, f64)> = of_item[item]
        .iter()
        .filter_map(|index| {
            let link = links[*index];
            let (own, other, other_offset) = if link.a == item {
                (link.a_offset, link.b, link.b_offset)
            } else {
                (link.b_offset, link.a, link.a_offset)
            };
            // The first sweeps look only back along their way, the later ones both ways.
            let left = items[other].column <= column;
            let looks = pass >= 4 || pass.is_multiple_of(2) == left;
            (looks && other != item).then(|| (items[other].top + other_offset - own, link.weight))
        })
        .collect();
    if wanted.is_empty() {
        return items[item].top;
    }
    wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: f64 = wanted.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (at, weight) in &wanted {
        sum += weight;
        if sum >= half {
            return *at;
        }
    }
    items[item].top
}

/// Orders a column by its items' wishes and puts each as near to its wish as order and gaps
/// allow (pool adjacent violators). Returns the new order.
fn settle(column: Vec<usize>, wishes: &[f64], items: &mut [Item]) -> Vec<usize> {
    let mut order: Vec<(f64, f64, usize)> = column
        .iter()
        .zip(wishes)
        .map(|(item, wish)| (*wish, items[*item].top, *item))
        .collect();
    order.sort_by(|a, b| {
        a.0.total_cmp(&b.0)
            .then(a.1.total_cmp(&b.1))
            .then(a.2.cmp(&b.2))
    });
    // Without gaps and heights the tops need only rise.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    let mut taken = 0.0;
    let mut offsets = Vec::with_capacity(order.len());
    for (place, (wish, _, item)) in order.iter().enumerate() {
        if let Some((_, _, before)) = place.checked_sub(1).map(|p| order[p]) {
            let space = if items[before].lane || items[*item].lane {
                LANE_GAP
            } else {
                GAP
            };
            taken += items[before].height + space;
        }
        offsets.push(taken);
        pools.push((wish - taken, 1));
        while let [.., (a, a_count), (b, b_count)] = pools[..]
            && a > b
        {
            let count = a_count + b_count;
            let mean = (a * a_count as f64 + b * b_count as f64) / count as f64;
            pools.truncate(pools.len() - 2);
            pools.push((mean, count));
        }
    }
    let mut place = 0;
    for (level, count) in pools {
        for _ in 0..count {
            items[order[place].2].top = (level.max(0.0) + offsets[place]).round();
            place += 1;
        }
    }
    order.into_iter().map(|(_, _, item)| item).collect()
}

/// Length of all references up and down, and a price for every pair that cross in one gutter.
fn cost(items: &[Item], links: &[Link]) -> f64 {
    const CROSSING: f64 = 30.0;
    const COUNTED: usize = 250;
    let ends = |link: &Link| {
        (
            items[link.a].top + link.a_offset,
            items[link.b].top + link.b_offset,
        )
    };
    let mut cost = 0.0;
    let mut gutters: BTreeMap<(usize, usize), Vec<(f64, f64)>> = BTreeMap::new();
    for link in links {
        let (a, b) = ends(link);
        cost += (a - b).abs();
        let columns = (items[link.a].column, items[link.b].column);
        gutters.entry(columns).or_default().push((a, b));
    }
    for links in gutters.values().filter(|links| links.len() <= COUNTED) {
        for (i, (a, b)) in links.iter().enumerate() {
            for (c, d) in &links[i + 1..] {
                if (a - c) * (b - d) < 0.0 {
                    cost += CROSSING;
                }
            }
        }
    }
    cost
}
