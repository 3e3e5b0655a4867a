//! What died since the picture before, as it was then.

use super::scene::{BoxKey, BoxMap, Cell, Mark, SceneBox, Status};
use super::step_view::StepView;
use crate::trace::{Cause, Kind, ObjId};
use std::collections::BTreeSet;
use std::sync::Arc;

impl StepView<'_> {
    /// What of `freed` was drawn before, as it was then. Its arrows stay where both ends are still
    /// drawn.
    pub(super) fn ghosts(
        &self,
        freed: &[ObjId],
        before: &BoxMap,
        now: &BoxMap,
    ) -> Vec<Arc<SceneBox>> {
        let dead: BTreeSet<BoxKey> = freed
            .iter()
            .map(|id| BoxKey::Object(*id))
            .filter(|key| before.contains_key(key))
            .collect();
        let keep = |cell: &mut Cell| {
            if let Cell::Arrow(arrow) = cell {
                arrow.mark = Mark::None;
                if !dead.contains(&arrow.to) && !now.contains_key(&arrow.to) {
                    *cell = Cell::Text(match arrow.to {
                        BoxKey::Object(id) if self.object(id).is_some() => self.in_words(id),
                        _ => "gone".to_owned(),
                    });
                }
            }
        };
        freed
            .iter()
            .filter_map(|id| {
                let mut ghost = SceneBox::clone(before.get(&BoxKey::Object(*id))?);
                let cause = self
                    .info(*id)
                    .died
                    .map_or(Cause::RefCount, |death| death.cause);
                ghost.status = Status::Dead(cause);
                // What a generator did at the step before, it does no more.
                if self.info(*id).kind == Kind::Generator
                    && let Some(open) = ghost.title.rfind(" (")
                {
                    ghost.title.truncate(open);
                }
                let is_counted =
                    cause != Cause::OutOfReach && self.trace.header.knowledge.tells_lives();
                ghost.count = match is_counted && self.draws_counts() {
                    true => "0 refs".to_owned(),
                    false => String::new(),
                };
                ghost.mark = Mark::None;
                for row in &mut ghost.rows {
                    row.mark = Mark::None;
                    keep(&mut row.value);
                    keep(&mut row.label);
                }
                Some(Arc::new(ghost))
            })
            .collect()
    }
}
