//! The boxes of objects as they were made last. A box is made anew only where one of the objects
//! that were looked at for it has changed since.

use super::calls::RunningCall;
use super::scene::{SceneBox, Status};
use crate::trace::{ObjId, Step, Trace};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// Goes along with the steps.
#[derive(Debug)]
pub(super) struct KnownBoxes {
    /// Whether boxes are kept at all.
    keeps: bool,
    /// The step at which each object has changed last, by serial.
    changed: Vec<u32>,
    /// The frames that the program can see, and the calls that run in them.
    frames: Vec<(ObjId, u32)>,
    step: u32,
    boxes: RefCell<FxHashMap<ObjId, Known>>,
    /// What is looked at while a box is made.
    reads: RefCell<Vec<ObjId>>,
    is_reading: Cell<bool>,
}

#[derive(Debug)]
struct Known {
    /// `None`: it has no box.
    made: Option<Arc<SceneBox>>,
    status: Status,
    /// The step at which it was made.
    step: u32,
    reads: Box<[ObjId]>,
}

impl KnownBoxes {
    pub(super) fn new(trace: &Trace, keeps: bool) -> KnownBoxes {
        KnownBoxes {
            keeps,
            changed: vec![0; if keeps { trace.objects.len() + 1 } else { 0 }],
            frames: Vec::new(),
            step: 0,
            boxes: RefCell::default(),
            reads: RefCell::default(),
            is_reading: Cell::new(false),
        }
    }

    /// Goes on by a step; no step may be left out.
    pub(super) fn follow(&mut self, number: u32, step: &Step, calls: &[RunningCall<'_>]) {
        if !self.keeps {
            return;
        }
        self.step = number;
        let entered = step.entered.iter().map(|(id, _)| id);
        let changed = step.changed.iter().map(|(id, _)| id);
        for id in entered.chain(changed).chain(&step.left) {
            self.changed[id.0 as usize] = number;
        }
        for id in &step.left {
            self.boxes.get_mut().remove(id);
        }
        let frames = calls
            .iter()
            .filter_map(|call| Some((call.frame.object?, call.number)));
        if !frames.clone().eq(self.frames.iter().copied()) {
            self.frames = frames.collect();
            self.boxes.get_mut().clear();
        }
    }

    /// Notes that an object's state is looked at.
    pub(super) fn note_read(&self, id: ObjId) {
        if self.is_reading.get() {
            self.reads.borrow_mut().push(id);
        }
    }

    /// The box of an object, made by `make` where it is not known.
    pub(super) fn get_or(
        &self,
        id: ObjId,
        status: Status,
        make: impl FnOnce() -> Option<SceneBox>,
    ) -> Option<Arc<SceneBox>> {
        if !self.keeps || self.is_reading.get() {
            return make().map(Arc::new);
        }
        if let Some(known) = self.boxes.borrow().get(&id)
            && known.status == status
            && self.holds(known)
        {
            return known.made.clone();
        }
        self.reads.borrow_mut().clear();
        self.is_reading.set(true);
        let made = make().map(Arc::new);
        self.is_reading.set(false);
        let mut reads = self.reads.borrow_mut();
        reads.sort_unstable();
        reads.dedup();
        let known = Known {
            made: made.clone(),
            status,
            step: self.step,
            reads: reads.as_slice().into(),
        };
        self.boxes.borrow_mut().insert(id, known);
        made
    }

    fn holds(&self, known: &Known) -> bool {
        let mut reads = known.reads.iter();
        reads.all(|id| self.changed[id.0 as usize] <= known.step)
    }
}
