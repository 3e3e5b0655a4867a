//! Scenes: one for each step, boxes with rows and arrows, without places.

use super::caption::Caption;
use crate::trace::{Cause, Kind, ObjId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which thing a box stands for, the same over all steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BoxKey {
    /// A call of a function, numbered in the order of the calls.
    Call(u32),
    /// The calls that are left out of the deep stack of a thread.
    MoreCalls(u32),
    Object(ObjId),
    /// The objects that are left out of a full picture.
    MoreObjects,
    /// What the interpreter itself holds, in a picture of what keeps an object alive.
    Interpreter,
}

/// The colour role of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BoxRole {
    Frame,
    ActiveFrame,
    Container,
    Instance,
    Class,
    Function,
    Suspended,
    Exception,
    Atom,
}

impl BoxRole {
    /// That of an object's box.
    pub fn of(kind: Kind) -> BoxRole {
        match kind {
            Kind::Sequence | Kind::Mapping | Kind::Set => BoxRole::Container,
            Kind::Class | Kind::Module => BoxRole::Class,
            Kind::Function | Kind::Cell => BoxRole::Function,
            Kind::Generator | Kind::Frame => BoxRole::Suspended,
            Kind::Exception | Kind::Traceback => BoxRole::Exception,
            Kind::Atom => BoxRole::Atom,
            _ => BoxRole::Instance,
        }
    }
}

/// What kind of thing a box holds, as far as its shape depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxKind {
    /// Items one after the other.
    Sequence,
    /// Items without an order of their own.
    Set,
    /// Keys and values.
    Mapping,
    /// Attributes of an instance.
    Fields,
    Other,
}

/// How an object stands at this step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Alive,
    /// Nothing reaches it any more, and the collector has not come yet.
    Unreachable,
    /// No name leads to it, and it is not freed; of what else holds it nothing is known.
    NotFreed,
    /// It died since the step before.
    Dead(Cause),
    /// While the collector runs: no reference from outside its candidates has been found yet.
    TentativelyUnreachable,
    /// While the collector runs: something that is held from outside reaches it.
    ReachedFromOutside,
}

impl Status {
    /// Whether it is drawn as something that is not alive, or may not be.
    pub fn is_faded(self) -> bool {
        matches!(
            self,
            Status::Unreachable
                | Status::NotFreed
                | Status::Dead(_)
                | Status::TentativelyUnreachable
        )
    }
}

/// What happened to a box or row since the step before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    None,
    New,
    Changed,
}

/// An arrow from a row to a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrow {
    pub to: BoxKey,
    pub weak: bool,
    pub mark: Mark,
}

/// One half of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Arrow(Arrow),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub label: Cell,
    pub value: Cell,
    pub mark: Mark,
    /// Text about the object rather than of it: "... 9,990 more", "empty".
    pub aside: bool,
}

/// A colour that an author may give to boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Color {
    Red,
    Orange,
    Yellow,
    Green,
    Blue,
    Purple,
    Grey,
}

impl Color {
    /// All of them, by name.
    pub const ALL: [(&'static str, Color); 7] = [
        ("red", Color::Red),
        ("orange", Color::Orange),
        ("yellow", Color::Yellow),
        ("green", Color::Green),
        ("blue", Color::Blue),
        ("purple", Color::Purple),
        ("grey", Color::Grey),
    ];

    pub fn name(self) -> &'static str {
        let mut all = Color::ALL.iter();
        all.find(|(_, color)| *color == self)
            .map_or("", |(name, _)| *name)
    }

    /// # Errors
    /// Which colours there are.
    pub fn named(name: &str) -> Result<Color, String> {
        let mut all = Color::ALL.iter();
        let found = all.find(|(one, _)| *one == name).map(|(_, color)| *color);
        found.ok_or_else(|| {
            let names: Vec<&str> = Color::ALL.iter().map(|(name, _)| *name).collect();
            format!("there is no colour {name}: there are {}", names.join(", "))
        })
    }
}

/// A shape that an author may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// What it leads to hangs from it.
    Tree,
    /// The lists or records in it stand line by line.
    Grid,
    /// Its values stand side by side.
    Row,
    /// None but rows below each other.
    Rows,
}

impl Shape {
    /// All of them, by name.
    pub const ALL: [(&'static str, Shape); 4] = [
        ("tree", Shape::Tree),
        ("grid", Shape::Grid),
        ("row", Shape::Row),
        ("rows", Shape::Rows),
    ];

    pub fn name(self) -> &'static str {
        let mut all = Shape::ALL.iter();
        all.find(|(_, shape)| *shape == self)
            .map_or("", |(name, _)| *name)
    }

    /// # Errors
    /// Which shapes there are.
    pub fn named(name: &str) -> Result<Shape, String> {
        let mut all = Shape::ALL.iter();
        let found = all.find(|(one, _)| *one == name).map(|(_, shape)| *shape);
        found.ok_or_else(|| {
            let names: Vec<&str> = Shape::ALL.iter().map(|(name, _)| *name).collect();
            format!("there is no shape {name}: there are {}", names.join(", "))
        })
    }
}

/// What an author says about a box.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emphasis {
    pub outlined: bool,
    /// The places of the rows that are outlined.
    pub rows: Vec<usize>,
    /// Words above the box.
    pub label: String,
    /// Of its title bar.
    pub color: Option<Color>,
    /// How it is to be laid out.
    pub shape: Option<Shape>,
}

/// How the title of a box is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Heading {
    /// On a bar in the colour of its role.
    #[default]
    Bar,
    /// In the box, without a colour.
    Plain,
    /// Small, above the box.
    Above,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SceneBox {
    pub key: BoxKey,
    pub kind: BoxKind,
    pub tone: BoxRole,
    pub heading: Heading,
    pub title: String,
    /// Serial, for the corner of the title.
    pub serial: Option<u32>,
    /// The reference count in words.
    pub count: String,
    /// The count is not what it was at the step before; the words say both.
    pub count_changed: bool,
    pub rows: Vec<Row>,
    pub status: Status,
    pub mark: Mark,
    pub emphasis: Emphasis,
    /// For frames, their place among the frames: the oldest of the first thread have the lowest.
    /// Of a deep stack the newest frames take turns at a few places.
    pub depth: Option<usize>,
}

/// One step, ready to be laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub number: u32,
    /// What its file is called instead of by its number.
    pub name: Option<String>,
    /// The step that its picture shows beside it, as what was before.
    pub before: Option<u32>,
    pub caption: Caption,
    /// Shared with the scenes in which they are the same.
    pub boxes: Vec<Arc<SceneBox>>,
}

/// Boxes by what they stand for.
pub(super) type BoxMap = BTreeMap<BoxKey, Arc<SceneBox>>;

/// A row that speaks of the object rather than showing of it.
pub(super) fn aside(text: String) -> Row {
    Row {
        label: Cell::Text(String::new()),
        value: Cell::Text(text),
        mark: Mark::None,
        aside: true,
    }
}

/// What the arrows of a box lead to.
pub(super) fn targets(from: &SceneBox) -> impl Iterator<Item = ObjId> {
    let cells = from.rows.iter().flat_map(|row| [&row.label, &row.value]);
    cells.filter_map(|cell| match cell {
        Cell::Arrow(Arrow {
            to: BoxKey::Object(id),
            ..
        }) => Some(*id),
        _ => None,
    })
}

/// A number with commas between thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A box that speaks of what is not drawn.
pub(super) fn note_box(key: BoxKey, title: &str, rows: Vec<Row>) -> SceneBox {
    SceneBox {
        key,
        kind: BoxKind::Other,
        tone: BoxRole::Atom,
        heading: Heading::Bar,
        title: title.to_owned(),
        serial: None,
        count: String::new(),
        count_changed: false,
        rows,
        status: Status::Alive,
        mark: Mark::None,
        emphasis: Emphasis::default(),
        depth: None,
    }
}
