//! What the page shows of a run: where each step is, and a part for each column of the run, under the
//! name that the column has on the page.

use crate::trace::Trace;
use crate::trace::stages::{Lines, Stages};
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
}

impl StagesRun {
    /// Of a run whose files have these stages.
    pub fn new(all: &[Stages], trace: &Trace, player: Option<String>) -> StagesRun {
        StagesRun {
            player,
            granularity: trace.header.granularity.name(),
            steps: steps(all, trace),
        }
    }
}

/// Where each step is.
fn steps(all: &[Stages], trace: &Trace) -> Vec<i64> {
    let files = trace.header.files.iter();
    let sheet = |path: &String| all.iter().position(|stages| stages.file.path == *path);
    let sheets: Vec<Option<usize>> = files.map(|file| sheet(&file.path)).collect();
    let lines: Vec<Lines> = all.iter().map(Stages::lines).collect();
    let heads = trace.steps.iter().map(|step| &step.head);
    let steps = heads.flat_map(|head| {
        let sheet = sheets.get(usize::from(head.file.0)).copied().flatten();
        let span = sheet.zip(head.columns).and_then(|(sheet, (first, last))| {
            let line = lines[sheet].span(head.line)?;
            // An instruction that goes on on another line ends there, in a column of that one.
            let (start, end) = (line.start + first, line.start + last);
            (start < end && end <= line.end).then_some((start, end))
        });
        let (start, end) = span.map_or((ABSENT, ABSENT), |(start, end)| {
            (i64::from(start), i64::from(end))
        });
        let sheet = sheet.map_or(ABSENT, |sheet| sheet as i64);
        [sheet, i64::from(head.line), start, end]
    });
    steps.collect()
}
