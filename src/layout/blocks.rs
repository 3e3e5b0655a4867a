//! Trees as blocks: their boxes stand in levels from the top, and a block is placed as one box.

use super::lifetimes::{LifetimeGraph, Side};
use super::metrics::{SIDE_GAP, TITLE_HEIGHT};
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;

/// Space between two levels, in which references turn.
const LEVEL_GAP: f64 = 34.0;
/// Space for each track on which references run level between two levels.
const TRACK: f64 = 7.0;
/// Space left and right of all boxes, for what has to run past several levels.
pub(super) const SPINE: f64 = 12.0;
/// Where the first track stands, below the boxes above it.
const FIRST_TRACK: f64 = 9.0;

/// A box of a block, from the block's upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Member {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub level: usize,
    /// The box that it hangs from.
    pub above: Option<usize>,
}

/// Boxes in levels.
#[derive(Debug)]
pub(super) struct Block {
    /// By the number of the box in its union.
    pub members: BTreeMap<usize, Member>,
    pub root: usize,
    pub width: f64,
    pub height: f64,
    /// Top of each level, and where its highest box ends.
    levels: Vec<(f64, f64)>,
    tracks: Tracks,
}

/// Which way a reference takes within its block, or on the way out and in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Track {
    /// To a box, in the space above its level.
    To(usize),
    /// From a box, in the space below its level.
    From(usize),
}

/// The tracks of each space between levels, numbered from the top: those that are never used at
/// one step share a number.
#[derive(Debug, Default)]
struct Tracks {
    numbers: BTreeMap<(usize, Track), usize>,
    used: BTreeMap<usize, Vec<FixedBitSet>>,
}

impl Tracks {
    fn add(&mut self, space: usize, steps: &BTreeMap<Track, FixedBitSet>) {
        for (track, steps) in steps {
            let used = self.used.entry(space).or_default();
            let free = used.iter().position(|other| other.is_disjoint(steps));
            let number = free.unwrap_or(used.len());
            match free {
                Some(number) => used[number].union_with(steps),
                None => used.push(steps.clone()),
            }
            self.numbers.insert((space, *track), number);
        }
    }

    fn count(&self, space: usize) -> usize {
        self.used.get(&space).map_or(0, Vec::len)
    }
}

/// The blocks of what is drawn.
pub(super) fn blocks(union: &LifetimeGraph) -> Vec<Block> {
    let mut below: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    let mut roots = Vec::new();
    for (index, node) in union.nodes.iter().enumerate() {
        let Some(seat) = node.seat else { continue };
        let above = seat
            .above
            .and_then(|(key, row)| Some((union.node(key)?, row)));
        match above {
            Some((above, row)) => below.entry(above).or_default().push((row, index)),
            None => roots.push(index),
        }
    }
    for hanging in below.values_mut() {
        hanging.sort_by_key(|(row, node)| (*row, union.nodes[*node].key));
    }
    roots
        .into_iter()
        .map(|root| Block::new(union, root, &below))
        .collect()
}

/// A part of a tree: its boxes with the middle of each, and how far it reaches to the sides at
/// each level, from the middle of its root.
struct Subtree {
    boxes: Vec<(usize, f64, usize)>,
    left: Vec<f64>,
    right: Vec<f64>,
}

fn subtree(
    union: &LifetimeGraph,
    below: &BTreeMap<usize, Vec<(usize, usize)>>,
    node: usize,
) -> Subtree {
    let half = union.nodes[node].whole_extent().0 / 2.0;
    let hanging = below.get(&node).map_or(&[][..], Vec::as_slice);
    let mut parts: Vec<(f64, Subtree)> = Vec::new();
    let mut reach: Vec<f64> = Vec::new();
    for (_, child) in hanging {
        let part = subtree(union, below, *child);
        let overlap = reach.iter().zip(&part.left);
        let at = overlap
            .map(|(right, left)| right - left + SIDE_GAP)
            .fold(f64::NEG_INFINITY, f64::max);
        let at = if at.is_finite() { at } else { 0.0 };
        for (level, right) in part.right.iter().enumerate() {
            match reach.get_mut(level) {
                Some(known) => *known = known.max(at + right),
                None => reach.push(at + right),
            }
        }
        parts.push((at, part));
    }
    let (first, last) = (
        parts.first().map_or(0.0, |(at, _)| *at),
        parts.last().map_or(0.0, |(at, _)| *at),
    );
    let mut middle = (first + last) / 2.0;
    if let [(_, child)] = hanging
        && let Some(side) = union.nodes[*child].seat.and_then(|seat| seat.side)
    {
        let aside = (union.nodes[*child].whole_extent().0 + SIDE_GAP) / 2.0;
        middle += if side == Side::Left { aside } else { -aside };
    }
    let mut whole = Subtree {
        boxes: vec![(node, 0.0, 0)],
        left: vec![-half],
        right: vec![half],
    };
    for (at, part) in parts {
        let at = at - middle;
        for (level, (left, right)) in part.left.iter().zip(&part.right).enumerate() {
            if whole.left.len() <= level + 1 {
                whole.left.push(at + left);
                whole.right.push(at + right);
            }
            whole.left[level + 1] = whole.left[level + 1].min(at + left);
            whole.right[level + 1] = whole.right[level + 1].max(at + right);
        }
        let boxes = part.boxes.into_iter();
        whole
            .boxes
            .extend(boxes.map(|(node, x, level)| (node, at + x, level + 1)));
    }
    whole
}

impl Block {
    fn new(
        union: &LifetimeGraph,
        root: usize,
        below: &BTreeMap<usize, Vec<(usize, usize)>>,
    ) -> Block {
        let tree = subtree(union, below, root);
        let left = tree.left.iter().copied().fold(0.0, f64::min);
        let right = tree.right.iter().copied().fold(0.0, f64::max);
        let above = |node: usize| {
            let (key, _) = union.nodes[node].seat?.above?;
            union.node(key).filter(|_| node != root)
        };
        let mut members = BTreeMap::new();
        let mut heights = vec![0.0; tree.left.len()];
        for (node, middle, level) in tree.boxes {
            let (width, height) = union.nodes[node].whole_extent();
            heights[level] = f64::max(heights[level], height);
            let member = Member {
                x: (middle - width / 2.0 - left + SPINE).round(),
                y: 0.0,
                width,
                level,
                above: above(node),
            };
            members.insert(node, member);
        }
        let mut block = Block {
            members,
            root,
            width: (right - left + 2.0 * SPINE).ceil(),
            height: 0.0,
            levels: Vec::new(),
            tracks: Tracks::default(),
        };
        block.find_tracks(union);
        let mut y = 0.0;
        for (level, height) in heights.iter().enumerate() {
            block.levels.push((y, y + height));
            y += height + block.space(level + 1);
        }
        block.height = y;
        for member in block.members.values_mut() {
            member.y = block.levels[member.level].0;
        }
        block
    }

    /// Height of the space above a level.
    fn space(&self, level: usize) -> f64 {
        let tracks = self.tracks.count(level) as f64 * TRACK;
        let is_between = self.members.values().any(|member| member.level == level);
        if is_between {
            LEVEL_GAP + tracks
        } else if tracks > 0.0 {
            FIRST_TRACK + tracks
        } else {
            0.0
        }
    }

    /// Finds out which references need to run level between levels.
    fn find_tracks(&mut self, union: &LifetimeGraph) {
        let mut wanted: BTreeMap<usize, BTreeMap<Track, FixedBitSet>> = BTreeMap::new();
        for edge in &union.edges {
            let (from, to) = (self.members.get(&edge.from), self.members.get(&edge.to));
            let mut want = |space: usize, track: Track| {
                let tracks = wanted.entry(space).or_default();
                tracks.entry(track).or_default().union_with(&edge.steps);
            };
            match (from, to) {
                (None, Some(to)) if to.level > 0 => want(to.level, Track::To(edge.to)),
                (Some(from), None) => want(from.level + 1, Track::From(edge.from)),
                (Some(from), Some(to)) if !self.is_short((edge.from, from), (edge.to, to)) => {
                    want(from.level + 1, Track::From(edge.from));
                    want(to.level, Track::To(edge.to));
                }
                _ => {}
            }
        }
        for (space, tracks) in wanted {
            self.tracks.add(space, &tracks);
        }
    }

    /// Whether a reference between two boxes needs no track: to the next level, to the box itself,
    /// or to one that it hangs from.
    fn is_short(&self, (from, from_at): (usize, &Member), (to, to_at): (usize, &Member)) -> bool {
        to_at.level == from_at.level + 1 || from == to || self.up(from, to).is_some()
    }

    /// The boxes above one, up to another that it hangs from.
    pub(super) fn up(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let mut chain = Vec::new();
        let mut at = from;
        while let Some(above) = self.members[&at].above {
            chain.push(above);
            if above == to {
                return Some(chain);
            }
            at = above;
        }
        None
    }

    /// How far down a track runs.
    pub(super) fn track(&self, track: Track) -> f64 {
        let (space, node) = match track {
            Track::To(node) => (self.members[&node].level, node),
            Track::From(node) => (self.members[&node].level + 1, node),
        };
        let number = self.tracks.numbers.get(&(space, track)).copied();
        let above = match space.checked_sub(1) {
            Some(level) => self.levels[level].1,
            // Above the root nothing runs: what leads to it arrives beside its title.
            None => return self.members[&node].y + TITLE_HEIGHT / 2.0,
        };
        above + FIRST_TRACK + number.unwrap_or(0) as f64 * TRACK
    }

    /// Where the boxes of a level end.
    pub(super) fn end_of_level(&self, level: usize) -> f64 {
        self.levels[level].1
    }

    /// How far below the block's top a reference from outside comes in.
    pub(super) fn arrival(&self, node: usize) -> f64 {
        if self.members[&node].level == 0 {
            TITLE_HEIGHT / 2.0
        } else {
            self.track(Track::To(node))
        }
    }
}

/// What the boxes of a union are placed by: blocks stand for their boxes.
#[derive(Debug)]
pub(super) struct Outer {
    pub graph: LifetimeGraph,
    pub blocks: Vec<Block>,
    /// The box of `graph` for each box of the union, and the block that it stands in.
    pub place: Vec<(usize, Option<usize>)>,
}

impl Outer {
    pub(super) fn new(union: &LifetimeGraph) -> Outer {
        let blocks = blocks(union);
        let mut place: Vec<(usize, Option<usize>)> = vec![(0, None); union.nodes.len()];
        for (number, block) in blocks.iter().enumerate() {
            for node in block.members.keys() {
                place[*node].1 = Some(number);
            }
        }
        let mut graph = union.without_boxes();
        for (index, node) in union.nodes.iter().enumerate() {
            match place[index].1 {
                None => place[index].0 = graph.add_node(node.clone()),
                Some(number) if blocks[number].root == index => {
                    let block = graph.add_node(blocks[number].as_node(union));
                    for node in blocks[number].members.keys() {
                        place[*node].0 = block;
                    }
                }
                Some(_) => {}
            }
        }
        let places = |(above, below): &(usize, usize)| (place[*above].0, place[*below].0);
        graph.stacked = union.stacked.iter().map(places).collect();
        for edge in &union.edges {
            let ((from, from_block), (to, to_block)) = (place[edge.from], place[edge.to]);
            if from_block.is_some() && from_block == to_block {
                continue;
            }
            let leaves = from_block.map(|block| blocks[block].track(Track::From(edge.from)));
            let arrives = to_block.map(|block| (blocks[block].arrival(edge.to), edge.to));
            graph.add_placed_edge(edge, (from, to), (leaves, arrives));
        }
        Outer {
            graph,
            blocks,
            place,
        }
    }
}

impl Block {
    /// The block as one box.
    fn as_node(&self, union: &LifetimeGraph) -> super::lifetimes::Node {
        let mut node = union.nodes[self.root].clone();
        node.shape = super::picture::BoxShape::Rows;
        node.size = super::metrics::BoxSize {
            width: self.width,
            height: self.height,
            ..Default::default()
        };
        for member in self.members.keys() {
            let member = &union.nodes[*member];
            node.first = node.first.min(member.first);
            node.last = node.last.max(member.last);
        }
        node.spans = vec![(node.first, node.last)];
        node
    }
}
