//! What no name holds, but the interpreter: what a call hands on, and the exception that is being
//! handled or has ended the run.

use super::scene::{BoxKey, Cell, Mark, Row, SceneBox, note_box};
use super::step_view::StepView;
use crate::trace::{Event, Kind, NameKind, ObjId, ObjectState, RootKind};
use std::collections::{BTreeSet, VecDeque};

/// Below all call frames.
const LAST: usize = usize::MAX;

/// What a frame's row for a value that no name holds is called: no variable can be.
pub(super) const UNNAMED: &str = "(unnamed)";

/// An object of the program's that no name leads to: something of the library's holds it.
pub(super) struct Kept {
    pub to: ObjId,
    /// The call whose expression or `with` statement keeps it, if it is one.
    by: Option<u32>,
}

impl StepView<'_> {
    /// What the call whose step it is hands on to another: a row called by the keyword that does
    /// so, which no variable can be called.
    pub(super) fn passing_row(&self) -> Option<Row> {
        let head = &self.step.head;
        let held = |by| head.held_as(by);
        let (keyword, to) = match head.event {
            // Nothing is returned to anyone by a module or a class's body.
            Event::Return
                if self.text(head.function) == "<module>"
                    || self.state.frames.last()?.class_body =>
            {
                None
            }
            Event::Return => Some((self.returned(), held(RootKind::ReturnValue)?)),
            Event::Yield => Some(("yield", self.state.frames.last()?.yielded(head)?)),
            Event::Exception | Event::Unwind => Some(("raise", held(RootKind::RaisedException)?)),
            _ => None,
        }?;
        Some(self.held_row(keyword, to))
    }

    /// What the interpreter keeps for itself of the exceptions.
    pub(super) fn interpreter_box(&self) -> Option<SceneBox> {
        let held = |by| self.step.head.held_as(by);
        // An exit code is no exception.
        let is_exception = |id: &ObjId| self.info(*id).kind == Kind::Exception;
        let uncaught = held(RootKind::UncaughtException).filter(is_exception);
        let rows: Vec<Row> = [
            ("handles", held(RootKind::HandledException)),
            ("uncaught", uncaught),
        ]
        .into_iter()
        .filter_map(|(label, id)| Some(self.held_row(label, id?)))
        .collect();
        let mut interpreter = note_box(BoxKey::Interpreter, "the interpreter", rows);
        interpreter.depth = Some(LAST);
        (!interpreter.rows.is_empty()).then_some(interpreter)
    }

    /// The program's own generators, coroutines and instances that neither a name nor one of `open` leads
    /// to, but something that lives: a manager of a `with` statement, what the library works with.
    pub(super) fn kept_unseen(&self, open: &VecDeque<ObjId>) -> Vec<Kept> {
        if self.chosen.resolved.only.is_some() {
            return Vec::new();
        }
        let mut seen = vec![false; self.trace.objects.len() + 1];
        let names = self.calls.iter().flat_map(|call| &call.frame.names);
        let names = names.filter(|name| name.kind != NameKind::Stack);
        let names = names.map(|name| name.to);
        self.follow(names.chain(open.iter().copied()), &mut seen);
        let is_candidate = |id: ObjId, object: &ObjectState| {
            self.ledger.is_reachable(id) && self.is_own(id, object) && !self.hides(id)
        };
        let mut kept: Vec<Kept> = Vec::new();
        for call in self.calls {
            let stack = call.frame.names.iter();
            let stack = stack.filter(|name| name.kind == NameKind::Stack);
            let unseen = stack.map(|name| name.to).filter(|id| !seen[id.0 as usize]);
            let mut open: Vec<ObjId> = unseen.collect();
            let mut passed = BTreeSet::new();
            while let Some(id) = open.pop() {
                let Some(object) = self.object(id).filter(|_| !seen[id.0 as usize]) else {
                    continue;
                };
                if is_candidate(id, object) {
                    self.follow([id].into_iter(), &mut seen);
                    kept.push(Kept {
                        to: id,
                        by: Some(call.number),
                    });
                } else if passed.insert(id) {
                    let refs = object.refs.iter().filter(|one| !one.weak);
                    open.extend(refs.map(|one| one.to));
                }
            }
        }
        for (id, object) in &self.state.heap {
            if !seen[id.0 as usize] && is_candidate(*id, object) {
                self.follow([*id].into_iter(), &mut seen);
                kept.push(Kept { to: *id, by: None });
            }
        }
        kept
    }

    /// Adds rows for what is kept.
    pub(super) fn add_kept(&self, boxes: &mut Vec<SceneBox>, kept: &[Kept]) {
        for one in kept {
            let (key, label) = match one.by {
                Some(call) => (BoxKey::Call(call), UNNAMED),
                None => (BoxKey::Interpreter, "holds"),
            };
            let row = self.held_row(label, one.to);
            match boxes.iter_mut().find(|known| known.key == key) {
                Some(holder) => holder.rows.push(row),
                None if one.by.is_none() => {
                    let mut holder = note_box(key, "the interpreter", vec![row]);
                    holder.depth = Some(LAST);
                    boxes.push(holder);
                }
                // The call is one of the middle of a deep stack.
                None => {}
            }
        }
    }

    /// Adds what strong references lead to.
    fn follow(&self, from: impl Iterator<Item = ObjId>, seen: &mut [bool]) {
        let mut open: Vec<ObjId> = from.collect();
        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut seen[id.0 as usize], true)
                && let Some(object) = self.object(id)
            {
                let refs = object.refs.iter().filter(|one| !one.weak);
                open.extend(refs.map(|one| one.to));
            }
        }
    }

    /// Whether an object is one of the program's own: an instance of a class that the program defines,
    /// a generator or coroutine of one of its functions that is under way.
    fn is_own(&self, id: ObjId, object: &ObjectState) -> bool {
        let info = self.info(id);
        let defined = |id: ObjId| {
            let info = self.info(id);
            info.born.is_some() && matches!(info.kind, Kind::Class | Kind::Function)
        };
        let field = |of: &ObjectState, name| self.field(of, name);
        let definition = match info.kind {
            Kind::Instance => field(object, "__class__"),
            Kind::Generator => {
                let frame = field(object, "frame").and_then(|frame| self.object(frame));
                frame.and_then(|frame| field(frame, "function"))
            }
            _ => None,
        };
        info.born.is_some()
            && definition.is_some_and(defined)
            && self.is_box(id)
            && !self.is_part(id)
    }

    fn held_row(&self, label: &str, to: ObjId) -> Row {
        Row {
            label: Cell::Text(label.to_owned()),
            value: self.cell(to, false),
            mark: Mark::None,
            aside: false,
        }
    }
}
