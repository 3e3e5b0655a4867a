//! `memviz render`: draws a saved trace again.

use super::args::RenderArgs;
use super::output::Output;
use super::problem::Problem;
use crate::trace::{ReadError, Trace, TraceFile};
use std::path::{Path, PathBuf};

/// Reads a whole trace.
pub(super) fn read(path: &Path) -> Result<Trace, Problem> {
    let failed = |error: ReadError| {
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
            ReadError::Io(_) => {
                problem.hint("check the path: a trace is a file named trace.memviz")
            }
        }
    };
    if path.is_dir() {
        return Err(Problem::new(format!("{} is a folder", path.display()))
            .hint("a trace is a file, named trace.memviz unless it was renamed"));
    }
    TraceFile::open(path)
        .map_err(failed)?
        .read()
        .map_err(failed)
}

pub(super) fn render(args: &RenderArgs) -> Result<(), Problem> {
    let trace = read(&args.trace)?;
    let folder = args.products.out.clone().unwrap_or_else(|| {
        args.trace
            .parent()
            .map_or_else(PathBuf::new, Path::to_path_buf)
    });
    let folder = if folder.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        folder
    };
    // A trace's own folder may be written to.
    let own = args.products.out.is_none();
    let output = Output::open(folder, &args.products, own)?;
    let written = output.write_products(&trace, &args.products)?;
    eprintln!("memviz: {}", written.join(", "));
    Ok(())
}
