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
mod pictures;
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
pub use pictures::Pictures;
pub use text::fit;

use crate::view::Scene;
use areas::Composition;
use bands::Widths;
use compose::Needs;
use lifetimes::LifetimeGraph;
use sheet::Sheet;
use std::borrow::Borrow;

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
pub fn plan(scenes: impl Iterator<Item = impl Borrow<Scene>>) -> Plan {
    plan_towards(scenes, None)
}

/// The same, where what is linked leads to the right or down, and not to where its shape has it:
/// trees down, chains to the right.
pub fn plan_towards(
    scenes: impl Iterator<Item = impl Borrow<Scene>>,
    direction: Option<Direction>,
) -> Plan {
    let mut union = LifetimeGraph::default();
    scenes.for_each(|scene| union.add(scene.borrow()));
    union.finish();
    shapes::decide(&mut union, direction);
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
    /// The same in bands that are no wider than a pane of these sides, where that leaves it no higher
    /// than can be scrolled through: letters can be larger then.
    pub fn within(mut self, width: f64, height: f64) -> Plan {
        let is_wide = self.sheets.iter().any(|sheet| sheet.width > width);
        if !is_wide {
            return self;
        }
        let widths = Widths::at_most(width);
        let sheets = self.in_widths(widths);
        let fits = |sheet: &Sheet| sheet.width <= width && sheet.bottom <= height;
        if sheets.iter().all(fits) {
            self.composition = Needs::default().around(&sheets).compose(&self.options);
            self.sheets = sheets;
            self.widths = widths;
        }
        self
    }

    /// The same, on pages that are composed for these pictures: what would be too small to read
    /// because it is wide is set in narrower bands.
    pub fn on_pages<I: Iterator<Item: Borrow<Scene>>>(
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

    fn needs(&self, scenes: impl Iterator<Item: Borrow<Scene>>, options: &PageOptions) -> Needs {
        let mut needs = Needs::default();
        let mut pictures = Pictures::unmoved(self);
        for scene in scenes {
            let (picture, extent) = pictures.memory(scene.borrow());
            needs.add(&picture, extent, options);
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

    fn sheet_number(&self, step: u32) -> usize {
        let after = self
            .sheets
            .partition_point(|sheet| sheet.union.first <= step);
        after.saturating_sub(1)
    }

    /// Makes pictures of the scenes that the plan was made for, one after the other.
    pub fn pictures(&self) -> Pictures<'_> {
        Pictures::new(self)
    }

    /// The picture of one of these scenes.
    pub fn picture(&self, scene: &Scene) -> Picture {
        self.pictures().picture(scene)
    }
}
