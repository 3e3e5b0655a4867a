//! Pictures: everything at its place, ready for any output. A renderer looks nothing up.

use crate::view::{BoxKey, BoxRole, Caption, Mark, Status};

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

#[derive(Debug, Clone, PartialEq)]
pub struct PictureRow {
    pub y: f64,
    pub label: PictureCell,
    pub value: PictureCell,
    pub mark: Mark,
    pub aside: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PictureBox {
    pub key: BoxKey,
    pub rect: Rect,
    /// Where the label cells end, from the box's left side; 0 where there are none.
    pub labels: f64,
    pub title: String,
    pub serial: Option<u32>,
    pub count: String,
    pub count_changed: bool,
    pub tone: BoxRole,
    pub status: Status,
    pub mark: Mark,
    pub rows: Vec<PictureRow>,
}

/// One step, drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub number: u32,
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
