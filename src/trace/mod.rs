//! What a run left behind: objects, steps as changes, program output, outcome. Plain data that
//! can be written to a file, read again and replayed to any step.

#![deny(missing_docs)]

mod builder;
mod changes;
mod check;
mod excerpt;
mod format;
mod interner;
mod model;
mod replay;
pub mod stages;
mod visible;

pub use builder::{Builder, Stacks};
pub use changes::{ObjectChange, Splice, State, Step};
pub use format::ReadError;
pub use format::reader::TraceFile;
pub use format::record::{Decoder, End, Record, Run, StepRecord};
pub use format::writer::LogWriter;
pub use interner::Interner;
pub use model::*;
pub use replay::{Replay, Trace};
pub use visible::{is_unseen, visible};

/// Characters of an atom's value that a trace keeps.
pub const VALUE_LIMIT: usize = 200;
