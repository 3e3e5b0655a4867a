//! Tasks and futures of asyncio, and the event loop that runs them: no name need hold them while they
//! wait. They are known by what the recorder calls their fields.

use super::content::{Content, inline_text, row};
use super::scene::{BoxRole, Row, aside};
use super::step_view::StepView;
use crate::trace::{Kind, Label, ObjId, ObjectState};

/// What a task is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TaskState {
    Running,
    Ready,
    Waiting,
    Done,
    Cancelled,
}

impl StepView<'_> {
    /// The event loops whose tasks are not through yet.
    pub(super) fn event_loops(&self) -> Vec<ObjId> {
        let goes_on = |task: &ObjId| {
            let state = self.object(*task).and_then(|task| self.task_state(task));
            state.is_some_and(|state| !matches!(state, TaskState::Done | TaskState::Cancelled))
        };
        let loops = self
            .loops
            .all()
            .filter(|(_, tasks)| tasks.iter().any(goes_on));
        let loops = loops.map(|(id, _)| id);
        loops.filter(|id| !self.hides(*id)).collect()
    }

    /// What stands in the box of a task, a future or an event loop.
    pub(super) fn asynchronous(&self, id: ObjId, object: &ObjectState) -> Option<Content> {
        if !matches!(self.info(id).kind, Kind::Instance | Kind::Other) {
            return None;
        }
        if self.field(object, "_loop").is_some() {
            return Some(self.future(id, object));
        }
        let tasks: Vec<Row> = self
            .loops
            .tasks_of(id)?
            .iter()
            .filter_map(|task| {
                let doing = match self.task_state(self.object(*task)?)? {
                    TaskState::Running => "running",
                    TaskState::Ready => "ready",
                    TaskState::Waiting => "waiting",
                    TaskState::Done | TaskState::Cancelled => return None,
                };
                Some(row(doing, self.cell(*task, false)))
            })
            .collect();
        (!tasks.is_empty()).then(|| Content {
            tone: BoxRole::Atom,
            title: "event loop".to_owned(),
            rows: tasks,
            empty: "",
        })
    }

    fn future(&self, id: ObjId, object: &ObjectState) -> Content {
        let type_name = self.text(self.info(id).type_name);
        let named = self.field(object, "name");
        let title = named.map_or_else(
            || type_name.to_owned(),
            |name| format!("{type_name} {}", inline_text(self, name)),
        );
        let mut rows = Vec::new();
        for (field, label) in [
            ("_coro", "coroutine"),
            ("_fut_waiter", "waits for"),
            ("_result", "result"),
            ("_exception", "exception"),
        ] {
            if let Some(to) = self.field(object, field) {
                rows.push(row(label, self.cell(to, false)));
            }
        }
        for reference in &object.refs {
            // What `asyncio.gather` gives waits for several.
            if let Label::Attr(name) = reference.label
                && self.text(name) == "_children"
            {
                let children = self.object(reference.to).map(|list| &list.refs);
                let children = children.into_iter().flatten();
                rows.extend(children.map(|one| row("waits for", self.cell(one.to, one.weak))));
            }
            // What the program has put there.
            if let Label::Attr(name) = reference.label
                && (self.options.internals || !self.text(name).starts_with('_'))
            {
                rows.push(row(
                    self.text(name),
                    self.cell(reference.to, reference.weak),
                ));
            }
        }
        let is_through = ["_result", "_exception"]
            .iter()
            .any(|field| self.field(object, field).is_some());
        match self.task_state(object) {
            Some(TaskState::Cancelled) => rows.push(aside("cancelled".to_owned())),
            Some(TaskState::Running) => rows.push(aside("runs now".to_owned())),
            Some(TaskState::Ready) => rows.push(aside("ready to go on".to_owned())),
            None if !is_through => rows.push(aside("no result yet".to_owned())),
            _ => {}
        }
        Content {
            tone: BoxRole::Suspended,
            title,
            rows,
            empty: "",
        }
    }

    /// What a task is doing; `None` for what is no task.
    fn task_state(&self, object: &ObjectState) -> Option<TaskState> {
        let coroutine = self.field(object, "_coro")?;
        let is_through = |of: &ObjectState| {
            ["_result", "_exception"]
                .iter()
                .any(|field| self.field(of, field).is_some())
        };
        if is_through(object) {
            return Some(TaskState::Done);
        }
        let frame = self
            .object(coroutine)
            .and_then(|coroutine| self.field(coroutine, "frame"));
        let waits_for = self.field(object, "_fut_waiter");
        let waits_for = waits_for.and_then(|future| self.object(future));
        Some(match (frame, waits_for) {
            (None, _) => TaskState::Cancelled,
            (Some(frame), _) if self.running_call(frame).is_some() => TaskState::Running,
            (Some(_), Some(future)) if !is_through(future) => TaskState::Waiting,
            _ => TaskState::Ready,
        })
    }

    /// What a field of an object holds, by the recorder's name for it.
    pub(super) fn field(&self, object: &ObjectState, name: &str) -> Option<ObjId> {
        let mut refs = object.refs.iter();
        let found =
            refs.find(|one| matches!(one.label, Label::Named(of) if self.text(of) == name))?;
        Some(found.to)
    }
}
