//! What memviz says of a run, in words.

mod outcome;

pub use outcome::{outcome, signal_name};
