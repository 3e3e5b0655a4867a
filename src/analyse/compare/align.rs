//! Which steps of several runs stand side by side: those at the same place of the source, called the
//! same way.

use super::lines::LineMap;
use super::model::{ComparedRow, ComparedRun};
use crate::trace::{Event, Granularity, Step, Trace};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeMap;

/// By what a step is known again: its file, line, event, depth of calls, function and thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct StepKey {
    file: u32,
    line: u32,
    event: u8,
    depth: u32,
    function: u32,
    thread: u32,
}

/// The steps of a run that are compared, by number, with their keys.
pub(super) struct KeyedSteps {
    pub(super) numbers: Vec<u32>,
    pub(super) keys: Vec<StepKey>,
}

/// Puts the keys of all runs into words that they share.
pub(super) struct Keys<'t> {
    first: &'t Trace,
    texts: BTreeMap<&'t str, u32>,
}

impl<'t> Keys<'t> {
    pub(super) fn new(first: &'t Trace) -> Keys<'t> {
        Keys {
            first,
            texts: BTreeMap::new(),
        }
    }

    fn number(&mut self, text: &'t str) -> u32 {
        let next = self.texts.len() as u32;
        *self.texts.entry(text).or_insert(next)
    }

    /// The keys of a run. Its lines are those of the first run's files, as far as they are the same.
    pub(super) fn of(&mut self, trace: &'t Trace) -> KeyedSteps {
        let maps = LineMap::of(self.first, trace);
        let mut keyed = KeyedSteps {
            numbers: Vec::new(),
            keys: Vec::new(),
        };
        for (step, number) in trace.steps.iter().zip(1..) {
            // Instructions are each interpreter's own.
            if step.head.event == Event::Instruction {
                continue;
            }
            let map = maps.get(step.head.file.0 as usize);
            keyed.numbers.push(number);
            keyed.keys.push(StepKey {
                file: self.number(map.map_or("", |map| map.name)),
                line: map.map_or(0, |map| map.line(step.head.line)),
                event: event(step.head.event),
                depth: depth(step),
                function: self.number(trace.symbols.text(step.head.function)),
                thread: step.head.thread.unwrap_or(1),
            });
        }
        keyed
    }
}

/// How many call frames there are.
fn depth(step: &Step) -> u32 {
    step.frames_kept + step.frames.len() as u32
}

fn event(event: Event) -> u8 {
    match event {
        Event::Call => 0,
        Event::Resume => 1,
        Event::Throw => 2,
        Event::Line => 3,
        Event::Return => 4,
        Event::Yield => 5,
        Event::Unwind => 6,
        Event::Exception => 7,
        Event::Instruction => 8,
        Event::Exit => 9,
    }
}

/// The rows of all runs. Each further run is laid against the rows of those before it.
pub(super) fn rows(runs: &[ComparedRun<'_>]) -> Vec<ComparedRow> {
    let Some(first) = runs.first() else {
        return Vec::new();
    };
    let mut keys = Keys::new(first.trace);
    let mut rows: Vec<(StepKey, Vec<Option<u32>>)> = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        let keyed = keys.of(run.trace);
        // Which of two equally good ways is taken must not hang on which run comes first.
        let is_turned = as_written(run.trace).lt(as_written(first.trace));
        rows = merged(rows, &keyed, (place, runs.len()), is_turned);
    }
    rows.into_iter()
        .map(|(_, steps)| ComparedRow { steps })
        .collect()
}

/// The steps of a run by what stands in it alone, whichever run it is compared with; then its files.
fn as_written(trace: &Trace) -> impl Iterator<Item = (&str, u32, u8, &str)> {
    let files = &trace.header.files;
    let steps = trace.steps.iter().map(|step| {
        let head = &step.head;
        let file = files.get(head.file.0 as usize);
        let function = trace.symbols.text(head.function);
        let path = file.map_or("", |file| file.path.as_str());
        (path, head.line, event(head.event), function)
    });
    let texts = files
        .iter()
        .map(|file| (file.path.as_str(), 0, 0, file.text.as_str()));
    steps.chain(texts)
}

/// Lays the steps of one more run against rows.
fn merged(
    rows: Vec<(StepKey, Vec<Option<u32>>)>,
    keyed: &KeyedSteps,
    (place, runs): (usize, usize),
    is_turned: bool,
) -> Vec<(StepKey, Vec<Option<u32>>)> {
    let old: Vec<StepKey> = rows.iter().map(|(key, _)| *key).collect();
    let (left, right) = match is_turned {
        true => (&keyed.keys, &old),
        false => (&old, &keyed.keys),
    };
    let mut old_rows = rows.into_iter();
    let mut new = keyed.numbers.iter().zip(&keyed.keys);
    let mut out = Vec::new();
    let mut put = |from_old: bool, from_new: bool| {
        let (mut row, mut of_new) = (None, None);
        if from_old {
            row = old_rows.next();
        }
        if from_new {
            of_new = new.next();
        }
        let fresh = of_new.map(|(_, key)| (*key, vec![None; runs]));
        let Some(mut row) = row.or(fresh) else {
            return;
        };
        if let Some((number, _)) = of_new {
            row.1[place] = Some(*number);
        }
        out.push(row);
    };
    // This algorithm bounds what it looks through by size, never by time: the same runs, the same rows.
    for op in capture_diff_slices(Algorithm::Myers, left, right) {
        let (both, of_left, of_right) = match op {
            DiffOp::Equal { len, .. } => (len, 0, 0),
            DiffOp::Delete { old_len, .. } => (0, old_len, 0),
            DiffOp::Insert { new_len, .. } => (0, 0, new_len),
            DiffOp::Replace {
                old_len, new_len, ..
            } => (0, old_len, new_len),
        };
        (0..both).for_each(|_| put(true, true));
        (0..of_left).for_each(|_| put(!is_turned, is_turned));
        (0..of_right).for_each(|_| put(is_turned, !is_turned));
    }
    out
}

/// Whether every thread by itself takes the same steps in two runs that have several.
pub(super) fn only_turns_differ(one: &Trace, other: &Trace) -> bool {
    let mut keys = Keys::new(one);
    let (one, other) = (keys.of(one), keys.of(other));
    let by_thread = |keyed: &KeyedSteps| {
        let mut threads: BTreeMap<u32, Vec<StepKey>> = BTreeMap::new();
        for key in &keyed.keys {
            threads.entry(key.thread).or_default().push(*key);
        }
        threads
    };
    let (one, other) = (by_thread(&one), by_thread(&other));
    one.len() > 1 && one == other
}

/// Whether runs are recorded alike, so that their steps can be laid side by side.
pub fn comparable(runs: &[&Trace]) -> bool {
    let is_by_call = |trace: &&Trace| trace.header.granularity == Granularity::Call;
    runs.iter().all(is_by_call) || !runs.iter().any(is_by_call)
}
