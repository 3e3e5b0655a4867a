//! Places for everything, found once for all steps: what lives on stays where it is.

mod columns;
mod measure;
mod metrics;
mod picture;
mod place;
mod route;
mod union;

pub use measure::{Drawn, Figures, Line, Measure, drawn, points, runs_through};
pub use metrics::{
    LANE_GAP, MARGIN, PADDING, ROW_FONT, ROW_HEIGHT, SMALL_FONT, TITLE_FONT, TITLE_HEIGHT,
    text_width,
};
pub use picture::{Picture, PictureArrow, PictureBox, PictureCell, PictureRow, Piece, Point, Rect};

use crate::view::{BoxKey, Caption, Cell, Scene, SceneBox, Status};
use columns::Slot;
use metrics::{DOT_CELL, GUTTER, measure};
use place::Tops;
use std::collections::{BTreeMap, BTreeSet};
use union::Union;

const SOURCE_LINE: f64 = 17.0;
/// The caption's first two lines.
const CAPTION_HEAD: f64 = 46.0;
const LEGEND_HEIGHT: f64 = 34.0;
const SMALLEST_WIDTH: f64 = 760.0;
/// The most lines of source or output that any caption of the run has.
const CAPTION_LINES: f64 = 5.0;

/// Where everything of a run stands.
#[derive(Debug)]
pub struct Plan {
    union: Union,
    slots: Vec<Slot>,
    of_node: Vec<usize>,
    tops: Tops,
    /// Left side and width of each column.
    columns: Vec<(f64, f64)>,
    header: f64,
    width: f64,
    height: f64,
}

/// Finds the places for all steps.
pub fn plan(scenes: impl Iterator<Item = Scene>) -> Plan {
    let mut union = Union::default();
    let mut caption_width: f64 = SMALLEST_WIDTH;
    for scene in scenes {
        union.add(&scene);
        caption_width = caption_width.max(caption_size(&scene.caption));
    }
    union.finish();
    let column_of = columns::columns(&union);
    let (slots, of_node) = columns::slots(&union, &column_of);
    let tops = place::place(&union, &slots, &of_node);
    let count = slots.iter().map(|slot| slot.column + 1).max().unwrap_or(1);
    let mut columns = Vec::with_capacity(count);
    // References back to a frame turn left of the first column.
    let mut x = MARGIN + GUTTER / 2.0;
    for column in 0..count {
        let width = slots
            .iter()
            .filter(|slot| slot.column == column)
            .map(|slot| slot.width)
            .fold(0.0, f64::max);
        columns.push((x, width));
        x += width + GUTTER;
    }
    let header = CAPTION_HEAD + CAPTION_LINES * SOURCE_LINE + MARGIN;
    Plan {
        width: (x + MARGIN).max(caption_width).ceil(),
        height: (header + 2.0 * MARGIN + tops.bottom + MARGIN + LEGEND_HEIGHT).ceil(),
        union,
        slots,
        of_node,
        tops,
        columns,
        header,
    }
}

fn caption_size(caption: &Caption) -> f64 {
    let source = caption
        .source
        .iter()
        .map(|line| text_width(&line.text, ROW_FONT))
        .fold(0.0, f64::max);
    let output = caption
        .output
        .iter()
        .map(|line| text_width(line, ROW_FONT))
        .fold(0.0, f64::max);
    let event = text_width(&caption.event, ROW_FONT) + text_width(&caption.file, ROW_FONT);
    (source + output + 140.0).max(event + 200.0)
}

impl Plan {
    /// Whether boxes are laid out anew at this step.
    pub fn starts_anew(&self, _step: u32) -> bool {
        false
    }

    /// The picture of one of the scenes that the plan was made for.
    pub fn picture(&self, scene: &Scene) -> Picture {
        let mut boxes = Vec::with_capacity(scene.boxes.len());
        let mut faded: BTreeSet<BoxKey> = BTreeSet::new();
        let mut rects: BTreeMap<BoxKey, Rect> = BTreeMap::new();
        for scene_box in &scene.boxes {
            let Some(rect) = self.rect(scene_box) else {
                continue;
            };
            rects.insert(scene_box.key, rect);
            if scene_box.status != Status::Alive {
                faded.insert(scene_box.key);
            }
        }
        let mut arrows = Vec::new();
        for scene_box in &scene.boxes {
            let Some(rect) = rects.get(&scene_box.key) else {
                continue;
            };
            boxes.push(self.boxed(scene_box, *rect, &rects, &faded, &mut arrows));
        }
        Picture {
            number: scene.number,
            width: self.width,
            height: self.height,
            caption: scene.caption.clone(),
            header: self.header,
            boxes,
            arrows,
        }
    }

    fn rect(&self, scene_box: &SceneBox) -> Option<Rect> {
        let node = self.union.node(scene_box.key)?;
        let slot = self.of_node[node];
        let (x, _) = self.columns[self.slots[slot].column];
        Some(Rect {
            x,
            y: self.header + 2.0 * MARGIN + self.tops.slots[slot],
            width: self.union.nodes[node].size.width,
            height: measure(scene_box).height,
        })
    }

    fn boxed(
        &self,
        scene_box: &SceneBox,
        rect: Rect,
        rects: &BTreeMap<BoxKey, Rect>,
        faded: &BTreeSet<BoxKey>,
        arrows: &mut Vec<PictureArrow>,
    ) -> PictureBox {
        let labels = self
            .union
            .node(scene_box.key)
            .map_or(0.0, |node| self.union.nodes[node].size.labels);
        let mut rows = Vec::with_capacity(scene_box.rows.len());
        for (i, row) in scene_box.rows.iter().enumerate() {
            let y = rect.y + TITLE_HEIGHT + i as f64 * ROW_HEIGHT;
            let mut place = |cell: &Cell, x: f64, shift: f64| match cell {
                Cell::Text(text) if text.is_empty() => PictureCell::Empty,
                Cell::Text(text) => PictureCell::Text(text.clone()),
                Cell::Arrow(arrow) => {
                    let dot = Point {
                        x,
                        y: y + ROW_HEIGHT / 2.0 + shift,
                    };
                    if let Some(target) = rects.get(&arrow.to) {
                        let (start, pieces) =
                            self.route(scene_box.key, arrow.to, dot, rect, *target);
                        arrows.push(PictureArrow {
                            from: scene_box.key,
                            to: arrow.to,
                            start,
                            pieces,
                            weak: arrow.weak,
                            mark: arrow.mark,
                            faded: faded.contains(&scene_box.key) || faded.contains(&arrow.to),
                        });
                    }
                    PictureCell::Dot(dot)
                }
            };
            let label = place(&row.label, rect.x + DOT_CELL / 2.0, -5.0);
            let value = place(&row.value, rect.x + rect.width - DOT_CELL / 2.0, 0.0);
            rows.push(PictureRow {
                y,
                label,
                value,
                mark: row.mark,
                aside: row.aside,
            });
        }
        PictureBox {
            key: scene_box.key,
            rect,
            labels,
            title: scene_box.title.clone(),
            serial: scene_box.serial,
            count: scene_box.count.clone(),
            count_changed: scene_box.count_changed,
            tone: scene_box.tone,
            status: scene_box.status,
            mark: scene_box.mark,
            rows,
        }
    }

    fn route(
        &self,
        from: BoxKey,
        to: BoxKey,
        dot: Point,
        rect: Rect,
        target: Rect,
    ) -> (Point, Vec<Piece>) {
        let slot = |key| self.union.node(key).map_or(0, |node| self.of_node[node]);
        let (from, to) = (slot(from), slot(to));
        let lanes = |column, way| {
            let key = place::LaneKey {
                column,
                target: to,
                way,
            };
            let top = self.tops.lanes.get(&key).copied().unwrap_or(0.0);
            self.header + 2.0 * MARGIN + top + metrics::LANE_HEIGHT / 2.0
        };
        route::route(
            dot,
            (self.slots[from].column, rect),
            (self.slots[to].column, target),
            &self.columns,
            &lanes,
        )
    }
}
