//! Runs a program on the embedded interpreter and records it. The only stage that knows RustPython.

mod assigned;
mod at_exit;
mod bytecode;
mod code_views;
mod collection;
mod cpython;
mod describe;
mod executable;
mod exit_functions;
mod implicit_names;
mod interpreter;
mod label;
mod marks;
mod monitor;
mod native_methods;
mod portable;
mod program;
mod raw;
mod recorder;
mod run;
mod script;
mod session;
mod stack;
pub mod stages;
mod standard_input;
mod subprocess;
mod text;
mod traced_lines;
mod waiting;

pub use cpython::Python;
pub use executable::is_called_python;
pub use interpreter::{Switches, version};
pub use raw::LayoutError;
pub use run::{Exit, Recorded, Recording, run, run_as_python};
pub use script::Script;
pub use subprocess::{Apart, Ran, run_apart, run_on};

use crate::trace::Granularity;

/// What [`install_recorder!`](crate::install_recorder) puts into a program.
#[doc(hidden)]
pub mod installed {
    pub use super::raw::install::*;
}

/// The version of the interpreter that is compiled in.
pub(crate) const ENGINE_VERSION: &str = "0.6.0";

/// How to record.
#[derive(Debug, Clone)]
pub struct RecordOptions {
    pub granularity: Granularity,
    /// Steps after which the recording ends; the program itself goes on.
    pub max_steps: usize,
    /// Record also the names that the interpreter puts into namespaces (`__name__`, ...).
    pub implicit_names: bool,
    /// After each step, hold what was recorded against a fresh reading of the whole heap.
    pub verify: bool,
    /// How it is found out which objects have changed.
    pub changes_by: ChangesBy,
}

/// How it is found out which objects have changed since the last step. Recordings are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChangesBy {
    /// As costs less.
    #[default]
    Cost,
    /// By comparing all of them with what they were.
    Comparing,
    /// By the pages of memory that were written, where the system tells them.
    Pages,
    /// By pages and by comparing in turn, some steps each: for tests of going from one to the other.
    Turns,
}

impl Default for RecordOptions {
    fn default() -> Self {
        RecordOptions {
            granularity: Granularity::Line,
            max_steps: 10_000,
            implicit_names: false,
            verify: false,
            changes_by: ChangesBy::default(),
        }
    }
}

/// Why a program could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("this build of the interpreter cannot be observed: {0}")]
    Layout(#[from] LayoutError),
    #[error("what was recorded is not what is there: {0}")]
    Unfaithful(String),
    #[error("this program does not call memviz::install_recorder!()")]
    NotInstalled,
    #[error("the interpreter refuses to be monitored")]
    Monitoring,
    #[error("the interpreter's code objects have no {0}")]
    Code(&'static str),
    #[error("the recording cannot be handed on: {0}")]
    Write(std::io::Error),
    #[error("a script from a pipe or from standard input runs on the embedded interpreter alone")]
    NoFile,
    #[error("{0} cannot be recorded on this Python: a script's file or -c can")]
    NotPortable(&'static str),
    #[error("no process for the program: {0}")]
    Child(std::io::Error),
    #[error("no thread for the interpreter: {0}")]
    Thread(std::io::Error),
}
