//! The run as a whole: its source files, and how it ended.

use super::objects::ObjId;
use serde::{Deserialize, Serialize};

/// A source file of the program's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// As the user would name it.
    pub path: String,
    /// Empty where it could not be read.
    pub text: String,
}

impl SourceFile {
    /// Its path's last part.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Granularity {
    /// Each line, call and return.
    Line,
    /// Each instruction of bytecode as well.
    Instruction,
    /// Each call and return.
    Call,
}

impl Granularity {
    /// The word of the export contract.
    pub fn name(self) -> &'static str {
        match self {
            Granularity::Line => "line",
            Granularity::Instruction => "instruction",
            Granularity::Call => "call",
        }
    }
}

/// What a recording can tell of the objects in it. What it cannot is absent, and never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Knowledge {
    /// Counts, and each birth and death.
    Lives,
    /// What can be reached at each step. Counts are unknown; an object that is no longer found may live
    /// on; and one is new when it is found first.
    Reachable,
}

impl Knowledge {
    /// The word of the export contract.
    pub fn name(self) -> &'static str {
        match self {
            Knowledge::Lives => "lives",
            Knowledge::Reachable => "reachable",
        }
    }

    /// Whether counts, births and deaths are known.
    pub fn tells_lives(self) -> bool {
        self == Knowledge::Lives
    }
}

/// How the run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// At the end of the script.
    Finished,
    /// By an exception that nobody has caught.
    Exception {
        /// Its type's name.
        type_name: String,
        /// Its own text.
        message: String,
        /// Where it was raised, the oldest call first.
        traceback: Vec<TracebackEntry>,
    },
    /// `SystemExit`.
    Exit {
        /// The exit code that it carries.
        code: i32,
    },
    /// The recording reached a bound; the program itself went on.
    Limit {
        /// What there was too much of: `steps`.
        limit: String,
    },
    /// By Ctrl-C.
    Interrupted,
    /// A signal has ended the process.
    Killed {
        /// The signal's number.
        signal: i32,
    },
    /// The process has ended without the interpreter's own end: `os._exit`, `os.execv`.
    Left {
        /// The exit code.
        code: i32,
    },
    /// The end of the recording is missing: memviz was ended, too.
    CutOff,
}

/// A line of a traceback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracebackEntry {
    /// The file's path.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function's name.
    pub function: String,
}

/// What happened behind the last step, while the interpreter went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtExit {
    /// What the program wrote to standard output.
    pub stdout: String,
    /// What was written to standard error: the traceback of an uncaught exception.
    pub stderr: String,
    /// The objects whose `__del__` was called, in order.
    pub finalized: Vec<ObjId>,
    /// The objects that died, in order.
    pub freed: Vec<ObjId>,
}

/// What ran and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The interpreter's name.
    pub engine: String,
    /// The interpreter's own version.
    pub engine_version: String,
    /// The version of Python that it implements.
    pub python: String,
    /// What the recording can tell.
    pub knowledge: Knowledge,
    /// The script, as the user named it.
    pub script: String,
    /// What a step is.
    pub granularity: Granularity,
    /// How many steps there are, whether or not all of them have been read.
    pub steps: u32,
    /// How the run ended.
    pub outcome: Outcome,
    /// The exit code, as a shell has it.
    pub exit_code: i32,
    /// What happened behind the last step.
    pub at_exit: AtExit,
    /// The program's own source files, by number.
    pub files: Vec<SourceFile>,
}

impl Header {
    /// Whether the interpreter's own end is in the recording.
    pub fn is_ended(&self) -> bool {
        match self.outcome {
            Outcome::Finished
            | Outcome::Exception { .. }
            | Outcome::Exit { .. }
            | Outcome::Interrupted => true,
            Outcome::Limit { .. }
            | Outcome::Killed { .. }
            | Outcome::Left { .. }
            | Outcome::CutOff => false,
        }
    }
}
