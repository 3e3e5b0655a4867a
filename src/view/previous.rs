//! What came before a scene: by it the scene says what is new, and whether it shows anything new.

use super::changes::{mark_changes, same_memory};
use super::scene::{BoxKey, SceneBox};
use super::step_view::StepView;
use std::collections::BTreeMap;
use std::rc::Rc;

type Boxes = Rc<BTreeMap<BoxKey, SceneBox>>;

/// The step before, and the scene that was drawn last; all without marks.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// The boxes of the step before, as they would be drawn.
    before: Boxes,
    /// The whole of memory at the step before.
    whole: Boxes,
    drawn: Option<Boxes>,
}

impl Past {
    /// Goes over a step of which nothing is drawn, nor of the one behind it.
    pub(super) fn pass(&mut self) {
        self.before = Boxes::default();
        self.whole = Boxes::default();
    }

    /// Goes on by a step. Gives its boxes where it `is_chosen`, with marks on what has changed and
    /// with what died; where `only_changes` are drawn, none if they show nothing new.
    pub(super) fn step(
        &mut self,
        view: &StepView<'_>,
        number: u32,
        is_chosen: bool,
    ) -> Option<Vec<SceneBox>> {
        let resolved = view.chosen.resolved;
        let mut boxes = view.boxes();
        let plain: Boxes = Rc::new(boxes.iter().map(|b| (b.key, b.clone())).collect());
        let mut ghosts = Vec::new();
        // What keeps an object alive has no past.
        if resolved.only.is_none() {
            ghosts = view.ghosts(&self.before, &plain);
            let whole = view
                .more_than(&plain)
                .map_or_else(|| Rc::clone(&plain), Rc::new);
            mark_changes(&mut boxes, &whole, &self.whole, number, view.trace);
            self.whole = whole;
        }
        let same = |drawn: &Boxes| same_memory(drawn, &plain);
        let shows_more = !ghosts.is_empty() || !self.drawn.as_ref().is_some_and(same);
        let is_drawn = is_chosen && (shows_more || !resolved.only_changes);
        if is_drawn {
            self.drawn = Some(Rc::clone(&plain));
        }
        self.before = plain;
        boxes.extend(ghosts);
        is_drawn.then_some(boxes)
    }
}
