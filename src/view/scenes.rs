//! The scenes of a trace, one after the other: those that are chosen.

use super::calls::Calls;
use super::caption::{caption, lines_of};
use super::event_loops::{EventLoops, TaskFields};
use super::focus_tracker::FocusTracker;
use super::options::ViewOptions;
use super::previous::Past;
use super::resolved_filter::ResolvedFilter;
use super::scene::{BoxKey, Scene, SceneBox};
use super::step_view::StepView;
use crate::analyse::ledger;
use crate::narrate::StepNarrator;
use crate::trace::{Event, ObjId, Replay, State, Step, Trace};
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
    /// What the fields of tasks are called, where the program has any.
    tasks: Option<TaskFields>,
    /// Only the pictures that show something new.
    keys: bool,
    /// Steps since the last of them, and what was told of these.
    passed: u32,
    waiting: Vec<String>,
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
            tasks: TaskFields::of(trace),
            keys: false,
            passed: 0,
            waiting: Vec::new(),
        }
    }

    /// The scenes that tell the run in few pictures: those at which something is new that is drawn,
    /// without the insides of what makes objects and classes. Each tells what has happened since the
    /// one before. Where steps are chosen, these.
    pub fn keys(trace: &'t Trace, options: &'t ViewOptions) -> Scenes<'t> {
        let mut scenes = Scenes::new(trace, options);
        scenes.keys = !scenes.following.resolved.steps.are_asked_for();
        scenes
    }

    /// Whether only the pictures that show something new are given.
    pub fn are_keys(&self) -> bool {
        self.keys
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
            loops: &EventLoops::at(state, self.tasks),
        };
        let boxes = match self.keys {
            true => {
                let next = self.trace.steps.get(number as usize);
                let may_wait = may_wait(self.trace, step, state, next);
                self.past.key_step(&view, number, may_wait)
            }
            false => self.past.step(&view, number, is_chosen),
        };
        let drawn = boxes.as_deref().map(objects_in);
        self.teller
            .tell_counts(!self.keys || boxes.is_some() && self.passed == 0);
        self.passed = if boxes.is_some() { 0 } else { self.passed + 1 };
        let told = self
            .teller
            .tell(self.trace, step, state, &ledger, drawn.as_ref());
        if self.keys {
            // Which way the program went is worth a word in the picture of that step alone.
            let is_told = boxes.is_some() || !self.teller.was_idle();
            self.waiting.extend(told.into_iter().filter(|_| is_told));
        } else {
            self.waiting = told;
        }
        if boxes.is_none() {
            return Some(None);
        }
        let told = in_few(std::mem::take(&mut self.waiting));
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

/// Sentences of a picture.
const SENTENCES: usize = 5;

/// The sentences of several steps, without those that another one says as well.
fn in_few(mut told: Vec<String>) -> Vec<String> {
    let mut said = BTreeSet::new();
    told.retain(|sentence| said.insert(sentence.clone()));
    if told.len() > SENTENCES {
        let more = told.len() - SENTENCES + 1;
        told.truncate(SENTENCES - 1);
        told.push(format!("{more} more things happen"));
    }
    told
}

/// Whether what a step shows can as well be shown with a later one: the bodies of classes and of
/// modules that are imported, what an `__init__` does before it is through, a value that is handed
/// back, a plain value that a name gets right before a call.
fn may_wait(trace: &Trace, step: &Step, state: &State, next: Option<&Step>) -> bool {
    let Some(running) = state.frames.last() else {
        return false;
    };
    let event = step.head.event;
    if next.is_none() || matches!(event, Event::Exception | Event::Unwind | Event::Exit) {
        return false;
    }
    let is_import = running.is_module(&trace.symbols) && state.frames.len() > 1;
    let makes = trace.symbols.text(running.function) == "__init__";
    let returns = matches!(event, Event::Return) && state.frames.len() > 1;
    let before_a_call = next.is_some_and(|next| next.head.event == Event::Call)
        && event == Event::Line
        && step.entered.is_empty()
        && step.changed.iter().all(|(_, change)| change.refs.is_none());
    running.class_body
        || is_import
        || (makes && event != Event::Return)
        || (returns && !makes)
        || before_a_call
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
