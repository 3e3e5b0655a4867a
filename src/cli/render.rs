//! `memviz render`: draws a saved trace again.

use super::args::{Format, ProductArgs, RenderArgs};
use super::output::{Output, PART_NAME, TRACE_NAME};
use super::problem::Problem;
use super::say::say;
use crate::trace::{ReadError, Trace, TraceFile};
use std::path::{Path, PathBuf};

/// Reads a whole trace.
pub(super) fn read(path: &Path) -> Result<Trace, Problem> {
    let path = trace_path(path)?;
    let failed = |error| explained(&path, error);
    TraceFile::open(&path)
        .map_err(failed)?
        .read()
        .map_err(failed)
}

/// The last step that is drawn, where that is known in advance: those behind it need not be read.
fn last_step_needed(args: &ProductArgs) -> u32 {
    let choice = &args.choice;
    let names = [&choice.focus, &choice.hide, &choice.fold];
    let needs_all = args.format.contains(&Format::Json) || names.iter().any(|n| !n.is_empty());
    let last = choice.steps.iter().map(|(_, last)| *last).max();
    last.filter(|_| !needs_all).unwrap_or(u32::MAX)
}

/// The trace's file, where the folder that it stands in may be named, too.
pub(super) fn trace_path(path: &Path) -> Result<PathBuf, Problem> {
    if !path.is_dir() {
        return Ok(path.to_path_buf());
    }
    // A recording whose pictures are not drawn yet is newer than the trace beside it.
    for name in [PART_NAME, TRACE_NAME] {
        let inside = path.join(name);
        if inside.exists() {
            return Ok(inside);
        }
    }
    let inside = path.join(TRACE_NAME);
    Err(Problem::new(format!(
        "there is no {TRACE_NAME} in that folder: {}",
        inside.display()
    ))
    .hint("memviz writes traces as output/SCRIPT_STEM/trace.memviz"))
}

/// Why a trace cannot be read, and what to do.
pub(super) fn explained(path: &Path, error: ReadError) -> Problem {
    let problem = Problem::new(format!(
        "cannot read {} as a trace: {error}",
        path.display()
    ));
    match error {
        ReadError::NotATrace => {
            problem.hint("memviz writes traces as output/SCRIPT_STEM/trace.memviz")
        }
        ReadError::Version(_) => problem.hint("record the script again with this memviz"),
        ReadError::Truncated | ReadError::Damaged(_) => {
            problem.hint("copy the file again, or record the script again")
        }
        ReadError::Io(_) => problem.hint("check the path: a trace is a file named trace.memviz"),
    }
}

pub(super) fn render(args: &RenderArgs) -> Result<(), Problem> {
    let path = trace_path(&args.trace)?;
    let file = TraceFile::open(&path).map_err(|error| explained(&path, error))?;
    let folder = args
        .products
        .out
        .clone()
        .unwrap_or_else(|| beside(&args.trace));
    // A trace's own folder may be written to.
    let own = args.products.out.is_none();
    let output = Output::open(folder, &args.products, own)?;
    let last = last_step_needed(&args.products);
    let written = output.write_products(&args.products, || {
        file.read_until(last)
            .map_err(|error| explained(&path, error))
    })?;
    say!("memviz: {}", written.join(", "));
    output.open_player(&args.products)
}

/// `memviz open`: the player of a saved trace, in the browser.
pub(super) fn open(mut args: RenderArgs) -> Result<(), Problem> {
    args.products.format = vec![Format::Html];
    args.products.open = true;
    render(&args)
}

/// The folder that a trace stands in.
pub(super) fn beside(trace: &Path) -> PathBuf {
    let folder = if trace.is_dir() {
        trace
    } else {
        trace.parent().unwrap_or(Path::new(""))
    };
    if folder.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        folder.to_path_buf()
    }
}
