//! What no name holds, but the interpreter: what a call hands on, and the exception that is being
//! handled or has ended the run.

use super::scene::{BoxKey, Cell, Mark, Row, SceneBox, note_box};
use super::step_view::StepView;
use crate::trace::{Event, Kind, ObjId, RootKind};

/// Below all call frames.
const LAST: usize = usize::MAX;

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
            Event::Return => Some(("return", held(RootKind::ReturnValue)?)),
            Event::Yield => Some(("yield", self.state.frames.last()?.top_of_stack()?)),
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

    fn held_row(&self, label: &str, to: ObjId) -> Row {
        Row {
            label: Cell::Text(label.to_owned()),
            value: self.cell(to, false),
            mark: Mark::None,
            aside: false,
        }
    }
}
