//! A picture of a few objects alone: what keeps one of them alive.

use super::filter::Subset;
use super::scene::{Arrow, BoxKey, Cell, Mark, Row, SceneBox, aside, grouped, note_box};
use super::step_view::StepView;
use crate::trace::ObjId;

impl Subset {
    fn holds(&self, cell: &Cell) -> bool {
        matches!(cell, Cell::Arrow(Arrow { to: BoxKey::Object(id), .. }) if self.objects.contains(id))
    }
}

impl StepView<'_> {
    /// Whether an object is drawn within its owner in a picture of a few objects.
    pub(super) fn is_part_of_only(&self, id: ObjId) -> bool {
        let only = self.chosen.resolved.only.as_ref();
        only.is_some_and(|only| only.about != Some(id)) && self.is_part(id)
    }

    /// Of an object's rows those that lead to one of the objects that alone are drawn.
    pub(super) fn rows_between_only(&self, of: ObjId, mut rows: Vec<Row>) -> Vec<Row> {
        let Some(only) = &self.chosen.resolved.only else {
            return rows;
        };
        if only.about == Some(of) {
            for row in &mut rows {
                for cell in [&mut row.label, &mut row.value] {
                    if let Cell::Arrow(Arrow {
                        to: BoxKey::Object(id),
                        ..
                    }) = cell
                        && !only.objects.contains(id)
                    {
                        *cell = Cell::Text(self.in_words(*id));
                    }
                }
            }
            return rows;
        }
        let all = rows.len();
        rows.retain(|row| only.holds(&row.value) || only.holds(&row.label));
        let left = all - rows.len();
        if left > 0 {
            rows.push(aside(format!("… {} more", grouped(left))));
        }
        rows
    }

    /// The call frames that lead to what alone is drawn, and the interpreter where it holds some
    /// of it.
    pub(super) fn roots_of_only(&self, frames: &mut Vec<SceneBox>) {
        let Some(only) = &self.chosen.resolved.only else {
            return;
        };
        frames.retain(|frame| frame.rows.iter().any(|row| only.holds(&row.value)));
        if only.held.is_empty() {
            return;
        }
        let row = |(by, to): &(String, ObjId)| Row {
            label: Cell::Text(by.clone()),
            value: Cell::Arrow(Arrow {
                to: BoxKey::Object(*to),
                weak: false,
                mark: Mark::None,
            }),
            mark: Mark::None,
            aside: false,
        };
        let rows = only.held.iter().map(row).collect();
        let mut interpreter = note_box(BoxKey::Interpreter, "the interpreter", rows);
        interpreter.depth = Some(0);
        frames.push(interpreter);
    }
}
