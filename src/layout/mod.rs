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

use crate::view::Scene;
use areas::Composition;
use compose::Needs;
use lifetimes::LifetimeGraph;
use metrics::GUTTER;
use sheet::Sheet;
use std::borrow::Borrow;

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
pub fn plan(scenes: impl Iterator<Item = impl Borrow<Scene>>) -> Plan {
    let mut union = LifetimeGraph::default();
    scenes.for_each(|scene| union.add(scene.borrow()));
    union.finish();
    shapes::decide(&mut union);
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
    pub fn on_pages(
        mut self,
        scenes: impl Iterator<Item = impl Borrow<Scene>>,
        options: PageOptions,
    ) -> Plan {
        if options.crop == Crop::Run {
            let mut needs = Needs::default();
            let mut pictures = Pictures::unmoved(&self);
            for scene in scenes {
                let (picture, extent) = pictures.memory(scene.borrow());
                needs.add(&picture, extent, &options);
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
