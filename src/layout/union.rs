//! All steps at once: each box's life and largest size, each reference's steps.

use super::metrics::{BoxSize, ROW_HEIGHT, TITLE_HEIGHT, measure};
use crate::view::{Arrow, BoxKey, Cell, Scene, Tone};
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;

/// A box over its whole life.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub key: BoxKey,
    pub size: BoxSize,
    pub tone: Tone,
    pub title: String,
    /// First and last step at which it is drawn, a ghost's included.
    pub first: u32,
    pub last: u32,
    pub depth: Option<usize>,
}

/// A reference over its whole life.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub steps: FixedBitSet,
    /// Middle of the row it starts from, below the top of its box, where it was seen first.
    pub offset: f64,
}

impl Edge {
    pub(super) fn weight(&self) -> usize {
        self.steps.count_ones(..)
    }
}

/// The union of all scenes.
#[derive(Debug, Default)]
pub(super) struct Union {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    by_key: BTreeMap<BoxKey, usize>,
    by_ends: BTreeMap<(usize, usize), usize>,
}

impl Union {
    pub(super) fn node(&self, key: BoxKey) -> Option<usize> {
        self.by_key.get(&key).copied()
    }

    pub(super) fn add(&mut self, scene: &Scene) {
        for scene_box in &scene.boxes {
            let size = measure(scene_box);
            match self.by_key.get(&scene_box.key) {
                Some(index) => {
                    let node = &mut self.nodes[*index];
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
                        depth: scene_box.depth,
                    });
                }
            }
        }
        for scene_box in &scene.boxes {
            for (i, row) in scene_box.rows.iter().enumerate() {
                let offset = TITLE_HEIGHT + (i as f64 + 0.5) * ROW_HEIGHT;
                for cell in [&row.label, &row.value] {
                    if let Cell::Arrow(arrow) = cell {
                        self.add_edge(scene_box.key, arrow, offset, scene.number);
                    }
                }
            }
        }
    }

    fn add_edge(&mut self, from: BoxKey, arrow: &Arrow, offset: f64, step: u32) {
        let (Some(from), Some(to)) = (self.node(from), self.node(arrow.to)) else {
            return;
        };
        let edges = &mut self.edges;
        let index = *self.by_ends.entry((from, to)).or_insert_with(|| {
            edges.push(Edge {
                from,
                to,
                steps: FixedBitSet::new(),
                offset,
            });
            edges.len() - 1
        });
        self.edges[index].steps.grow_and_insert(step as usize);
    }

    /// The widest label and the widest value may come at different steps, and the line between them
    /// stays where it is: a box must have room for both.
    pub(super) fn finish(&mut self) {
        for node in &mut self.nodes {
            let cells = node.size.labels + node.size.values;
            node.size.width = node.size.width.max(cells).ceil();
        }
    }
}
