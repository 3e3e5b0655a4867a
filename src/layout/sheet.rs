//! The places of everything over a run of steps.

use super::bands::{Bands, Way, Widths};
use super::blocks::{Block, Member, Outer};
use super::columns::{Slot, columns, set_apart, slots};
use super::layers::LaneKey;
use super::lifetimes::LifetimeGraph;
use super::metrics::{GAP, GUTTER, LANE_GAP, LANE_HEIGHT, MARGIN};
use super::picture::Rect;
use super::place::{YCoordinates, place};
use crate::view::SceneBox;

/// What all sheets of a run share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common {
    /// Width of the column of call frames.
    pub frames: f64,
    /// Where the part below the caption begins.
    pub top: f64,
    pub widths: Widths,
}

/// A run of steps in which nothing moves.
#[derive(Debug)]
pub(super) struct Sheet {
    pub union: LifetimeGraph,
    /// The same with blocks in place of their boxes.
    pub outer: Outer,
    pub slots: Vec<Slot>,
    /// The slot of each box of `outer`.
    pub of_node: Vec<usize>,
    pub tops: YCoordinates,
    pub bands: Bands,
    /// Left side and width of each column.
    pub columns: Vec<(f64, f64)>,
    pub width: f64,
    /// Where the lowest box ends.
    pub bottom: f64,
    common: Common,
}

impl Sheet {
    /// Finds the places.
    pub(super) fn new(union: LifetimeGraph, common: Common) -> Sheet {
        let outer = Outer::new(&union);
        let mut column_of = columns(&outer.graph);
        let blocks: Vec<usize> = (outer.blocks.iter())
            .map(|block| outer.place[block.root].0)
            .collect();
        let apart = set_apart(&mut column_of, &blocks);
        let (slots, of_node) = slots(&outer.graph, &column_of);
        let count = slots.iter().map(|slot| slot.column + 1).max().unwrap_or(1);
        let mut widths = vec![0.0; count];
        widths[0] = common.frames;
        for slot in &slots {
            widths[slot.column] = f64::max(widths[slot.column], slot.width);
        }
        let spaces: Vec<f64> = widths.iter().map(|width| width + GUTTER).collect();
        let cuts = cuts(&outer.graph, &column_of, count);
        let mut bands = Bands::wrap(&spaces[..apart], common.widths, |column| cuts[column]);
        bands.add_single(apart..count);
        let tops = place(&outer.graph, &slots, &of_node, &bands);
        let mut at = vec![(MARGIN, widths[0]); count];
        let mut width = MARGIN + spaces[0];
        for band in &bands.columns {
            let mut x = MARGIN + spaces[0];
            for column in band.clone() {
                at[column] = (x, widths[column]);
                x += spaces[column];
            }
            width = width.max(x);
        }
        Sheet {
            bottom: common.top + tops.bottom,
            common,
            union,
            outer,
            slots,
            of_node,
            tops,
            bands,
            columns: at,
            width,
        }
    }

    /// The same boxes, in bands of other widths.
    pub(super) fn in_widths(&self, widths: Widths) -> Sheet {
        Sheet::new(
            self.union.clone(),
            Common {
                widths,
                ..self.common
            },
        )
    }

    /// The place of a box of one of the sheet's scenes in the union, and where it stands.
    pub(super) fn rect(&self, scene_box: &SceneBox) -> Option<(usize, Rect)> {
        let node = self.union.node(scene_box.key)?;
        let (width, height) = self.union.nodes[node].extent(scene_box);
        let (mut x, mut y) = self.origin(node);
        if let Some(member) = self.member(node) {
            x += member.x;
            y += member.y;
        }
        let rect = Rect {
            x,
            y,
            width,
            height,
        };
        Some((node, rect))
    }

    /// The upper left corner of a box's slot, or of its block's.
    pub(super) fn origin(&self, node: usize) -> (f64, f64) {
        let slot = self.slot(node);
        let left = self.left(self.slots[slot].column);
        (left, self.common.top + self.tops.slots[slot])
    }

    pub(super) fn slot(&self, node: usize) -> usize {
        self.of_node[self.outer.place[node].0]
    }

    /// The block that a box stands in.
    pub(super) fn block(&self, node: usize) -> Option<&Block> {
        Some(&self.outer.blocks[self.outer.place[node].1?])
    }

    pub(super) fn member(&self, node: usize) -> Option<&Member> {
        self.block(node)?.members.get(&node)
    }

    pub(super) fn left(&self, column: usize) -> f64 {
        self.columns[column].0
    }

    pub(super) fn right(&self, column: usize) -> f64 {
        self.columns[column].0 + self.columns[column].1
    }

    /// Height of the lane to a slot through a column.
    pub(super) fn lane(&self, column: usize, way: Way, target: usize) -> f64 {
        let key = LaneKey {
            column,
            target,
            way,
        };
        let top = self.tops.lanes.get(&key).copied().unwrap_or(0.0);
        self.common.top + top + LANE_HEIGHT / 2.0
    }

    /// Height of a track in the corridor below a band.
    pub(super) fn track(&self, band: usize, way: Way, target: usize) -> f64 {
        let track = self.tops.corridors.track(band, way, target);
        self.common.top + self.tops.corridor_tops[band] + track as f64 * (LANE_HEIGHT + LANE_GAP)
    }

    /// How much of the sheet its fullest step takes, with the space that boxes keep around them.
    pub(super) fn filled(&self) -> f64 {
        let steps = (self.union.last - self.union.first + 1) as usize;
        let mut change = vec![0.0; steps + 1];
        for node in &self.union.nodes {
            let (width, height) = node.whole_extent();
            let space = (width + GUTTER) * (height + GAP);
            change[(node.first - self.union.first) as usize] += space;
            change[(node.last - self.union.first) as usize + 1] -= space;
        }
        let (mut now, mut most) = (0.0, 0.0);
        for change in change {
            now += change;
            most = f64::max(most, now);
        }
        most / (self.width * (self.bottom - self.common.top)).max(1.0)
    }
}

/// How many references would be cut by a break before each column.
fn cuts(union: &LifetimeGraph, column_of: &[usize], count: usize) -> Vec<usize> {
    let mut change = vec![0_i64; count + 1];
    for edge in &union.edges {
        let (a, b) = (column_of[edge.from], column_of[edge.to]);
        let (low, high) = (a.min(b), a.max(b));
        if low > 0 && low < high {
            change[low + 1] += 1;
            change[high + 1] -= 1;
        }
    }
    let mut sum = 0;
    change
        .iter()
        .map(|change| {
            sum += change;
            usize::try_from(sum).unwrap_or(0)
        })
        .collect()
}
