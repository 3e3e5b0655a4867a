//! `memviz info`: what is in a saved trace, and whether all of it is sound.

use crate::cli::args::TraceArgs;
use crate::cli::problem::Problem;
use crate::cli::saved::{explained, trace_path};
use crate::narrate;
use crate::trace::visible;
use crate::trace::{Cause, ReadError, TraceFile};
use std::fmt::Write as _;

pub(in crate::cli) fn info(args: &TraceArgs) -> Result<(), Problem> {
    let path = trace_path(&args.trace)?;
    let failed = |error| explained(&path, error);
    let mut out = String::new();
    let mut row = |name: &str, value: &str| {
        // A `String` takes everything.
        let _ = writeln!(out, "{name:<10}{}", visible(value));
    };
    row("trace", &path.display().to_string());
    let file = match TraceFile::open(&path) {
        Ok(file) => file,
        Err(error @ ReadError::Damaged(_)) => {
            row("damage", &error.to_string());
            print(&out);
            return Err(failed(error));
        }
        Err(error) => return Err(failed(error)),
    };
    let last = file.step(file.steps()).ok().flatten();
    let bytes = std::fs::metadata(&path).map_err(|error| failed(error.into()))?;
    let header = &file.trace.header;
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
    let ending = last.map_or_else(
        || "its last step cannot be read".to_owned(),
        |(last, _)| narrate::outcome(header, &last.head, &file.trace.symbols),
    );
    row("ended", &ending);
    row(
        "steps",
        &format!(
            "{}, one for each {}",
            file.steps(),
            header.granularity.name()
        ),
    );
    row("objects", &objects(&file));
    row("names", &file.trace.symbols.all().len().to_string());
    row(
        "size",
        &format!("{} bytes in {} segments", bytes.len(), file.segments()),
    );
    let is_whole = file.is_whole();
    // All of it is read, since only that tells whether it is whole.
    let damage = file.read().err();
    let words = match &damage {
        Some(error) => error.to_string(),
        None if is_whole => "none".to_owned(),
        None => "its end is missing; all before the last whole segment is there".to_owned(),
    };
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
    let born = file
        .trace
        .objects
        .iter()
        .filter(|object| object.born.is_some());
    let died = file.trace.objects.iter().filter(|object| {
        object
            .died
            .is_some_and(|death| death.cause != Cause::OutOfReach)
    });
    let all = file.trace.objects.len();
    if !file.trace.header.knowledge.tells_lives() {
        return format!(
            "{all}: {} found in the run, {} seen to be freed; counts, and when others are freed, are not \
             known on {}",
            born.count(),
            died.count(),
            file.trace.header.engine
        );
    }
    format!(
        "{all}: {} born in the run, {} freed by its end",
        born.count(),
        died.count()
    )
}
