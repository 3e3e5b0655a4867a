//! Several runs side by side, as text: one fact a line.

use crate::analyse::{
    ComparedRun, Comparison, Difference, DifferenceKind, LineInstructions, RunDifferences,
};
use crate::narrate;
use crate::render::SIGNATURE;
use crate::trace::visible;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Lines of a part that are written unasked.
const MOST: usize = 24;
/// The widest that the first column of a table gets.
const WIDEST: usize = 30;

/// What is told of a comparison.
pub struct CompareText<'c> {
    pub runs: &'c [ComparedRun<'c>],
    pub comparison: &'c Comparison,
    /// What each line was compiled to, where all runs tell it, file by file.
    pub instructions: &'c [LineInstructions],
    /// Why instructions are not compared; empty where they are.
    pub without_instructions: &'c str,
    /// Everything, however long that gets.
    pub all: bool,
}

/// A `String` takes everything.
macro_rules! line {
    ($out:expr) => { $out.push('\n') };
    ($out:expr, $($words:tt)*) => {{
        let text = format!($($words)*);
        let _ = writeln!($out, "{}", visible(&text));
    }};
}

impl CompareText<'_> {
    /// The whole text.
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.head(&mut out);
        for (number, other) in self.comparison.others.iter().enumerate() {
            self.against(&mut out, number + 1, other);
        }
        self.lives(&mut out);
        self.walk(&mut out);
        self.bytecode(&mut out);
        out
    }

    fn names(&self) -> Vec<String> {
        let traces: Vec<_> = self.runs.iter().map(|run| run.trace).collect();
        narrate::run_names(&traces)
    }

    fn head(&self, out: &mut String) {
        line!(out, "runs side by side, {SIGNATURE}");
        for (run, name) in self.runs.iter().zip(self.names()) {
            let header = &run.trace.header;
            let (script, python, steps) = (&header.script, &header.python, header.steps);
            line!(
                out,
                "  {name:<20} Python {python:<9} {steps:>6} steps of {script}"
            );
        }
    }

    /// How a run differs from the first.
    fn against(&self, out: &mut String, number: usize, other: &RunDifferences) {
        let names = self.names();
        let (first, name) = (&names[0], &names[number]);
        line!(out);
        let both = self
            .comparison
            .rows
            .iter()
            .filter(|row| row.steps[0].is_some() && row.steps[number].is_some())
            .count();
        line!(
            out,
            "{first} | {name}: {both} steps side by side, {} objects found in both",
            other.paired
        );
        if other.differences.is_empty() {
            line!(out, "  no difference");
            return;
        }
        match other.first_seen() {
            Some(first) => line!(out, "  first to show: {}", self.difference(first)),
            None => line!(out, "  the program shows none of what differs"),
        }
        for kind in DifferenceKind::ALL {
            let of_kind = other.differences.iter().filter(|one| one.kind == kind);
            let of_kind: Vec<&Difference> = of_kind.collect();
            if of_kind.is_empty() {
                continue;
            }
            let unexplained = of_kind.iter().filter(|one| one.reason.is_none()).count();
            line!(
                out,
                "  {}: {}, {unexplained} unexplained",
                narrate::difference_kind(kind),
                of_kind.len()
            );
            let shown = if self.all { of_kind.len() } else { MOST };
            // What nobody has explained comes first where not all is shown.
            let mut chosen: Vec<&&Difference> = of_kind.iter().collect();
            chosen.sort_by_key(|one| (one.reason.is_some(), one.row));
            chosen.truncate(shown);
            chosen.sort_by_key(|one| one.row);
            for one in chosen {
                line!(out, "    {}", self.difference(one));
            }
            if of_kind.len() > shown {
                line!(out, "    and {} more (--all)", of_kind.len() - shown);
            }
        }
        reasons(out, &other.differences);
    }

    /// `a.py:9 count of a: 3 | 2 (calls under way)`.
    fn difference(&self, one: &Difference) -> String {
        let place = self.comparison.place(self.runs, one.row);
        let place = place.map_or(String::new(), |place| {
            let line = match one.kind {
                DifferenceKind::Steps => place.told,
                _ => place.line,
            };
            format!("{}:{line}", place.file)
        });
        let [left, right] = one.facts.each_ref().map(narrate::difference_fact);
        let reason = one
            .reason
            .map_or("unexplained", |reason| narrate::difference_reason(reason).0);
        let again = match one.times {
            0 | 1 => String::new(),
            _ if one.kind == DifferenceKind::Steps => String::new(),
            times => format!(", {times} times"),
        };
        format!(
            "{place} {}: {left} | {right} ({reason}{again})",
            narrate::difference_subject(one)
        )
    }

    /// What became of each object, run by run.
    fn lives(&self, out: &mut String) {
        let lives = &self.comparison.lives;
        if lives.is_empty() {
            return;
        }
        line!(out);
        line!(out, "who frees what, and when");
        let names = self.names();
        let shown = if self.all { lives.len() } else { MOST };
        for life in lives.iter().take(shown) {
            line!(
                out,
                "  {} ({}, made at line {})",
                life.path,
                life.type_name,
                life.line
            );
            let mut ends: Vec<(String, Vec<&str>)> = Vec::new();
            for (end, name) in life.ends.iter().zip(&names) {
                let words = narrate::life_end(*end);
                match ends.iter_mut().find(|(known, _)| *known == words) {
                    Some((_, runs)) => runs.push(name),
                    None => ends.push((words, vec![name])),
                }
            }
            for (words, runs) in ends {
                line!(out, "    {words:<26} {}", runs.join(", "));
            }
        }
        if lives.len() > shown {
            line!(out, "  and {} more objects (--all)", lives.len() - shown);
        }
    }

    /// The rows in which something else happens, run by run.
    fn walk(&self, out: &mut String) {
        let rows: Vec<usize> = self.comparison.differing_rows().into_iter().collect();
        let rows: Vec<usize> = rows
            .into_iter()
            .filter(|row| self.comparison.groups(*row).len() > 1)
            .collect();
        if rows.is_empty() {
            return;
        }
        let names = self.names();
        line!(out);
        line!(out, "side by side, where something else happens");
        let shown = if self.all { rows.len() } else { MOST };
        for row in rows.iter().take(shown) {
            let Some(place) = self.comparison.place(self.runs, *row) else {
                continue;
            };
            let event = place.event.name();
            line!(
                out,
                "  {}:{} {event}  {}",
                place.file,
                place.line,
                place.source
            );
            for group in self.comparison.groups(*row) {
                let runs: Vec<&str> = group.iter().map(|run| names[*run].as_str()).collect();
                let runs = runs.join(", ");
                let what = self.cell(*row, group[0]);
                line!(out, "    {runs:<WIDEST$} {what}");
            }
        }
        if rows.len() > shown {
            line!(out, "  and {} more rows (--all)", rows.len() - shown);
        }
    }

    fn cell(&self, row: usize, run: usize) -> String {
        if self.comparison.rows[row].steps[run].is_none() {
            return "no such step".to_owned();
        }
        let all = &self.comparison.happenings[run][row];
        if all.is_empty() {
            return "nothing new".to_owned();
        }
        let words: Vec<String> = all.iter().map(narrate::happening).collect();
        words.join("; ")
    }

    fn bytecode(&self, out: &mut String) {
        line!(out);
        if !self.without_instructions.is_empty() {
            line!(
                out,
                "instructions: not compared; {}",
                self.without_instructions
            );
            return;
        }
        let differ: Vec<&LineInstructions> = self
            .instructions
            .iter()
            .filter(|line| !line.agree())
            .collect();
        line!(
            out,
            "instructions: {} lines of code, {} of them compiled to others",
            self.instructions.len(),
            differ.len()
        );
        let names = self.names();
        let shown = if self.all { differ.len() } else { MOST };
        for one in differ.iter().take(shown) {
            line!(out, "  line {}  {}", one.line, one.source);
            let mut alike: Vec<(&Vec<String>, Vec<&str>)> = Vec::new();
            for (instructions, name) in one.names.iter().zip(&names) {
                match alike.iter_mut().find(|(known, _)| *known == instructions) {
                    Some((_, runs)) => runs.push(name),
                    None => alike.push((instructions, vec![name])),
                }
            }
            for (instructions, runs) in alike {
                line!(
                    out,
                    "    {:<WIDEST$} {}",
                    runs.join(", "),
                    instructions.join(" ")
                );
            }
        }
        if differ.len() > shown {
            line!(out, "  and {} more lines (--all)", differ.len() - shown);
        }
    }
}

/// What the reasons mean that were given.
fn reasons(out: &mut String, differences: &[Difference]) {
    let mut given = BTreeMap::new();
    for reason in differences.iter().filter_map(|one| one.reason) {
        *given.entry(reason).or_insert(0_usize) += 1;
    }
    if given.is_empty() {
        return;
    }
    line!(out, "  reasons");
    for (reason, count) in given {
        let (name, words) = narrate::difference_reason(reason);
        line!(out, "    {name} ({count}): {words}");
    }
}
