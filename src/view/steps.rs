//! Which steps are drawn: by number, by line, or by the marks in the script.

use super::filter::{Unknown, ViewFilter};
use crate::analyse::{PictureMark, Place};
use crate::trace::{Event, FileId, Step, StepHead, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// A moment that is to be drawn: each time that a statement has run.
#[derive(Debug)]
pub(super) struct Moment {
    pub place: Place,
    /// The line of the script by which an option asks for it.
    pub line: Option<u32>,
    pub picture: PictureMark,
}

/// The steps that are drawn, and what marks say of their pictures.
#[derive(Debug, Default)]
pub(super) struct ChosenSteps {
    /// By step, the first one first.
    chosen: Vec<bool>,
    /// By an option or a directive, not all as they are.
    asked_for: bool,
    pub captions: BTreeMap<u32, String>,
    /// What the files of steps are called.
    pub names: BTreeMap<u32, String>,
    /// The steps that are drawn beside others, as what was before.
    pub before: BTreeMap<u32, u32>,
    /// By the step at which a statement was about to run, the marked ones at which it has, where
    /// these are not the next.
    later: BTreeMap<u32, Vec<u32>>,
}

impl ChosenSteps {
    /// Chooses; marked pictures count where no option chooses steps. Says what chooses nothing.
    pub(super) fn new(
        trace: &Trace,
        choice: &ViewFilter,
        moments: &[Moment],
    ) -> (ChosenSteps, Vec<Unknown>) {
        let script = script(trace);
        let by_moments = !choice.by_steps() && !moments.is_empty();
        let mut steps = ChosenSteps {
            asked_for: by_moments
                || choice.by_steps()
                || choice.only_changes
                || choice.only.is_some(),
            ..ChosenSteps::default()
        };
        let mut unknown = Vec::new();
        let mut never: Vec<&Moment> = moments.iter().collect();
        let mut names = Names::new(moments, &mut unknown);
        let mut before = None;
        for (number, step) in (1..).zip(&trace.steps) {
            let head = &step.head;
            never.retain(|moment| !moment.place.has_run(head, before));
            let has_run = |moment: &&Moment| moment.place.has_run(head, before);
            let here: Vec<&Moment> = moments.iter().filter(has_run).collect();
            let asked_for = choice.has_number(number) && choice.has_line(head, script);
            steps
                .chosen
                .push(asked_for && (!by_moments || !here.is_empty()));
            steps.caption(number, &here);
            if let Some(pair) = here.iter().find(|moment| moment.picture.pair) {
                let step = step_before(trace, number, &pair.place);
                steps.before.insert(number, step);
            }
            if let Some(first) = here.first().filter(|_| by_moments) {
                let step = step_before(trace, number, &first.place);
                if step + 1 < number {
                    steps.later.entry(step).or_default().push(number);
                }
            }
            if let Some(name) = here.iter().find_map(|moment| names.next(moment)) {
                steps.names.insert(number, name);
            }
            before = Some(head);
        }
        if by_moments {
            let silent = never.into_iter();
            unknown.extend(silent.map(|one| never_ran("no picture", one.place, one.line)));
        }
        unknown.extend(steps.nothing_chosen(choice, trace.header.steps));
        (steps, unknown)
    }

    /// Whether somebody has said which steps are drawn.
    pub(super) fn are_asked_for(&self) -> bool {
        self.asked_for
    }

    /// The later steps that are held against a step.
    pub(super) fn held_against(&self, number: u32) -> Vec<u32> {
        self.later.get(&number).cloned().unwrap_or_default()
    }

    pub(super) fn is_chosen(&self, number: u32) -> bool {
        let chosen = self.chosen.get(number as usize - 1);
        chosen.copied().unwrap_or(false)
    }

    fn caption(&mut self, number: u32, here: &[&Moment]) {
        let captions = here.iter().map(|moment| moment.picture.caption.as_str());
        let said: Vec<&str> = captions.filter(|caption| !caption.is_empty()).collect();
        if !said.is_empty() {
            self.captions.insert(number, said.join(" · "));
        }
    }

    /// What is wrong where no step is left, or one that is not there is asked for.
    fn nothing_chosen(&self, choice: &ViewFilter, steps: u32) -> Option<Unknown> {
        let open_end = |(first, last): &(u32, u32)| if *last == u32::MAX { *first } else { *last };
        let beyond = choice.steps.iter().map(open_end).find(|step| *step > steps);
        let (error, hint) = if let Some(step) = beyond {
            (
                format!("there is no step {step}"),
                format!("the steps are 1 to {steps}"),
            )
        } else if self.chosen.contains(&true) || steps == 0 {
            return None;
        } else if choice.by_lines() {
            let line = |line: Option<u32>| line.map_or(String::new(), |line| line.to_string());
            let lines = format!("{}-{}", line(choice.from_line), line(choice.to_line));
            (
                format!("at no chosen step has a line of {lines} run"),
                "name lines of the script that run; without --steps, if need be".to_owned(),
            )
        } else {
            (
                "no marked line has run, so there is nothing to draw".to_owned(),
                "mark a line that runs, or draw every step with --steps 1-".to_owned(),
            )
        };
        Some(Unknown {
            mark: None,
            error,
            hint,
        })
    }
}

impl ViewFilter {
    /// Whether steps are chosen by number or by line.
    fn by_steps(&self) -> bool {
        self.by_lines() || !self.steps.is_empty()
    }

    fn by_lines(&self) -> bool {
        self.from_line.is_some() || self.to_line.is_some()
    }

    fn has_number(&self, number: u32) -> bool {
        let mut runs = self.steps.iter();
        self.steps.is_empty() || runs.any(|(first, last)| (*first..=*last).contains(&number))
    }

    fn has_line(&self, head: &StepHead, script: FileId) -> bool {
        let line = head.ran.unwrap_or(head.line);
        !self.by_lines()
            || head.file == script
                && self.from_line.is_none_or(|from| from <= line)
                && self.to_line.is_none_or(|to| line <= to)
    }
}

/// The names of pictures, each given once: the second time that its statement has run, `NAME-2`.
struct Names<'m> {
    times: BTreeMap<&'m str, u32>,
    given: BTreeSet<String>,
}

impl<'m> Names<'m> {
    /// Says of names that are used by two.
    fn new(moments: &'m [Moment], unknown: &mut Vec<Unknown>) -> Names<'m> {
        let mut times = BTreeMap::new();
        for moment in moments {
            let Some(name) = &moment.picture.name else {
                continue;
            };
            if times.insert(name.as_str(), 0).is_some() {
                unknown.push(Unknown {
                    mark: moment.line.is_none().then_some(moment.place),
                    error: format!("two pictures are called {name}"),
                    hint: "give each a name of its own".to_owned(),
                });
            }
        }
        let given = times.keys().map(|name| (*name).to_owned()).collect();
        Names { times, given }
    }

    fn next(&mut self, moment: &Moment) -> Option<String> {
        let name = moment.picture.name.as_deref()?;
        let times = self.times.get_mut(name)?;
        *times += 1;
        if *times == 1 {
            return Some(name.to_owned());
        }
        // Where another picture is called so, its number has to do.
        let numbered = format!("{name}-{times}");
        self.given.insert(numbered.clone()).then_some(numbered)
    }
}

/// The step at which a statement was about to run that has run at step `number`.
fn step_before(trace: &Trace, number: u32, place: &Place) -> u32 {
    let step = |number: u32| &trace.steps[number as usize - 1];
    let depth = |step: &Step| step.frames_kept as usize + step.frames.len();
    let within = |line: u32| place.statement.0 <= line && line <= place.statement.1;
    let now = step(number);
    let mut found = None;
    for earlier in (1..number).rev() {
        let one = step(earlier);
        let head = &one.head;
        if head.thread != now.head.thread || depth(one) > depth(now) {
            continue;
        }
        let is_next = head.event == Event::Line && head.file == place.file && within(head.line);
        if depth(one) < depth(now) || !is_next && found.is_some() {
            break;
        }
        if is_next {
            found = Some(earlier);
            // Each round of a loop on one line has a moment of its own.
            if place.is_loop || !head.ran.is_some_and(within) {
                break;
            }
        }
    }
    found.unwrap_or_else(|| number.saturating_sub(1).max(1))
}

/// What waits for a statement that never runs.
pub(super) fn never_ran(what: &str, place: Place, line: Option<u32>) -> Unknown {
    Unknown {
        mark: line.is_none().then_some(place),
        error: line.map_or(what.to_owned(), |line| format!("{what} for line {line}")),
        hint: "its statement never ran, or no step shows memory behind it".to_owned(),
    }
}

/// The file that runs as the script: that of the oldest call frame. A package may run first.
pub(super) fn script(trace: &Trace) -> FileId {
    trace
        .steps
        .iter()
        .rev()
        .filter(|step| step.frames_kept == 0)
        .find_map(|step| step.frames.first())
        .map_or(FileId(0), |frame| frame.file)
}
