//! Pictures: everything at its place, ready for any output. A renderer looks nothing up.

pub use super::geometry::{Direction, Point, Rect};
use super::metrics::{NOTE_HEIGHT, SMALL_FONT, text_width};
use super::page::Page;
use crate::trace::Cause;
use crate::view::{BoxKey, BoxRole, Caption, Emphasis, Heading, Mark, Status};
use std::sync::Arc;

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
    pub heading: Heading,
    pub status: Status,
    pub mark: Mark,
    pub emphasis: Emphasis,
    pub rows: Vec<PictureRow>,
}

impl PictureBox {
    /// The words above it.
    pub fn note(&self) -> &'static str {
        match (self.status, self.mark) {
            (Status::Unreachable, _) => "unreachable",
            (Status::NotFreed, _) => "not freed yet",
            (Status::Dead(Cause::RefCount), _) => "freed: count fell to 0",
            (Status::Dead(Cause::Collector), _) => "freed by the collector",
            (Status::Dead(Cause::Exit), _) => "freed at exit",
            (Status::Dead(Cause::Unknown), _) => "freed",
            (Status::Dead(Cause::OutOfReach), _) => "out of reach",
            (Status::TentativelyUnreachable, _) => "tentatively unreachable",
            (Status::ReachedFromOutside, _) => "rescued: reached from outside",
            (Status::Alive, Mark::New) => "new",
            (Status::Alive, _) => "",
        }
    }

    /// It and the words above it.
    fn with_note(&self) -> Rect {
        let note = self.note();
        if note.is_empty() {
            return self.rect;
        }
        self.rect.around(&Rect {
            x: self.rect.x,
            y: self.rect.y - NOTE_HEIGHT,
            width: text_width(note, SMALL_FONT),
            height: NOTE_HEIGHT,
        })
    }
}

/// One step, drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub number: u32,
    /// What its file is called instead of by its number.
    pub name: Option<String>,
    /// The step that is drawn beside it, as what was before.
    pub before: Option<u32>,
    pub caption: Caption,
    /// What stands around the memory, and where.
    pub page: Page,
    /// Shared with the pictures in which they are the same, as arrows are.
    pub boxes: Vec<Arc<PictureBox>>,
    pub arrows: Vec<Arc<PictureArrow>>,
}

/// Half the width of the widest line, and of an arrow's head.
const LINE_AROUND: f64 = 1.0;
const HEAD_AROUND: f64 = 7.0;

impl Picture {
    /// The smallest area around all boxes, arrows and the words above boxes.
    pub fn extent(&self) -> Option<Rect> {
        let boxes = self.boxes.iter().map(|one| one.extent());
        let ways = self.arrows.iter().map(|arrow| arrow.extent());
        boxes.chain(ways).reduce(|all, area| all.around(&area))
    }

    /// The same as a worksheet: every box at its place, with its title and its names, and nothing
    /// that tells what they lead to.
    pub fn blank(&self) -> Picture {
        let mut blank = self.clone();
        blank.arrows.clear();
        blank.caption.words.clear();
        blank.caption.output.clear();
        blank.page.words.clear();
        blank.page.output.clear();
        blank.page.legend.clear();
        for picture_box in blank.boxes.iter_mut().map(Arc::make_mut) {
            picture_box.mark = Mark::None;
            picture_box.count.clear();
            for row in &mut picture_box.rows {
                row.mark = Mark::None;
                row.value = PictureCell::Empty;
                if matches!(row.label, PictureCell::Dot(_)) {
                    row.label = PictureCell::Empty;
                }
            }
        }
        blank
    }

    /// Moves boxes and arrows.
    pub(super) fn move_by(&mut self, by: (f64, f64)) {
        for picture_box in &mut self.boxes {
            Arc::make_mut(picture_box).move_by(by);
        }
        for arrow in &mut self.arrows {
            Arc::make_mut(arrow).move_by(by);
        }
    }
}

impl PictureArrow {
    pub(super) fn move_by(&mut self, by: (f64, f64)) {
        self.start.move_by(by);
        for piece in &mut self.pieces {
            match piece {
                Piece::Line(to) => to.move_by(by),
                Piece::Curve(a, b, to) => [a, b, to].into_iter().for_each(|at| at.move_by(by)),
            }
        }
    }

    /// An area around it; a curve lies within its control points.
    pub(super) fn extent(&self) -> Rect {
        let around = |at: Point| Rect {
            x: at.x - HEAD_AROUND,
            y: at.y - HEAD_AROUND,
            width: 2.0 * HEAD_AROUND,
            height: 2.0 * HEAD_AROUND,
        };
        let mut all = around(self.start);
        for piece in &self.pieces {
            let points = match piece {
                Piece::Line(to) => [*to; 3],
                Piece::Curve(a, b, to) => [*a, *b, *to],
            };
            all = points
                .into_iter()
                .fold(all, |all, at| all.around(&around(at)));
        }
        all
    }
}

impl PictureBox {
    /// The area of it, its line, and the words above it.
    pub(super) fn extent(&self) -> Rect {
        let Rect {
            x,
            y,
            width,
            height,
        } = self.with_note();
        Rect {
            x: x - LINE_AROUND,
            y: y - LINE_AROUND,
            width: width + 2.0 * LINE_AROUND,
            height: height + 2.0 * LINE_AROUND,
        }
    }

    pub(super) fn move_by(&mut self, by: (f64, f64)) {
        self.rect.move_by(by);
        self.title_area.move_by(by);
        for row in &mut self.rows {
            row.label_area.move_by(by);
            row.value_area.move_by(by);
            for cell in [&mut row.label, &mut row.value] {
                if let PictureCell::Dot(at) = cell {
                    at.move_by(by);
                }
            }
        }
    }
}
