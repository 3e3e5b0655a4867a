//! Places for everything, found once for all steps: what lives on stays where it is.

mod bands;
mod columns;
mod direction;
mod epochs;
mod layers;
mod lifetimes;
mod measure;
mod metrics;
mod order;
mod picture;
mod place;
mod route;
mod sheet;

pub use measure::{Drawn, Figures, Line, Measure, drawn, points, runs_through};
pub use metrics::{
    LABEL_BASELINE, LABEL_HEIGHT, LANE_GAP, MARGIN, PADDING, ROW_BASELINE, ROW_FONT, ROW_HEIGHT,
    SMALL_FONT, TITLE_BASELINE, TITLE_FONT, TITLE_HEIGHT, text_width,
};
pub use picture::{
    BoxShape, Picture, PictureArrow, PictureBox, PictureCell, PictureRow, Piece, Point, Rect,
};

use crate::view::{BoxKey, Caption, Cell, Scene, SceneBox};
use lifetimes::LifetimeGraph;
use route::CellPlace;
use sheet::Sheet;
use std::collections::{BTreeMap, BTreeSet};

const SOURCE_LINE: f64 = 17.0;
/// The caption's first two lines.
const CAPTION_HEAD: f64 = 50.0;
const LEGEND_HEIGHT: f64 = 34.0;
const SMALLEST_WIDTH: f64 = 760.0;
/// The most lines of source or output that any caption of the run has.
const CAPTION_LINES: f64 = 5.0;

/// Where everything of a run stands.
#[derive(Debug)]
pub struct Plan {
    /// One for each epoch; there is one at least.
    sheets: Vec<Sheet>,
    header: f64,
    caption_words: usize,
    width: f64,
    height: f64,
}

/// Finds the places for all steps.
pub fn plan(scenes: impl Iterator<Item = Scene>) -> Plan {
    let mut union = LifetimeGraph::default();
    let mut width: f64 = SMALLEST_WIDTH;
    let mut words: f64 = 0.0;
    for scene in scenes {
        union.add(&scene);
        width = width.max(caption_size(&scene.caption));
        words = words.max(scene.caption.words.len() as f64);
    }
    union.finish();
    let header = CAPTION_HEAD + (words + CAPTION_LINES) * SOURCE_LINE + MARGIN;
    let sheets = epochs::epochs(union, header + 2.0 * MARGIN);
    let mut bottom: f64 = 0.0;
    for sheet in &sheets {
        width = width.max(sheet.width + MARGIN);
        bottom = bottom.max(sheet.bottom);
    }
    Plan {
        sheets,
        header,
        caption_words: words as usize,
        width: width.ceil(),
        height: (bottom + MARGIN + LEGEND_HEIGHT).ceil(),
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
    let words = caption.words.iter().map(|line| text_width(line, ROW_FONT));
    let words = words.fold(0.0, f64::max) + 2.0 * MARGIN;
    (source + output + 140.0).max(event + 200.0).max(words)
}

impl Plan {
    /// Whether an epoch begins at this step: boxes may stand elsewhere than at the step before.
    pub fn starts_anew(&self, step: u32) -> bool {
        self.sheets[1..]
            .iter()
            .any(|sheet| sheet.union.first == step)
    }

    fn sheet(&self, step: u32) -> &Sheet {
        let after = self
            .sheets
            .partition_point(|sheet| sheet.union.first <= step);
        &self.sheets[after.saturating_sub(1)]
    }

    /// The picture of one of the scenes that the plan was made for.
    pub fn picture(&self, scene: &Scene) -> Picture {
        let mut drawing = Drawing {
            sheet: self.sheet(scene.number),
            rects: BTreeMap::new(),
            faded: BTreeSet::new(),
            arrows: Vec::new(),
        };
        for scene_box in &scene.boxes {
            let Some(rect) = drawing.sheet.rect(scene_box) else {
                continue;
            };
            drawing.rects.insert(scene_box.key, rect);
            if scene_box.status.is_faded() {
                drawing.faded.insert(scene_box.key);
            }
        }
        let boxes = scene
            .boxes
            .iter()
            .filter_map(|scene_box| drawing.boxed(scene_box))
            .collect();
        Picture {
            number: scene.number,
            name: scene.name.clone(),
            before: scene.before,
            width: self.width,
            height: self.height,
            caption: scene.caption.clone(),
            caption_words: self.caption_words,
            header: self.header,
            boxes,
            arrows: drawing.arrows,
        }
    }
}

/// One step, as it is put together.
struct Drawing<'p> {
    sheet: &'p Sheet,
    rects: BTreeMap<BoxKey, Rect>,
    /// Boxes that are unreachable or dead.
    faded: BTreeSet<BoxKey>,
    arrows: Vec<PictureArrow>,
}

impl Drawing<'_> {
    fn boxed(&mut self, scene_box: &SceneBox) -> Option<PictureBox> {
        let rect = *self.rects.get(&scene_box.key)?;
        let node = self.sheet.union.node(scene_box.key)?;
        let labels = self.sheet.union.nodes[node].size.labels;
        let rows = scene_box
            .rows
            .iter()
            .enumerate()
            .map(|(i, row)| {
                let y = rect.y + TITLE_HEIGHT + i as f64 * ROW_HEIGHT;
                let labels = if row.aside { 0.0 } else { labels };
                let area = |x: f64, width: f64| Rect {
                    x: rect.x + x,
                    y,
                    width,
                    height: ROW_HEIGHT,
                };
                PictureRow {
                    label_area: area(0.0, labels),
                    value_area: area(labels, rect.width - labels),
                    label: self.cell(scene_box.key, &row.label, CellPlace::Label, y),
                    value: self.cell(scene_box.key, &row.value, CellPlace::Value, y),
                    mark: row.mark,
                    aside: row.aside,
                }
            })
            .collect();
        Some(PictureBox {
            key: scene_box.key,
            rect,
            shape: BoxShape::Rows,
            title_area: Rect {
                height: TITLE_HEIGHT,
                ..rect
            },
            title: scene_box.title.clone(),
            serial: scene_box.serial,
            count: scene_box.count.clone(),
            count_changed: scene_box.count_changed,
            tone: scene_box.tone,
            status: scene_box.status,
            mark: scene_box.mark,
            emphasis: scene_box.emphasis.clone(),
            rows,
        })
    }

    fn cell(&mut self, from: BoxKey, cell: &Cell, place: CellPlace, y: f64) -> PictureCell {
        let arrow = match cell {
            Cell::Text(text) if text.is_empty() => return PictureCell::Empty,
            Cell::Text(text) => return PictureCell::Text(text.clone()),
            Cell::Arrow(arrow) => arrow,
        };
        let (Some(rect), Some(target)) = (self.rects.get(&from), self.rects.get(&arrow.to)) else {
            return PictureCell::Empty;
        };
        let (start, pieces) = self.sheet.route(
            (from, *rect),
            (arrow.to, *target),
            place,
            y + ROW_HEIGHT / 2.0,
        );
        self.arrows.push(PictureArrow {
            from,
            to: arrow.to,
            start,
            pieces,
            weak: arrow.weak,
            mark: arrow.mark,
            faded: self.faded.contains(&from) || self.faded.contains(&arrow.to),
        });
        PictureCell::Dot(start)
    }
}
