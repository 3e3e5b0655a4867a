//! What a run left behind: objects, steps as changes, program output, outcome. Plain data that
//! can be written to a file, read again and replayed to any step.

mod changes;
mod check;
mod file;
mod model;

pub use changes::{ObjectChange, Splice, State, Step};
pub use file::{ReadError, Replay, Trace, TraceFile};
pub use model::*;

/// Characters of an atom's value that a trace keeps.
pub const VALUE_LIMIT: usize = 200;
