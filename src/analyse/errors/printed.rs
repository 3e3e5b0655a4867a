//! Ties what was printed to standard error to the exceptions that it tells of, line by line.

use super::model::{ErrorPlace, PrintedLine, PrintedPart, RaisedError, TracebackPart};
use crate::trace::Trace;

const HEADER: &str = "Traceback (most recent call last):";
const GROUP_HEADER: &str = "+ Exception Group Traceback (most recent call last):";
const CAUSE: &str = "The above exception was the direct cause of the following exception:";
const CONTEXT: &str = "During handling of the above exception, another exception occurred:";

/// A line, and the step by which it was there; `None` behind the last step.
struct Line<'t> {
    step: Option<u32>,
    text: &'t str,
}

/// A printed traceback, before it is known of what.
#[derive(Default)]
struct Block {
    lines: Vec<PrintedLine>,
    entries: Vec<Printed>,
    /// Where `entries` are in the traceback as it is printed: several may be left out.
    step: Option<u32>,
    type_name: String,
    message: String,
    is_group: bool,
}

/// An entry as it is printed.
pub(super) struct Printed {
    path: String,
    line: u32,
    function: String,
    times: u32,
}

impl Printed {
    /// What is known of the place of a call that is not the program's own.
    pub(super) fn place(self) -> ErrorPlace {
        ErrorPlace {
            own: None,
            path: self.path,
            line: self.line,
            function: self.function,
            offset: None,
            code: None,
            span: None,
        }
    }
}

/// Finds out of what each line is made.
pub(super) fn tie(trace: &Trace, errors: &mut [RaisedError]) {
    let steps = trace.steps.iter().zip(1..);
    let mut text = String::new();
    let mut ends = Vec::new();
    for (step, number) in steps.filter(|(step, _)| !step.head.stderr.is_empty()) {
        text.push_str(&step.head.stderr);
        ends.push((text.len(), number));
    }
    text.push_str(&trace.header.at_exit.stderr);
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let step = ends.get(ends.partition_point(|(end, _)| *end <= at));
        lines.push(Line {
            step: step.map(|(_, number)| *number),
            text: line.trim_end_matches(['\n', '\r']),
        });
        at += line.len();
    }
    let mut rest = lines.as_slice();
    let mut before = Vec::new();
    while let Some((line, behind)) = rest.split_first() {
        if !begins(rest, &before) {
            before.push(line);
            rest = behind;
            continue;
        }
        let (mut block, behind) = Block::read(rest, &before);
        before.clear();
        rest = behind;
        let Some(number) = whose(&block, errors) else {
            continue;
        };
        rest = block.tail(rest, &errors[number]);
        block.number(&errors[number].traceback);
        errors[number].printed.extend(block.lines);
    }
}

/// Whether a traceback begins here: with its headline, or right behind what says whose `__del__`.
fn begins(rest: &[Line<'_>], before: &[&Line<'_>]) -> bool {
    let Some(line) = rest.first() else {
        return false;
    };
    let is_behind = before.last().is_some_and(|before| is_where(before.text));
    line.text == HEADER
        || line.text.trim_start() == GROUP_HEADER
        || (is_behind && entry(line.text).is_some())
}

fn is_where(text: &str) -> bool {
    text.starts_with("Exception in thread ") || text.starts_with("Exception ignored ")
}

/// `  File "a.py", line 3, in f`
pub(super) fn entry(text: &str) -> Option<Printed> {
    let rest = text.strip_prefix("  File \"")?;
    let (path, rest) = rest.split_once("\", line ")?;
    let (line, function) = rest.split_once(", in ")?;
    Some(Printed {
        path: path.to_owned(),
        line: line.parse().ok()?,
        function: function.to_owned(),
        times: 1,
    })
}

/// `  [Previous line repeated 3 more times]`
fn repeated(text: &str) -> Option<u32> {
    let rest = text.trim_start().strip_prefix("[Previous line repeated ")?;
    rest.split_once(" more time")?.0.parse().ok()
}

/// What a group's frame of lines and corners leaves of a line.
fn without_frame(text: &str) -> &str {
    let inner = text.trim_start();
    let inner = inner
        .strip_prefix("| ")
        .or_else(|| inner.strip_prefix("+ "));
    inner.unwrap_or_else(|| text.trim_start().strip_prefix('|').unwrap_or(text))
}

fn is_framed(text: &str) -> bool {
    text.trim_start().starts_with(['|', '+'])
}

impl Block {
    /// Reads a traceback up to its type and message; returns what stands behind it.
    fn read<'l, 't>(rest: &'l [Line<'t>], before: &[&Line<'t>]) -> (Block, &'l [Line<'t>]) {
        let mut block = Block::default();
        block.open(before);
        let mut rest = rest;
        while let Some((line, behind)) = rest.split_first() {
            rest = behind;
            block.step = line.step;
            let is_headline = block.entries.is_empty() && line.text.ends_with(HEADER);
            if is_headline {
                block.is_group = is_framed(line.text);
                block.add(line.text, PrintedPart::Header);
                continue;
            }
            let inner = match block.is_group {
                true => without_frame(line.text),
                false => line.text,
            };
            if !block.part(line.text, inner) {
                break;
            }
        }
        (block, rest)
    }

    fn add(&mut self, text: &str, part: PrintedPart) {
        self.lines.push(PrintedLine {
            text: text.to_owned(),
            part,
        });
    }

    /// Takes what belongs to the traceback of the lines above it.
    fn open(&mut self, before: &[&Line<'_>]) {
        let texts: Vec<&str> = before.iter().map(|line| line.text).collect();
        if let [.., empty, sentence, behind] = texts[..]
            && empty.is_empty()
            && behind.is_empty()
            && [CAUSE, CONTEXT].contains(&without_frame(sentence))
        {
            let part = match without_frame(sentence) == CAUSE {
                true => PrintedPart::Cause,
                false => PrintedPart::Context,
            };
            self.add(empty, PrintedPart::Empty);
            self.add(sentence, part);
            self.add(behind, PrintedPart::Empty);
        } else if let Some(last) = texts.last().filter(|last| is_where(last)) {
            self.add(last, PrintedPart::Where);
        }
    }

    /// Takes the next line. False where it is the last one: type and message.
    fn part(&mut self, text: &str, inner: &str) -> bool {
        if let Some(entry) = entry(inner) {
            self.add(text, PrintedPart::Entry(self.entries.len()));
            self.entries.push(entry);
            return true;
        }
        let last = self.entries.len().checked_sub(1);
        if let (Some(times), Some(at)) = (repeated(inner), last) {
            self.entries[at].times += times;
            self.add(text, PrintedPart::Repeated(times));
            return true;
        }
        if let (true, Some(at)) = (inner.starts_with("    "), last) {
            let are_marks = inner.trim().chars().all(|one| "~^".contains(one));
            self.add(
                text,
                match are_marks {
                    true => PrintedPart::Marks(at),
                    false => PrintedPart::Source(at),
                },
            );
            return true;
        }
        self.add(text, PrintedPart::Message);
        if inner.starts_with(' ') {
            return true;
        }
        let (name, message) = inner.split_once(": ").unwrap_or((inner, ""));
        let name = name.trim_end_matches(':');
        name.rsplit('.')
            .next()
            .unwrap_or(name)
            .clone_into(&mut self.type_name);
        message.clone_into(&mut self.message);
        false
    }

    /// The lines behind the first of the message that belong to it: its other lines, notes, the
    /// members of a group.
    fn tail<'l, 't>(&mut self, rest: &'l [Line<'t>], error: &RaisedError) -> &'l [Line<'t>] {
        let mut rest = rest;
        let message = error.object.message.as_deref().unwrap_or_default();
        let more = message.lines().skip(1);
        let more = more.map(|line| (line, PrintedPart::Message));
        let notes = error.notes.iter().flat_map(|note| note.lines());
        for (wanted, part) in more.chain(notes.map(|line| (line, PrintedPart::Note))) {
            let Some((line, behind)) = rest.split_first() else {
                break;
            };
            let inner = match self.is_group {
                true => without_frame(line.text),
                false => line.text,
            };
            if inner == wanted {
                self.add(line.text, part);
                rest = behind;
            }
        }
        while let Some((line, behind)) = rest.split_first() {
            if !self.is_group || !is_framed(line.text) || line.text.ends_with(GROUP_HEADER) {
                break;
            }
            self.add(line.text, PrintedPart::Group);
            rest = behind;
        }
        rest
    }

    /// Whether these are the innermost entries of a traceback: the outer ones come to it later.
    fn fits(&self, traceback: &[TracebackPart]) -> bool {
        let all = self.entries.iter();
        let count: usize = all.map(|one| one.times as usize).sum();
        // What left the program's own code may have come to calls that were not seen.
        let unseen = count.saturating_sub(traceback.len());
        let begins_outside = self
            .lines
            .first()
            .is_some_and(|line| line.part == PrintedPart::Where);
        if unseen > 0 && !begins_outside {
            return false;
        }
        let from = (traceback.len() + unseen) - count;
        let printed = self.entries.iter();
        let printed = printed.flat_map(|one| (0..one.times).map(move |_| one));
        printed
            .skip(unseen)
            .zip(&traceback[from..])
            .all(|(printed, part)| is_entry(printed, part))
    }

    /// Counts the entries as the traceback does.
    fn number(&mut self, traceback: &[TracebackPart]) {
        let all = self.entries.iter();
        let count: usize = all.map(|one| one.times as usize).sum();
        let mut at = 0;
        let mut places = Vec::new();
        for entry in &self.entries {
            places.push((at + traceback.len()).checked_sub(count));
            at += entry.times as usize;
        }
        for line in &mut self.lines {
            let (PrintedPart::Entry(place)
            | PrintedPart::Source(place)
            | PrintedPart::Marks(place)) = &mut line.part
            else {
                continue;
            };
            match places[*place] {
                Some(known) => *place = known,
                None => line.part = PrintedPart::Outer,
            }
        }
    }
}

fn is_entry(printed: &Printed, part: &TracebackPart) -> bool {
    let place = &part.place;
    let file = place.path.rsplit('/').next().unwrap_or(&place.path);
    let is_file = printed.path.rsplit('/').next() == Some(file);
    is_file && printed.line == place.line && printed.function == place.function
}

/// The exception that a printed traceback tells of: the first that fits and was not printed before.
fn whose(block: &Block, errors: &[RaisedError]) -> Option<usize> {
    let is_there = |error: &RaisedError| {
        let first = error.raisings.first();
        let first = first.and_then(|raising| raising.search.first());
        let step = first.map_or(0, |passage| passage.step);
        block.step.is_none_or(|by| step <= by)
    };
    let fits = |error: &&(usize, &RaisedError)| {
        error.1.object.type_name == block.type_name
            && is_there(error.1)
            && block.fits(&error.1.traceback)
    };
    let all: Vec<(usize, &RaisedError)> = errors.iter().enumerate().collect();
    let fitting: Vec<(usize, &RaisedError)> = all.iter().filter(fits).copied().collect();
    let says = |error: &RaisedError| {
        let message = error.object.message.as_deref().unwrap_or_default();
        let first = message.lines().next().unwrap_or_default();
        match error.members.len() {
            0 => first == block.message,
            1 => format!("{first} (1 sub-exception)") == block.message,
            several => format!("{first} ({several} sub-exceptions)") == block.message,
        }
    };
    let mut order = fitting.iter();
    let best = order.find(|(_, error)| error.printed.is_empty() && says(error));
    let best = best.or_else(|| fitting.iter().find(|(_, error)| error.printed.is_empty()));
    best.or(fitting.last()).map(|(number, _)| *number)
}
