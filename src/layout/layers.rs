//! What stands in the columns, slots and lanes, and the links that references make between
//! neighbouring columns.

use super::bands::{Bands, Corridors, Passage, Way};
use super::columns::Slot;
use super::lifetimes::{Edge, LifetimeGraph};
use super::metrics::LANE_HEIGHT;
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;

/// A lane through a column, shared by all references to the same slot (or the same box within a
/// block) that run the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LaneKey {
    pub column: usize,
    pub target: usize,
    pub way: Way,
}

/// Something with a height in a column: a slot, or a lane.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub column: usize,
    pub height: f64,
    pub lane: bool,
    /// A line of a grid.
    pub line: bool,
    pub top: f64,
}

/// An item, and how far below its top a link is joined to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joint {
    pub item: usize,
    pub offset: f64,
}

/// What references make of two items in neighbouring columns.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub left: Joint,
    pub right: Joint,
    /// The steps at which it is drawn.
    pub steps: FixedBitSet,
    pub weight: f64,
}

/// All items and links. The items of slots come first, in the slots' order.
#[derive(Debug)]
pub(super) struct LayerGraph {
    pub items: Vec<Item>,
    pub links: Vec<Link>,
    /// The links of each item.
    pub of_item: Vec<Vec<usize>>,
    pub lanes: BTreeMap<LaneKey, usize>,
    pub corridors: Corridors,
    /// The items of each column, from the top.
    pub columns: Vec<Vec<usize>>,
}

impl LayerGraph {
    pub(super) fn new(
        union: &LifetimeGraph,
        slots: &[Slot],
        of_node: &[usize],
        bands: &Bands,
    ) -> LayerGraph {
        let mut field = LayerGraph {
            items: slots
                .iter()
                .map(|slot| Item {
                    column: slot.column,
                    height: slot.height,
                    lane: false,
                    line: slot.line,
                    top: 0.0,
                })
                .collect(),
            links: Vec::new(),
            of_item: Vec::new(),
            lanes: BTreeMap::new(),
            corridors: Corridors::default(),
            columns: Vec::new(),
        };
        let mut known = BTreeMap::new();
        for edge in &union.edges {
            field.add(edge, slots, of_node, bands, &mut known);
        }
        field.of_item = vec![Vec::new(); field.items.len()];
        for (index, link) in field.links.iter_mut().enumerate() {
            link.weight = link.steps.count_ones(..) as f64;
            field.of_item[link.left.item].push(index);
            field.of_item[link.right.item].push(index);
        }
        for (index, item) in field.items.iter().enumerate() {
            if field.columns.len() <= item.column {
                field.columns.resize(item.column + 1, Vec::new());
            }
            field.columns[item.column].push(index);
        }
        field
    }

    fn add(
        &mut self,
        edge: &Edge,
        slots: &[Slot],
        of_node: &[usize],
        bands: &Bands,
        known: &mut BTreeMap<(usize, usize, u64), usize>,
    ) {
        let (from, to) = (of_node[edge.from], of_node[edge.to]);
        let start = Joint {
            item: from,
            offset: edge.offset(),
        };
        let end = Joint {
            item: to,
            offset: edge.arrival(),
        };
        let port = edge.port(slots.len(), to);
        match bands.passage(slots[from].column, slots[to].column) {
            Passage::Beside => {}
            Passage::Across(way, first, second) => {
                self.corridors.add(first, way, port);
                if let Some(second) = second {
                    self.corridors.add(second, way, port);
                }
            }
            Passage::Along(way, columns) => {
                let mut stations = vec![start];
                let lanes = columns.map(|column| LaneKey {
                    column,
                    target: port,
                    way,
                });
                let mut lanes: Vec<Joint> = lanes.map(|key| self.lane(key)).collect();
                if way == Way::Back {
                    lanes.reverse();
                }
                stations.extend(lanes);
                stations.push(end);
                for pair in stations.windows(2) {
                    let (left, right) = match way {
                        Way::Forward => (pair[0], pair[1]),
                        Way::Back => (pair[1], pair[0]),
                    };
                    self.link(left, right, &edge.steps, known);
                }
            }
        }
    }

    fn lane(&mut self, key: LaneKey) -> Joint {
        let items = &mut self.items;
        let item = *self.lanes.entry(key).or_insert_with(|| {
            items.push(Item {
                column: key.column,
                height: LANE_HEIGHT,
                lane: true,
                line: false,
                top: 0.0,
            });
            items.len() - 1
        });
        Joint {
            item,
            offset: LANE_HEIGHT / 2.0,
        }
    }

    fn link(
        &mut self,
        left: Joint,
        right: Joint,
        steps: &FixedBitSet,
        known: &mut BTreeMap<(usize, usize, u64), usize>,
    ) {
        // Both offsets are whole halves.
        let offsets = ((left.offset * 2.0) as u64) << 32 | (right.offset * 2.0) as u64;
        let links = &mut self.links;
        let index = *known
            .entry((left.item, right.item, offsets))
            .or_insert_with(|| {
                links.push(Link {
                    left,
                    right,
                    steps: FixedBitSet::new(),
                    weight: 0.0,
                });
                links.len() - 1
            });
        self.links[index].steps.union_with(steps);
    }

    /// The other ends of an item's links on one side, each with the link and with the offset at
    /// this item.
    pub(super) fn neighbours(
        &self,
        item: usize,
        left: bool,
    ) -> impl Iterator<Item = (&Link, Joint, f64)> {
        self.of_item[item].iter().filter_map(move |index| {
            let link = &self.links[*index];
            match (left, link.right.item == item) {
                (true, true) => Some((link, link.left, link.right.offset)),
                (false, false) => Some((link, link.right, link.left.offset)),
                _ => None,
            }
        })
    }
}

/// The weighted median; the mean of the two middle values where both are.
pub(super) fn median(values: &mut [(f64, f64)]) -> Option<f64> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let half: f64 = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (i, (at, weight)) in values.iter().enumerate() {
        sum += weight;
        if sum > half {
            return Some(*at);
        }
        if sum == half {
            return Some(values.get(i + 1).map_or(*at, |(next, _)| (at + next) / 2.0));
        }
    }
    None
}
