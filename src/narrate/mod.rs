//! What memviz says of a run, in words.

mod bindings;
mod calls;
mod contents;
mod few;
mod flow;
mod handed_on;
mod instructions;
mod lifetimes;
mod machine;
mod names;
mod nouns;
mod outcome;
mod paths;
mod since;
mod stages;
mod step;

pub use few::in_few;
pub use instructions::instruction;
pub use machine::{CountWords, EntryWords, MachineFacts, NO_INSTRUCTIONS, machine_facts};
pub use outcome::{outcome, signal_name};
pub use since::Since;
pub use stages::{FileFact, file_facts, stages_engine};
pub use step::{StepNarrator, is_about_counts, raised_before};
