//! What memviz says of a run, in words.

mod bindings;
mod contents;
mod flow;
mod handed_on;
mod instructions;
mod lifetimes;
mod nouns;
mod outcome;
mod paths;
mod stages;
mod step;

pub use instructions::instruction;
pub use outcome::{outcome, signal_name};
pub use stages::{FileFact, file_facts, stages_engine};
pub use step::{StepNarrator, is_about_counts, raised_before};
