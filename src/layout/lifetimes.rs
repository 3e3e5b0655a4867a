//! All steps at once: each box's life and largest size, each reference's steps.

use super::direction::Step;
use super::metrics::{BoxSize, LABEL_HEIGHT, ROW_HEIGHT, TITLE_HEIGHT, height, measure};
use super::picture::{BoxShape, Rect};
use crate::view::{Arrow, BoxKey, BoxKind, BoxRole, Cell, Heading, Row, Scene, SceneBox, Shape};
use fixedbitset::FixedBitSet;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// A box over its whole life.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub key: BoxKey,
    pub kind: BoxKind,
    /// Over all its steps.
    pub size: BoxSize,
    pub shape: BoxShape,
    /// Whether arrows leave from its labels, and from its values.
    pub arrows: (bool, bool),
    /// The shape that the author asks for.
    pub wish: Option<Shape>,
    /// The tree that it stands in.
    pub seat: Option<Seat>,
    pub tone: BoxRole,
    pub heading: Heading,
    pub title: String,
    /// First and last step at which it is drawn, a ghost's included.
    pub first: u32,
    pub last: u32,
    /// First and last step of each time that it is drawn without a break: the calls in the middle
    /// of a deep stack are left out for a while.
    pub spans: Vec<(u32, u32)>,
    pub depth: Option<usize>,
    /// As it was drawn last.
    newest: Option<Arc<SceneBox>>,
}

/// A box's place in a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seat {
    /// The box above it, and from which of its rows it hangs.
    pub above: Option<(BoxKey, usize)>,
    /// For what hangs alone, whether it stands left or right of what it hangs from.
    pub side: Option<Side>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Node {
    /// Width and height of its box at a step.
    pub(super) fn extent(&self, scene_box: &SceneBox) -> (f64, f64) {
        match self.shape {
            BoxShape::Rows => (self.size.width, height(scene_box)),
            BoxShape::Strip | BoxShape::Line => self.side_by_side(scene_box.rows.len()),
        }
    }

    /// The same over its whole life.
    pub(super) fn whole_extent(&self) -> (f64, f64) {
        match self.shape {
            BoxShape::Rows => (self.size.width, self.size.height),
            BoxShape::Strip | BoxShape::Line => self.side_by_side(self.size.cells.len()),
        }
    }

    /// Stands at another step, the one after `before`; says whether it is the box that it was.
    fn lasts(&mut self, scene_box: &Arc<SceneBox>, before: u32, step: u32) -> bool {
        match self.spans.last_mut() {
            Some((_, last)) if *last == before => *last = step,
            _ => self.spans.push((step, step)),
        }
        self.last = step;
        let same = |newest: &Arc<SceneBox>| Arc::ptr_eq(newest, scene_box);
        let is_same = self.newest.as_ref().is_some_and(same);
        if !is_same {
            self.newest = Some(Arc::clone(scene_box));
        }
        is_same
    }

    fn side_by_side(&self, rows: usize) -> (f64, f64) {
        let cells: f64 = self.size.cells.iter().take(rows).sum();
        if self.shape == BoxShape::Line {
            return (self.size.title + cells, ROW_HEIGHT);
        }
        let labels = if self.size.labelled {
            LABEL_HEIGHT
        } else {
            0.0
        };
        (
            cells.max(self.size.title),
            TITLE_HEIGHT + labels + ROW_HEIGHT,
        )
    }

    /// Whether it is a line of a grid or a table, which stand close.
    pub(super) fn is_line(&self) -> bool {
        let is_record = matches!(self.kind, BoxKind::Mapping | BoxKind::Fields);
        self.shape == BoxShape::Line
            || (self.shape == BoxShape::Strip && is_record && self.seat.is_none())
    }

    /// Where the title of its box stands.
    pub(super) fn title_area(&self, rect: &Rect) -> Rect {
        Rect {
            width: match self.shape {
                BoxShape::Line => self.size.title,
                BoxShape::Rows | BoxShape::Strip => rect.width,
            },
            height: TITLE_HEIGHT,
            ..*rect
        }
    }

    /// Where the label and the value of each row of its box stand.
    pub(super) fn areas(&self, rect: &Rect, scene_box: &SceneBox) -> Vec<(Rect, Rect)> {
        let rows = scene_box.rows.iter().enumerate();
        if self.shape == BoxShape::Rows {
            return rows
                .map(|(at, row)| self.row_areas(rect, at, row.aside))
                .collect();
        }
        let (mut x, y) = match self.shape {
            BoxShape::Line => (rect.x + self.size.title, rect.y),
            _ => (rect.x, rect.bottom() - ROW_HEIGHT),
        };
        let labels = y - rect.y - TITLE_HEIGHT;
        rows.map(|(at, row)| {
            let width = self.size.cells.get(at).copied().unwrap_or(0.0);
            let value = Rect {
                x,
                y,
                width,
                height: ROW_HEIGHT,
            };
            let label = Rect {
                y: y - labels.max(0.0),
                height: if row.aside { 0.0 } else { labels.max(0.0) },
                ..value
            };
            x += width;
            (label, value)
        })
        .collect()
    }

    fn row_areas(&self, rect: &Rect, at: usize, aside: bool) -> (Rect, Rect) {
        let labels = if aside { 0.0 } else { self.size.labels };
        let area = |x: f64, width: f64| Rect {
            x: rect.x + x,
            y: rect.y + TITLE_HEIGHT + at as f64 * ROW_HEIGHT,
            width,
            height: ROW_HEIGHT,
        };
        (area(0.0, labels), area(labels, rect.width - labels))
    }

    /// Whether it is never drawn together with another.
    pub(super) fn is_apart(&self, other: &Node) -> bool {
        let (mut a, mut b) = (self.spans.as_slice(), other.spans.as_slice());
        while let ([(first, last), rest @ ..], [(other_first, other_last), other_rest @ ..]) =
            (a, b)
        {
            if last < other_first {
                a = rest;
            } else if other_last < first {
                b = other_rest;
            } else {
                return false;
            }
        }
        true
    }
}

/// A reference over its whole life.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    /// The steps at which it stands, counted from the union's first.
    pub steps: FixedBitSet,
    /// Above 0 where it runs forward, and how surely.
    pub forward: i64,
    /// Whether it is never anything but a weak reference.
    pub weak: bool,
    /// The rows it starts from, with the steps at which it does.
    rows: Vec<(usize, usize)>,
    /// Where it leaves and arrives, for boxes that stand in another: how far below its top.
    pub inner: Option<InnerEnds>,
}

/// Where a reference leaves and arrives, if that is within a box of boxes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct InnerEnds {
    pub leaves: Option<f64>,
    /// With a number for the place, to tell it from others in there.
    pub arrives: Option<(f64, usize)>,
}

impl Edge {
    pub(super) fn weight(&self) -> usize {
        self.steps.count_ones(..)
    }

    /// Middle of the row it starts from, below the top of its box, at most of its steps.
    pub(super) fn offset(&self) -> f64 {
        if let Some(InnerEnds {
            leaves: Some(leaves),
            ..
        }) = self.inner
        {
            return leaves;
        }
        TITLE_HEIGHT + (self.row() as f64 + 0.5) * ROW_HEIGHT
    }

    /// How far below the top of the other box it arrives.
    pub(super) fn arrival(&self) -> f64 {
        let inner = self.inner.and_then(|inner| inner.arrives);
        inner.map_or(TITLE_HEIGHT / 2.0, |(y, _)| y)
    }

    /// Whether it takes the place of an older reference the other way round, in the same row: a list
    /// that is reversed stays in the order that it had at first.
    pub(super) fn reverses(&self, other: &Edge) -> bool {
        self.row() == other.row() && other.steps.minimum() < self.steps.minimum()
    }

    /// The number of the place where it arrives: the slot's, or one of its own within a block.
    pub(super) fn port(&self, slots: usize, slot: usize) -> usize {
        let inner = self.inner.and_then(|inner| inner.arrives);
        inner.map_or(slot, |(_, number)| slots + number)
    }

    /// The row it starts from at most of its steps.
    pub(super) fn row(&self) -> usize {
        self.rows
            .iter()
            .max_by_key(|(row, steps)| (*steps, usize::MAX - row))
            .map_or(0, |(row, _)| *row)
    }
}

/// The union of many scenes.
#[derive(Debug, Clone, Default)]
pub(super) struct LifetimeGraph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// First and last step.
    pub first: u32,
    pub last: u32,
    /// Which frame has stood right above which.
    pub stacked: BTreeSet<(usize, usize)>,
    /// Whether frames in the middle of the stack are left out at some step.
    pub folded_stack: bool,
    by_key: BTreeMap<BoxKey, usize>,
    by_ends: BTreeMap<(usize, usize), usize>,
}

impl LifetimeGraph {
    pub(super) fn node(&self, key: BoxKey) -> Option<usize> {
        self.by_key.get(&key).copied()
    }

    /// The reference from one box to another.
    pub(super) fn edge(&self, from: usize, to: usize) -> Option<&Edge> {
        let index = self.by_ends.get(&(from, to))?;
        self.edges.get(*index)
    }

    /// Takes the next scene. Scenes come in the order of their steps.
    pub(super) fn add(&mut self, scene: &Scene) {
        if self.nodes.is_empty() {
            self.first = scene.number;
        }
        let before = std::mem::replace(&mut self.last, scene.number);
        for scene_box in &scene.boxes {
            self.add_box(scene_box, before, scene.number);
        }
        let frames = scene.boxes.iter().filter(|b| b.depth.is_some());
        let frames: Vec<usize> = frames.filter_map(|b| self.node(b.key)).collect();
        self.stacked
            .extend(frames.windows(2).map(|pair| (pair[0], pair[1])));
        self.folded_stack |= (scene.boxes.iter()).any(|b| matches!(b.key, BoxKey::MoreCalls(_)));
        self.add_references(scene);
    }

    fn add_box(&mut self, scene_box: &Arc<SceneBox>, before: u32, step: u32) {
        if let Some(index) = self.by_key.get(&scene_box.key) {
            let node = &mut self.nodes[*index];
            if node.lasts(scene_box, before, step) {
                return;
            }
        }
        let size = measure(scene_box);
        let leads = |cell: fn(&Row) -> &Cell| {
            (scene_box.rows.iter()).any(|row| matches!(cell(row), Cell::Arrow(_)))
        };
        let arrows = (leads(|row| &row.label), leads(|row| &row.value));
        if let Some(index) = self.by_key.get(&scene_box.key) {
            let node = &mut self.nodes[*index];
            node.wish = scene_box.emphasis.shape.or(node.wish);
            node.size.grow(&size);
            node.arrows = (node.arrows.0 || arrows.0, node.arrows.1 || arrows.1);
            return;
        }
        self.by_key.insert(scene_box.key, self.nodes.len());
        self.nodes.push(Node {
            key: scene_box.key,
            kind: scene_box.kind,
            size,
            shape: BoxShape::Rows,
            arrows,
            wish: scene_box.emphasis.shape,
            seat: None,
            tone: scene_box.tone,
            heading: scene_box.heading,
            title: scene_box.title.clone(),
            newest: Some(Arc::clone(scene_box)),
            first: step,
            last: step,
            spans: vec![(step, step)],
            depth: scene_box.depth,
        });
    }

    fn add_references(&mut self, scene: &Scene) {
        let place: BTreeMap<BoxKey, usize> = scene
            .boxes
            .iter()
            .enumerate()
            .map(|(place, scene_box)| (scene_box.key, place))
            .collect();
        let arrows: Vec<Vec<(usize, usize, bool)>> = scene
            .boxes
            .iter()
            .map(|scene_box| {
                let rows = scene_box.rows.iter().enumerate();
                rows.flat_map(|(i, row)| [(i, &row.label), (i, &row.value)])
                    .filter_map(|(i, cell)| match cell {
                        Cell::Arrow(Arrow { to, weak, .. }) => Some((i, *place.get(to)?, *weak)),
                        Cell::Text(_) => None,
                    })
                    .collect()
            })
            .collect();
        let step = Step {
            keys: scene.boxes.iter().map(|b| b.key).collect(),
            frames: scene.boxes.iter().filter(|b| b.depth.is_some()).count(),
            out: arrows
                .iter()
                .map(|rows| rows.iter().map(|(_, to, _)| *to).collect())
                .collect(),
        };
        let witnesses = step.witnesses();
        for (from, arrows) in arrows.iter().enumerate() {
            for (row, to, weak) in arrows {
                let said = witnesses.say(from, *to);
                let ends = (step.keys[from], step.keys[*to]);
                self.add_edge(ends, (*row, *weak), said, scene.number);
            }
        }
    }

    fn add_edge(
        &mut self,
        (from, to): (BoxKey, BoxKey),
        (row, weak): (usize, bool),
        said: i64,
        step: u32,
    ) {
        let (Some(from), Some(to)) = (self.node(from), self.node(to)) else {
            return;
        };
        let edges = &mut self.edges;
        let index = *self.by_ends.entry((from, to)).or_insert_with(|| {
            edges.push(Edge {
                from,
                to,
                steps: FixedBitSet::new(),
                forward: 0,
                weak: true,
                rows: Vec::new(),
                inner: None,
            });
            edges.len() - 1
        });
        let edge = &mut self.edges[index];
        edge.steps.grow_and_insert((step - self.first) as usize);
        edge.forward += said;
        edge.weak &= weak;
        match edge.rows.iter_mut().find(|(known, _)| *known == row) {
            Some((_, steps)) => *steps += 1,
            None => edge.rows.push((row, 1)),
        }
    }

    /// The widest label and the widest value may come at different steps, and the line between them
    /// stays where it is: a box must have room for both.
    pub(super) fn finish(&mut self) {
        for node in &mut self.nodes {
            let cells = node.size.labels + node.size.values;
            node.size.width = node.size.width.max(cells).ceil();
        }
    }

    /// The same steps with nothing drawn.
    pub(super) fn without_boxes(&self) -> LifetimeGraph {
        LifetimeGraph {
            first: self.first,
            last: self.last,
            folded_stack: self.folded_stack,
            ..LifetimeGraph::default()
        }
    }

    pub(super) fn add_node(&mut self, node: Node) -> usize {
        self.by_key.insert(node.key, self.nodes.len());
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds a reference between other boxes than it has, with the places in these where it leaves
    /// and arrives.
    pub(super) fn add_placed_edge(
        &mut self,
        edge: &Edge,
        (from, to): (usize, usize),
        (leaves, arrives): (Option<f64>, Option<(f64, usize)>),
    ) {
        self.by_ends.entry((from, to)).or_insert(self.edges.len());
        self.edges.push(Edge {
            from,
            to,
            inner: Some(InnerEnds { leaves, arrives }),
            ..edge.clone()
        });
    }

    /// What is drawn at some of the steps, with the sizes and directions that it has over all.
    pub(super) fn part(&self, steps: RangeInclusive<u32>) -> LifetimeGraph {
        let mut part = LifetimeGraph {
            first: *steps.start(),
            last: *steps.end(),
            folded_stack: self.folded_stack,
            ..LifetimeGraph::default()
        };
        let mut new_index = vec![None; self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            if node.first <= part.last && node.last >= part.first {
                new_index[index] = Some(part.nodes.len());
                part.by_key.insert(node.key, part.nodes.len());
                part.nodes.push(Node {
                    first: node.first.max(part.first),
                    last: node.last.min(part.last),
                    ..node.clone()
                });
            }
        }
        part.stacked = self
            .stacked
            .iter()
            .filter_map(|(above, below)| Some((new_index[*above]?, new_index[*below]?)))
            .collect();
        let range = (part.first - self.first) as usize..(part.last - self.first + 1) as usize;
        for edge in &self.edges {
            let (Some(from), Some(to)) = (new_index[edge.from], new_index[edge.to]) else {
                continue;
            };
            let mut steps = FixedBitSet::with_capacity(range.len());
            let known = range.start.min(edge.steps.len())..range.end.min(edge.steps.len());
            for step in known {
                if edge.steps.contains(step) {
                    steps.insert(step - range.start);
                }
            }
            if !steps.is_clear() {
                part.by_ends.insert((from, to), part.edges.len());
                part.edges.push(Edge {
                    from,
                    to,
                    steps,
                    ..edge.clone()
                });
            }
        }
        part
    }
}
