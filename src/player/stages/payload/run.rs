//! What the page shows of a run: where each step is, and a part for each column of the run, under the
//! name that the column has on the page.

use super::errors::ErrorsColumn;
use super::machine::MachineColumn;
use super::outside::{EndColumn, ImportsColumn};
use crate::analyse::{RaisedError, Resource};
use crate::narrate::{EndRow, ImportRow, MachineFacts};
use crate::trace::Trace;
use crate::trace::stages::{Lines, Span, Stages};
use serde::Serialize;

const ABSENT: i64 = -1;

/// The run that the files of a page come from.
#[derive(Debug, Serialize)]
pub struct StagesRun {
    /// The player of the same run, as the page finds it.
    player: Option<String>,
    granularity: &'static str,
    /// Sheet, line, start, end.
    steps: Vec<i64>,
    machine: MachineColumn,
    errors: ErrorsColumn,
    #[serde(skip_serializing_if = "Option::is_none")]
    imports: Option<ImportsColumn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<EndColumn>,
}

impl StagesRun {
    /// Of a run whose files have these stages. `machine`: its instructions, where they were recorded.
    pub fn new(
        all: &[Stages],
        trace: &Trace,
        machine: Option<&[MachineFacts]>,
        errors: &[RaisedError],
        player: Option<String>,
    ) -> StagesRun {
        StagesRun {
            player,
            granularity: trace.header.granularity.name(),
            steps: steps(all, trace, machine.unwrap_or_default()),
            machine: MachineColumn::new(all, machine),
            errors: ErrorsColumn::new(all, trace, errors),
            imports: None,
            end: None,
        }
    }

    /// With what it has imported, as rows.
    #[must_use]
    pub fn with_imports(mut self, all: &[Stages], trace: &Trace, rows: &[ImportRow]) -> StagesRun {
        self.imports = Some(ImportsColumn::new(all, trace, rows));
        self
    }

    /// With what it had open, what happened behind its last line, and how it has ended.
    #[must_use]
    pub fn with_end(
        mut self,
        all: &[Stages],
        trace: &Trace,
        (resources, rows): (&[Resource], &[EndRow]),
        outcome: String,
    ) -> StagesRun {
        self.end = Some(EndColumn::new(all, trace, resources, rows, outcome));
        self
    }
}

/// Where each step is.
fn steps(all: &[Stages], trace: &Trace, machine: &[MachineFacts]) -> Vec<i64> {
    let files = trace.header.files.iter();
    let sheet = |path: &String| all.iter().position(|stages| stages.file.path == *path);
    let sheets: Vec<Option<usize>> = files.map(|file| sheet(&file.path)).collect();
    let lines: Vec<Lines> = all.iter().map(Stages::lines).collect();
    let mut machine = machine.iter().peekable();
    let heads = (1..).zip(trace.steps.iter().map(|step| &step.head));
    let steps = heads.flat_map(|(number, head)| {
        let known = machine.next_if(|one| one.step.step == number);
        let known = known.and_then(|one| one.span);
        let sheet = sheets.get(usize::from(head.file.0)).copied().flatten();
        let by_columns = || {
            sheet.zip(head.columns).and_then(|(sheet, (first, last))| {
                let line = lines[sheet].span(head.line)?;
                // An instruction that goes on on another line ends there, in a column of that one.
                let (start, end) = (line.start + first, line.start + last);
                (start < end && end <= line.end).then_some(Span::new(start, end))
            })
        };
        let span = known.or_else(by_columns);
        let (start, end) = span.map_or((ABSENT, ABSENT), |span| {
            (span.start.into(), span.end.into())
        });
        let sheet = sheet.map_or(ABSENT, |sheet| sheet as i64);
        [sheet, i64::from(head.line), start, end]
    });
    steps.collect()
}
