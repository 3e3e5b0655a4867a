//! The scenes of a trace, one after the other: those that are chosen.

use super::calls::Calls;
use super::caption::{caption, lines_of};
use super::focus_tracker::FocusTracker;
use super::options::ViewOptions;
use super::previous::Past;
use super::resolved_filter::ResolvedFilter;
use super::scene::{BoxKey, Scene, SceneBox};
use super::step_view::StepView;
use crate::analyse::ledger;
use crate::narrate::StepNarrator;
use crate::trace::{ObjId, Replay, Trace};
use std::collections::BTreeSet;

/// Makes the chosen scenes of a trace, one after the other.
#[derive(Debug)]
pub struct Scenes<'t> {
    trace: &'t Trace,
    options: &'t ViewOptions,
    replay: Replay<'t>,
    calls: Calls,
    past: Past,
    output: String,
    following: FocusTracker,
    teller: StepNarrator,
}

impl<'t> Scenes<'t> {
    pub fn new(trace: &'t Trace, options: &'t ViewOptions) -> Scenes<'t> {
        let mut resolved = ResolvedFilter::new(trace, &options.choice);
        resolved.boxes = options.boxes || (resolved.boxes && !options.inline);
        resolved.generations |= options.generations;
        resolved.sizes |= options.sizes;
        Scenes {
            trace,
            options,
            replay: trace.replay(),
            calls: Calls::default(),
            past: Past::default(),
            output: String::new(),
            following: FocusTracker::new(resolved),
            teller: StepNarrator::default(),
        }
    }

    /// Goes on by one step. Gives its scene where it is chosen; `Some(None)` where it is not.
    fn step(&mut self) -> Option<Option<Scene>> {
        let (number, step, state) = self.replay.next()?;
        let calls = self.calls.follow(step, state);
        self.output.push_str(&step.head.stdout);
        let chosen = self.following.at(self.trace, state);
        let is_chosen = chosen.resolved.steps.is_chosen(number);
        // What has changed shows against the step before, whether that is drawn or not.
        if !is_chosen && !chosen.resolved.steps.is_chosen(number + 1) {
            self.past.pass();
            self.teller.pass(step);
            return Some(None);
        }
        let ledger = ledger(
            state,
            &self.trace.objects,
            &step.head.held,
            self.trace.header.granularity,
        );
        let view = StepView {
            trace: self.trace,
            options: self.options,
            chosen: &chosen,
            state,
            step,
            ledger: &ledger,
            calls: &calls,
        };
        let boxes = self.past.step(&view, number, is_chosen);
        let drawn = boxes.as_deref().map(objects_in);
        let told = self
            .teller
            .tell(self.trace, step, state, &ledger, drawn.as_ref());
        Some(boxes.map(|boxes| {
            let mut caption = caption(self.trace, number, step, state, &self.output);
            caption.words = lines_of(&told);
            if let Some(said) = chosen.resolved.steps.captions.get(&number) {
                caption.event.clone_from(said);
            }
            Scene {
                number,
                caption,
                boxes,
            }
        }))
    }
}

/// The objects that have boxes.
fn objects_in(boxes: &[SceneBox]) -> BTreeSet<ObjId> {
    let keys = boxes.iter().map(|one| one.key);
    keys.filter_map(|key| match key {
        BoxKey::Object(id) => Some(id),
        _ => None,
    })
    .collect()
}

impl Iterator for Scenes<'_> {
    type Item = Scene;

    fn next(&mut self) -> Option<Scene> {
        loop {
            if let Some(scene) = self.step()? {
                return Some(scene);
            }
        }
    }
}
