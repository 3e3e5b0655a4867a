//! The instructions of several interpreters side by side, as a Markdown table.

use super::StagesChoice;
use crate::narrate;
use crate::trace::stages::{Lines, Stages};
use crate::trace::visible;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A row for each line of the source that code was made of, with a column for each interpreter; and
/// behind it the instructions that not all of them have.
pub fn instruction_table(all: &[Stages], choice: &StagesChoice) -> String {
    let mut out = String::new();
    let engines: Vec<String> = all.iter().map(name).collect();
    // A `String` takes everything.
    let _ = writeln!(out, "| line | {} |", engines.join(" | "));
    let _ = writeln!(out, "|---|{}", "---|".repeat(engines.len()));
    let columns: Vec<Column> = all.iter().map(|stages| column(stages, choice)).collect();
    let lines: BTreeSet<u32> = columns
        .iter()
        .flat_map(|column| column.keys().copied())
        .collect();
    let source = all.first().map_or("", |stages| &stages.source);
    let places = Lines::of(source);
    for line in lines {
        let text = places.span(line).and_then(|span| source.get(span.range()));
        let text = text.map_or(String::new(), |text| format!("`{}`", cell(text.trim())));
        // What the compiler adds belongs to no line.
        let head = if line == 0 {
            "none".to_owned()
        } else {
            format!("{line} {text}")
        };
        let _ = write!(out, "| {head} |");
        for column in &columns {
            let names = column.get(&line).map(|names| names.join("<br>"));
            let _ = write!(out, " {} |", names.unwrap_or_default());
        }
        out.push('\n');
    }
    differences(&columns, &engines, &mut out);
    out
}

/// Names of instructions by their line; those without a line stand at 0.
type Column<'s> = BTreeMap<u32, Vec<&'s str>>;

fn name(stages: &Stages) -> String {
    let engine = &stages.engine;
    let failed = stages.failure.as_ref();
    let failed = failed.map_or(String::new(), |failure| {
        format!(": {} in {}", visible(&failure.kind), failure.stage.name())
    });
    format!("{} {}{failed}", engine.name, engine.version)
}

fn column<'s>(stages: &'s Stages, choice: &StagesChoice) -> Column<'s> {
    let mut column = Column::new();
    let lines = stages.lines();
    let within = choice.within;
    let all = stages.codes.iter().flat_map(|code| &code.instructions);
    for one in all {
        // Interpreters older than 3.11 keep lines only.
        let place = one.span.or_else(|| lines.span(one.line?));
        let wanted = within.is_none_or(|within| place.is_some_and(|place| within.touches(place)));
        if wanted {
            column
                .entry(one.line.unwrap_or(0))
                .or_default()
                .push(&one.name);
        }
    }
    column
}

/// Who has each instruction that not all have, and what it does.
fn differences(columns: &[Column<'_>], engines: &[String], out: &mut String) {
    let mut owners: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, column) in columns.iter().enumerate() {
        let names: BTreeSet<&str> = column.values().flatten().copied().collect();
        for name in names {
            owners.entry(name).or_default().push(number);
        }
    }
    owners.retain(|_, owners| owners.len() < columns.len());
    if owners.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n| instruction | only in | what it does |\n|---|---|---|"
    );
    for (name, owners) in owners {
        let owners: Vec<&str> = owners
            .iter()
            .map(|owner| engines[*owner].as_str())
            .collect();
        let explanation = cell(narrate::instruction(name).unwrap_or_default());
        let _ = writeln!(out, "| {name} | {} | {explanation} |", owners.join(", "));
    }
}

/// A text in a cell: no bar ends it early.
fn cell(text: &str) -> String {
    visible(text).replace('|', "\\|").replace('`', "'")
}
