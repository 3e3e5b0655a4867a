//! On which interpreters the claims of scripts hold.

use crate::analyse::{CheckedClaim, Held};
use crate::trace::visible;
use std::fmt::Write as _;

/// Columns that the name of a script has.
const NAME: usize = 36;
/// Columns of a cell.
const CELL: usize = 20;

/// A script that was checked on several interpreters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedScript {
    /// As the user named it.
    pub path: String,
    /// One for each interpreter: its claims, or why it was not recorded there.
    pub runs: Vec<Result<Vec<CheckedClaim>, String>>,
}

/// A claim, and how it came out on each interpreter; of one on which it was not run there is nothing.
type Row<'c> = (&'c CheckedClaim, Vec<Option<&'c Held>>);

impl CheckedScript {
    /// Every claim, in order.
    fn claims(&self) -> Vec<Row<'_>> {
        // What a script's modules claim is there where they are imported.
        let whole = self.runs.iter().flatten().max_by_key(|claims| claims.len());
        let row = |claim| {
            let on = self.runs.iter().map(|run| held(run.as_ref().ok()?, claim));
            (claim, on.collect())
        };
        whole.into_iter().flatten().map(row).collect()
    }
}

fn held<'c>(all: &'c [CheckedClaim], claim: &CheckedClaim) -> Option<&'c Held> {
    let mut all = all.iter();
    let found =
        all.find(|one| (&one.file, one.line, &one.text) == (&claim.file, claim.line, &claim.text));
    found.map(|one| &one.held)
}

/// A row for each script, with a column for each interpreter; then each claim that does not hold on all
/// of them, and what is so instead.
pub fn claims_text(pythons: &[String], scripts: &[CheckedScript]) -> String {
    let mut out = String::new();
    let heads: Vec<String> = pythons
        .iter()
        .map(|name| visible(name).into_owned())
        .collect();
    row(&mut out, "script", &heads);
    for script in scripts {
        let cells: Vec<String> = script.runs.iter().map(summary).collect();
        row(&mut out, &visible(&script.path), &cells);
    }
    let mut is_first = true;
    for (claim, held) in scripts.iter().flat_map(CheckedScript::claims) {
        if held.iter().all(|held| *held == Some(&Held::Yes)) {
            continue;
        }
        if std::mem::take(&mut is_first) {
            out.push_str("\nnot everywhere\n");
        }
        // A `String` takes everything.
        let (file, text) = (visible(&claim.file), visible(&claim.text));
        let _ = writeln!(out, "{file}:{} {text}", claim.line);
        let mut by_words: Vec<(String, Vec<&str>)> = Vec::new();
        for (held, python) in held.iter().zip(&heads) {
            let words = words(*held);
            match by_words.iter_mut().find(|(known, _)| *known == words) {
                Some((_, on)) => on.push(python),
                None => by_words.push((words, vec![python])),
            }
        }
        for (words, on) in by_words {
            let _ = writeln!(out, "    {}: {}", on.join(", "), visible(&words));
        }
    }
    for script in scripts {
        for (run, python) in script.runs.iter().zip(&heads) {
            if let Err(why) = run {
                let path = visible(&script.path);
                let _ = writeln!(
                    out,
                    "\n{path} was not checked on {python}: {}",
                    visible(why)
                );
            }
        }
    }
    out
}

fn row(out: &mut String, name: &str, cells: &[String]) {
    let _ = write!(out, "{name:<NAME$}");
    for cell in cells {
        let _ = write!(out, " {cell:<CELL$}");
    }
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

/// `3 hold`, `2 of 3 hold`, `1 of 3 hold, 2 ?`.
fn summary(run: &Result<Vec<CheckedClaim>, String>) -> String {
    let Ok(claims) = run else {
        return "not run".to_owned();
    };
    let all = claims.len();
    let hold = claims.iter().filter(|one| one.held == Held::Yes).count();
    let is_unknown = |one: &&CheckedClaim| matches!(one.held, Held::Unknown(_));
    match (hold, claims.iter().filter(is_unknown).count()) {
        (_, 0) if all == 0 => "no claims".to_owned(),
        (hold, 0) if hold == all => format!("{all} hold"),
        (hold, 0) => format!("{hold} of {all} hold"),
        (hold, unknown) => format!("{hold} of {all} hold, {unknown} ?"),
    }
}

fn words(held: Option<&Held>) -> String {
    match held {
        None => "not run".to_owned(),
        Some(Held::Yes) => "holds".to_owned(),
        Some(Held::No(found)) => format!("does not hold: {found}"),
        Some(Held::Unknown(what)) => {
            format!("cannot be known: the recording does not tell {what}")
        }
    }
}

/// A Markdown table with a row for each claim and a column for each interpreter.
pub fn claims_table(pythons: &[String], scripts: &[CheckedScript]) -> String {
    let mut out = String::new();
    let heads: Vec<String> = pythons.iter().map(|name| cell(name)).collect();
    // A `String` takes everything.
    let _ = writeln!(out, "| where | claim | {} |", heads.join(" | "));
    let _ = writeln!(out, "|---|---|{}", "---|".repeat(heads.len()));
    for (claim, held) in scripts.iter().flat_map(CheckedScript::claims) {
        let cells: Vec<String> = held.iter().map(|held| short(*held)).collect();
        let (file, text) = (cell(&claim.file), cell(&claim.text));
        let cells = cells.join(" | ");
        let _ = writeln!(out, "| {file}:{} | `{text}` | {cells} |", claim.line);
    }
    out
}

fn short(held: Option<&Held>) -> String {
    match held {
        None => "not run".to_owned(),
        Some(Held::Yes) => "holds".to_owned(),
        Some(Held::No(found)) => format!("no: {}", cell(found)),
        Some(Held::Unknown(_)) => "cannot be known".to_owned(),
    }
}

/// A text in a cell: no bar ends it early.
fn cell(text: &str) -> String {
    visible(text).replace('|', "\\|").replace('`', "'")
}
