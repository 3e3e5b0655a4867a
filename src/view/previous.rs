//! What came before a scene: by it the scene says what is new, and whether it shows anything new.

use super::changes::{mark_changes, same_memory};
use super::scene::{BoxKey, BoxMap, SceneBox};
use super::step_view::StepView;
use crate::trace::{Event, ObjId};
use std::rc::Rc;
use std::sync::Arc;

type Boxes = Rc<BoxMap>;

/// Memory at a step that a later one is held against.
#[derive(Debug)]
pub(super) struct Earlier {
    number: u32,
    before: Boxes,
    whole: Boxes,
    /// Who has died since.
    freed: Vec<ObjId>,
}

impl Earlier {
    pub(super) fn at(view: &StepView<'_>, number: u32) -> Earlier {
        let before: Boxes = Rc::new(view.boxes().into_iter().map(|b| (b.key, b)).collect());
        let whole = view
            .more_than(&before)
            .map_or_else(|| Rc::clone(&before), Rc::new);
        Earlier {
            number,
            before,
            whole,
            freed: Vec::new(),
        }
    }

    /// Goes over a step.
    pub(super) fn died(&mut self, gone: impl Iterator<Item = ObjId>) {
        self.freed.extend(gone);
    }
}

/// The step before, and the scene that was drawn last; all without marks.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// The boxes of the step before, as they would be drawn.
    before: Boxes,
    /// The whole of memory at the step before.
    whole: Boxes,
    drawn: Option<Boxes>,
    /// The step that is marked against, where that is not the one before.
    last: Option<u32>,
    /// Who has died since.
    freed: Vec<ObjId>,
}

impl Past {
    /// Goes over a step of which nothing is drawn, nor of the one behind it.
    pub(super) fn pass(&mut self) {
        self.before = Boxes::default();
        self.whole = Boxes::default();
    }

    /// Goes on by a step. Gives its boxes where it `is_chosen`, with marks on what has changed since
    /// the step before or an `earlier` one, and with what died; where `only_changes` are drawn, none if they show nothing new.
    pub(super) fn step(
        &mut self,
        view: &StepView<'_>,
        number: u32,
        is_chosen: bool,
        earlier: Option<Earlier>,
    ) -> Option<Vec<Arc<SceneBox>>> {
        self.freed.clear();
        self.last = None;
        if let Some(earlier) = earlier {
            self.last = Some(earlier.number);
            self.before = earlier.before;
            self.whole = earlier.whole;
            self.freed = earlier.freed;
        }
        self.freed.extend(view.step.head.gone());
        let boxes = view.boxes();
        let plain: Boxes = Rc::new(boxes.iter().map(|b| (b.key, Arc::clone(b))).collect());
        self.draw(view, number, is_chosen, boxes, plain)
    }

    /// Goes on by a step where only those are drawn at which something of it is new since the last
    /// picture: gives the boxes of such a one, with marks on all that has changed since. `is_wanted`: there is
    /// something to show beside memory.
    pub(super) fn key_step(
        &mut self,
        view: &StepView<'_>,
        number: u32,
        may_wait: bool,
        is_wanted: bool,
    ) -> Option<Vec<Arc<SceneBox>>> {
        self.freed.extend(view.step.head.gone());
        if may_wait && !is_wanted {
            return None;
        }
        let boxes = view.boxes();
        let plain: Boxes = Rc::new(boxes.iter().map(|b| (b.key, Arc::clone(b))).collect());
        let is_empty = boxes.iter().all(|one| one.rows.iter().all(|row| row.aside));
        let died = view.ghosts(&self.freed, &self.before, &plain);
        if died.is_empty() && !is_wanted && (is_empty || same_memory(&self.before, &plain)) {
            return None;
        }
        let may_show_later = calls_have_ended(view, &self.before, &plain)
            || is_definition(view) && plain.keys().all(|key| self.before.contains_key(key));
        if died.is_empty() && may_show_later && !is_wanted {
            return None;
        }
        let drawn = self.draw(view, number, true, boxes, plain);
        self.last = Some(number);
        self.freed.clear();
        drawn
    }

    /// Goes on by a step where pictures are held against each other: gives the boxes of a chosen one,
    /// with marks on all that has changed since the one before, the first without any.
    pub(super) fn page_step(
        &mut self,
        view: &StepView<'_>,
        number: u32,
        is_chosen: bool,
    ) -> Option<Vec<Arc<SceneBox>>> {
        self.freed.extend(view.step.head.gone());
        if !is_chosen {
            return None;
        }
        let boxes = view.boxes();
        let plain: Boxes = Rc::new(boxes.iter().map(|b| (b.key, Arc::clone(b))).collect());
        let drawn = match self.last {
            None => self.first(view, boxes, plain),
            Some(_) => self.draw(view, number, true, boxes, plain)?,
        };
        self.last = Some(number);
        self.freed.clear();
        Some(drawn)
    }

    /// The first picture of a page, which shows how it was.
    fn first(
        &mut self,
        view: &StepView<'_>,
        boxes: Vec<Arc<SceneBox>>,
        plain: Boxes,
    ) -> Vec<Arc<SceneBox>> {
        self.whole = view
            .more_than(&plain)
            .map_or_else(|| Rc::clone(&plain), Rc::new);
        self.drawn = Some(Rc::clone(&plain));
        self.before = plain;
        boxes
    }

    fn draw(
        &mut self,
        view: &StepView<'_>,
        number: u32,
        is_chosen: bool,
        mut boxes: Vec<Arc<SceneBox>>,
        plain: Boxes,
    ) -> Option<Vec<Arc<SceneBox>>> {
        let resolved = view.chosen.resolved;
        let mut ghosts = Vec::new();
        // What keeps an object alive has no past.
        if resolved.only.is_none() {
            ghosts = view.ghosts(&self.freed, &self.before, &plain);
            let whole = view
                .more_than(&plain)
                .map_or_else(|| Rc::clone(&plain), Rc::new);
            let since = self.last.unwrap_or(number - 1);
            mark_changes(&mut boxes, &whole, &self.whole, since, view.trace);
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

/// Whether nothing is new but that calls have ended normally: the next picture shows that as well.
fn calls_have_ended(view: &StepView<'_>, before: &Boxes, now: &Boxes) -> bool {
    let goes_on = matches!(view.step.head.event, Event::Line | Event::Return);
    let mut gone = before.keys().filter(|key| !now.contains_key(key));
    goes_on
        && now.len() < before.len()
        && gone.all(|key| matches!(key, BoxKey::Call(_)))
        && same_memory(&kept(before, now), now)
}

fn kept(before: &Boxes, now: &Boxes) -> BoxMap {
    let still = before.iter().filter(|(key, _)| now.contains_key(key));
    still.map(|(key, one)| (*key, Arc::clone(one))).collect()
}

/// Whether a function or class has just been defined.
fn is_definition(view: &StepView<'_>) -> bool {
    let head = &view.step.head;
    let file = view.trace.header.files.get(head.file.0 as usize);
    let line = head.ran.and_then(|ran| ran.checked_sub(1));
    let line = file
        .zip(line)
        .and_then(|(file, line)| file.text.lines().nth(line as usize));
    let starts = ["def ", "async def ", "class "];
    head.event == Event::Line
        && line.is_some_and(|line| {
            starts
                .iter()
                .any(|word| line.trim_start().starts_with(word))
        })
}
