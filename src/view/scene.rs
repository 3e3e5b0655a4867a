//! Scenes: one for each step, boxes with rows and arrows, without places.

use super::caption::Caption;
use super::choice::Choice;
use super::content::{Content, content};
use super::focus::Chosen;
use super::stack::{Names, RunningCall};
use crate::analyse::Ledger;
use crate::trace::{Cause, Count, Kept, Kind, ObjId, ObjectInfo, ObjectState, State, Step, Trace};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What to draw, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewOptions {
    /// Draw every object as a box, also small values.
    pub boxes: bool,
    /// Draw small values in the rows, also where the script's marks ask for boxes.
    pub inline: bool,
    /// Say of each object which generation of the collector's it is in.
    pub generations: bool,
    /// Say of each object how many bytes it takes.
    pub sizes: bool,
    /// Objects that are drawn at most in one picture; the others are counted.
    pub max_objects: usize,
    /// Rows of a container that are drawn before and after the ones left out.
    pub first_rows: usize,
    pub last_rows: usize,
    /// What of it the user wants to see.
    pub choice: Choice,
}

impl Default for ViewOptions {
    fn default() -> Self {
        ViewOptions {
            boxes: false,
            inline: false,
            generations: false,
            sizes: false,
            max_objects: 60,
            first_rows: 12,
            last_rows: 3,
            choice: Choice::default(),
        }
    }
}

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
pub enum Tone {
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

/// How an object stands at this step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Alive,
    /// Nothing reaches it any more, and the collector has not come yet.
    Unreachable,
    /// It died since the step before.
    Dead(Cause),
    /// While the collector runs: no reference from outside its candidates has been found yet.
    Suspect,
    /// While the collector runs: something that is held from outside reaches it.
    Rescued,
}

impl Status {
    /// Whether it is drawn as something that is not alive, or may not be.
    pub fn is_faded(self) -> bool {
        matches!(
            self,
            Status::Unreachable | Status::Dead(_) | Status::Suspect
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SceneBox {
    pub key: BoxKey,
    pub tone: Tone,
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
    /// For frames, their place among the frames: the oldest of the first thread have the lowest.
    /// Of a deep stack the newest frames take turns at a few places.
    pub depth: Option<usize>,
}

/// One step, ready to be laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub number: u32,
    pub caption: Caption,
    pub boxes: Vec<SceneBox>,
}

/// How far the drawing goes.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Objects at most.
    most: usize,
    /// References at most from where it starts.
    deepest: usize,
    /// Whether folded objects are closed.
    folding: bool,
}

/// One step, with everything that is needed to say what its boxes hold.
pub(super) struct StepView<'s> {
    pub trace: &'s Trace,
    pub options: &'s ViewOptions,
    pub chosen: &'s Chosen<'s>,
    pub state: &'s State,
    pub step: &'s Step,
    pub ledger: &'s Ledger,
    pub calls: &'s [RunningCall<'s>],
}

impl StepView<'_> {
    pub(super) fn text(&self, symbol: crate::trace::Symbol) -> &str {
        self.trace.symbols.text(symbol)
    }

    pub(super) fn info(&self, id: ObjId) -> &ObjectInfo {
        self.trace.object(id)
    }

    pub(super) fn object(&self, id: ObjId) -> Option<&ObjectState> {
        self.state.heap.get(&id)
    }

    /// All boxes of the step: frames first, then objects by serial.
    pub(super) fn boxes(&self) -> Vec<SceneBox> {
        // What an arrow of a drawn box leads to is drawn, breadth first; so is what nothing
        // reaches. A focus starts with its objects instead.
        let focus = self.focus_objects();
        let in_focus = focus.is_some();
        let start = focus.unwrap_or_else(|| {
            let mut open = VecDeque::new();
            for frame in self.frame_boxes(Names::Shortened) {
                targets(&frame, &mut open);
            }
            open.extend(self.unreachable_boxes());
            open
        });
        let bounds = Bounds {
            most: self.options.max_objects,
            deepest: self.chosen.resolved.depth.unwrap_or(usize::MAX),
            folding: true,
        };
        let (mut drawn, left_out) = self.reached(start, bounds);
        self.describe_folded(&mut drawn);
        let mut boxes = self.frame_boxes(if in_focus {
            Names::InFocus(&drawn)
        } else {
            Names::Shortened
        });
        self.roots_of_only(&mut boxes);
        boxes.extend(drawn.into_values());
        for drawn in &mut boxes {
            self.name_left_out(drawn, &left_out);
        }
        if !left_out.is_empty() {
            boxes.push(self.more_objects(&left_out));
        }
        boxes
    }

    /// The whole of memory in boxes, where that is more than is drawn: what changes are found by.
    pub(super) fn more_than(
        &self,
        drawn: &BTreeMap<BoxKey, SceneBox>,
    ) -> Option<BTreeMap<BoxKey, SceneBox>> {
        if !self.chosen.is_partial() && !drawn.contains_key(&BoxKey::MoreObjects) {
            return None;
        }
        let frames = self.frame_boxes(Names::All);
        let mut start = VecDeque::new();
        for frame in &frames {
            targets(frame, &mut start);
        }
        start.extend(self.unreachable_boxes());
        let bounds = Bounds {
            most: usize::MAX,
            deepest: usize::MAX,
            folding: false,
        };
        let objects = self.reached(start, bounds).0.into_values();
        let all = frames.into_iter().chain(objects).map(|b| (b.key, b));
        Some(all.collect())
    }

    /// The boxes that arrows lead to from `start` on, and what is too far away or too much.
    fn reached(
        &self,
        start: VecDeque<ObjId>,
        bounds: Bounds,
    ) -> (BTreeMap<ObjId, SceneBox>, BTreeSet<ObjId>) {
        let mut drawn: BTreeMap<ObjId, SceneBox> = BTreeMap::new();
        let mut left_out: BTreeSet<ObjId> = BTreeSet::new();
        let mut open: VecDeque<(ObjId, usize)> = start.into_iter().map(|id| (id, 1)).collect();
        while let Some((id, depth)) = open.pop_front() {
            if drawn.contains_key(&id) || left_out.contains(&id) {
                continue;
            }
            let object = if bounds.folding {
                self.object_box(id)
            } else {
                self.open_box(id)
            };
            let Some(object) = object else {
                continue;
            };
            let mut next = VecDeque::new();
            targets(&object, &mut next);
            open.extend(next.into_iter().map(|to| (to, depth + 1)));
            if drawn.len() < bounds.most && depth <= bounds.deepest {
                drawn.insert(id, object);
            } else {
                left_out.insert(id);
            }
        }
        (drawn, left_out)
    }

    /// Objects that are drawn although no arrow leads to them from a name.
    fn unreachable_boxes(&self) -> Vec<ObjId> {
        self.state
            .heap
            .keys()
            .copied()
            .filter(|id| self.info(*id).born.is_some() && !self.ledger.is_reachable(*id))
            .filter(|id| self.is_box(*id) && !self.is_part(*id) && !self.hides(*id))
            .collect()
    }

    /// The box of an object, if it is alive and drawn as one; without its contents if folded.
    fn object_box(&self, id: ObjId) -> Option<SceneBox> {
        let mut object = self.open_box(id)?;
        if self.folds(id) {
            self.fold(id, &mut object);
        }
        Some(object)
    }

    /// The box of an object with its contents.
    pub(super) fn open_box(&self, id: ObjId) -> Option<SceneBox> {
        let object = self.object(id)?;
        if self.running_call(id).is_some() {
            // A running frame is drawn in the call stack.
            return None;
        }
        let Content {
            tone,
            title,
            rows,
            empty,
        } = content(self, id, object);
        let status = if self.ledger.is_reachable(id) {
            Status::Alive
        } else {
            Status::Unreachable
        };
        Some(SceneBox {
            key: BoxKey::Object(id),
            tone,
            title,
            serial: Some(id.0),
            count_changed: false,
            count: self.measures(id, object),
            rows: self.shortened(self.rows_between_only(id, rows), empty),
            status,
            mark: Mark::None,
            depth: None,
        })
    }

    /// Count, and where they are asked for generation and size, in words.
    fn measures(&self, id: ObjId, object: &ObjectState) -> String {
        let resolved = self.chosen.resolved;
        let mut words = Vec::new();
        if let (true, Some(generation @ 0..=2)) = (resolved.generations, object.generation) {
            words.push(format!("generation {generation}"));
        }
        if let (true, Some(size)) = (resolved.sizes, object.size) {
            words.push(format!("{size} bytes"));
        }
        words.push(count_in_words(object.refcount, self.info(id).kept));
        words.join(", ")
    }

    /// The first and last rows, where there are too many, and a word where there are none.
    pub(super) fn shortened(&self, mut rows: Vec<Row>, empty: &str) -> Vec<Row> {
        let (first, last) = (self.options.first_rows, self.options.last_rows);
        if rows.is_empty() && !empty.is_empty() {
            rows.push(aside(empty.to_owned()));
        } else if rows.len() > first + last + 1 {
            let more = rows.len() - first - last;
            let tail = rows.split_off(rows.len() - last);
            rows.truncate(first);
            rows.push(aside(format!("… {} more", grouped(more))));
            rows.extend(tail);
        }
        rows
    }

    /// The call that runs in a frame object.
    fn running_call(&self, id: ObjId) -> Option<&RunningCall<'_>> {
        self.calls.iter().find(|call| call.frame.object == Some(id))
    }

    /// A cell that leads to an object: an arrow to its box, or its value.
    pub(super) fn cell(&self, to: ObjId, weak: bool) -> Cell {
        if let Some(call) = self.running_call(to) {
            return Cell::Arrow(Arrow {
                to: BoxKey::Call(call.number),
                weak,
                mark: Mark::None,
            });
        }
        if self.hides(to) {
            return Cell::Text(self.in_words(to));
        }
        if self.is_box(to) {
            return Cell::Arrow(Arrow {
                to: BoxKey::Object(to),
                weak,
                mark: Mark::None,
            });
        }
        Cell::Text(super::content::inline_text(self, to))
    }

    /// Whether an object is drawn as a box of its own.
    pub(super) fn is_box(&self, id: ObjId) -> bool {
        let info = self.info(id);
        match info.kind {
            _ if self.is_asked_for(id) => true,
            Kind::Atom => self.chosen.resolved.boxes || self.long_shared_atom(id),
            Kind::Module => self
                .object(id)
                .is_some_and(|object| !object.refs.is_empty()),
            Kind::Namespace => false,
            Kind::Class | Kind::Function => super::content::has_rows(self, id),
            Kind::Other => self
                .object(id)
                .is_some_and(|object| !object.refs.is_empty()),
            _ => true,
        }
    }

    /// A long text that several things share is worth a box.
    fn long_shared_atom(&self, id: ObjId) -> bool {
        self.object(id).is_some_and(|object| {
            object
                .value
                .is_some_and(|value| self.text(value).chars().count() > 40)
        })
    }

    /// An object that is drawn as part of another: a generator's frame, an exception's arguments.
    pub(super) fn is_part(&self, id: ObjId) -> bool {
        let owners = self.ledger.owners(id);
        owners.len() == 1
            && matches!(owners[0].from, crate::analyse::Source::Object(owner)
                if super::content::absorbs(self, owner, id))
    }

    /// What died since the step before, as it was then. Its arrows stay where both ends are still
    /// drawn.
    pub(super) fn ghosts(
        &self,
        before: &BTreeMap<BoxKey, SceneBox>,
        now: &BTreeMap<BoxKey, SceneBox>,
    ) -> Vec<SceneBox> {
        let freed = &self.step.head.freed;
        let dead: BTreeSet<BoxKey> = freed
            .iter()
            .map(|id| BoxKey::Object(*id))
            .filter(|key| before.contains_key(key))
            .collect();
        let keep = |cell: &mut Cell| {
            if let Cell::Arrow(arrow) = cell {
                arrow.mark = Mark::None;
                if !dead.contains(&arrow.to) && !now.contains_key(&arrow.to) {
                    *cell = Cell::Text(match arrow.to {
                        BoxKey::Object(id) if self.object(id).is_some() => self.in_words(id),
                        _ => "gone".to_owned(),
                    });
                }
            }
        };
        freed
            .iter()
            .filter_map(|id| {
                let mut ghost = before.get(&BoxKey::Object(*id))?.clone();
                let cause = self
                    .info(*id)
                    .died
                    .map_or(Cause::RefCount, |death| death.cause);
                ghost.status = Status::Dead(cause);
                ghost.count = "0 refs".to_owned();
                ghost.mark = Mark::None;
                for row in &mut ghost.rows {
                    row.mark = Mark::None;
                    keep(&mut row.value);
                    keep(&mut row.label);
                }
                Some(ghost)
            })
            .collect()
    }
}

/// A row that speaks of the object rather than showing of it.
pub(super) fn aside(text: String) -> Row {
    Row {
        label: Cell::Text(String::new()),
        value: Cell::Text(text),
        mark: Mark::None,
        aside: true,
    }
}

fn count_in_words(count: Count, kept: Option<Kept>) -> String {
    match count {
        Count::Immortal => match kept {
            Some(Kept::Interned) => "immortal (interned)".to_owned(),
            Some(Kept::Cached) => "immortal (cached)".to_owned(),
            Some(Kept::BuiltIn) | None => "immortal".to_owned(),
        },
        Count::Of(1) => "1 ref".to_owned(),
        Count::Of(count) => format!("{count} refs"),
    }
}

pub(super) fn targets(from: &SceneBox, into: &mut VecDeque<ObjId>) {
    for row in &from.rows {
        for cell in [&row.label, &row.value] {
            if let Cell::Arrow(Arrow {
                to: BoxKey::Object(id),
                ..
            }) = cell
            {
                into.push_back(*id);
            }
        }
    }
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
