//! The machine of a run, as text and as JSON.

use super::StagesChoice;
use crate::analyse::Following;
use crate::narrate::{CountWords, EntryWords, MachineFacts, NO_INSTRUCTIONS, instruction};
use crate::trace::stages::Stages;
use crate::trace::{Count, StackEntry, visible};
use serde_json::{Value, json};
use std::fmt::Write;

/// The wanted instructions of a run in one of its files, a fact a line.
pub fn machine_text(
    all: &[Stages],
    file: usize,
    facts: Option<&[MachineFacts]>,
    choice: &StagesChoice,
) -> String {
    let stages = &all[file];
    let (lines, path) = (stages.lines(), visible(&stages.file.path));
    let mut out = String::new();
    // A `String` takes everything.
    let Some(facts) = facts else {
        let _ = writeln!(out, "{path}:1:1: machine: {NO_INSTRUCTIONS}");
        return out;
    };
    for one in wanted(facts, file, choice) {
        let position = one
            .span
            .map(|span| lines.position(&stages.source, span.start));
        let (line, column) = position.map_or((one.line.max(1), 1), |at| (at.line, at.column));
        let step = one.step.step;
        let mut say = |words: String| {
            let _ = writeln!(out, "{path}:{line}:{column}: {words}");
        };
        let (code, said) = (visible(&one.code), one.sentences(all).join(". "));
        let what = instruction(&one.opcode).unwrap_or_default();
        say(format!(
            "machine {step} {code} {} {}: {}; {what}",
            one.offset,
            one.opcode,
            visible(&said)
        ));
        for (which, stack) in [("before", &one.before), ("after", &one.after)] {
            for (at, entry) in stack.iter().enumerate() {
                say(format!("{which} {step} {at} {}", entry_text(entry)));
            }
        }
        for count in &one.counts {
            say(format!(
                "count {step} {}: {}",
                entry_text(&count.object),
                count.in_words()
            ));
        }
    }
    out
}

/// Those in a file that are wanted.
fn wanted<'f>(
    facts: &'f [MachineFacts],
    file: usize,
    choice: &'f StagesChoice,
) -> impl Iterator<Item = &'f MachineFacts> {
    let of_file = facts.iter().filter(move |one| one.file == Some(file));
    of_file.filter(|one| choice.takes(one.span))
}

fn entry_text(entry: &EntryWords) -> String {
    let gap = if entry.type_name.is_empty() { "" } else { " " };
    let borrowed = match entry.entry {
        StackEntry::Borrowed(_) => ", borrowed",
        _ => "",
    };
    let words = visible(&entry.in_words()).into_owned();
    format!("{}{gap}{words}{borrowed}", visible(&entry.type_name))
}

/// The same as JSON; `null` where instructions were not recorded.
pub fn machine_json(
    all: &[Stages],
    file: usize,
    facts: Option<&[MachineFacts]>,
    choice: &StagesChoice,
) -> Value {
    let Some(facts) = facts else {
        return Value::Null;
    };
    let steps = wanted(facts, file, choice).map(|one| {
        let (kind, at) = match one.step.following {
            Following::Instruction(step) => ("instruction", Some(step)),
            Following::Raised(step) => ("raised", Some(step)),
            Following::Left(step) => ("left", Some(step)),
            Following::Unknown => ("unknown", None),
        };
        let along = one.step.along.iter();
        let along: Vec<&str> = along
            .map(|one| one.instruction(all).name.as_ref())
            .collect();
        let entries = |stack: &[EntryWords]| stack.iter().map(entry_json).collect::<Vec<_>>();
        json!({
            "step": one.step.step,
            "code": one.step.place.map(|place| place.code),
            "qualified": one.code,
            "offset": one.offset,
            "name": one.opcode,
            "line": one.line,
            "span": one.span.map(|span| [span.start, span.end]),
            "before": entries(&one.before),
            "after": one.step.after.is_some().then(|| entries(&one.after)),
            "took": one.step.took,
            "left": one.step.put,
            "following": {"kind": kind, "step": at},
            "along": along,
            "within": one.step.within,
            "counts": one.counts.iter().map(count_json).collect::<Vec<_>>(),
            "words": one.sentences(all),
        })
    });
    steps.collect()
}

fn entry_json(entry: &EntryWords) -> Value {
    let kind = match entry.entry {
        StackEntry::Object(_) => "object",
        StackEntry::Borrowed(_) => "borrowed",
        StackEntry::Empty => "empty",
        StackEntry::Unknown => "unknown",
    };
    json!({
        "kind": kind,
        "object": entry.entry.object().map(|id| id.0),
        "type": entry.entry.object().map(|_| &entry.type_name),
        "value": entry.entry.object().map(|_| &entry.value),
        "path": entry.path,
    })
}

fn count_json(count: &CountWords) -> Value {
    let shown = |count: Option<Count>| match count {
        None | Some(Count::Unknown) => Value::Null,
        Some(Count::Immortal) => "immortal".into(),
        Some(Count::Of(count)) => count.into(),
    };
    json!({
        "object": count.change.object.0,
        "type": count.object.type_name,
        "value": count.object.value,
        "path": count.object.path,
        "before": shown(count.change.before),
        "after": shown(count.change.after),
    })
}
