//! Which steps are drawn: by number, by line, or by the marks in the script.

use super::filter::{Unknown, ViewFilter};
use crate::analyse::Place;
use crate::trace::{FileId, StepHead, Trace};
use std::collections::BTreeMap;

/// The steps that are drawn, and the captions that marks give to steps.
#[derive(Debug, Default)]
pub(super) struct ChosenSteps {
    /// By step, the first one first.
    chosen: Vec<bool>,
    /// By an option or a directive, not all as they are.
    asked_for: bool,
    pub captions: BTreeMap<u32, String>,
}

impl ChosenSteps {
    /// Chooses; marked pictures count where no option chooses steps. Says what chooses nothing.
    pub(super) fn new(
        trace: &Trace,
        choice: &ViewFilter,
        pictures: &[(Place, String)],
    ) -> (ChosenSteps, Vec<Unknown>) {
        let script = script(trace);
        let by_marks = !choice.by_steps() && !pictures.is_empty();
        let mut steps = ChosenSteps {
            asked_for: by_marks
                || choice.by_steps()
                || choice.only_changes
                || choice.only.is_some(),
            ..ChosenSteps::default()
        };
        let mut never_ran: Vec<Place> = pictures.iter().map(|(place, _)| *place).collect();
        let mut before = None;
        for (number, step) in (1..).zip(&trace.steps) {
            let head = &step.head;
            never_ran.retain(|place| !place.has_run(head, before));
            let here = pictures
                .iter()
                .filter(|(place, _)| place.has_run(head, before));
            let captions: Vec<&str> = here.map(|(_, caption)| caption.as_str()).collect();
            let asked_for = choice.has_number(number) && choice.has_line(head, script);
            steps
                .chosen
                .push(asked_for && (!by_marks || !captions.is_empty()));
            steps.caption(number, &captions);
            before = Some(head);
        }
        let mut unknown: Vec<Unknown> = steps
            .nothing_chosen(choice, trace.header.steps)
            .into_iter()
            .collect();
        if by_marks {
            unknown.extend(never_ran.into_iter().map(|place| Unknown {
                mark: Some(place),
                error: "no picture".to_owned(),
                hint: "its statement never ran, or no step shows memory behind it".to_owned(),
            }));
        }
        (steps, unknown)
    }

    /// Whether somebody has said which steps are drawn.
    pub(super) fn are_asked_for(&self) -> bool {
        self.asked_for
    }

    pub(super) fn is_chosen(&self, number: u32) -> bool {
        let chosen = self.chosen.get(number as usize - 1);
        chosen.copied().unwrap_or(false)
    }

    fn caption(&mut self, number: u32, captions: &[&str]) {
        let said: Vec<&str> = captions
            .iter()
            .copied()
            .filter(|caption| !caption.is_empty())
            .collect();
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

/// The file that runs as the script: that of the oldest call frame. A package may run first.
fn script(trace: &Trace) -> FileId {
    trace
        .steps
        .iter()
        .rev()
        .filter(|step| step.frames_kept == 0)
        .find_map(|step| step.frames.first())
        .map_or(FileId(0), |frame| frame.file)
}
