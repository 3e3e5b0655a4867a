//! `memviz info`: what is in a saved trace, and whether all of it is sound.

use super::args::TraceArgs;
use super::problem::Problem;
use super::render::{explained, trace_path};
use super::say::visible;
use crate::trace::{Header, Outcome, TraceFile};
use std::fmt::Write as _;

pub(super) fn info(args: &TraceArgs) -> Result<(), Problem> {
    let path = trace_path(&args.trace)?;
    let failed = |error| explained(&path, error);
    let file = TraceFile::open(&path).map_err(failed)?;
    let bytes = std::fs::metadata(&path).map_err(|error| failed(error.into()))?;
    let mut out = String::new();
    let mut row = |name: &str, value: &str| {
        // A `String` takes everything.
        let _ = writeln!(out, "{name:<10}{}", visible(value));
    };
    let header = &file.header;
    row("trace", &path.display().to_string());
    row("format", &TraceFile::version().to_string());
    row(
        "engine",
        &format!(
            "{} {} (Python {})",
            header.engine, header.engine_version, header.python
        ),
    );
    row("script", &header.script);
    for file in header
        .files
        .iter()
        .filter(|file| file.path != header.script)
    {
        row("", &file.path);
    }
    row("ended", &ending(header));
    row(
        "steps",
        &format!(
            "{}, one for each {}",
            file.steps(),
            header.granularity.name()
        ),
    );
    row("objects", &objects(&file));
    row("names", &file.symbols.all().len().to_string());
    row(
        "size",
        &format!(
            "{} bytes, steps in {} segments",
            bytes.len(),
            file.segments()
        ),
    );
    // All of it is read, since only that tells whether it is whole.
    let damage = file.read().err();
    let words = damage
        .as_ref()
        .map_or_else(|| "none".to_owned(), ToString::to_string);
    row("damage", &words);
    print(&out);
    damage.map_or(Ok(()), |error| Err(failed(error)))
}

/// Whoever reads may stop reading.
fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// How many objects there are, and what became of them.
fn objects(file: &TraceFile) -> String {
    let born = file.objects.iter().filter(|object| object.born.is_some());
    let died = file.objects.iter().filter(|object| object.died.is_some());
    format!(
        "{}: {} born in the run, {} freed by its end",
        file.objects.len(),
        born.count(),
        died.count()
    )
}

fn ending(header: &Header) -> String {
    let code = header.exit_code;
    match &header.outcome {
        Outcome::Finished => format!("at the end of the script, with exit code {code}"),
        Outcome::Exit { .. } => format!("by SystemExit, with exit code {code}"),
        Outcome::Interrupted => format!("interrupted, with exit code {code}"),
        Outcome::Limit { limit } => {
            format!("at the limit of {limit}; the script went on without being recorded")
        }
        Outcome::Exception {
            type_name,
            traceback,
            ..
        } => {
            let place = traceback.last().map_or_else(String::new, |last| {
                format!(" in {}, line {}", last.file, last.line)
            });
            format!("by {type_name}{place}, with exit code {code}")
        }
    }
}
