//! `memviz check`: holds the claims in scripts' comments, and those on pages, against what is so.

use super::check_pages::{check_pages, is_page};
use super::check_pythons::{CLAIM_FAILED, check_on_pythons};
use super::run::script_at;
use crate::analyse::{Verdict, check as verdict};
use crate::cli::args::CheckArgs;
use crate::cli::outputs::warn;
use crate::cli::problem::Problem;
use crate::cli::problem::cannot_write;
use crate::cli::saved::read;
use crate::cli::say::say;
use crate::record::{Apart, RecordOptions, Script, run_apart};
use crate::trace::Trace;
use std::os::fd::IntoRawFd;

pub(in crate::cli) fn check(args: &CheckArgs) -> Result<i32, Problem> {
    match args.scripts.iter().filter(|path| is_page(path)).count() {
        pages if pages > 0 && !args.python.is_empty() => {
            return Err(Problem::new("--python is for scripts, not for pages")
                .hint("name scripts with claims in their comments"));
        }
        0 if args.out.is_some() => {
            return Err(Problem::new("--out is for pages")
                .hint("name a page in Markdown, or a folder of pages"));
        }
        0 => {}
        pages if pages == args.scripts.len() => return check_pages(args),
        _ => {
            return Err(Problem::new("scripts and pages are checked apart")
                .hint("run memviz check for the scripts, and again for the pages"));
        }
    }
    if !args.python.is_empty() {
        return check_on_pythons(args);
    }
    // One process holds one interpreter, so each further script gets a process of its own.
    if let [script] = &args.scripts[..] {
        let script = script_at(script)?;
        return check_one(&script);
    }
    let program = std::env::current_exe().map_err(Problem::new)?;
    let mut worst = 0;
    for script in &args.scripts {
        let status = std::process::Command::new(&program)
            .arg("check")
            .arg("--")
            .arg(script)
            .stdout(std::process::Stdio::null())
            .status()
            .map_err(Problem::new)?;
        worst = worst.max(status.code().unwrap_or(crate::cli::problem::FAILURE));
    }
    Ok(worst)
}

fn check_one(script: &Script) -> Result<i32, Problem> {
    let recording = tempfile::NamedTempFile::new().map_err(Problem::new)?;
    let (file, path) = recording.into_parts();
    let options = RecordOptions::default();
    let apart = run_apart(script, &[], &options, &file, &[]).map_err(Problem::new)?;
    let ran = match apart {
        Apart::Recorder(ran) => ran,
        Apart::Program(exit) => {
            // The file is the other process's.
            let _ = file.into_raw_fd();
            std::mem::forget(path);
            return Ok(exit.take());
        }
    };
    if let Some(error) = ran.failed {
        return Err(Problem::new(error));
    }
    if let Some(error) = ran.unwritten {
        return Err(cannot_write(&path, &error));
    }
    if ran.steps == 0 {
        return Err(Problem::new(format!("{} did not start", script.shown()))
            .hint("Python's own message stands above"));
    }
    Ok(report(&read(&path)?))
}

fn report(trace: &Trace) -> i32 {
    let Verdict {
        claims,
        failures,
        unknown,
        misread,
    } = verdict(trace);
    warn(trace, &misread);
    let script = &trace.header.script;
    for failure in &failures {
        let place = failure.expectation.place;
        let file = &trace.header.files[place.file.0 as usize].path;
        let step = failure
            .step
            .map_or(String::new(), |step| format!(" (step {step})"));
        say!(
            "{file}:{}: expected {}, but {}{step}",
            place.line,
            failure.expectation.text,
            failure.found
        );
    }
    for (claim, what) in &unknown {
        let file = &trace.header.files[claim.place.file.0 as usize].path;
        say!(
            "{file}:{}: cannot be known: {}; the recording does not tell {what}",
            claim.place.line,
            claim.text
        );
    }
    let held = claims - failures.len() - unknown.len();
    say!("{script}: {held} of {claims} expectations hold");
    if failures.is_empty() { 0 } else { CLAIM_FAILED }
}
