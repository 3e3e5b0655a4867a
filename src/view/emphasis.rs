//! What an author says about boxes, put onto them: outlines, labels, colours.

use super::scene::{BoxKey, SceneBox};
use super::step_view::StepView;

impl StepView<'_> {
    /// Puts what the author says onto the boxes of a picture.
    pub(super) fn emphasize(&self, boxes: &mut [SceneBox]) {
        let chosen = self.chosen;
        self.outline(boxes);
        for drawn in boxes {
            let BoxKey::Object(id) = drawn.key else {
                continue;
            };
            let labels = chosen.labels.iter();
            let labels = labels.filter(|(objects, _)| objects.contains(&id));
            let labels: Vec<&str> = labels.map(|(_, words)| words.as_str()).collect();
            drawn.emphasis.label = labels.join(" · ");
            let wish = chosen.shaped.get(&id);
            drawn.emphasis.shape = wish.map(|wish| chosen.resolved.shapes[*wish].shape);
            let mut colors = chosen.colors.iter().zip(&chosen.resolved.colors).rev();
            let is_meant = |objects, which| self.is_one_of(id, objects, which);
            let found = colors.find(|(objects, (which, _))| is_meant(objects, which));
            drawn.emphasis.color = found.map(|(_, (_, color))| *color);
        }
    }

    /// Outlines boxes, or the rows of values that have none.
    fn outline(&self, boxes: &mut [SceneBox]) {
        for one in &self.chosen.outlined {
            let keys: Vec<BoxKey> = one.objects.iter().copied().map(BoxKey::Object).collect();
            let mut is_box = false;
            for drawn in boxes.iter_mut().filter(|drawn| keys.contains(&drawn.key)) {
                drawn.emphasis.outlined = true;
                is_box = true;
            }
            let Some(row) = one.row.as_ref().filter(|_| !is_box) else {
                continue;
            };
            for drawn in boxes.iter_mut() {
                let places = (0..).zip(&drawn.rows);
                let found = places.filter(|(_, one)| !one.aside && row.is(drawn.key, &one.label));
                drawn.emphasis.rows.extend(found.map(|(place, _)| place));
            }
        }
    }
}
