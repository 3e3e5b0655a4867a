//! The boxes of a step: which objects are drawn as boxes, and what reaches them.

use super::calls::RunningCall;
use super::content::{self, Content, content};
use super::in_flight::Kept;
use super::scene::{
    Arrow, BoxKey, BoxKind, BoxMap, Cell, Emphasis, Mark, Row, SceneBox, Status, aside, grouped,
    targets,
};
use super::stack::Names;
use super::step_view::StepView;
use crate::analyse::Source;
use crate::trace::{Count, ImmortalReason, Kind, ObjId, ObjectState};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

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

impl StepView<'_> {
    /// All boxes of the step: frames first, then objects by serial.
    pub(super) fn boxes(&self) -> Vec<Arc<SceneBox>> {
        // What an arrow of a drawn box leads to is drawn, breadth first; so is what nothing
        // reaches. A focus starts with its objects instead.
        let focus = self.focus_objects();
        let in_focus = focus.is_some();
        let mut kept = Vec::new();
        let mut frames = Vec::new();
        let start = focus.unwrap_or_else(|| {
            frames = self.frame_boxes(Names::Shortened);
            let (open, unseen) = self.roots(&frames);
            kept = unseen;
            open
        });
        let bounds = Bounds {
            most: self.options.max_objects,
            deepest: self.chosen.resolved.depth.unwrap_or(usize::MAX),
            folding: true,
        };
        let (mut drawn, left_out) = self.reached(start, bounds);
        self.describe_folded(&mut drawn);
        if in_focus {
            frames = self.frame_boxes(Names::InFocus(&drawn));
        }
        self.add_kept(&mut frames, &kept);
        self.roots_of_only(&mut frames);
        let mut boxes: Vec<Arc<SceneBox>> = frames.into_iter().map(Arc::new).collect();
        boxes.extend(drawn.into_values());
        if !left_out.is_empty() {
            for drawn in &mut boxes {
                self.name_left_out(drawn, &left_out);
            }
            boxes.push(Arc::new(self.more_objects(&left_out)));
        }
        boxes
    }

    /// The whole of memory in boxes, where that is more than is drawn: what changes are found by.
    pub(super) fn more_than(&self, drawn: &BoxMap) -> Option<BoxMap> {
        if !self.chosen.is_partial() && !drawn.contains_key(&BoxKey::MoreObjects) {
            return None;
        }
        let mut frames = self.frame_boxes(Names::All);
        let (start, kept) = self.roots(&frames);
        self.add_kept(&mut frames, &kept);
        let bounds = Bounds {
            most: usize::MAX,
            deepest: usize::MAX,
            folding: false,
        };
        let objects = self.reached(start, bounds).0.into_values();
        let all = frames.into_iter().map(Arc::new).chain(objects);
        let all = all.map(|one| (one.key, one));
        Some(all.collect())
    }

    /// Where the drawing starts: what the rows of call frames lead to, what nothing reaches, and what
    /// the interpreter or the library keeps.
    fn roots(&self, frames: &[SceneBox]) -> (VecDeque<ObjId>, Vec<Kept>) {
        let mut open = VecDeque::new();
        for frame in frames {
            open.extend(targets(frame));
        }
        open.extend(self.unreachable_boxes());
        open.extend(self.event_loops());
        let kept = self.kept_unseen(&open);
        open.extend(kept.iter().map(|kept| kept.to));
        (open, kept)
    }

    /// The boxes that arrows lead to from `start` on, and what is too far away or too much.
    fn reached(
        &self,
        start: VecDeque<ObjId>,
        bounds: Bounds,
    ) -> (BTreeMap<ObjId, Arc<SceneBox>>, BTreeSet<ObjId>) {
        let mut drawn: BTreeMap<ObjId, Arc<SceneBox>> = BTreeMap::new();
        let mut left_out: BTreeSet<ObjId> = BTreeSet::new();
        let mut open: VecDeque<(ObjId, usize)> = start.into_iter().map(|id| (id, 1)).collect();
        let mut passed: FxHashSet<ObjId> = FxHashSet::default();
        while let Some((id, depth)) = open.pop_front() {
            if !passed.insert(id) {
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
            open.extend(targets(&object).map(|to| (to, depth + 1)));
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
    fn object_box(&self, id: ObjId) -> Option<Arc<SceneBox>> {
        let mut object = self.open_box(id)?;
        if self.folds(id) {
            self.fold(id, Arc::make_mut(&mut object));
        }
        Some(object)
    }

    /// The box of an object with its contents; the same as before where nothing of it has changed.
    pub(super) fn open_box(&self, id: ObjId) -> Option<Arc<SceneBox>> {
        let status = if self.ledger.is_reachable(id) {
            Status::Alive
        } else if self.trace.header.knowledge.tells_lives() {
            Status::Unreachable
        } else {
            Status::NotFreed
        };
        self.known.get_or(id, status, || self.new_box(id, status))
    }

    fn new_box(&self, id: ObjId, status: Status) -> Option<SceneBox> {
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
        Some(SceneBox {
            key: BoxKey::Object(id),
            kind: match self.info(id).kind {
                Kind::Sequence => BoxKind::Sequence,
                Kind::Set => BoxKind::Set,
                Kind::Mapping => BoxKind::Mapping,
                Kind::Instance => BoxKind::Fields,
                _ => BoxKind::Other,
            },
            tone,
            heading: self.object_heading(id),
            title,
            serial: (!self.is_textbook()).then_some(id.0),
            count_changed: false,
            count: self.measures(id, object),
            rows: self.shortened(self.rows_between_only(id, rows), empty),
            status,
            mark: Mark::None,
            emphasis: Emphasis::default(),
            depth: None,
        })
    }

    /// Whether counts stand in the titles of objects.
    pub(super) fn draws_counts(&self) -> bool {
        self.chosen.resolved.counts || self.options.count_titles
    }

    /// Count, generation and size in words, as far as they are drawn.
    fn measures(&self, id: ObjId, object: &ObjectState) -> String {
        let resolved = self.chosen.resolved;
        let mut words = Vec::new();
        if let (true, Some(generation @ 0..=2)) = (resolved.generations, object.generation) {
            words.push(format!("generation {generation}"));
        }
        if let (true, Some(size)) = (resolved.sizes, object.size) {
            words.push(format!("{size} bytes"));
        }
        if self.draws_counts() && object.refcount != Count::Unknown {
            words.push(count_in_words(object.refcount, self.info(id).kept));
        }
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
    pub(super) fn running_call(&self, id: ObjId) -> Option<&RunningCall<'_>> {
        self.calls.iter().find(|call| call.frame.object == Some(id))
    }

    /// Whether a call runs in a frame object.
    pub(super) fn runs(&self, frame: ObjId) -> bool {
        self.running_call(frame).is_some()
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
        Cell::Text(content::inline_text(self, to))
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
            Kind::Traceback => !content::is_told_by_stack(self, id),
            Kind::Class if self.shows_class(id) => true,
            Kind::Class | Kind::Function => self.is_defined(id) || content::has_rows(self, id),
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
            && matches!(owners[0].from, Source::Object(owner)
                if content::absorbs(self, owner, id))
    }
}

fn count_in_words(count: Count, kept: Option<ImmortalReason>) -> String {
    match count {
        Count::Immortal => match kept {
            Some(ImmortalReason::Interned) => "immortal (interned)".to_owned(),
            Some(ImmortalReason::Cached) => "immortal (cached)".to_owned(),
            Some(ImmortalReason::BuiltIn) | None => "immortal".to_owned(),
        },
        Count::Unknown => String::new(),
        Count::Of(1) => "1 ref".to_owned(),
        Count::Of(count) => format!("{count} refs"),
    }
}
