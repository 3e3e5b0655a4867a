//! The column of the exceptions of the run.

use crate::analyse::{
    HandlerKind, PassageOutcome, PrintedPart, RaisedError, Raising, RaisingEnd, ShownCalls,
    shown_calls,
};
use crate::narrate;
use crate::trace::Trace;
use crate::trace::stages::{Span, Stages};
use serde::Serialize;

/// Sheet, start, end; -1 for what is absent.
type At = (i64, i64, i64);
const NOWHERE: At = (-1, -1, -1);

#[derive(Debug, Serialize)]
pub(super) struct ErrorsColumn {
    list: Vec<ErrorEntry>,
}

#[derive(Debug, Serialize)]
struct ErrorEntry {
    title: String,
    object: u32,
    /// It is no failure, but the end that was asked for.
    wanted: bool,
    raisings: Vec<RaisingEntry>,
    /// About what, the words, where.
    held: Vec<(&'static str, String, At)>,
    values: Vec<(&'static str, String, At)>,
    /// The line, what it is made from, as what of the interpreter's, whether to read from here, where.
    printed: Vec<(String, String, Option<String>, bool, At)>,
}

#[derive(Debug, Serialize)]
struct RaisingEntry {
    title: String,
    search: Vec<CallEntry>,
    end: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct CallEntry {
    name: String,
    line: u32,
    path: String,
    own: bool,
    step: u32,
    at: At,
    /// Words, and what the interpreter calls it.
    how: Option<(String, Option<String>)>,
    /// Calls of a library that stand for several.
    folded: Vec<String>,
    /// Words, row of the exception table.
    handlers: Vec<(String, String)>,
    words: String,
    outcome: &'static str,
    entry: Option<String>,
    more: usize,
}

impl ErrorsColumn {
    pub(super) fn new(all: &[Stages], trace: &Trace, errors: &[RaisedError]) -> ErrorsColumn {
        let maker = Maker { all, trace, errors };
        ErrorsColumn {
            list: errors.iter().map(|error| maker.error(error)).collect(),
        }
    }
}

struct Maker<'t> {
    all: &'t [Stages],
    trace: &'t Trace,
    errors: &'t [RaisedError],
}

impl Maker<'_> {
    fn at(&self, path: &str, span: Option<Span>) -> At {
        let sheet = self.all.iter().position(|one| one.file.path == path);
        match (sheet, span) {
            (Some(sheet), Some(span)) => (sheet as i64, span.start.into(), span.end.into()),
            _ => NOWHERE,
        }
    }

    /// A line of a file, without its indentation.
    fn line(&self, path: &str, line: u32) -> At {
        let stages = self.all.iter().find(|one| one.file.path == path);
        let span = stages.and_then(|stages| {
            let whole = stages.lines().span(line)?;
            let text = stages.text(whole);
            let start = whole.start + (text.len() - text.trim_start().len()) as u32;
            let end = whole.start + text.trim_end().len() as u32;
            (start < end).then_some(Span::new(start, end))
        });
        self.at(path, span)
    }

    fn error(&self, error: &RaisedError) -> ErrorEntry {
        let raisings = error.raisings.iter();
        ErrorEntry {
            title: narrate::error_title(&error.object),
            object: error.object.id.0,
            wanted: error.is_wanted(),
            raisings: raisings.map(|one| self.raising(error, one)).collect(),
            held: narrate::held_by_error(error)
                .into_iter()
                .map(|(about, words)| (about, words, NOWHERE))
                .collect(),
            values: self.values(error),
            printed: self.printed(error),
        }
    }

    fn raising(&self, error: &RaisedError, raising: &Raising) -> RaisingEntry {
        let calls = shown_calls(&raising.search);
        let own = calls
            .iter()
            .position(|one| one.calls[0].place.own.is_some());
        let search = calls.iter().enumerate().map(|(number, shown)| {
            let begins = number == own.unwrap_or(0);
            let how = begins.then(|| {
                let words = narrate::raised_how(error, raising);
                (words, narrate::raised_detail(&raising.how))
            });
            self.call(error, shown, how)
        });
        RaisingEntry {
            title: narrate::search_title(raising),
            search: search.collect(),
            end: narrate::raising_end(raising, self.errors, self.trace),
            kind: match raising.end {
                RaisingEnd::Uncaught { .. } => "uncaught",
                RaisingEnd::EndedThread { .. } => "thread",
                _ => "",
            },
        }
    }

    fn call(
        &self,
        error: &RaisedError,
        shown: &ShownCalls<'_>,
        how: Option<(String, Option<String>)>,
    ) -> CallEntry {
        // What became of it is told of the last of several.
        let call = shown.calls[shown.calls.len() - 1];
        let place = &call.place;
        let handlers = call.handlers.iter();
        let handlers = handlers.filter(|one| one.kind != HandlerKind::CleanUp);
        let handlers =
            handlers.map(|one| (narrate::entered_handler(one), narrate::handler_detail(one)));
        let several = shown.calls.iter().filter(|_| shown.calls.len() > 1);
        let folded = several.map(|one| narrate::library_calls(&[one]));
        CallEntry {
            name: narrate::call_name(&place.function),
            line: place.line,
            path: place.path.clone(),
            own: place.own.is_some(),
            step: call.step,
            at: self.at(&place.path, place.span),
            how,
            folded: folded.collect(),
            handlers: handlers.collect(),
            words: narrate::passage_outcome(call, self.errors),
            outcome: match call.outcome {
                PassageOutcome::Left => "left",
                // It is shown as what is lost.
                PassageOutcome::Caught if call.is_dropped() => "replaced",
                PassageOutcome::Caught if place.own.is_none() => "left",
                PassageOutcome::Caught => "caught",
                PassageOutcome::Replaced(_) => "replaced",
                PassageOutcome::Unknown => "unknown",
            },
            entry: narrate::entry_of_call(error, call),
            more: shown.more,
        }
    }

    fn values(&self, error: &RaisedError) -> Vec<(&'static str, String, At)> {
        let first = error.raisings.iter().flat_map(|one| &one.search);
        let first = first.map(|one| &one.place).find(|one| one.own.is_some());
        let path = first.map_or("", |place| &place.path);
        let mut rows = Vec::new();
        if let Some(unbound) = &error.unbound {
            let bound = unbound.bound.first().copied().unwrap_or(unbound.asked);
            let at = self.line(path, bound);
            rows.push(("name", narrate::unbound_name(unbound), at));
        }
        for value in &error.values {
            rows.push((
                "value",
                narrate::used_value(value),
                self.at(path, value.span),
            ));
            for origin in &value.history {
                let file = self.trace.header.files.get(usize::from(origin.file.0));
                let at = file.map_or(NOWHERE, |file| self.line(&file.path, origin.line));
                rows.push(("", narrate::value_origin(origin), at));
            }
            rows.extend(narrate::value_born(value).map(|words| ("", words, NOWHERE)));
        }
        rows
    }

    fn printed(&self, error: &RaisedError) -> Vec<(String, String, Option<String>, bool, At)> {
        let start = error.first_line_to_read();
        let lines = error.printed.iter().enumerate().map(|(number, line)| {
            let is_start = Some(number) == start;
            let entry = match line.part {
                PrintedPart::Entry(at) | PrintedPart::Source(at) | PrintedPart::Marks(at) => {
                    error.traceback.get(at)
                }
                _ => None,
            };
            let at = entry.map_or(NOWHERE, |entry| {
                let place = &entry.place;
                match line.part {
                    PrintedPart::Marks(_) => self.at(&place.path, place.span),
                    _ => self.line(&place.path, place.line),
                }
            });
            let words = narrate::printed_part(line.part, error);
            let detail = narrate::printed_detail(line.part, error);
            (line.text.clone(), words, detail, is_start, at)
        });
        lines.collect()
    }
}
