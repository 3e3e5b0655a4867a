//! Several runs side by side, in words.

use super::nouns::{enumerated, short, with_article};
use super::outcome::signal_name;
use crate::analyse::{
    CollectionFact, Difference, DifferenceKind, Fact, Happening, LifeEnd, Reason,
};
use crate::trace::{Cause, Count, Death, Header, Outcome, Trace};

/// Characters of a printed text in a cell.
const PRINTED: usize = 60;

/// What runs are called: `CPython 3.13.0`; one of the same interpreter again by a number.
pub fn run_names(traces: &[&Trace]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for trace in traces {
        let header = &trace.header;
        let name = format!("{} {}", header.engine, header.engine_version);
        let again = traces[..names.len()]
            .iter()
            .filter(|known| is_same_python(&known.header, header))
            .count();
        names.push(match again {
            0 => name,
            again => format!("{name} ({})", again + 1),
        });
    }
    names
}

fn is_same_python(one: &Header, other: &Header) -> bool {
    (&one.engine, &one.engine_version) == (&other.engine, &other.engine_version)
}

/// What differences of a kind are about.
pub fn difference_kind(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Steps => "steps",
        DifferenceKind::Values => "values",
        DifferenceKind::Counts => "counts",
        DifferenceKind::Deaths => "deaths",
        DifferenceKind::Births => "temporaries",
        DifferenceKind::Collections => "collections",
        DifferenceKind::Output => "output",
        DifferenceKind::Ending => "ending",
    }
}

/// The name of a kind of reason, and the reason in a sentence.
pub fn difference_reason(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::LineEvents => (
            "line events",
            "versions tell the lines of heads and of long statements differently; nothing of the program's \
             happens there",
        ),
        Reason::Comprehension => (
            "comprehensions",
            "a comprehension is a call of its own before 3.12, and part of its line since",
        ),
        Reason::Threads => (
            "threads",
            "each thread does the same by itself; they take turns at other places",
        ),
        Reason::Source => ("source", "the files that ran are not the same"),
        Reason::ImplicitName => (
            "implicit names",
            "names with two underscores on both sides are put there by Python itself",
        ),
        Reason::FinalizerOrder => (
            "order of finalizers",
            "the same objects are finalized, in another order, which Python leaves open",
        ),
        Reason::SetOrder => (
            "order of sets",
            "sets have no order; each run shows them in one of its own",
        ),
        Reason::Address => ("addresses", "the same but for where it stands in memory"),
        Reason::Cache => (
            "caches",
            "which equal values are one object is for each interpreter to choose",
        ),
        Reason::Immortal => (
            "immortals",
            "an object that lives as long as the process is not counted; which those are is for each \
             interpreter to choose",
        ),
        Reason::Constant => (
            "constants",
            "code objects hold their constants; which values are constants is for each compiler to choose",
        ),
        Reason::Borrowed => (
            "borrowed references",
            "an instruction that lends a variable does not count it; one that copies it does",
        ),
        Reason::Call => (
            "calls under way",
            "what a call was made with is held by the call in one of them, and borrowed in the other",
        ),
        Reason::CurrentException => (
            "current exception",
            "the interpreter holds the exception that it handles, in more places or in fewer",
        ),
        Reason::OwnObjects => (
            "objects of the interpreter's",
            "each interpreter makes objects for itself (a function's parts, frames, tables of a class) that \
             refer to it",
        ),
        Reason::Library => (
            "older than the run",
            "what was there before the program is held by the library as well",
        ),
        Reason::CollectorTime => (
            "time of collections",
            "collections that nobody asks for run when enough objects were made, and each interpreter makes \
             some of its own",
        ),
        Reason::AtExit => (
            "at exit",
            "what is freed at the end of the program, and what is left to the system, is for each \
             interpreter to choose",
        ),
        Reason::Temporary => (
            "temporaries",
            "what a line makes and drops on the way is for each interpreter to choose",
        ),
        Reason::TracebackForm => (
            "form of tracebacks",
            "the same exception; each version writes tracebacks in its own way",
        ),
        Reason::CountsUnknown => (
            "no counts",
            "one of them has no counts of references, or does not tell them",
        ),
        Reason::DeathsUnknown => (
            "no deaths",
            "one of them does not tell when an object is freed, nor of the collector",
        ),
    }
}

/// What a difference is about: `count of a`, `standard output`.
pub fn difference_subject(difference: &Difference) -> String {
    let subject = &difference.subject;
    match difference.kind {
        DifferenceKind::Steps if difference.times == 1 => "a step".to_owned(),
        DifferenceKind::Steps => format!("{} steps", difference.times),
        DifferenceKind::Values | DifferenceKind::Output => subject.clone(),
        DifferenceKind::Counts => format!("count of {subject}"),
        DifferenceKind::Deaths => format!("death of {subject}"),
        DifferenceKind::Births => format!("{subject} objects without a name"),
        DifferenceKind::Collections => "collections".to_owned(),
        DifferenceKind::Ending => "the end".to_owned(),
    }
}

/// What one run has.
pub fn difference_fact(fact: &Fact) -> String {
    match fact {
        Fact::Nothing => "nothing".to_owned(),
        Fact::Text(text) => printed(text),
        Fact::Object {
            type_name,
            path: Some(path),
        } => format!("the {type_name} {path}"),
        Fact::Object {
            type_name,
            path: None,
        } => with_article(type_name),
        Fact::Items(count) => count.to_string(),
        Fact::Count(Count::Immortal) => "immortal".to_owned(),
        Fact::Count(Count::Unknown) => "not known".to_owned(),
        Fact::Count(Count::Of(count)) => count.to_string(),
        Fact::Death(death) => death_words(*death),
        Fact::Objects(count) => count.to_string(),
        Fact::Collections(all) => collections(all),
        Fact::Step(number) => format!("step {number}"),
        Fact::Ending { outcome, code } => format!("{}, exit code {code}", ending(outcome)),
        Fact::Unknown => "not known".to_owned(),
    }
}

fn ending(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Finished => "the end of the script".to_owned(),
        Outcome::Exit { .. } => "SystemExit".to_owned(),
        Outcome::Exception {
            type_name, message, ..
        } => format!("{type_name}: {}", printed(message)),
        Outcome::Limit { limit } => format!("recorded up to the limit of {limit}"),
        Outcome::Interrupted => "interrupted".to_owned(),
        Outcome::Killed { signal } => format!("killed by {}", signal_name(*signal)),
        Outcome::Left { .. } => "left without Python's own end".to_owned(),
        Outcome::CutOff => "the end of the recording is missing".to_owned(),
    }
}

/// A text on one line, cut where it is long.
fn printed(text: &str) -> String {
    let text = text.trim_end_matches('\n');
    if text.chars().count() <= PRINTED {
        return text.replace('\n', "↵");
    }
    let kept: String = text.chars().take(PRINTED - 1).collect();
    format!("{}…", kept.replace('\n', "↵"))
}

fn death_words(death: Option<Death>) -> String {
    let Some(death) = death else {
        return "not freed by the end".to_owned();
    };
    let line = death.at.line;
    match death.cause {
        Cause::RefCount => format!("line {line}, its count fell to 0"),
        Cause::Collector => format!("line {line}, by the collector"),
        Cause::Exit => "when the program ended".to_owned(),
        Cause::Unknown => format!("line {line}, of what is not known"),
        Cause::OutOfReach => format!("line {line}: no longer reachable"),
    }
}

fn collections(all: &[CollectionFact]) -> String {
    if all.is_empty() {
        return "none".to_owned();
    }
    let words = |one: &CollectionFact| {
        let asked = match one.automatic {
            true => "automatic",
            false => "asked for",
        };
        let generation = one.generation;
        let found = match (one.unreachable, one.known.as_slice()) {
            (0, _) => "nothing unreachable".to_owned(),
            (count, []) => format!("{count} unreachable"),
            (count, known) => format!("{count} unreachable, {}", enumerated(known)),
        };
        format!("{asked}, generation {generation}: {found}")
    };
    let words: Vec<String> = all.iter().map(words).collect();
    words.join("; ")
}

/// Something that happened, in a few words.
pub fn happening(one: &Happening) -> String {
    match one {
        Happening::Binds { name, to } => match to {
            Fact::Text(value) => format!("{name} = {}", short(value)),
            Fact::Object {
                path: Some(path), ..
            } if path != name => format!("{name} is {path}"),
            Fact::Object { type_name, .. } => format!("{name}: {type_name}"),
            _ => name.clone(),
        },
        Happening::Unbinds { name } => format!("no {name}"),
        Happening::Freed { path, cause } => match cause {
            Cause::RefCount => format!("frees {path}"),
            Cause::Collector => format!("collector frees {path}"),
            Cause::Exit => format!("frees {path} at the end"),
            Cause::Unknown => format!("frees {path}, of what is not known"),
            Cause::OutOfReach => format!("nothing leads to {path} any more"),
        },
        Happening::OutOfReach { path } => format!("nothing leads to {path} any more"),
        Happening::Collected { automatic, freed } => {
            let word = if *automatic {
                "automatic collection"
            } else {
                "collection"
            };
            format!("{word}, {freed} freed")
        }
        Happening::Printed { text, is_error } => {
            let word = if *is_error { "errors" } else { "prints" };
            format!("{word} {}", printed(text))
        }
    }
}

/// The end of an object's life in a run.
pub fn life_end(end: LifeEnd) -> String {
    match end {
        LifeEnd::NotFound => "not found".to_owned(),
        LifeEnd::Freed {
            line,
            cause: Cause::Collector,
            ..
        } => format!("line {line}, collector"),
        LifeEnd::Freed { line, .. } => format!("line {line}, count 0"),
        LifeEnd::AtExit => "at the end".to_owned(),
        LifeEnd::Left => "never".to_owned(),
        LifeEnd::OutOfReach { line, .. } => format!("not known; out of reach from line {line}"),
        LifeEnd::Reached => "not known; in reach to the end".to_owned(),
    }
}
