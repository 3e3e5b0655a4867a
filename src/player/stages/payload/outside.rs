//! The columns of what stands around the objects of a run: its imports, what was open, its end.

use crate::analyse::{Line, Resource, ResourceEnd};
use crate::narrate::{self, EndRow, ImportRow, ImportRowKind};
use crate::trace::stages::Stages;
use crate::trace::{FileId, Trace};
use serde::Serialize;

/// The imports of a run, as the page shows them.
#[derive(Debug, Serialize)]
pub(super) struct ImportsColumn {
    rows: Vec<ImportEntry>,
}

#[derive(Debug, Serialize)]
struct ImportEntry {
    depth: u32,
    kind: &'static str,
    word: &'static str,
    head: String,
    words: Vec<String>,
    folded: String,
    sheet: Option<usize>,
    file: String,
    line: u32,
    step: u32,
}

/// What was open in a run, and its end.
#[derive(Debug, Serialize)]
pub(super) struct EndColumn {
    steps: u32,
    outcome: String,
    resources: Vec<ResourceEntry>,
    /// Kind and words.
    rows: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
struct ResourceEntry {
    head: String,
    kind: String,
    sheet: Option<usize>,
    line: u32,
    step: u32,
    /// From a step to another, and whether it was open there.
    bars: Vec<(u32, u32, bool)>,
    /// The program did not close it.
    left: bool,
    end: String,
}

/// The place of a file's sheet on the page.
fn sheet(all: &[Stages], trace: &Trace, file: FileId) -> Option<usize> {
    let path = path(trace, file)?;
    all.iter().position(|stages| stages.file.path == path)
}

fn path(trace: &Trace, file: FileId) -> Option<&str> {
    let file = trace.header.files.get(usize::from(file.0))?;
    Some(&file.path)
}

impl ImportsColumn {
    pub(super) fn new(all: &[Stages], trace: &Trace, rows: &[ImportRow]) -> ImportsColumn {
        let rows = rows.iter().map(|row| {
            let (file, line) = row
                .place
                .map_or((None, 0), |(file, line)| (Some(file), line));
            ImportEntry {
                depth: row.depth,
                kind: match row.kind {
                    ImportRowKind::Statement => "statement",
                    ImportRowKind::There => "there",
                    ImportRowKind::Missing => "missing",
                    ImportRowKind::Own => "own",
                    ImportRowKind::Library => "library",
                    ImportRowKind::Note => "note",
                },
                word: row.kind.word(),
                head: row.head.clone(),
                words: row.words.clone(),
                folded: row.folded.join(", "),
                sheet: file.and_then(|file| sheet(all, trace, file)),
                file: file
                    .and_then(|file| path(trace, file))
                    .unwrap_or_default()
                    .to_owned(),
                line,
                step: row.step.unwrap_or(0),
            }
        });
        ImportsColumn {
            rows: rows.collect(),
        }
    }
}

impl EndColumn {
    pub(super) fn new(
        all: &[Stages],
        trace: &Trace,
        resources: &[Resource],
        rows: &[EndRow],
        outcome: String,
    ) -> EndColumn {
        let rows = rows.iter().map(|row| (row.kind, row.words.clone()));
        EndColumn {
            steps: trace.header.steps,
            outcome,
            resources: resources
                .iter()
                .map(|one| resource(all, trace, one))
                .collect(),
            rows: rows.collect(),
        }
    }
}

fn resource(all: &[Stages], trace: &Trace, one: &Resource) -> ResourceEntry {
    let Line { file, line } = one.born();
    let name = one.called.as_deref().or(one.name());
    let last = trace.header.steps;
    let end = match one.end {
        ResourceEnd::Closed(step, _)
        | ResourceEnd::ClosedByDeath(step, _)
        | ResourceEnd::TakenByCollector(step, _)
        | ResourceEnd::Gone(step, _) => step,
        // Behind the last step there is room for the interpreter's own end.
        ResourceEnd::ClosedAtExit | ResourceEnd::NeverClosed => last + 1,
        ResourceEnd::Unknown | ResourceEnd::Borrowed | ResourceEnd::NeverOpen => last,
    };
    let nexts = one
        .states
        .iter()
        .skip(1)
        .map(|state| state.step)
        .chain([end]);
    let bars = one.states.iter().zip(nexts);
    let bars = bars.filter(|(state, _)| state.is_open || one.kind.is_lock());
    ResourceEntry {
        head: name.map_or_else(
            || format!("line {line}"),
            |name| format!("{name}, line {line}"),
        ),
        kind: narrate::resource_kind(one),
        sheet: sheet(all, trace, file),
        line,
        step: one.first().step,
        bars: bars
            .map(|(state, next)| (state.step, next, state.is_open))
            .collect(),
        left: one.is_left_open(),
        end: narrate::resource_end(one),
    }
}
