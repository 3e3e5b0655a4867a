//! The stages as another Python has them: its own standard library tells them, in a process of its
//! own.

use crate::trace::stages::Stages;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// The script that the other Python runs. It gets the file's bytes, and runs nothing of them.
const SCRIPT: &str = include_str!("stages_of_python.py");

/// Why another Python does not tell.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// It cannot be started.
    #[error("it does not start: {0}")]
    Start(io::Error),
    /// It ended before it had told; the last line that it wrote of that.
    #[error("it does not tell its stages: {0}")]
    Silent(String),
    /// What it wrote is something else.
    #[error("what it tells makes no sense: {0}")]
    Answer(#[from] serde_json::Error),
    /// Its parts do not fit together.
    #[error("what it tells does not fit together")]
    Unsound,
}

/// The stages of what stands in a file, by the Python at `python`. `path` is the file's name, as the
/// user says it.
///
/// # Errors
/// Where that is no Python from 3.8 on.
pub fn of_python(python: &Path, path: &str, bytes: &[u8]) -> Result<Stages, ForeignError> {
    let mut child = Command::new(python)
        // Neither the folder nor the environment of the user says what is imported.
        .args(["-I", "-S", "-c", SCRIPT, path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(ForeignError::Start)?;
    let input = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // It may end without having read; then it says why.
            let _ = input.map(|mut input| input.write_all(bytes));
        });
        child.wait_with_output()
    })
    .map_err(ForeignError::Start)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty());
        let last = last.map_or_else(|| output.status.to_string(), str::to_owned);
        return Err(ForeignError::Silent(last));
    }
    let stages: Stages = serde_json::from_slice(&output.stdout)?;
    match stages.is_sound() {
        true => Ok(stages.linked()),
        false => Err(ForeignError::Unsound),
    }
}
