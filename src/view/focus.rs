//! What a choice does to the boxes of a step: where the drawing starts, what is folded.

use super::content::{content, inline_text};
use super::resolved_filter::Selector;
use super::scene::{Arrow, BoxKey, Cell, Row, SceneBox, aside, grouped, targets};
use super::step_view::StepView;
use crate::analyse::{Target, title};
use crate::trace::{Kind, ObjId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

impl StepView<'_> {
    pub(super) fn is_one_of(&self, id: ObjId, objects: &BTreeSet<ObjId>, which: &Selector) -> bool {
        objects.contains(&id) || which.types.contains(&self.info(id).type_name)
    }

    pub(super) fn hides(&self, id: ObjId) -> bool {
        let chosen = self.chosen;
        self.is_one_of(id, &chosen.hidden, &chosen.resolved.hidden)
    }

    pub(super) fn folds(&self, id: ObjId) -> bool {
        let chosen = self.chosen;
        self.is_one_of(id, &chosen.folded, &chosen.resolved.folded)
    }

    pub(super) fn hides_name(&self, name: &str) -> bool {
        self.chosen.resolved.hidden.names(name)
    }

    /// Whether an object has been asked for by its serial, so that it is a box whatever it is.
    pub(super) fn is_asked_for(&self, id: ObjId) -> bool {
        let resolved = self.chosen.resolved;
        resolved.focus.contains(&Target::Object(id))
            || resolved
                .only
                .as_ref()
                .is_some_and(|only| only.objects.contains(&id))
    }

    /// An object in the words that stand in place of an arrow to it.
    pub(super) fn in_words(&self, id: ObjId) -> String {
        match self.info(id).kind {
            Kind::Atom => inline_text(self, id),
            _ => title(self.trace, self.state, id),
        }
    }

    /// Where the drawing of objects starts when there is a focus.
    pub(super) fn focus_objects(&self) -> Option<VecDeque<ObjId>> {
        let focus = self.chosen.focus.as_ref()?;
        Some(
            focus
                .iter()
                .copied()
                .filter(|id| self.object(*id).is_some() && self.is_box(*id) && !self.hides(*id))
                .filter(|id| !self.is_part_of_only(*id))
                .collect(),
        )
    }

    /// Of a call frame's names those that matter to a focus: its own, and what else leads to what
    /// is drawn; and a word on how many others there are.
    pub(super) fn names_in_focus(
        &self,
        rows: Vec<Row>,
        drawn: &BTreeMap<ObjId, Arc<SceneBox>>,
    ) -> Vec<Row> {
        let all = rows.len();
        let is_focus = |label: &Cell| {
            let mut names = self.chosen.resolved.focus.iter().filter_map(Target::name);
            matches!(label, Cell::Text(text) if names.any(|name| name == text))
        };
        let leads_there = |cell: &Cell| match cell {
            Cell::Arrow(Arrow {
                to: BoxKey::Object(id),
                ..
            }) => drawn.contains_key(id),
            _ => false,
        };
        let mut kept: Vec<Row> = rows
            .into_iter()
            .filter(|row| is_focus(&row.label) || leads_there(&row.value))
            .collect();
        for row in &mut kept {
            // The first step of a path, for instance: `a` of `a.b`.
            if let Cell::Arrow(Arrow {
                to: BoxKey::Object(id),
                ..
            }) = row.value
                && !drawn.contains_key(&id)
            {
                row.value = Cell::Text(self.in_words(id));
            }
        }
        let left = all - kept.len();
        let mut kept = self.shortened(kept, if left == 0 { "no names yet" } else { "" });
        kept.extend(match left {
            0 => None,
            1 => Some(aside("… 1 more name".to_owned())),
            left => Some(aside(format!("… {} more names", grouped(left)))),
        });
        kept
    }

    /// Closes a box, and says how much was in it.
    pub(super) fn fold(&self, id: ObjId, object: &mut SceneBox) {
        let rows = std::mem::take(&mut object.rows);
        let held = self.content_rows(id);
        if held == 0 {
            object.rows = rows;
            return;
        }
        let (one, many) = match self.info(id).kind {
            Kind::Sequence | Kind::Set => ("item", "items"),
            Kind::Mapping => ("entry", "entries"),
            Kind::Instance | Kind::Class | Kind::Module => ("attribute", "attributes"),
            _ => ("row", "rows"),
        };
        let word = if held == 1 { one } else { many };
        object
            .rows
            .push(aside(format!("folded: {} {word}", grouped(held))));
    }

    fn content_rows(&self, id: ObjId) -> usize {
        self.object(id)
            .map_or(0, |object| content(self, id, object).rows.len())
    }

    /// Says in folded boxes what they hold that is not drawn elsewhere.
    pub(super) fn describe_folded(&self, drawn: &mut BTreeMap<ObjId, Arc<SceneBox>>) {
        let folded: Vec<ObjId> = drawn.keys().copied().filter(|id| self.folds(*id)).collect();
        for id in folded {
            let inside = self.inside(id, drawn);
            if !inside.is_empty()
                && let Some(closed) = drawn.get_mut(&id)
            {
                let types = self.counted_types(&inside);
                let words: Vec<String> = types
                    .iter()
                    .take(3)
                    .map(|(count, type_name)| format!("{} {type_name}", grouped(*count)))
                    .collect();
                let more = if types.len() > words.len() {
                    ", …"
                } else {
                    ""
                };
                Arc::make_mut(closed)
                    .rows
                    .push(aside(format!("holds {}{more}", words.join(", "))));
            }
        }
    }

    /// What only the inside of a folded box leads to.
    fn inside(&self, folded: ObjId, drawn: &BTreeMap<ObjId, Arc<SceneBox>>) -> BTreeSet<ObjId> {
        let mut inside = BTreeSet::new();
        let mut open = VecDeque::from([folded]);
        while let Some(id) = open.pop_front() {
            let Some(object) = self.open_box(id) else {
                continue;
            };
            for to in targets(&object) {
                if !drawn.contains_key(&to) && inside.insert(to) {
                    open.push_back(to);
                }
            }
        }
        inside
    }
}
