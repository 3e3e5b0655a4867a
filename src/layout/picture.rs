//! Pictures: everything at its place, ready for any output. A renderer looks nothing up.

use crate::view::{BoxKey, BoxRole, Caption, Emphasis, Mark, Status};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The smallest rectangle around both.
    pub fn around(&self, other: &Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Rect {
            x,
            y,
            width: self.right().max(other.right()) - x,
            height: self.bottom().max(other.bottom()) - y,
        }
    }
}

/// A piece of an arrow's way, from where the piece before ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece {
    Line(Point),
    /// Two control points and the end.
    Curve(Point, Point, Point),
}

#[derive(Debug, Clone, PartialEq)]
pub struct PictureArrow {
    pub from: BoxKey,
    pub to: BoxKey,
    pub start: Point,
    pub pieces: Vec<Piece>,
    pub weak: bool,
    pub mark: Mark,
    /// One of its ends is unreachable or dead.
    pub faded: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PictureCell {
    Empty,
    Text(String),
    /// The dot from which an arrow leaves.
    Dot(Point),
}

/// How the rows of a box are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BoxShape {
    /// Below each other, each with its label left of its value.
    Rows,
    /// Side by side below the title, each with its label above its value.
    Strip,
    /// Side by side to the right of the title, values only.
    Line,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PictureRow {
    /// Where its label stands; without width or height where none does.
    pub label_area: Rect,
    pub value_area: Rect,
    pub label: PictureCell,
    pub value: PictureCell,
    pub mark: Mark,
    pub aside: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PictureBox {
    pub key: BoxKey,
    pub rect: Rect,
    pub shape: BoxShape,
    /// Where its title, serial and count stand.
    pub title_area: Rect,
    pub title: String,
    pub serial: Option<u32>,
    pub count: String,
    pub count_changed: bool,
    pub tone: BoxRole,
    pub status: Status,
    pub mark: Mark,
    pub emphasis: Emphasis,
    pub rows: Vec<PictureRow>,
}

/// One step, drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub number: u32,
    /// What its file is called instead of by its number.
    pub name: Option<String>,
    /// The step that is drawn beside it, as what was before.
    pub before: Option<u32>,
    pub width: f64,
    pub height: f64,
    pub caption: Caption,
    /// The most lines of words that any caption of the run has.
    pub caption_words: usize,
    /// Height of the part above the memory, which holds the caption.
    pub header: f64,
    pub boxes: Vec<PictureBox>,
    pub arrows: Vec<PictureArrow>,
}
