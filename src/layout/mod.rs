//! Places for everything, found once for all steps: what lives on stays where it is.

mod areas;
mod bands;
mod blocks;
mod code;
mod columns;
mod compose;
mod direction;
mod epochs;
mod frames;
mod geometry;
mod graphviz;
mod layers;
mod lifetimes;
mod measure;
mod metrics;
mod order;
mod page;
mod picture;
mod place;
mod route;
mod shapes;
mod sheet;
mod text;
mod tree_routes;
mod trees;
mod typeset;

pub use graphviz::{GraphvizError, by_graphviz, set_on_pages};
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
    BoxShape, Direction, Picture, PictureArrow, PictureBox, PictureCell, PictureRow, Piece, Point,
    Rect,
};

use crate::view::{BoxKey, Cell, Scene, SceneBox};
use areas::Composition;
use bands::Widths;
use compose::Needs;
use lifetimes::LifetimeGraph;
use route::Start;
use sheet::Sheet;
use std::collections::{BTreeMap, BTreeSet};

/// Where everything of a run stands.
#[derive(Debug)]
pub struct Plan {
    /// One for each epoch; there is one at least.
    sheets: Vec<Sheet>,
    /// How wide these may be.
    widths: Widths,
    options: PageOptions,
    composition: Composition,
}

/// Narrower widths that are tried where letters would be too small to read on the paper.
const NARROWER: [f64; 4] = [1400.0, 1100.0, 850.0, 650.0];
/// Letters become larger by this, or a run is not broken into narrower bands.
const WORTH_BREAKING: f64 = 1.25;

/// Where the memory begins, before it has its place on a page.
const TOP: f64 = 2.0 * MARGIN;

/// Finds the places for all steps. Its pages show the memory alone.
pub fn plan(scenes: impl Iterator<Item = Scene>) -> Plan {
    let mut union = LifetimeGraph::default();
    scenes.for_each(|scene| union.add(&scene));
    union.finish();
    shapes::decide(&mut union);
    let sheets = epochs::epochs(union, TOP);
    let options = PageOptions::bare();
    Plan {
        composition: Needs::default().around(&sheets).compose(&options),
        sheets,
        widths: Widths::SCREEN,
        options,
    }
}

impl Plan {
    /// The same, on pages that are composed for these pictures: what would be too small to read
    /// because it is wide is set in narrower bands.
    pub fn on_pages<I: Iterator<Item = Scene>>(
        mut self,
        scenes: impl Fn() -> I,
        options: PageOptions,
    ) -> Plan {
        if options.crop == Crop::Run {
            self.set_widths(Widths::SCREEN);
            let mut needs = self.needs(scenes(), &options);
            if let Some(widths) = self.better_widths(&needs, &options) {
                self.set_widths(widths);
                needs = self.needs(scenes(), &options);
            }
            self.composition = needs.compose(&options);
        }
        self.options = options;
        self
    }

    fn needs(&self, scenes: impl Iterator<Item = Scene>, options: &PageOptions) -> Needs {
        let mut needs = Needs::default();
        for scene in scenes {
            needs.add(&self.memory(&scene), options);
        }
        needs
    }

    /// The widths with which letters are large enough, or as large as they can be, where those of
    /// a screen leave them too small.
    fn better_widths(&self, needs: &Needs, options: &PageOptions) -> Option<Widths> {
        if !needs.are_too_small(options) {
            return None;
        }
        let letters = |sheets: &[Sheet]| needs.clone().around(sheets).letters(options);
        let as_they_are = letters(&self.sheets);
        let widest = self
            .sheets
            .iter()
            .map(|sheet| sheet.width)
            .fold(0.0, f64::max);
        let narrower = NARROWER.into_iter().filter(|width| *width < widest);
        narrower
            .map(|width| (width, letters(&self.in_widths(Widths::at_most(width)))))
            .filter(|(_, letters)| *letters > as_they_are * WORTH_BREAKING)
            .max_by(|(_, one), (_, other)| one.total_cmp(other))
            .map(|(width, _)| Widths::at_most(width))
    }

    fn set_widths(&mut self, widths: Widths) {
        if self.widths != widths {
            self.sheets = self.in_widths(widths);
            self.widths = widths;
        }
    }

    fn in_widths(&self, widths: Widths) -> Vec<Sheet> {
        let sheets = self.sheets.iter();
        sheets.map(|sheet| sheet.in_widths(widths)).collect()
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
            name: scene.name.clone(),
            before: scene.before,
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
        let index = self.sheet.union.node(scene_box.key)?;
        let node = &self.sheet.union.nodes[index];
        let rows = scene_box
            .rows
            .iter()
            .zip(node.areas(&rect, scene_box))
            .map(|(row, (label_area, value_area))| {
                let start = |area: Rect, is_label: bool| Start {
                    rect,
                    shape: node.shape,
                    area,
                    is_label,
                };
                PictureRow {
                    label_area,
                    value_area,
                    label: self.cell(scene_box.key, &row.label, &start(label_area, true)),
                    value: self.cell(scene_box.key, &row.value, &start(value_area, false)),
                    mark: row.mark,
                    aside: row.aside,
                }
            })
            .collect();
        Some(PictureBox {
            key: scene_box.key,
            rect,
            shape: node.shape,
            title_area: node.title_area(&rect),
            title: scene_box.title.clone(),
            serial: scene_box.serial,
            count: scene_box.count.clone(),
            count_changed: scene_box.count_changed,
            tone: scene_box.tone,
            heading: scene_box.heading,
            status: scene_box.status,
            mark: scene_box.mark,
            emphasis: scene_box.emphasis.clone(),
            rows,
        })
    }

    fn cell(&mut self, from: BoxKey, cell: &Cell, start: &Start) -> PictureCell {
        let arrow = match cell {
            Cell::Text(text) if text.is_empty() => return PictureCell::Empty,
            Cell::Text(text) => return PictureCell::Text(text.clone()),
            Cell::Arrow(arrow) => arrow,
        };
        let union = &self.sheet.union;
        let (Some(own), Some(to), Some(target)) = (
            union.node(from),
            union.node(arrow.to),
            self.rects.get(&arrow.to),
        ) else {
            return PictureCell::Empty;
        };
        let (start, pieces) = self.sheet.route(own, start, (to, *target));
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
