//! What an author says about boxes, put onto them: outlines, labels, colours.

use super::scene::{BoxKey, SceneBox};
use super::step_view::StepView;
use std::sync::Arc;

impl StepView<'_> {
    /// Puts what the author says onto the boxes of a picture.
    pub(super) fn emphasize(&self, boxes: &mut [Arc<SceneBox>]) {
        let chosen = self.chosen;
        self.outline(boxes);
        if chosen.labels.is_empty() && chosen.shaped.is_empty() && chosen.colors.is_empty() {
            return;
        }
        for drawn in boxes {
            let BoxKey::Object(id) = drawn.key else {
                continue;
            };
            let labels = chosen.labels.iter();
            let labels = labels.filter(|(objects, _)| objects.contains(&id));
            let labels: Vec<&str> = labels.map(|(_, words)| words.as_str()).collect();
            let label = labels.join(" · ");
            let wish = chosen.shaped.get(&id);
            let shape = wish.map(|wish| chosen.resolved.shapes[*wish].shape);
            let mut colors = chosen.colors.iter().zip(&chosen.resolved.colors).rev();
            let is_meant = |objects, which| self.is_one_of(id, objects, which);
            let found = colors.find(|(objects, (which, _))| is_meant(objects, which));
            let color = found.map(|(_, (_, color))| *color);
            let emphasis = &drawn.emphasis;
            if (&label, shape, color) != (&emphasis.label, emphasis.shape, emphasis.color) {
                let emphasis = &mut Arc::make_mut(drawn).emphasis;
                (emphasis.label, emphasis.shape, emphasis.color) = (label, shape, color);
            }
        }
    }

    /// Outlines boxes, or the rows of values that have none.
    fn outline(&self, boxes: &mut [Arc<SceneBox>]) {
        for one in &self.chosen.outlined {
            let keys: Vec<BoxKey> = one.objects.iter().copied().map(BoxKey::Object).collect();
            let mut is_box = false;
            for drawn in boxes.iter_mut().filter(|drawn| keys.contains(&drawn.key)) {
                Arc::make_mut(drawn).emphasis.outlined = true;
                is_box = true;
            }
            let Some(row) = one.row.as_ref().filter(|_| !is_box) else {
                continue;
            };
            for drawn in boxes.iter_mut() {
                let places = (0..).zip(&drawn.rows);
                let found = places.filter(|(_, one)| !one.aside && row.is(drawn.key, &one.label));
                let found: Vec<usize> = found.map(|(place, _)| place).collect();
                if !found.is_empty() {
                    Arc::make_mut(drawn).emphasis.rows.extend(found);
                }
            }
        }
    }
}
