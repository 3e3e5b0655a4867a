//! Places for everything, found once for all steps: what lives on stays where it is.

mod areas;
mod bands;
mod code;
mod columns;
mod compose;
mod direction;
mod epochs;
mod geometry;
mod layers;
mod lifetimes;
mod measure;
mod metrics;
mod order;
mod page;
mod picture;
mod place;
mod route;
mod sheet;
mod text;
mod typeset;

pub use measure::{Drawn, Figures, Line, Measure, drawn, points, runs_through};
pub use metrics::{
    LABEL_BASELINE, LABEL_HEIGHT, LANE_GAP, MARGIN, PADDING, ROW_BASELINE, ROW_FONT, ROW_HEIGHT,
    SMALL_FONT, TITLE_BASELINE, TITLE_FONT, TITLE_HEIGHT, text_width,
};
pub use page::{
    CodeLine, Crop, LegendEntry, LegendSign, Page, PageOptions, PagePart, PageText, Preset,
    TextTone,
};
pub use picture::{
    BoxShape, Picture, PictureArrow, PictureBox, PictureCell, PictureRow, Piece, Point, Rect,
};

use crate::view::{BoxKey, Cell, Scene, SceneBox};
use areas::Composition;
use compose::Needs;
use lifetimes::LifetimeGraph;
use metrics::GUTTER;
use route::CellPlace;
use sheet::Sheet;
use std::collections::{BTreeMap, BTreeSet};

/// Where everything of a run stands.
#[derive(Debug)]
pub struct Plan {
    /// One for each epoch; there is one at least.
    sheets: Vec<Sheet>,
    options: PageOptions,
    composition: Composition,
}

/// Where the memory begins, before it has its place on a page.
const TOP: f64 = 2.0 * MARGIN;

/// Finds the places for all steps. Its pages show the memory alone.
pub fn plan(scenes: impl Iterator<Item = Scene>) -> Plan {
    let mut union = LifetimeGraph::default();
    scenes.for_each(|scene| union.add(&scene));
    union.finish();
    let sheets = epochs::epochs(union, TOP);
    let options = PageOptions::bare();
    let mut needs = Needs::default();
    for sheet in &sheets {
        needs.add_memory(Rect {
            x: 0.0,
            y: 0.0,
            width: sheet.width + GUTTER,
            height: sheet.bottom,
        });
    }
    Plan {
        composition: needs.compose(&options),
        sheets,
        options,
    }
}

impl Plan {
    /// The same places, on pages that are composed for these pictures.
    pub fn on_pages(mut self, scenes: impl Iterator<Item = Scene>, options: PageOptions) -> Plan {
        if options.crop == Crop::Run {
            let mut needs = Needs::default();
            for scene in scenes {
                needs.add(&self.memory(&scene), &options);
            }
            self.composition = needs.compose(&options);
        }
        self.options = options;
        self
    }

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
        let mut picture = self.memory(scene);
        let composed;
        let composition = match self.options.crop {
            Crop::Run => &self.composition,
            Crop::Step => {
                let mut needs = Needs::default();
                needs.add(&picture, &self.options);
                composed = needs.compose(&self.options);
                &composed
            }
        };
        picture.move_by(composition.shift);
        picture.page = typeset::page(&picture, composition, &self.options);
        picture
    }

    /// The boxes and arrows of a scene, without a page.
    fn memory(&self, scene: &Scene) -> Picture {
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
            caption: scene.caption.clone(),
            page: Page::default(),
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
