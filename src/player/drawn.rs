//! The pictures for the page: what each step changes about boxes and arrows. What a box holds, and
//! each arrow, stands in a table once and is named by its number.

use super::texts::Texts;
use crate::layout::{
    BoxShape, LABEL_HEIGHT, PADDING, Picture, PictureArrow, PictureBox, PictureCell, Piece, Point,
    ROW_FONT, ROW_HEIGHT, Rect, SMALL_FONT, TITLE_FONT, TITLE_HEIGHT, text_width,
};
use crate::render::{TONES, path};
use crate::trace::Cause;
use crate::view::{BoxKey, Color, Mark, Status};
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whose box it is: a call's, an object's, the interpreter's, or one that speaks of more.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Key {
    Call(u32),
    Object(u32),
    Interpreter,
    More,
}

impl From<BoxKey> for Key {
    fn from(key: BoxKey) -> Key {
        match key {
            BoxKey::Call(call) => Key::Call(call),
            BoxKey::Object(id) => Key::Object(id.0),
            BoxKey::Interpreter => Key::Interpreter,
            BoxKey::MoreCalls(_) | BoxKey::MoreObjects => Key::More,
        }
    }
}

/// Tenths of a pixel: the fineness of the SVG frames.
type Tenths = i64;

fn tenths(number: f64) -> Tenths {
    (number * 10.0).round() as Tenths
}

/// A cell: 0 for nothing; a text's number and one; or minus the number of a dot's place and one.
type CellCode = i64;

/// What stands in a box, apart from where the box stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Content {
    title: u32,
    count: u32,
    /// The words above the box.
    note: u32,
    tone: &'static str,
    /// 0 alive, 1 unreachable, 2 dead.
    status: u8,
    new: bool,
    moved: bool,
    outlined: bool,
    width: Tenths,
    height: Tenths,
    /// 0 for rows below each other, 1 for a strip, 2 for a line beside the title.
    shape: u8,
    /// For rows, where the labels end, if there are any; for the others, where each cell begins,
    /// with the right side of the last.
    stops: Vec<Tenths>,
    /// Label, value, and 1 for a changed row plus 2 for one that speaks about the object plus
    /// 4 for one that is outlined.
    rows: Vec<(CellCode, CellCode, u8)>,
    /// What the author says of it, where that is anything: words above it, and a colour.
    said: Option<(u32, &'static str)>,
}

/// A long run has tens of thousands of these: their fields go without names, in this order.
impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flags = u8::from(self.new) + 2 * u8::from(self.moved) + 4 * u8::from(self.outlined);
        let fields = (self.title, self.count, self.note, self.tone, self.status);
        let sizes = (self.width, self.height, self.shape, &self.stops);
        match self.said {
            None => (fields, flags, sizes, &self.rows).serialize(serializer),
            Some(said) => (fields, flags, sizes, &self.rows, said).serialize(serializer),
        }
    }
}

/// An arrow: its ends' boxes, its way, and 1 for weak plus 2 for changed plus 4 for faded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct ArrowEntry(u32, u32, u32, u8);

/// Entries, each once, by number.
#[derive(Debug)]
struct Table<T> {
    index: BTreeMap<T, u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table {
            index: BTreeMap::new(),
        }
    }
}

impl<T: Ord> Table<T> {
    fn number(&mut self, entry: T) -> u32 {
        let next = self.index.len() as u32;
        *self.index.entry(entry).or_insert(next)
    }

    fn list(self) -> Vec<T> {
        let mut entries: Vec<(u32, T)> = self.index.into_iter().map(|(e, n)| (n, e)).collect();
        entries.sort_unstable_by_key(|(number, _)| *number);
        entries.into_iter().map(|(_, entry)| entry).collect()
    }
}

/// The part of the plane that any picture of the run takes.
#[derive(Debug, Serialize)]
struct Extent {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Default for Extent {
    fn default() -> Self {
        Extent {
            left: f64::INFINITY,
            top: f64::INFINITY,
            right: f64::NEG_INFINITY,
            bottom: f64::NEG_INFINITY,
        }
    }
}

impl Extent {
    fn take(&mut self, at: Point) {
        self.left = self.left.min(at.x);
        self.top = self.top.min(at.y);
        self.right = self.right.max(at.x);
        self.bottom = self.bottom.max(at.y);
    }

    fn take_picture(&mut self, picture: &Picture) {
        for Rect {
            x,
            y,
            width,
            height,
        } in picture.boxes.iter().map(|picture_box| picture_box.rect)
        {
            self.take(Point { x, y });
            self.take(Point {
                x: x + width,
                y: y + height,
            });
        }
        for piece in picture.arrows.iter().flat_map(|arrow| &arrow.pieces) {
            match piece {
                Piece::Line(to) => self.take(*to),
                Piece::Curve(a, b, to) => [a, b, to].iter().for_each(|at| self.take(**at)),
            }
        }
    }
}

/// The sizes that the page draws by.
#[derive(Debug, Default, Serialize)]
struct Metrics {
    /// Width of a column of text, in ems.
    advance: f64,
    row_height: f64,
    title_height: f64,
    label_height: f64,
    padding: f64,
    row_font: f64,
    title_font: f64,
    small_font: f64,
}

/// What all pictures share.
#[derive(Debug, Serialize)]
pub(super) struct DrawnTables {
    metrics: Metrics,
    extent: Extent,
    keys: Vec<Key>,
    contents: Vec<Content>,
    arrows: Vec<ArrowEntry>,
    dots: Vec<(Tenths, Tenths)>,
}

/// What has changed in the picture since the step before.
#[derive(Debug, Default, Serialize)]
pub(super) struct DrawnChange {
    /// Box, content, left, top; and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    put: Vec<Tenths>,
    /// Boxes that are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cut: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    draw: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    erase: Vec<u32>,
}

/// A box in a picture: content, left, top.
type Placed = (u32, Tenths, Tenths);

/// Goes through the pictures.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    extent: Extent,
    boxes: BTreeMap<BoxKey, u32>,
    keys: Vec<Key>,
    contents: Table<Content>,
    arrows: Table<ArrowEntry>,
    dots: Table<(Tenths, Tenths)>,
    placed: BTreeMap<u32, Placed>,
    drawn: BTreeSet<u32>,
    /// Boxes and arrows of the step before, and their numbers: most stay as they are.
    last_boxes: BTreeMap<BoxKey, (Arc<PictureBox>, u32)>,
    last_arrows: BTreeMap<ArrowPlace, (Arc<PictureArrow>, u32)>,
}

/// What tells the arrows of a picture apart: the ends' boxes, and the dot it starts from.
type ArrowPlace = (BoxKey, BoxKey, Tenths, Tenths);

impl Drawn {
    pub(super) fn next(&mut self, picture: &Picture, texts: &mut Texts) -> DrawnChange {
        self.extent.take_picture(picture);
        let mut placed = BTreeMap::new();
        for picture_box in &picture.boxes {
            let number = self.number(picture_box.key);
            let content = self.content_number(picture_box, texts);
            let (x, y) = (tenths(picture_box.rect.x), tenths(picture_box.rect.y));
            placed.insert(number, (content, x, y));
        }
        let mut drawn = BTreeSet::new();
        for arrow in &picture.arrows {
            drawn.insert(self.arrow_number(arrow, texts));
        }
        let mut put = Vec::new();
        for (number, (content, x, y)) in &placed {
            if self.placed.get(number) != Some(&(*content, *x, *y)) {
                put.extend([i64::from(*number), i64::from(*content), *x, *y]);
            }
        }
        let change = DrawnChange {
            put,
            cut: (self.placed.keys().copied())
                .filter(|number| !placed.contains_key(number))
                .collect(),
            draw: drawn.difference(&self.drawn).copied().collect(),
            erase: self.drawn.difference(&drawn).copied().collect(),
        };
        self.placed = placed;
        self.drawn = drawn;
        change
    }

    pub(super) fn finish(self) -> DrawnTables {
        DrawnTables {
            metrics: Metrics {
                advance: text_width("m", 1.0),
                row_height: ROW_HEIGHT,
                title_height: TITLE_HEIGHT,
                label_height: LABEL_HEIGHT,
                padding: PADDING,
                row_font: ROW_FONT,
                title_font: TITLE_FONT,
                small_font: SMALL_FONT,
            },
            extent: self.extent,
            keys: self.keys,
            contents: self.contents.list(),
            arrows: self.arrows.list(),
            dots: self.dots.list(),
        }
    }

    fn number(&mut self, key: BoxKey) -> u32 {
        let keys = &mut self.keys;
        *self.boxes.entry(key).or_insert_with(|| {
            keys.push(key.into());
            keys.len() as u32 - 1
        })
    }

    fn content_number(&mut self, picture_box: &Arc<PictureBox>, texts: &mut Texts) -> u32 {
        match self.last_boxes.get(&picture_box.key) {
            Some((last, number)) if Arc::ptr_eq(last, picture_box) || last == picture_box => {
                *number
            }
            _ => {
                let content = self.content(picture_box, texts);
                let number = self.contents.number(content);
                let entry = (Arc::clone(picture_box), number);
                self.last_boxes.insert(picture_box.key, entry);
                number
            }
        }
    }

    fn arrow_number(&mut self, arrow: &Arc<PictureArrow>, texts: &mut Texts) -> u32 {
        let start = arrow.start;
        let place = (arrow.from, arrow.to, tenths(start.x), tenths(start.y));
        match self.last_arrows.get(&place) {
            Some((last, number)) if Arc::ptr_eq(last, arrow) || last == arrow => *number,
            _ => {
                let entry = self.arrow(arrow, texts);
                let number = self.arrows.number(entry);
                self.last_arrows.insert(place, (Arc::clone(arrow), number));
                number
            }
        }
    }

    fn content(&mut self, picture_box: &PictureBox, texts: &mut Texts) -> Content {
        let rect = picture_box.rect;
        let emphasis = &picture_box.emphasis;
        let mut cell = |cell: &PictureCell| match cell {
            PictureCell::Empty => 0,
            PictureCell::Text(text) => i64::from(texts.intern(text)) + 1,
            PictureCell::Dot(at) => {
                let place = (tenths(at.x - rect.x), tenths(at.y - rect.y));
                -i64::from(self.dots.number(place)) - 1
            }
        };
        let rows = picture_box
            .rows
            .iter()
            .enumerate()
            .map(|(place, row)| {
                let flags = u8::from(row.mark != Mark::None)
                    + 2 * u8::from(row.aside)
                    + 4 * u8::from(emphasis.rows.contains(&place));
                (cell(&row.label), cell(&row.value), flags)
            })
            .collect();
        let tone = TONES.iter().find(|(tone, _)| *tone == picture_box.tone);
        Content {
            title: texts.intern(&picture_box.title),
            count: texts.intern(&picture_box.count),
            note: texts.intern(picture_box.note()),
            tone: tone.map_or("", |(_, name)| name),
            status: match picture_box.status {
                // The two that only a collection's own pictures have stand for what they become.
                Status::Alive | Status::ReachedFromOutside => 0,
                Status::Unreachable | Status::NotFreed | Status::TentativelyUnreachable => 1,
                Status::Dead(Cause::OutOfReach) => 3,
                Status::Dead(_) => 2,
            },
            new: picture_box.mark == Mark::New,
            moved: picture_box.count_changed,
            outlined: emphasis.outlined,
            width: tenths(rect.width),
            height: tenths(rect.height),
            shape: match picture_box.shape {
                BoxShape::Rows => 0,
                BoxShape::Strip => 1,
                BoxShape::Line => 2,
            },
            stops: stops(picture_box),
            rows,
            said: (!emphasis.label.is_empty() || emphasis.color.is_some()).then(|| {
                let color = emphasis.color.map_or("", Color::name);
                (texts.intern(&emphasis.label), color)
            }),
        }
    }

    fn arrow(&mut self, arrow: &PictureArrow, texts: &mut Texts) -> ArrowEntry {
        let flags = u8::from(arrow.weak)
            + 2 * u8::from(arrow.mark != Mark::None)
            + 4 * u8::from(arrow.faded);
        let (from, to) = (self.number(arrow.from), self.number(arrow.to));
        ArrowEntry(from, to, texts.intern(&path(arrow)), flags)
    }
}

/// Where the cells of a box begin, from its left side.
fn stops(picture_box: &PictureBox) -> Vec<Tenths> {
    let left = picture_box.rect.x;
    let starts = |area: &Rect| tenths(area.x - left);
    if picture_box.shape == BoxShape::Rows {
        let labelled = picture_box
            .rows
            .iter()
            .find(|row| row.label_area.width > 0.0);
        return labelled.iter().map(|row| starts(&row.value_area)).collect();
    }
    let cells = picture_box.rows.iter().map(|row| starts(&row.value_area));
    let end = picture_box
        .rows
        .last()
        .map(|row| tenths(row.value_area.right() - left));
    cells.chain(end).collect()
}
