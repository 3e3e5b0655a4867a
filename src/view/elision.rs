//! What a full picture leaves out, and how it says so.

use super::scene::{Arrow, BoxKey, Cell, Mark, Row, SceneBox, grouped, note_box, targets};
use super::step_view::StepView;
use crate::trace::ObjId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many types the box of left-out objects names.
const TYPES: usize = 5;

impl StepView<'_> {
    /// Puts words in place of arrows to objects that are left out.
    pub(super) fn name_left_out(&self, drawn: &mut Arc<SceneBox>, left_out: &BTreeSet<ObjId>) {
        if !targets(drawn).any(|id| left_out.contains(&id)) {
            return;
        }
        for row in &mut Arc::make_mut(drawn).rows {
            for cell in [&mut row.label, &mut row.value] {
                if let Cell::Arrow(Arrow {
                    to: BoxKey::Object(id),
                    ..
                }) = cell
                    && left_out.contains(id)
                {
                    *cell = Cell::Text(self.in_words(*id));
                }
            }
        }
    }

    /// How many objects are left out, and of which types.
    pub(super) fn more_objects(&self, left_out: &BTreeSet<ObjId>) -> SceneBox {
        let types = self.counted_types(left_out);
        let row = |label: &str, count: usize| Row {
            label: Cell::Text(label.to_owned()),
            value: Cell::Text(grouped(count)),
            mark: Mark::None,
            aside: false,
        };
        let shown = if types.len() > TYPES {
            TYPES - 1
        } else {
            TYPES
        };
        let mut rows: Vec<Row> = types
            .iter()
            .take(shown)
            .map(|(count, type_name)| row(type_name, *count))
            .collect();
        if types.len() > shown {
            let others = types[shown..].iter().map(|(count, _)| count).sum();
            let words = format!("{} other types", types.len() - shown);
            rows.push(row(&words, others));
        }
        let title = match left_out.len() {
            1 => "… 1 more object".to_owned(),
            more => format!("… {} more objects", grouped(more)),
        };
        note_box(BoxKey::MoreObjects, &title, rows)
    }

    /// How many objects there are of which types, most first.
    pub(super) fn counted_types(&self, objects: &BTreeSet<ObjId>) -> Vec<(usize, &str)> {
        let mut types: BTreeMap<&str, usize> = BTreeMap::new();
        for id in objects {
            *types
                .entry(self.text(self.info(*id).type_name))
                .or_default() += 1;
        }
        let mut types: Vec<(usize, &str)> = types.into_iter().map(|(t, n)| (n, t)).collect();
        types.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        types
    }
}
