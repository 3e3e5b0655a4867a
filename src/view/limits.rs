//! What a full picture leaves out, and how it says so.

use super::scene::{Arrow, BoxKey, Cell, Mark, Row, SceneBox, Status, StepView, Tone, grouped};
use crate::trace::ObjId;
use std::collections::{BTreeMap, BTreeSet};

impl StepView<'_> {
    /// Puts words in place of arrows to objects that are left out.
    pub(super) fn name_left_out(&self, drawn: &mut SceneBox, left_out: &BTreeSet<ObjId>) {
        for row in &mut drawn.rows {
            for cell in [&mut row.label, &mut row.value] {
                if let Cell::Arrow(Arrow {
                    to: BoxKey::Object(id),
                    ..
                }) = cell
                    && left_out.contains(id)
                {
                    let type_name = self.text(self.info(*id).type_name);
                    *cell = Cell::Text(format!("{type_name} #{}", id.0));
                }
            }
        }
    }

    /// How many objects are left out, and of which types.
    pub(super) fn more_objects(&self, left_out: &BTreeSet<ObjId>) -> SceneBox {
        let mut types: BTreeMap<&str, usize> = BTreeMap::new();
        for id in left_out {
            *types
                .entry(self.text(self.info(*id).type_name))
                .or_default() += 1;
        }
        let mut types: Vec<(usize, &str)> = types.into_iter().map(|(t, n)| (n, t)).collect();
        types.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let rows = types
            .into_iter()
            .take(5)
            .map(|(count, type_name)| Row {
                label: Cell::Text(type_name.to_owned()),
                value: Cell::Text(grouped(count)),
                mark: Mark::None,
                aside: false,
            })
            .collect();
        note_box(
            BoxKey::MoreObjects,
            &format!("… {} more objects", grouped(left_out.len())),
            rows,
        )
    }
}

/// A box that speaks of what is not drawn.
pub(super) fn note_box(key: BoxKey, title: &str, rows: Vec<Row>) -> SceneBox {
    SceneBox {
        key,
        tone: Tone::Atom,
        title: title.to_owned(),
        serial: None,
        count: String::new(),
        count_changed: false,
        rows,
        status: Status::Alive,
        mark: Mark::None,
        depth: None,
    }
}
