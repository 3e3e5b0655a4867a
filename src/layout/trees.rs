//! Which boxes form trees, and who hangs from whom in them.

use super::geometry::Direction;
use super::lifetimes::{LifetimeGraph, Seat, Side};
use super::picture::BoxShape;
use crate::view::{BoxKey, BoxKind, Shape};
use fixedbitset::FixedBitSet;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use petgraph::unionfind::UnionFind;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A box that is wider with its rows side by side hangs from a tree, but bears none.
const WIDEST: f64 = 340.0;
/// Deeper ones are chains, more than trees.
const DEEPEST: usize = 40;
/// Trees that an author asks for go no deeper.
const DEEPEST_WANTED: usize = 200;
/// References between boxes of a tree that make it less of one: at most this part, by steps.
const STRAY: f64 = 0.1;

/// A forest over the boxes of a run: for each the edge from which it hangs, and those that hang
/// from it.
struct Forest<'u> {
    union: &'u LifetimeGraph,
    above: Vec<Option<usize>>,
    below: Vec<Vec<usize>>,
    /// How many objects refer to each at any time.
    holders: Vec<usize>,
    /// The trees that the author asks for.
    wanted: Vec<Members>,
}

/// Gives the boxes of each tree their seats, and sets them as strips. Where all leads down, chains
/// are trees as well; where all leads to the right, only what the author asks for is one.
pub(super) fn seat(union: &mut LifetimeGraph, direction: Option<Direction>) {
    let forest = Forest::new(union);
    let mut seats: Vec<(usize, Seat, bool)> = Vec::new();
    let mut taken = BTreeSet::new();
    let with_chains = direction == Some(Direction::Down);
    let roots = match direction {
        Some(Direction::Right) => Vec::new(),
        Some(Direction::Down) | None => forest.roots(),
    };
    let found = roots.into_iter();
    let found = found.filter_map(|root| Some(forest.with_holder(forest.tree(root, with_chains)?)));
    let found: Vec<Members> = found.collect();
    for members in forest.wanted.iter().chain(&found) {
        if members.all.iter().all(|node| taken.insert(*node)) {
            let sides = forest.sides(members);
            for node in &members.all {
                let above = forest.above[*node].filter(|_| *node != members.top);
                let seat = Seat {
                    above: above.map(|edge| {
                        let edge = &union.edges[edge];
                        (union.nodes[edge.from].key, edge.row())
                    }),
                    side: sides.get(node).copied(),
                };
                seats.push((*node, seat, members.bearing.contains(node)));
            }
        }
    }
    for (node, seat, bears) in seats {
        let node = &mut union.nodes[node];
        node.seat = Some(seat);
        if bears {
            node.shape = BoxShape::Strip;
        }
    }
}

/// The types of which one box refers to another.
fn recurring(union: &LifetimeGraph) -> BTreeSet<&str> {
    let title = |node: usize| union.nodes[node].title.as_str();
    let edges = union.edges.iter().filter(|edge| {
        let is_fields = union.nodes[edge.from].kind == BoxKind::Fields;
        is_fields && !edge.weak && edge.from != edge.to && title(edge.from) == title(edge.to)
    });
    edges.map(|edge| title(edge.from)).collect()
}

struct Members {
    /// In the order of their keys.
    all: BTreeSet<usize>,
    /// Those from which others may hang.
    bearing: BTreeSet<usize>,
    /// The one that hangs from none of them.
    top: usize,
}

impl Forest<'_> {
    /// The forest of the longest-lived references that run forward.
    fn new(union: &LifetimeGraph) -> Forest<'_> {
        let forward = forward(union);
        let mut edges: Vec<usize> = (0..union.edges.len())
            .filter(|index| {
                let edge = &union.edges[*index];
                !edge.weak
                    && forward.contains(*index)
                    && edge.from != edge.to
                    && bears(union, edge.from)
                    && hangs(union, edge.to)
            })
            .collect();
        // A list may hold the boxes of a tree for longer than the tree does.
        let recurs = recurring(union);
        edges.sort_by_key(|index| {
            let edge = &union.edges[*index];
            let ends = (union.nodes[edge.from].key, union.nodes[edge.to].key);
            let recurs = recurs.contains(union.nodes[edge.from].title.as_str());
            (!recurs, Reverse(edge.weight()), ends)
        });
        let mut forest = Forest {
            union,
            above: vec![None; union.nodes.len()],
            below: vec![Vec::new(); union.nodes.len()],
            holders: vec![0; union.nodes.len()],
            wanted: Vec::new(),
        };
        for edge in &union.edges {
            let counts = union.nodes[edge.from].depth.is_none() && !edge.weak;
            forest.holders[edge.to] += usize::from(counts);
        }
        let taken = forest.grow_wanted(&forward);
        let mut joined = UnionFind::new(union.nodes.len());
        for index in edges {
            let edge = &union.edges[index];
            if taken.contains(&edge.from) || taken.contains(&edge.to) {
                continue;
            }
            // What is above nothing yet closes a cycle only below itself.
            if forest.above[edge.to].is_none() && joined.union(edge.from, edge.to) {
                forest.above[edge.to] = Some(index);
                forest.below[edge.from].push(index);
            }
        }
        forest
    }

    /// Grows the trees that the author asks for, along the longest-lived references. Gives their
    /// boxes.
    fn grow_wanted(&mut self, forward: &FixedBitSet) -> BTreeSet<usize> {
        let union = self.union;
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); union.nodes.len()];
        for (index, edge) in union.edges.iter().enumerate() {
            if !edge.weak && bears(union, edge.from) && hangs(union, edge.to) {
                leaving[edge.from].push(index);
            }
        }
        let mut taken = BTreeSet::new();
        for root in wanted(union, forward, &leaving) {
            if taken.contains(&root) {
                continue;
            }
            let mut depths = BTreeMap::from([(root, 0)]);
            let mut grown = vec![root];
            let mut open: BTreeSet<_> = self.offers(&leaving[root], forward).collect();
            while let Some((.., index)) = open.pop_first() {
                let edge = &union.edges[index];
                let depth = depths[&edge.from] + 1;
                let is_free = !taken.contains(&edge.to) && !depths.contains_key(&edge.to);
                if is_free && depth <= DEEPEST_WANTED {
                    depths.insert(edge.to, depth);
                    grown.push(edge.to);
                    self.above[edge.to] = Some(index);
                    open.extend(self.offers(&leaving[edge.to], forward));
                }
            }
            let members = self.pruned(root, &grown);
            taken.extend(&members.all);
            self.wanted.push(members);
        }
        taken
    }

    /// References in the order in which trees grow along them.
    fn offers(
        &self,
        edges: &[usize],
        forward: &FixedBitSet,
    ) -> impl Iterator<Item = (bool, Reverse<usize>, (BoxKey, BoxKey), usize)> {
        edges.iter().map(|index| {
            let edge = &self.union.edges[*index];
            let ends = (
                self.union.nodes[edge.from].key,
                self.union.nodes[edge.to].key,
            );
            (
                !forward.contains(*index),
                Reverse(edge.weight()),
                ends,
                *index,
            )
        })
    }

    /// What of a grown tree is of a type from which others hang in it, what leads to such, and
    /// what belongs to one box alone.
    fn pruned(&mut self, root: usize, grown: &[usize]) -> Members {
        let bearing = grown.iter().filter_map(|node| self.above[*node]);
        let bearing = bearing.map(|edge| self.union.edges[edge].from);
        let bearing = bearing.filter(|node| self.union.nodes[*node].kind == BoxKind::Fields);
        let types: BTreeSet<&str> = bearing.chain([root]).map(|node| self.title(node)).collect();
        let mut all = BTreeSet::from([root]);
        // What hangs from a box has been grown after it.
        for node in grown.iter().rev() {
            let is_kept =
                all.contains(node) || types.contains(self.title(*node)) || self.holders[*node] == 1;
            let above = self.above[*node];
            if let Some(edge) = above.filter(|_| is_kept && *node != root) {
                all.insert(*node);
                all.insert(self.union.edges[edge].from);
            }
        }
        for node in grown.iter().filter(|node| **node != root) {
            match self.above[*node] {
                Some(edge) if all.contains(node) => {
                    self.below[self.union.edges[edge].from].push(edge);
                }
                _ => self.above[*node] = None,
            }
        }
        let bearing = all.iter().copied();
        Members {
            bearing: bearing.filter(|node| bears(self.union, *node)).collect(),
            all,
            top: root,
        }
    }

    /// Whether `node` hangs from `other`, or is it.
    fn hangs_from(&self, mut node: usize, other: usize) -> bool {
        loop {
            if node == other {
                return true;
            }
            match self.above[node] {
                Some(edge) => node = self.union.edges[edge].from,
                None => return false,
            }
        }
    }

    /// Where trees may begin: a box of a type that occurs again below it, and not above it.
    fn roots(&self) -> Vec<usize> {
        (0..self.union.nodes.len())
            .filter(|node| self.union.nodes[*node].kind != BoxKind::Mapping)
            .filter(|node| bears(self.union, *node) && !self.recurs_above(*node))
            .filter(|node| !self.below[*node].is_empty())
            .filter(|node| self.union.nodes[*node].wish.is_none())
            .collect()
    }

    fn title(&self, node: usize) -> &str {
        &self.union.nodes[node].title
    }

    /// Whether a box of the same type, or what joins such boxes, is directly above.
    fn recurs_above(&self, node: usize) -> bool {
        let mut at = node;
        for _ in 0..2 {
            let Some(edge) = self.above[at] else {
                return false;
            };
            at = self.union.edges[edge].from;
            if self.title(at) == self.title(node) {
                return true;
            }
        }
        // A list between two boxes of one type.
        matches!(
            self.union.nodes[node].kind,
            BoxKind::Sequence | BoxKind::Mapping
        ) && self.above[node].is_some_and(|edge| {
            let by = self.union.edges[edge].from;
            let below = self.below[node].iter();
            self.union.nodes[by].kind == BoxKind::Fields
                && below.clone().count() > 0
                && below
                    .map(|edge| self.union.edges[*edge].to)
                    .any(|to| self.title(to) == self.title(by))
        })
    }

    /// The tree below a box, if it is one; or a chain.
    fn tree(&self, root: usize, with_chains: bool) -> Option<Members> {
        let mut all = BTreeSet::from([root]);
        let mut open = vec![(root, 0)];
        let mut deepest = 0;
        let mut repeats = 0;
        while let Some((node, depth)) = open.pop() {
            deepest = deepest.max(depth);
            if self.title(node) == self.title(root) && node != root {
                repeats += 1;
            }
            for edge in &self.below[node] {
                let to = self.union.edges[*edge].to;
                if self.belongs(to, root) && all.insert(to) {
                    open.push((to, depth + 1));
                }
            }
        }
        let bearing: BTreeSet<usize> = all
            .iter()
            .copied()
            .filter(|node| bears(self.union, *node))
            .collect();
        let levels = match self.union.nodes[root].kind {
            // Lists of lists are tables; from the third level on they are trees.
            BoxKind::Sequence => self.levels(root),
            _ => usize::from(repeats > 0) + 2,
        };
        let is_deep_enough = match with_chains {
            true => repeats >= 1 && deepest <= DEEPEST_WANTED,
            false => repeats >= 2 && deepest <= DEEPEST,
        };
        let is_tree = is_deep_enough
            && levels >= 3
            && (with_chains || all.iter().any(|node| self.branches(*node, root)))
            && self.strays(&all) <= STRAY;
        is_tree.then_some(Members {
            all,
            bearing,
            top: root,
        })
    }

    /// What holds a tree and nothing else of it stands above it: the object that has `root`.
    fn with_holder(&self, mut members: Members) -> Members {
        let root = members.top;
        let outside = self.union.edges.iter().filter(|edge| {
            let from = &self.union.nodes[edge.from];
            edge.to == root
                && !edge.weak
                && from.depth.is_none()
                && !members.all.contains(&edge.from)
        });
        let Some(edge) = self.above[root].filter(|_| outside.count() == 1) else {
            return members;
        };
        let holder = self.union.edges[edge].from;
        let is_only_that =
            self.union.nodes[holder].kind == BoxKind::Fields && self.below[holder].len() == 1;
        if is_only_that && self.union.nodes[holder].wish.is_none() {
            members.all.insert(holder);
            members.bearing.insert(holder);
            members.top = holder;
        }
        members
    }

    /// Whether what hangs from a tree stands in it: boxes of its type, what joins them, and what
    /// nothing else refers to.
    fn belongs(&self, node: usize, root: usize) -> bool {
        let is_repeat = |node: usize| self.title(node) == self.title(root);
        let mut below = self.below[node].iter();
        is_repeat(node)
            || below.any(|edge| is_repeat(self.union.edges[*edge].to))
            || self.holders[node] == 1
    }

    /// How often lists stand in lists.
    fn levels(&self, root: usize) -> usize {
        let mut deepest = 0;
        let mut open = vec![(root, 1)];
        while let Some((node, level)) = open.pop() {
            deepest = deepest.max(level);
            for edge in &self.below[node] {
                let to = self.union.edges[*edge].to;
                if self.union.nodes[to].kind == BoxKind::Sequence {
                    open.push((to, level + 1));
                }
            }
        }
        deepest
    }

    /// Whether two boxes of the root's type, or lists of such, hang from a box at the same time.
    fn branches(&self, node: usize, root: usize) -> bool {
        let repeat = |edge: &&usize| {
            let to = self.union.edges[**edge].to;
            self.title(to) == self.title(root)
                || self.below[to]
                    .iter()
                    .any(|below| self.title(self.union.edges[*below].to) == self.title(root))
        };
        let below: Vec<&usize> = self.below[node].iter().filter(repeat).collect();
        below.iter().enumerate().any(|(at, one)| {
            let steps = &self.union.edges[**one].steps;
            (below[at + 1..].iter())
                .any(|other| !steps.is_disjoint(&self.union.edges[**other].steps))
        })
    }

    /// The part, by steps, of the references within the tree by which a box hangs from a second one
    /// at the same time. Those that lead up to what a box hangs from do no harm.
    fn strays(&self, all: &BTreeSet<usize>) -> f64 {
        let (mut tree, mut stray) = (0, 0);
        for (index, edge) in self.union.edges.iter().enumerate() {
            if !all.contains(&edge.from) || !all.contains(&edge.to) || edge.weak {
                continue;
            }
            if self.above[edge.to] == Some(index) {
                tree += edge.weight();
            } else if !self.hangs_from(edge.from, edge.to) {
                let known = self.above[edge.to].map(|edge| &self.union.edges[edge].steps);
                stray += known.map_or(0, |steps| steps.intersection_count(&edge.steps));
            }
        }
        stray as f64 / tree.max(1) as f64
    }

    /// In boxes with two rows from which others hang, what hangs alone stands left or right.
    fn sides(&self, members: &Members) -> BTreeMap<usize, Side> {
        let mut rows: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for edge in members.all.iter().flat_map(|node| &self.below[*node]) {
            let edge = &self.union.edges[*edge];
            if members.all.contains(&edge.to) && self.title(edge.to) == self.title(edge.from) {
                rows.entry(self.title(edge.from))
                    .or_default()
                    .insert(edge.row());
            }
        }
        let mut sides = BTreeMap::new();
        for node in &members.all {
            let hanging: Vec<usize> = (self.below[*node].iter().copied())
                .filter(|edge| members.all.contains(&self.union.edges[*edge].to))
                .collect();
            let rows = rows.get(self.title(*node));
            let (Some(rows), [edge]) = (rows.filter(|rows| rows.len() == 2), &hanging[..]) else {
                continue;
            };
            let edge = &self.union.edges[*edge];
            let side = if Some(&edge.row()) == rows.first() {
                Side::Left
            } else {
                Side::Right
            };
            sides.insert(edge.to, side);
        }
        sides
    }
}

/// For each box the number of the circle of references that it is in; one alone where it is in none.
fn circles(union: &LifetimeGraph) -> Vec<usize> {
    let edges = union.edges.iter().filter(|edge| {
        let ends = [edge.from, edge.to];
        !edge.weak && (ends.iter()).all(|end| union.nodes[*end].depth.is_none())
    });
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(union.nodes.len(), 0);
    let nodes: Vec<_> = union.nodes.iter().map(|_| graph.add_node(())).collect();
    for edge in edges {
        graph.add_edge(nodes[edge.from], nodes[edge.to], ());
    }
    let mut circles = vec![0; nodes.len()];
    for (number, circle) in kosaraju_scc(&graph).iter().enumerate() {
        for node in circle {
            circles[node.index()] = number;
        }
    }
    circles
}

/// References that run forward: what closes no circle runs one way, whatever else has held its
/// boxes meanwhile.
fn forward(union: &LifetimeGraph) -> FixedBitSet {
    let circles = circles(union);
    let edges = union.edges.iter().enumerate();
    let forward =
        edges.filter(|(_, edge)| edge.forward > 0 || circles[edge.from] != circles[edge.to]);
    forward.map(|(index, _)| index).collect()
}

/// Where the author asks for trees, those first from which most is reached. A name as `root` may
/// have led to all boxes of a tree, in functions that call themselves.
fn wanted(union: &LifetimeGraph, forward: &FixedBitSet, leaving: &[Vec<usize>]) -> Vec<usize> {
    let nodes = 0..union.nodes.len();
    let wanted =
        nodes.filter(|node| union.nodes[*node].wish == Some(Shape::Tree) && bears(union, *node));
    let reach = |root: usize| {
        let mut known = BTreeSet::from([root]);
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            for index in leaving[node].iter().filter(|edge| forward.contains(**edge)) {
                let to = union.edges[*index].to;
                if known.insert(to) {
                    open.push(to);
                }
            }
        }
        known.len()
    };
    let mut wanted: Vec<usize> = wanted.collect();
    wanted.sort_by_cached_key(|node| (Reverse(reach(*node)), union.nodes[*node].key));
    wanted
}

/// Whether a box may hang from others.
fn hangs(union: &LifetimeGraph, node: usize) -> bool {
    let node = &union.nodes[node];
    node.depth.is_none() && node.shape != BoxShape::Line && node.wish != Some(Shape::Rows)
}

/// Whether others may hang from a box.
fn bears(union: &LifetimeGraph, node: usize) -> bool {
    let node = &union.nodes[node];
    let is_kind = match node.kind {
        BoxKind::Fields | BoxKind::Sequence => true,
        BoxKind::Mapping => node.arrows.1,
        BoxKind::Set | BoxKind::Other => false,
    };
    is_kind
        && node.depth.is_none()
        && !node.arrows.0
        && node.shape == BoxShape::Rows
        && node.size.cells.iter().sum::<f64>().max(node.size.title) <= WIDEST
}
