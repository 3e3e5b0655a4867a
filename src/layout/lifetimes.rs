//! All steps at once: each box's life and largest size, each reference's steps.

use super::direction::Step;
use super::metrics::{BoxSize, ROW_HEIGHT, TITLE_HEIGHT, measure};
use crate::view::{Arrow, BoxKey, BoxRole, Cell, Scene};
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A box over its whole life.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub key: BoxKey,
    pub size: BoxSize,
    pub tone: BoxRole,
    pub title: String,
    /// First and last step at which it is drawn, a ghost's included.
    pub first: u32,
    pub last: u32,
    /// First and last step of each time that it is drawn without a break: the calls in the middle
    /// of a deep stack are left out for a while.
    pub spans: Vec<(u32, u32)>,
    pub depth: Option<usize>,
}

impl Node {
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
    /// The rows it starts from, with the steps at which it does.
    rows: Vec<(usize, usize)>,
}

impl Edge {
    pub(super) fn weight(&self) -> usize {
        self.steps.count_ones(..)
    }

    /// Middle of the row it starts from, below the top of its box, at most of its steps.
    pub(super) fn offset(&self) -> f64 {
        let row = self
            .rows
            .iter()
            .max_by_key(|(row, steps)| (*steps, usize::MAX - row))
            .map_or(0, |(row, _)| *row);
        TITLE_HEIGHT + (row as f64 + 0.5) * ROW_HEIGHT
    }
}

/// The union of many scenes.
#[derive(Debug, Default)]
pub(super) struct LifetimeGraph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// First and last step.
    pub first: u32,
    pub last: u32,
    by_key: BTreeMap<BoxKey, usize>,
    by_ends: BTreeMap<(usize, usize), usize>,
}

impl LifetimeGraph {
    pub(super) fn node(&self, key: BoxKey) -> Option<usize> {
        self.by_key.get(&key).copied()
    }

    /// Takes the next scene. Scenes come in the order of their steps.
    pub(super) fn add(&mut self, scene: &Scene) {
        if self.nodes.is_empty() {
            self.first = scene.number;
        }
        let before = std::mem::replace(&mut self.last, scene.number);
        for scene_box in &scene.boxes {
            let size = measure(scene_box);
            match self.by_key.get(&scene_box.key) {
                Some(index) => {
                    let node = &mut self.nodes[*index];
                    match node.spans.last_mut() {
                        Some((_, last)) if *last == before => *last = scene.number,
                        _ => node.spans.push((scene.number, scene.number)),
                    }
                    node.last = scene.number;
                    node.size.width = node.size.width.max(size.width);
                    node.size.height = node.size.height.max(size.height);
                    node.size.labels = node.size.labels.max(size.labels);
                    node.size.values = node.size.values.max(size.values);
                }
                None => {
                    self.by_key.insert(scene_box.key, self.nodes.len());
                    self.nodes.push(Node {
                        key: scene_box.key,
                        size,
                        tone: scene_box.tone,
                        title: scene_box.title.clone(),
                        first: scene.number,
                        last: scene.number,
                        spans: vec![(scene.number, scene.number)],
                        depth: scene_box.depth,
                    });
                }
            }
        }
        self.add_references(scene);
    }

    fn add_references(&mut self, scene: &Scene) {
        let place: BTreeMap<BoxKey, usize> = scene
            .boxes
            .iter()
            .enumerate()
            .map(|(place, scene_box)| (scene_box.key, place))
            .collect();
        let arrows: Vec<Vec<(usize, usize)>> = scene
            .boxes
            .iter()
            .map(|scene_box| {
                let rows = scene_box.rows.iter().enumerate();
                rows.flat_map(|(i, row)| [(i, &row.label), (i, &row.value)])
                    .filter_map(|(i, cell)| match cell {
                        Cell::Arrow(Arrow { to, .. }) => Some((i, *place.get(to)?)),
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
                .map(|rows| rows.iter().map(|(_, to)| *to).collect())
                .collect(),
        };
        let witnesses = step.witnesses();
        for (from, arrows) in arrows.iter().enumerate() {
            for (row, to) in arrows {
                let said = witnesses.say(from, *to);
                self.add_edge(step.keys[from], step.keys[*to], *row, said, scene.number);
            }
        }
    }

    fn add_edge(&mut self, from: BoxKey, to: BoxKey, row: usize, said: i64, step: u32) {
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
                rows: Vec::new(),
            });
            edges.len() - 1
        });
        let edge = &mut self.edges[index];
        edge.steps.grow_and_insert((step - self.first) as usize);
        edge.forward += said;
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

    /// What is drawn at some of the steps, with the sizes and directions that it has over all.
    pub(super) fn part(&self, steps: RangeInclusive<u32>) -> LifetimeGraph {
        let mut part = LifetimeGraph {
            first: *steps.start(),
            last: *steps.end(),
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
                    forward: edge.forward,
                    rows: edge.rows.clone(),
                });
            }
        }
        part
    }
}
