//! The rows of a comparison, as they are shown.

use super::lines::counterpart;
use super::model::{ComparedRun, Comparison};
use crate::trace::{Event, SourceFile};
use std::collections::BTreeSet;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowPlace<'t> {
    /// The file's path in the first run that has the row.
    pub file: &'t str,
    /// The line that has run, from 1; of a call that begins, the one that runs next.
    pub line: u32,
    /// The line that the step tells of.
    pub told: u32,
    /// The text of the former.
    pub source: &'t str,
    /// The function at work.
    pub function: &'t str,
    pub event: Event,
}

impl Comparison {
    /// Where a row stands, by the first run that has it.
    pub fn place<'t>(&self, runs: &[ComparedRun<'t>], row: usize) -> Option<RowPlace<'t>> {
        let steps = &self.rows.get(row)?.steps;
        let mut found = runs.iter().zip(steps);
        let (run, number) = found.find_map(|(run, step)| Some((run, (*step)?)))?;
        let step = run.trace.steps.get((number as usize).checked_sub(1)?)?;
        let head = &step.head;
        let file = run.trace.header.files.get(head.file.0 as usize);
        let line = head.ran.unwrap_or(head.line);
        let text = |file: &'t SourceFile| file.text.lines().nth((line as usize).checked_sub(1)?);
        let source = file.and_then(text);
        let known = file.and_then(|file| counterpart(runs[0].trace, run.trace, file));
        Some(RowPlace {
            file: known.or(file).map_or("", |file| &file.path),
            line,
            told: head.line,
            source: source.unwrap_or_default().trim(),
            function: run.trace.symbols.text(head.function),
            event: head.event,
        })
    }

    /// The runs to which the same happened in a row, group by group, in the order of the runs.
    pub fn groups(&self, row: usize) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for run in 0..self.happenings.len() {
            let is_like = |group: &Vec<usize>| self.is_alike(row, group[0], run);
            match groups.iter_mut().find(|group| is_like(group)) {
                Some(group) => group.push(run),
                None => groups.push(vec![run]),
            }
        }
        groups
    }

    /// Whether the same happened in a row to two runs.
    pub fn is_alike(&self, row: usize, one: usize, other: usize) -> bool {
        let has = |run: usize| self.rows[row].steps[run].is_some();
        has(one) == has(other) && self.happenings[one][row] == self.happenings[other][row]
    }

    /// The rows in which something differs, in order.
    pub fn differing_rows(&self) -> BTreeSet<usize> {
        let apart = (0..self.rows.len()).filter(|row| self.groups(*row).len() > 1);
        let noted = self.others.iter().flat_map(|other| &other.differences);
        apart.chain(noted.map(|one| one.row)).collect()
    }
}
