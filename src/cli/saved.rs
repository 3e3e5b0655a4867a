//! Saved traces: where they are, what is in them, why they cannot be read.

use super::names::{PART_NAME, TRACE_NAME};
use super::problem::Problem;
use crate::trace::stages::Stages;
use crate::trace::{Machine, OutsideFact, ReadError, Trace, TraceFile};
use std::path::{Path, PathBuf};

/// A recording with what stands beside its steps.
pub(super) struct Recording {
    pub(super) trace: Trace,
    /// Of the program's own files.
    pub(super) stages: Vec<Stages>,
    /// Where instructions are steps.
    pub(super) machines: Vec<Machine>,
    /// Imports, what was open, the end.
    pub(super) outside: Vec<OutsideFact>,
}

impl Recording {
    /// Reads the steps up to `last`.
    pub(super) fn read(file: TraceFile, last: u32) -> Result<Recording, ReadError> {
        let stages = file.stages()?;
        let mut machines = file.machines()?;
        let outside = file.outside()?;
        machines.retain(|machine| machine.step <= last);
        Ok(Recording {
            stages,
            machines,
            outside,
            trace: file.read_until(last)?,
        })
    }
}

/// Reads a whole trace.
pub(super) fn read(path: &Path) -> Result<Trace, Problem> {
    read_until(path, u32::MAX)
}

/// Reads the steps of a trace up to `last`.
pub(super) fn read_until(path: &Path, last: u32) -> Result<Trace, Problem> {
    let file = open(path)?;
    file.read_until(last).map_err(|error| unread(path, error))
}

/// Opens a trace.
pub(super) fn open(path: &Path) -> Result<TraceFile, Problem> {
    TraceFile::open(&trace_path(path)?).map_err(|error| unread(path, error))
}

/// Why a trace cannot be read that was found.
pub(super) fn unread(path: &Path, error: ReadError) -> Problem {
    match trace_path(path) {
        Ok(path) => explained(&path, error),
        Err(problem) => problem,
    }
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
