//! What memviz itself could not do, and what to do about it.

use super::say::say;
use std::fmt::Display;
use std::io;
use std::path::Path;

/// The exit code of memviz's own failures.
pub(super) const FAILURE: i32 = 2;

/// A failure of memviz's own.
#[derive(Debug)]
pub(super) struct Problem {
    error: String,
    hint: Option<String>,
}

impl Problem {
    pub(super) fn new(error: impl Display) -> Problem {
        Problem {
            error: error.to_string(),
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Display) -> Problem {
        self.hint = Some(hint.to_string());
        self
    }

    /// What could not be done.
    #[cfg(feature = "python")]
    pub(super) fn error(&self) -> &str {
        &self.error
    }

    /// Writes it to standard error.
    pub(super) fn show(&self) {
        say!("error: {}", self.error);
        if let Some(hint) = &self.hint {
            say!("hint: {hint}");
        }
    }
}

/// Why a file cannot be written, and what to do.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::new(format!("cannot write to {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            problem.hint("make room, or choose a folder on another disk with --out DIR")
        }
        _ => problem.hint("choose another folder with --out DIR"),
    }
}
