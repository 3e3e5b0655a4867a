//! `memviz check --python`: on which interpreters the claims in scripts' comments hold.

use super::ask::print;
use super::recorded::{Wanted, record};
use super::run::script_at;
use crate::analyse::{CheckedClaim, Held, checked_claims};
use crate::cli::args::{CheckArgs, ClaimsFormat};
use crate::cli::problem::{FAILURE, Problem};
use crate::cli::saved::read;
use crate::export::{CheckedScript, claims_table, claims_text};
use crate::trace::Trace;
use std::path::Path;

/// The exit code where a claim does not hold.
pub(super) const CLAIM_FAILED: i32 = 1;
/// Steps of a script that are recorded.
const MOST_STEPS: u64 = 10_000;

pub(super) fn check_on_pythons(args: &CheckArgs) -> Result<i32, Problem> {
    let mut names: Vec<Option<String>> = vec![None; args.python.len()];
    let mut scripts = Vec::new();
    for script in &args.scripts {
        script_at(script)?;
        let runs = args.python.iter().zip(&mut names);
        let runs = runs.map(|(python, name)| {
            let trace = recorded(script, python)?;
            name.get_or_insert_with(|| interpreter(&trace));
            Ok(checked_claims(&trace))
        });
        scripts.push(CheckedScript {
            path: script.display().to_string(),
            runs: runs.collect(),
        });
    }
    let names = names.into_iter().zip(&args.python);
    let names: Vec<String> = names
        .map(|(name, python)| name.unwrap_or_else(|| python.clone()))
        .collect();
    print(&match args.format {
        ClaimsFormat::Text => claims_text(&names, &scripts),
        ClaimsFormat::Table => claims_table(&names, &scripts),
    })?;
    Ok(code(&scripts))
}

/// `CPython 3.13`, or the name alone of one that implements another version than its own.
fn interpreter(trace: &Trace) -> String {
    let header = &trace.header;
    let mut parts = header.python.split('.');
    let minor = (parts.next(), parts.next());
    match (header.engine_version == header.python, minor) {
        (true, (Some(major), Some(minor))) => format!("{} {major}.{minor}", header.engine),
        _ => format!("{} {}", header.engine, header.engine_version),
    }
}

fn recorded(script: &Path, python: &str) -> Result<Trace, String> {
    let wanted = Wanted {
        script,
        python: Some(python),
        max_steps: MOST_STEPS,
    };
    let recording = record(&wanted).map_err(told)?;
    read(recording.folder()).map_err(told)
}

fn told(problem: Problem) -> String {
    problem.error().to_owned()
}

/// The exit code: what cannot be known fails nothing.
fn code(scripts: &[CheckedScript]) -> i32 {
    let runs = || scripts.iter().flat_map(|script| &script.runs);
    let fails = |claim: &CheckedClaim| matches!(claim.held, Held::No(_));
    match (
        runs().any(Result::is_err),
        runs().flatten().flatten().any(fails),
    ) {
        (true, _) => FAILURE,
        (false, true) => CLAIM_FAILED,
        (false, false) => 0,
    }
}
