//! Runs of a script that are recorded for a command of their own, each in a process of its own.

use crate::cli::problem::Problem;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What is to be run.
pub(super) struct Wanted<'w> {
    pub(super) script: &'w Path,
    /// As the user names it; `None`: the embedded one.
    pub(super) python: Option<&'w str>,
    pub(super) max_steps: u64,
}

/// The folder of a recording, which goes with its owner.
pub(super) struct Recorded(TempDir);

impl Recorded {
    pub(super) fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// Runs a script and records it. What it prints goes nowhere but into the recording, and it has no
/// input.
pub(super) fn record(wanted: &Wanted<'_>) -> Result<Recorded, Problem> {
    let folder = tempfile::tempdir().map_err(Problem::new)?;
    let program = std::env::current_exe().map_err(Problem::new)?;
    let mut command = Command::new(program);
    command.arg("run");
    if let Some(python) = wanted.python {
        command.arg("--python").arg(python);
    }
    let ran = command
        .arg("--format")
        .arg("none")
        .arg("--max-steps")
        .arg(wanted.max_steps.to_string())
        .arg("--out")
        .arg(folder.path())
        .arg("--")
        .arg(wanted.script)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(Problem::new)?;
    if folder.path().join(crate::cli::names::TRACE_NAME).exists() {
        return Ok(Recorded(folder));
    }
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    Err(why(wanted, &said))
}

/// Why there is no recording, from what was said.
fn why(wanted: &Wanted<'_>, said: &str) -> Problem {
    let mut lines = said.lines();
    let error = lines.clone().find_map(|line| line.strip_prefix("error: "));
    let hint = lines.clone().find_map(|line| line.strip_prefix("hint: "));
    let on = wanted
        .python
        .map_or(String::new(), |python| format!(" on {python}"));
    let script = wanted.script.display();
    let last = lines.next_back().unwrap_or("it said nothing");
    let problem = Problem::new(match error {
        Some(error) => error.to_owned(),
        None => format!("{script} was not recorded{on}: {last}"),
    });
    match hint {
        Some(hint) => problem.hint(hint),
        None => problem.hint(format!("try it alone: memviz {script}")),
    }
}
