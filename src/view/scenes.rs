//! The scenes of a trace, one after the other: those that are chosen.

use super::calls::{ANNOTATE, Calls};
use super::caption::{caption, sentences};
use super::definitions::Definitions;
use super::event_loops::{EventLoops, TaskFields};
use super::filter::Unknown;
use super::focus_tracker::FocusTracker;
use super::known_boxes::KnownBoxes;
use super::options::{Style, ViewOptions};
use super::previous::{Earlier, Past};
use super::resolved_filter::ResolvedFilter;
use super::scene::{BoxKey, Scene, SceneBox};
use super::source::Sources;
use super::step_view::StepView;
use crate::analyse::ledger;
use crate::narrate::{Since, StepNarrator, in_few};
use crate::trace::{Event, ObjId, Replay, State, Step, Trace};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Makes the chosen scenes of a trace, one after the other.
#[derive(Debug)]
pub struct Scenes<'t> {
    trace: &'t Trace,
    options: &'t ViewOptions,
    replay: Replay<'t>,
    calls: Calls,
    definitions: Definitions,
    past: Past,
    output: String,
    sources: Sources,
    following: FocusTracker,
    teller: StepNarrator,
    mode: Mode,
    known: KnownBoxes,
    /// What the fields of tasks are called, where the program has any.
    tasks: Option<TaskFields>,
    /// Steps since the last of them, and what was told of these.
    passed: u32,
    waiting: Vec<String>,
    /// What the author has said at these.
    notes: Vec<String>,
    /// What later steps are held against that are not the next, by these.
    starts: BTreeMap<u32, Start>,
}

/// A step that a later one is held against.
#[derive(Debug)]
struct Start {
    memory: Earlier,
    told: Since,
}

/// Which of the steps have scenes, and what these are held against.
#[derive(Debug, PartialEq, Eq)]
enum Mode {
    /// The chosen ones, against the step before each.
    Each,
    /// Only those that show something new, against the one before.
    Keys,
    /// These, against the one before.
    Page(BTreeSet<u32>),
}

impl<'t> Scenes<'t> {
    pub fn new(trace: &'t Trace, options: &'t ViewOptions) -> Scenes<'t> {
        let resolved = ResolvedFilter::new(trace, options);
        let tasks = TaskFields::of(trace);
        Scenes {
            known: KnownBoxes::new(trace, is_told_by_state(options, &resolved, tasks)),
            trace,
            options,
            replay: trace.replay(),
            calls: Calls::default(),
            definitions: Definitions::default(),
            past: Past::default(),
            output: String::new(),
            sources: Sources::default(),
            following: FocusTracker::new(resolved),
            teller: StepNarrator::new(trace),
            mode: Mode::Each,
            tasks,
            passed: 0,
            waiting: Vec::new(),
            notes: Vec::new(),
            starts: BTreeMap::new(),
        }
    }

    /// The scenes of the steps that stand on one page: each shows what has changed since the one
    /// before, the first how it was.
    pub fn page(trace: &'t Trace, options: &'t ViewOptions, steps: &[u32]) -> Scenes<'t> {
        let mut scenes = Scenes::new(trace, options);
        scenes.mode = Mode::Page(steps.iter().copied().collect());
        scenes
    }

    /// The steps that the author wants on one page.
    pub fn strip(&self) -> &[u32] {
        &self.following.resolved.strip
    }

    /// The scenes that tell the run in few pictures: those at which something is new that is drawn,
    /// without the insides of what makes objects and classes. Each tells what has happened since the
    /// one before. Where steps are chosen, these.
    pub fn keys(trace: &'t Trace, options: &'t ViewOptions) -> Scenes<'t> {
        let mut scenes = Scenes::new(trace, options);
        if !scenes.following.resolved.steps.are_asked_for() {
            scenes.mode = Mode::Keys;
        }
        scenes
    }

    /// Whether the author asks for shapes.
    pub(super) fn wishes_for_shapes(&self) -> bool {
        !self.following.resolved.shapes.is_empty()
    }

    /// Which wish for a shape an object has.
    pub(super) fn wish_number(&self, id: ObjId) -> Option<usize> {
        self.following.wish_number(id)
    }

    /// Says that what is drawn cannot take the shape of a wish.
    pub(super) fn misfit(&self, number: usize) -> Unknown {
        self.following.resolved.shapes[number].misfit()
    }

    /// Whether only the pictures that show something new are given.
    pub fn are_keys(&self) -> bool {
        self.mode == Mode::Keys
    }

    /// Goes on by one step. Gives its scene where it is chosen; `Some(None)` where it is not.
    fn step(&mut self) -> Option<Option<Scene>> {
        let (number, step, state) = self.replay.next()?;
        let calls = self.calls.follow(step, state, &self.trace.symbols);
        if self.options.style != Style::Memviz {
            let running = (step, state, &calls[..]);
            self.definitions
                .follow(self.trace, running, &mut self.sources);
        }
        for (text, _) in step.head.terminal() {
            self.output.push_str(text);
        }
        self.known.follow(number, step, &calls);
        let chosen = self.following.at(self.trace, number, state);
        let steps = &chosen.resolved.steps;
        let wants = |number: u32| match &self.mode {
            Mode::Page(page) => page.contains(&number),
            _ => steps.is_chosen(number),
        };
        let is_chosen = wants(number);
        // What has changed shows against the step before, whether that is drawn or not.
        let is_passed = match &self.mode {
            Mode::Page(page) => {
                page.first().is_none_or(|first| number < *first)
                    || page.last().is_none_or(|last| number > *last)
            }
            _ => !is_chosen && !wants(number + 1),
        };
        let held_against: Vec<u32> = match &self.mode {
            Mode::Each => steps.held_against(number),
            Mode::Page(page) => page
                .range(number + 1..)
                .next()
                .copied()
                .into_iter()
                .collect(),
            Mode::Keys => Vec::new(),
        };
        if is_passed && held_against.is_empty() {
            self.past.pass();
            self.teller.pass(step);
            for start in self.starts.values_mut() {
                start.memory.died(step.head.gone());
            }
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
            definitions: &self.definitions,
            known: &self.known,
        };
        let start = self.starts.remove(&number);
        for start in self.starts.values_mut() {
            start.memory.died(step.head.gone());
        }
        let (earlier, since) = start.map(|start| (start.memory, start.told)).unzip();
        let boxes = match &self.mode {
            Mode::Keys => {
                let next = self.trace.steps.get(number as usize);
                let may_wait = may_wait(self.trace, step, state, next)
                    && !(view.is_textbook() && step.head.event == Event::Return);
                self.past.key_step(&view, number, may_wait)
            }
            Mode::Page(_) => self.past.page_step(&view, number, is_chosen),
            Mode::Each => self.past.step(&view, number, is_chosen, earlier),
        };
        let drawn = boxes.as_deref().map(objects_in);
        let waits = self.mode != Mode::Each;
        let counts_hold = !waits || boxes.is_some() && self.passed == 0;
        self.teller
            .tell_counts(chosen.resolved.counts && counts_hold);
        self.passed = if boxes.is_some() { 0 } else { self.passed + 1 };
        let told = self.teller.tell(
            self.trace,
            step,
            state,
            &ledger,
            drawn.as_ref(),
            since.as_ref(),
        );
        for later in held_against {
            let memory = Earlier::at(&view, number);
            let told = self.teller.since();
            self.starts.insert(later, Start { memory, told });
        }
        if !waits {
            self.waiting.clear();
            self.notes.clear();
        }
        // Which way the program went is worth a word in the picture of that step alone.
        let is_told = boxes.is_some() || !self.teller.was_idle();
        // Of a class's body, what it has made is told with the class.
        let in_class =
            waits && boxes.is_none() && state.frames.last().is_some_and(|f| f.class_body);
        if since.is_some() && !self.teller.was_idle() {
            self.waiting.clear();
        }
        let is_told = is_told && !in_class;
        self.waiting.extend(told.into_iter().filter(|_| is_told));
        self.notes.extend_from_slice(chosen.notes);
        let Some(mut boxes) = boxes else {
            return Some(None);
        };
        view.emphasize(&mut boxes);
        let told = in_few(std::mem::take(&mut self.waiting), SENTENCES);
        let now = (step, state);
        let mut caption = caption(self.trace, &mut self.sources, number, now, &self.output);
        caption.words = match steps.captions.get(&number) {
            // In place of all that would be said else.
            Some(said) => vec![said.clone()],
            None => sentences(&told),
        };
        caption.words.append(&mut self.notes);
        Some(Some(Scene {
            number,
            name: steps.names.get(&number).cloned(),
            before: steps.before.get(&number).copied(),
            caption,
            boxes,
        }))
    }
}

/// Whether what the boxes of objects say follows from the states of objects and the frames that run:
/// then a box is the same as long as these are.
fn is_told_by_state(
    options: &ViewOptions,
    resolved: &ResolvedFilter,
    tasks: Option<TaskFields>,
) -> bool {
    let hidden = &resolved.hidden;
    options.style == Style::Memviz
        && resolved.only.is_none()
        && hidden.targets.is_empty()
        && hidden.types.is_empty()
        && tasks.is_none()
}

/// Sentences of a picture.
const SENTENCES: usize = 5;

/// Whether what a step shows can as well be shown with a later one: the bodies of classes and of
/// modules that are imported, what an `__init__` does before it is through, a value that is handed
/// back, a generator that goes on, a plain value that a name gets right before a call.
fn may_wait(trace: &Trace, step: &Step, state: &State, next: Option<&Step>) -> bool {
    let Some(running) = state.frames.last() else {
        return false;
    };
    let event = step.head.event;
    if next.is_none() || matches!(event, Event::Exception | Event::Unwind | Event::Exit) {
        return false;
    }
    let is_import = running.is_module(&trace.symbols) && state.frames.len() > 1;
    let name = trace.symbols.text(running.function);
    let makes = name == "__init__";
    let annotates = name == ANNOTATE;
    let returns = matches!(event, Event::Return) && state.frames.len() > 1;
    // A generator that goes on shows what it did before.
    let goes_on = matches!(event, Event::Resume | Event::Throw);
    let before_a_call = next.is_some_and(|next| next.head.event == Event::Call)
        && event == Event::Line
        && step.entered.is_empty()
        && step.changed.iter().all(|(_, change)| change.refs.is_none());
    running.class_body
        || annotates
        || is_import
        || (makes && event != Event::Return)
        || (returns && !makes)
        || goes_on
        || before_a_call
}

/// The objects that have boxes.
fn objects_in(boxes: &[Arc<SceneBox>]) -> BTreeSet<ObjId> {
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
