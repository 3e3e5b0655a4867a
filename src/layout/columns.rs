//! Which column each box stands in, and which boxes share a place because their lives do not
//! overlap.

use super::frames;
use super::lifetimes::LifetimeGraph;

use std::collections::BTreeSet;

/// References lighter than this part of a box's heaviest do not push it to the right.
const LIGHT: f64 = 0.15;

/// The column of each node: 0 for call frames, from 1 for objects.
pub(super) fn columns(union: &LifetimeGraph) -> Vec<usize> {
    let count = union.nodes.len();
    let is_frame: Vec<bool> = union
        .nodes
        .iter()
        .map(|node| node.depth.is_some())
        .collect();
    // The surest first; of those that run back for sure, the shortest-lived.
    let mut order: Vec<(i64, usize, usize)> = union
        .edges
        .iter()
        .enumerate()
        .filter(|(_, edge)| edge.from != edge.to && !is_frame[edge.from] && !is_frame[edge.to])
        .map(|(index, edge)| {
            let older = union.edge(edge.to, edge.from);
            let forward = match older.is_some_and(|older| edge.reverses(older)) {
                true => edge.forward.min(0),
                false => edge.forward,
            };
            (forward, edge.weight(), index)
        })
        .collect();
    order.sort_by(|(a_forward, _, a), (b_forward, _, b)| {
        let keys = |index: usize| {
            let edge = &union.edges[index];
            (union.nodes[edge.from].key, union.nodes[edge.to].key)
        };
        b_forward
            .cmp(a_forward)
            .then_with(|| keys(*a).cmp(&keys(*b)))
    });
    let mut after: Vec<Vec<(usize, usize)>> = vec![Vec::new(); count];
    let mut before: Vec<Vec<(usize, usize)>> = vec![Vec::new(); count];
    let mut search = Search::new(count);
    for (_, weight, index) in order {
        let (from, to) = (union.edges[index].from, union.edges[index].to);
        if !search.leads(&after, to, from) {
            after[from].push((to, weight));
            before[to].push((from, weight));
        }
    }
    let mut column = vec![0; count];
    for node in topological(&after, &before) {
        if is_frame[node] {
            continue;
        }
        let heaviest = before[node]
            .iter()
            .map(|(_, weight)| *weight)
            .max()
            .unwrap_or(0);
        column[node] = 1 + before[node]
            .iter()
            .filter(|(_, weight)| *weight as f64 >= LIGHT * heaviest as f64)
            .map(|(from, _)| column[*from])
            .max()
            .unwrap_or(0);
    }
    column
}

/// Gives each block a column of its own behind the others, whose boxes close up; returns how many
/// columns are not of blocks.
pub(super) fn set_apart(columns: &mut [usize], blocks: &[usize]) -> usize {
    let used: BTreeSet<usize> = (0..columns.len())
        .filter(|node| !blocks.contains(node))
        .map(|node| columns[node])
        .chain([0])
        .collect();
    let mut order = blocks.to_vec();
    order.sort_by_key(|block| (columns[*block], *block));
    for (node, column) in columns.iter_mut().enumerate() {
        if !blocks.contains(&node) {
            *column = used.range(..*column).count();
        }
    }
    for (at, block) in order.into_iter().enumerate() {
        columns[block] = used.len() + at;
    }
    used.len()
}

/// A search for a path, with its marks kept between searches.
struct Search {
    seen: Vec<u32>,
    round: u32,
    open: Vec<usize>,
}

impl Search {
    fn new(count: usize) -> Search {
        Search {
            seen: vec![0; count],
            round: 0,
            open: Vec::new(),
        }
    }

    fn leads(&mut self, after: &[Vec<(usize, usize)>], from: usize, to: usize) -> bool {
        self.round += 1;
        self.open.clear();
        self.open.push(from);
        while let Some(node) = self.open.pop() {
            if node == to {
                return true;
            }
            if self.seen[node] != self.round {
                self.seen[node] = self.round;
                self.open.extend(after[node].iter().map(|(next, _)| *next));
            }
        }
        false
    }
}

fn topological(after: &[Vec<(usize, usize)>], before: &[Vec<(usize, usize)>]) -> Vec<usize> {
    let mut missing: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..after.len())
        .filter(|node| missing[*node] == 0)
        .collect();
    let mut next = 0;
    while next < order.len() {
        let node = order[next];
        next += 1;
        for (to, _) in &after[node] {
            missing[*to] -= 1;
            if missing[*to] == 0 {
                order.push(*to);
            }
        }
    }
    order
}

/// A place in a column, shared by boxes that are never drawn together.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub column: usize,
    pub width: f64,
    pub height: f64,
    /// Whether it holds lines of grids alone, which stand close.
    pub line: bool,
    /// Where it stands, if that follows from the call stack.
    pub top: Option<f64>,
    pub nodes: Vec<usize>,
    home: Option<Home>,
}

/// Where a box is held from: a slot, and how far below its top.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Home {
    slot: usize,
    offset: f64,
}

/// Gives every node a slot. Returns the slots and the slot of each node.
pub(super) fn slots(union: &LifetimeGraph, columns: &[usize]) -> (Vec<Slot>, Vec<usize>) {
    let mut order: Vec<usize> = (0..union.nodes.len()).collect();
    order.sort_by_key(|node| {
        (
            columns[*node],
            union.nodes[*node].first,
            union.nodes[*node].key,
        )
    });
    let enough = enough(union, columns, &order);
    let tops = frames::tops(union);
    let mut held_by: Vec<Vec<usize>> = vec![Vec::new(); union.nodes.len()];
    for (index, edge) in union.edges.iter().enumerate() {
        held_by[edge.to].push(index);
    }
    let mut slots: Vec<Slot> = Vec::new();
    let mut of_node = vec![0; union.nodes.len()];
    let mut taken = vec![0; enough.len()];
    for node in order {
        let column = columns[node];
        // The holder that holds it longest, of those whose places are known.
        let home = held_by[node]
            .iter()
            .map(|index| &union.edges[*index])
            .filter(|edge| columns[edge.from] < column)
            .max_by_key(|edge| (edge.weight(), std::cmp::Reverse(union.nodes[edge.from].key)))
            .map(|edge| Home {
                slot: of_node[edge.from],
                offset: edge.offset(),
            });
        let full = taken[column] >= enough[column];
        let top = tops.as_ref().and_then(|tops| tops[node]);
        let found = match top {
            Some(_) => slots
                .iter()
                .position(|slot| slot.column == column && slot.top == top),
            None => best_slot(union, &slots, column, node, home, full),
        };
        let slot = found.unwrap_or_else(|| {
            taken[column] += 1;
            slots.push(Slot {
                column,
                width: 0.0,
                height: 0.0,
                line: true,
                top,
                nodes: Vec::new(),
                home,
            });
            slots.len() - 1
        });
        let (width, height) = union.nodes[node].whole_extent();
        slots[slot].nodes.push(node);
        slots[slot].width = slots[slot].width.max(width);
        slots[slot].height = slots[slot].height.max(height);
        slots[slot].line &= union.nodes[node].is_line();
        of_node[node] = slot;
    }
    (slots, of_node)
}

/// How many slots each column may have before boxes must share with boxes that are held from
/// elsewhere: half as many again as its fullest step needs.
fn enough(union: &LifetimeGraph, columns: &[usize], by_birth: &[usize]) -> Vec<usize> {
    let count = columns.iter().max().map_or(1, |last| last + 1);
    let mut fullest = vec![0; count];
    let mut ends: Vec<Vec<u32>> = vec![Vec::new(); count];
    for node in by_birth {
        let (column, node) = (columns[*node], &union.nodes[*node]);
        ends[column].retain(|last| *last >= node.first);
        ends[column].push(node.last);
        fullest[column] = fullest[column].max(ends[column].len());
    }
    fullest
        .into_iter()
        .map(|n: usize| n + n.div_ceil(2))
        .collect()
}

/// The free slot whose boxes are most like this one.
fn best_slot(
    union: &LifetimeGraph,
    slots: &[Slot],
    column: usize,
    node: usize,
    home: Option<Home>,
    full: bool,
) -> Option<usize> {
    let wanted = &union.nodes[node];
    slots
        .iter()
        .enumerate()
        .filter(|(_, slot)| slot.column == column)
        .filter_map(|(index, slot)| {
            let last = &union.nodes[*slot.nodes.last()?];
            let free = slot.nodes.iter().all(|n| wanted.is_apart(&union.nodes[*n]));
            if !free || last.depth != wanted.depth {
                return None;
            }
            let (strange, away) = match (home, slot.home) {
                (Some(a), Some(b)) if a.slot == b.slot => (false, (a.offset - b.offset).abs()),
                (None, None) => (false, 0.0),
                _ => (true, 0.0),
            };
            if strange && !full && wanted.depth.is_none() {
                return None;
            }
            let unlike =
                usize::from(last.title != wanted.title) + usize::from(last.tone != wanted.tone);
            let height = (slot.height - wanted.whole_extent().1).abs();
            Some((strange, unlike, (away + height) as usize, index))
        })
        .min()
        .map(|(.., index)| index)
}
