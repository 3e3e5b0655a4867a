//! The page around the memory: its words, source, output and legend, each at its place.

use super::geometry::{Direction, Point, Rect};
use crate::view::{Scene, Syntax};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// A page. Lengths are in units in which the letters of rows are [`ROW_FONT`](super::ROW_FONT) high,
/// as those of boxes; `scale` says how many pixels a unit is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub width: f64,
    pub height: f64,
    pub scale: f64,
    /// What has happened, in large letters at the top.
    pub words: Vec<PageText>,
    /// What lies behind source and output.
    pub panel: Option<Rect>,
    /// Shared with the pages on which they are the same.
    pub code: Vec<Arc<CodeLine>>,
    /// What the program has printed, below a heading.
    pub output: Vec<PageText>,
    /// Around all boxes and arrows of the picture's product.
    pub memory: Rect,
    pub legend: Vec<LegendEntry>,
    /// Step, event and file, at the foot.
    pub small_print: Vec<PageText>,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq)]
pub struct PageText {
    /// Where it begins, on its baseline.
    pub at: Point,
    pub size: f64,
    pub tone: TextTone,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTone {
    Plain,
    Quiet,
    Strong,
}

/// A line of source.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeLine {
    /// What is coloured where the line has run or is next.
    pub band: Rect,
    /// Its number, or the sign for lines that are left out.
    pub number: PageText,
    /// Where its text begins, on its baseline.
    pub at: Point,
    pub text: String,
    /// What the parts of the text are, by its bytes.
    pub spans: Vec<(Range<usize>, Syntax)>,
    /// It has just run.
    pub ran: bool,
    /// It runs next.
    pub next: bool,
    /// The word for that, left of the number.
    pub word: Option<PageText>,
}

/// What a sign means.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    pub sign: LegendSign,
    /// Where the sign is drawn.
    pub sample: Rect,
    pub text: PageText,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegendSign {
    Weak,
    Unreachable,
    NotFreed,
    Freed,
    OutOfReach,
}

impl LegendSign {
    pub fn words(self) -> &'static str {
        match self {
            LegendSign::Weak => "weak reference: adds nothing to the count",
            LegendSign::Unreachable => "unreachable: waiting for the collector",
            LegendSign::NotFreed => "no name leads to it; not freed yet",
            LegendSign::Freed => "just freed",
            LegendSign::OutOfReach => "no name leads to it; freed or not is not known",
        }
    }
}

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// A slide of 1920 by 1080 pixels.
    Slide,
    /// A web page: 720 pixels wide.
    Post,
    /// A column of a printed page: 3.4 inches wide.
    Print,
}

/// How much of the memory's room a picture takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crop {
    /// What all pictures of the run take, so that nothing moves from one to the next.
    #[default]
    Run,
    /// What it takes itself.
    Step,
}

/// A part of a page that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PagePart {
    Code,
    Caption,
    Step,
    File,
    Serials,
    Counts,
    Legend,
    Output,
}

/// How pages are composed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageOptions {
    pub preset: Option<Preset>,
    /// Height of the letters in rows, in pixels, where no preset decides it.
    pub font_size: Option<f64>,
    pub crop: Crop,
    pub without: BTreeSet<PagePart>,
    /// Where what is linked leads, where its shape is not to decide it.
    pub direction: Option<Direction>,
}

impl PageOptions {
    /// A page with nothing around the memory.
    pub(super) fn bare() -> PageOptions {
        let around = [
            PagePart::Code,
            PagePart::Caption,
            PagePart::Step,
            PagePart::File,
            PagePart::Legend,
            PagePart::Output,
        ];
        PageOptions {
            without: around.into_iter().collect(),
            ..PageOptions::default()
        }
    }

    pub(super) fn has(&self, part: PagePart) -> bool {
        !self.without.contains(&part)
    }

    /// The same for the pictures of a contact sheet, which are small and many.
    pub fn on_a_sheet(&self) -> PageOptions {
        let left_out = [PagePart::Code, PagePart::Output, PagePart::File];
        PageOptions {
            preset: None,
            crop: Crop::Run,
            without: self.without.iter().copied().chain(left_out).collect(),
            ..self.clone()
        }
    }

    /// The same for a presentation.
    pub fn on_slides(&self) -> PageOptions {
        PageOptions {
            preset: Some(Preset::Slide),
            crop: Crop::Run,
            ..self.clone()
        }
    }

    /// A scene without what boxes are not to say.
    pub fn stripped(&self, mut scene: Scene) -> Scene {
        let (serials, counts) = (self.has(PagePart::Serials), self.has(PagePart::Counts));
        if serials && counts {
            return scene;
        }
        for scene_box in &mut scene.boxes {
            let scene_box = Arc::make_mut(scene_box);
            if !serials {
                scene_box.serial = None;
            }
            if !counts {
                scene_box.count.clear();
                scene_box.count_changed = false;
            }
        }
        scene
    }
}
