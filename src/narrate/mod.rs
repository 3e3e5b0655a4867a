//! What memviz says of a run, in words.

mod bindings;
mod calls;
mod contents;
mod errors;
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

pub use errors::{
    asked_early, call_name, entered_handler, entry_of_call, error_title, held_by_error,
    passage_outcome, printed_part, raised_how, raising_end, unbound_name, used_value, value_born,
    value_origin,
};
pub use few::in_few;
pub use instructions::instruction;
pub use machine::{CountWords, EntryWords, MachineFacts, NO_INSTRUCTIONS, machine_facts};
pub use outcome::{outcome, signal_name};
pub use since::Since;
pub use stages::{FileFact, file_facts, stages_engine};
pub use step::{StepNarrator, is_about_counts, raised_before};
