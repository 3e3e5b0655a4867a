//! What memviz says of a run, in words.

mod outcome;
mod step;

pub use outcome::{outcome, signal_name};
pub use step::{StepNarrator, raised_before};
