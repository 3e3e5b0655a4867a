//! How the rows of each box are set: below each other, or side by side where that shows what the
//! data is: small values as a strip, lists of such lists as a grid, what branches as a tree. Found
//! from all steps at once, so that no box changes its shape. What the author asks for goes first.

use super::geometry::Direction;
use super::lifetimes::LifetimeGraph;
use super::picture::BoxShape;
use super::trees;
use crate::view::{BoxKind, Heading, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// Wider strips are set as rows.
const WIDEST_STRIP: f64 = 640.0;
/// Wider lines, with their title, are strips.
const WIDEST_LINE: f64 = 720.0;
/// Cells that differ in width are all made as wide as the widest, up to this width.
const EVEN: f64 = 64.0;
/// Records that are wider side by side are set as rows, and so are fewer than so many.
const WIDEST_RECORD: f64 = 420.0;
const FEWEST_RECORDS: usize = 4;
/// A grid has at least so many lines.
const FEWEST_LINES: usize = 2;

/// Decides for all boxes of a run.
pub(super) fn decide(union: &mut LifetimeGraph, direction: Option<Direction>) {
    for node in &mut union.nodes {
        let is_wanted = node.wish == Some(Shape::Row);
        let is_row_of_values = (is_wanted || matches!(node.kind, BoxKind::Sequence | BoxKind::Set))
            && node.arrows == (false, false)
            && node.depth.is_none()
            && node.wish != Some(Shape::Rows);
        if !is_row_of_values {
            continue;
        }
        even(&mut node.size.cells);
        if is_wanted || node.size.cells.iter().sum::<f64>() <= WIDEST_STRIP {
            node.shape = BoxShape::Strip;
        }
    }
    for (by, group) in grids(union) {
        set_as_grid(union, by, &group);
    }
    for group in tables(union) {
        set_as_table(union, &group);
    }
    trees::seat(union, direction);
}

fn even(cells: &mut [f64]) {
    let widest = cells.iter().copied().fold(0.0, f64::max);
    if widest <= EVEN {
        cells.fill(widest);
    }
}

/// The strips that hang from one box each, where there are enough.
fn grids(union: &LifetimeGraph) -> BTreeMap<usize, Vec<usize>> {
    let mut holder: BTreeMap<usize, Option<usize>> = BTreeMap::new();
    for edge in union.edges.iter().filter(|edge| !edge.weak) {
        let is_wanted = union.nodes[edge.from].wish == Some(Shape::Grid);
        let is_strip = |node: usize| {
            let node = &union.nodes[node];
            // A title above its box has no place at the side of its cells.
            node.kind == BoxKind::Sequence
                && node.heading == Heading::Bar
                && matches!(node.wish, None | Some(Shape::Grid))
                && (node.shape == BoxShape::Strip || is_wanted && node.arrows == (false, false))
        };
        let by = &union.nodes[edge.from];
        let holds = matches!(by.kind, BoxKind::Sequence | BoxKind::Mapping)
            && matches!(by.wish, None | Some(Shape::Grid));
        if !is_strip(edge.to) || union.nodes[edge.from].depth.is_some() {
            continue;
        }
        let by = (holds || is_wanted).then_some(edge.from);
        // A strip of two holders stands with the one that has it longer.
        let known = holder.entry(edge.to).or_insert(by);
        if let (Some(old), Some(new)) = (*known, by)
            && old != new
            && strength(union, old, edge.to) < strength(union, new, edge.to)
        {
            *known = by;
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (strip, by) in holder {
        if let Some(by) = by {
            groups.entry(by).or_default().push(strip);
        }
    }
    groups
        .into_iter()
        .filter(|(by, group)| {
            let is_wanted = union.nodes[*by].wish == Some(Shape::Grid);
            is_wanted || group.len() >= FEWEST_LINES && stand_together(union, group)
        })
        .collect()
}

/// For which steps a box holds another; what is to be a grid goes first.
fn strength(union: &LifetimeGraph, from: usize, to: usize) -> (bool, usize) {
    let weight = union.edge(from, to).map_or(0, |edge| edge.weight());
    (union.nodes[from].wish == Some(Shape::Grid), weight)
}

/// Whether two of them are drawn at one step: several that come one after the other are no grid.
fn stand_together(union: &LifetimeGraph, group: &[usize]) -> bool {
    group.iter().enumerate().any(|(at, one)| {
        (group[at + 1..].iter()).any(|other| !union.nodes[*one].is_apart(&union.nodes[*other]))
    })
}

/// Sets strips as lines whose cells stand below each other.
fn set_as_grid(union: &mut LifetimeGraph, by: usize, group: &[usize]) {
    let most = |size: fn(&super::metrics::BoxSize) -> f64| {
        let nodes = group.iter().map(|node| size(&union.nodes[*node].size));
        nodes.fold(0.0, f64::max)
    };
    let title = most(|size| size.title);
    let count = most(|size| size.cells.len() as f64) as usize;
    let mut cells: Vec<f64> = (0..count)
        .map(|at| {
            let widths = group.iter();
            let widths = widths.filter_map(|node| union.nodes[*node].size.cells.get(at));
            widths.copied().fold(0.0, f64::max)
        })
        .collect();
    even(&mut cells);
    let is_wanted = union.nodes[by].wish == Some(Shape::Grid);
    if !is_wanted && title + cells.iter().sum::<f64>() > WIDEST_LINE {
        return;
    }
    for node in group {
        let node = &mut union.nodes[*node];
        node.shape = BoxShape::Line;
        node.size.title = title;
        let count = node.size.cells.len();
        node.size.cells = cells[..count].to_vec();
    }
}

/// Records of plain values that hang from one container, as many values each, where there are
/// several.
fn tables(union: &LifetimeGraph) -> Vec<Vec<usize>> {
    let is_record = |node: usize| {
        let node = &union.nodes[node];
        let cells = node.size.cells.iter().sum::<f64>();
        matches!(node.kind, BoxKind::Mapping | BoxKind::Fields)
            && node.shape == BoxShape::Rows
            && node.arrows == (false, false)
            && node.size.cells.len() > 1
            && node.wish.is_none()
            && cells.max(node.size.title) <= WIDEST_RECORD
    };
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for edge in union.edges.iter().filter(|edge| !edge.weak) {
        let holder = &union.nodes[edge.from];
        let is_container = matches!(
            holder.kind,
            BoxKind::Sequence | BoxKind::Mapping | BoxKind::Set
        );
        if is_container && holder.wish != Some(Shape::Rows) && is_record(edge.to) {
            groups.entry(edge.from).or_default().push(edge.to);
        }
    }
    let alike = |group: &[usize]| {
        let cells = |node: usize| union.nodes[node].size.cells.len();
        let title = |node: usize| &union.nodes[node].title;
        (group.iter()).all(|n| cells(*n) == cells(group[0]) && title(*n) == title(group[0]))
    };
    let mut taken = BTreeSet::new();
    groups
        .into_iter()
        .filter(|(by, group)| {
            let is_wanted = union.nodes[*by].wish == Some(Shape::Grid);
            is_wanted || group.len() >= FEWEST_RECORDS && stand_together(union, group)
        })
        .map(|(_, group)| group)
        .filter(|group| alike(group))
        .filter(|group| group.iter().all(|node| taken.insert(*node)))
        .collect()
}

/// Sets records as strips whose cells stand below each other.
fn set_as_table(union: &mut LifetimeGraph, group: &[usize]) {
    let mut cells = union.nodes[group[0]].size.cells.clone();
    for node in group {
        for (widest, width) in cells.iter_mut().zip(&union.nodes[*node].size.cells) {
            *widest = widest.max(*width);
        }
    }
    for node in group {
        let node = &mut union.nodes[*node];
        node.shape = BoxShape::Strip;
        node.size.cells.clone_from(&cells);
    }
}
