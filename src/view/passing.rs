//! What no name holds, but the interpreter: what a call hands on, and the exception that is being
//! handled or has ended the run.

use super::limits::note_box;
use super::scene::{BoxKey, Cell, Mark, Row, SceneBox, StepView};
use crate::trace::{Event, Kind, NameKind, ObjId};

/// Below all call frames.
const LAST: usize = usize::MAX;

impl StepView<'_> {
    /// What the call whose step it is hands on to another: a row called by the keyword that does
    /// so, which no variable can be called.
    pub(super) fn passing_row(&self) -> Option<Row> {
        let head = &self.step.head;
        let (keyword, to) = match head.event {
            // Nothing is returned to anyone by a module or a class's body.
            Event::Return
                if self.text(head.function) == "<module>"
                    || self.state.frames.last()?.class_body =>
            {
                None
            }
            Event::Return => Some(("return", self.held_as("return value")?)),
            // What is yielded is on top of the value stack.
            Event::Yield => {
                let top = self.state.frames.last()?.names.last()?;
                (top.kind == NameKind::Stack).then_some(("yield", top.to))
            }
            Event::Exception | Event::Unwind => {
                Some(("raise", self.held_as("exception being raised")?))
            }
            _ => None,
        }?;
        Some(self.held_row(keyword, to))
    }

    /// What the interpreter keeps for itself of the exceptions.
    pub(super) fn interpreter_box(&self) -> Option<SceneBox> {
        let rows: Vec<Row> = [
            ("handles", "current exception"),
            ("uncaught", "uncaught exception"),
        ]
        .into_iter()
        .filter_map(|(label, by)| Some(self.held_row(label, self.held_as(by)?)))
        .collect();
        let mut interpreter = note_box(BoxKey::Interpreter, "the interpreter", rows);
        interpreter.depth = Some(LAST);
        (!interpreter.rows.is_empty()).then_some(interpreter)
    }

    fn held_as(&self, by: &str) -> Option<ObjId> {
        let mut held = self.step.head.held.iter();
        let held = held.find(|held| self.text(held.by) == by)?;
        // An exit code is no exception.
        (by != "uncaught exception" || self.info(held.to).kind == Kind::Exception)
            .then_some(held.to)
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
