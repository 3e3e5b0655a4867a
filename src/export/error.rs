//! What goes wrong where a trace is written while it is read.

use crate::trace::ReadError;
use std::io;

/// Why a trace could not be written in another form.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The trace cannot be read.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// What the writer says.
    #[error("{0}")]
    Write(#[from] io::Error),
}
