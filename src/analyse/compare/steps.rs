//! Steps that only one of two runs has.

use super::align::only_turns_differ;
use super::model::{ComparedRow, Difference, DifferenceKind, Fact, Reason};
use crate::analyse::Place;
use crate::trace::{Event, NameKind, ObjId, Step, Symbol, Trace};
use std::collections::BTreeSet;

/// The words that statements begin with of which versions tell lines differently: heads, and what
/// compiles to nothing.
const HEADS: [&str; 19] = [
    "for", "while", "with", "try", "else", "finally", "except", "class", "def", "async", "match",
    "case", "if", "elif", "pass", "global", "nonlocal", "break", "continue",
];

/// The calls that comprehensions are where they are calls.
const COMPREHENSIONS: [&str; 3] = ["<listcomp>", "<setcomp>", "<dictcomp>"];

/// Two runs, and which of a row's steps are theirs.
pub(super) struct Steps<'t> {
    traces: [&'t Trace; 2],
    places: [usize; 2],
    same_source: bool,
    /// By step: whether the call at work has the same names at the next one.
    still: [Vec<bool>; 2],
    has_comprehensions: [bool; 2],
}

impl<'t> Steps<'t> {
    pub(super) fn new(traces: [&'t Trace; 2], places: [usize; 2], same_source: bool) -> Steps<'t> {
        Steps {
            traces,
            places,
            same_source,
            still: traces.map(still),
            has_comprehensions: traces.map(|trace| {
                let mut numbers = 1..=trace.steps.len() as u32;
                numbers.any(|number| is_comprehension(trace, number))
            }),
        }
    }

    /// A difference for each stretch of steps that one run has and the other does not.
    pub(super) fn differences(&self, rows: &[ComparedRow]) -> Vec<Difference> {
        let turns = self.traces.iter().all(|trace| has_threads(trace))
            && only_turns_differ(self.traces[0], self.traces[1]);
        let mut found: Vec<Difference> = Vec::new();
        let mut at = 0;
        while at < rows.len() {
            let Some(side) = self.alone(&rows[at]) else {
                at += 1;
                continue;
            };
            let start = at;
            while at < rows.len()
                && (self.alone(&rows[at]) == Some(side) || self.is_of_neither(&rows[at]))
            {
                at += 1;
            }
            let steps: Vec<u32> = rows[start..at]
                .iter()
                .filter_map(|row| row.steps[self.places[side]])
                .collect();
            let reason = match turns {
                true => Some(Reason::Threads),
                false => self.reason(side, &steps),
            };
            let mut facts = [Fact::Nothing, Fact::Nothing];
            facts[side] = Fact::Step(steps[0]);
            found.push(Difference {
                kind: DifferenceKind::Steps,
                row: start,
                subject: String::new(),
                facts,
                reason,
                times: steps.len() as u32,
            });
        }
        self.comprehensions(&mut found);
        found
    }

    /// Where one run has the calls of a comprehension, the lines that the other tells instead are of the
    /// same kind.
    fn comprehensions(&self, found: &mut [Difference]) {
        for at in 1..found.len() {
            let is_call = |one: &Difference| one.reason == Some(Reason::Comprehension);
            let (calls, lines) = match (is_call(&found[at - 1]), is_call(&found[at])) {
                (true, false) => (at - 1, at),
                (false, true) => (at, at - 1),
                _ => continue,
            };
            let touch = found[at - 1].row + found[at - 1].times as usize == found[at].row;
            let all_lines = |one: &Difference| {
                let side = usize::from(one.facts[0] == Fact::Nothing);
                let first = match one.facts[side] {
                    Fact::Step(first) => first,
                    _ => return (BTreeSet::new(), false),
                };
                let steps =
                    (first..first + one.times).filter_map(|n| step_of(self.traces[side], n));
                let lines = steps.clone().map(|step| step.head.line).collect();
                (
                    lines,
                    steps
                        .map(|step| step.head.event)
                        .all(|event| event == Event::Line),
                )
            };
            let (of_calls, _) = all_lines(&found[calls]);
            let (of_lines, are_lines) = all_lines(&found[lines]);
            if touch && are_lines && of_lines.is_subset(&of_calls) && found[lines].reason.is_none()
            {
                found[lines].reason = Some(Reason::Comprehension);
            }
        }
    }

    fn is_of_neither(&self, row: &ComparedRow) -> bool {
        self.places.iter().all(|place| row.steps[*place].is_none())
    }

    /// The run that alone has a row.
    fn alone(&self, row: &ComparedRow) -> Option<usize> {
        match self.places.map(|place| row.steps[place].is_some()) {
            [true, false] => Some(0),
            [false, true] => Some(1),
            _ => None,
        }
    }

    fn reason(&self, side: usize, steps: &[u32]) -> Option<Reason> {
        if !self.same_source {
            return Some(Reason::Source);
        }
        let [one, other] = self.traces.map(|trace| &trace.header);
        let is_same_python = (&one.engine, &one.python) == (&other.engine, &other.python);
        if is_same_python {
            return None;
        }
        let trace = self.traces[side];
        let all_are = |what: &dyn Fn(u32) -> bool| steps.iter().all(|step| what(*step));
        let is_call = all_are(&|step| is_comprehension(trace, step));
        if is_call && !self.has_comprehensions[1 - side] {
            return Some(Reason::Comprehension);
        }
        if all_are(&|step| is_line_alone(trace, step, &self.still[side])) {
            return Some(Reason::LineEvents);
        }
        None
    }
}

fn has_threads(trace: &Trace) -> bool {
    let mut steps = trace.steps.iter();
    steps.any(|step| step.head.thread.is_some_and(|thread| thread > 1))
}

fn step_of(trace: &Trace, number: u32) -> Option<&Step> {
    trace.steps.get((number as usize).checked_sub(1)?)
}

fn is_comprehension(trace: &Trace, number: u32) -> bool {
    let function = step_of(trace, number).map(|step| trace.symbols.text(step.head.function));
    function.is_some_and(|function| COMPREHENSIONS.contains(&function))
}

/// Whether a step tells of a line at which nothing happens that the program could see: of a statement
/// with a head, or of several lines, that changes no name, prints nothing and calls nothing.
fn is_line_alone(trace: &Trace, number: u32, still: &[bool]) -> bool {
    let (Some(step), Some(next)) = (step_of(trace, number), step_of(trace, number + 1)) else {
        return false;
    };
    let head = &step.head;
    let is_quiet = next.head.stdout.is_empty()
        && next.head.stderr.is_empty()
        && next.head.collections.is_empty()
        && !next.head.event.enters()
        && next.head.event != Event::Exception;
    let is_still = still.get(number as usize - 1).is_some_and(|still| *still);
    head.event == Event::Line && is_quiet && is_still && is_told_differently(trace, step)
}

fn is_told_differently(trace: &Trace, step: &Step) -> bool {
    let head = &step.head;
    let file = trace.header.files.get(head.file.0 as usize);
    let line = file.and_then(|file| file.text.lines().nth((head.line as usize).checked_sub(1)?));
    let first = line.map_or("", |line| {
        let line = line.trim_start();
        let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_'));
        &line[..end.unwrap_or(line.len())]
    });
    let is_long = || {
        let place = Place::at_line(trace, head.file, head.line);
        place.is_some_and(|place| place.statement.0 < place.statement.1)
    };
    HEADS.contains(&first) || is_long()
}

/// By step, whether the call at work has the same names at the next one.
fn still(trace: &Trace) -> Vec<bool> {
    let mut all = Vec::with_capacity(trace.steps.len());
    let mut last: Option<Vec<(Symbol, ObjId)>> = None;
    let mut replay = trace.replay();
    while let Some((_, _, state)) = replay.next() {
        let names = state.frames.last().map_or(&[][..], |frame| &frame.names);
        let names = names.iter().filter(|name| name.kind != NameKind::Stack);
        let names: Vec<_> = names.map(|name| (name.name, name.to)).collect();
        all.extend(last.map(|last| last == names));
        last = Some(names);
    }
    all
}
