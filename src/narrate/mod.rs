//! What memviz says of a run, in words.

mod attempts;
mod bindings;
mod calls;
mod compare;
mod contents;
mod end_rows;
mod errors;
mod few;
mod flow;
mod handed_on;
mod implicit;
mod import_rows;
mod instructions;
mod lifetimes;
mod machine;
mod names;
mod nouns;
mod outcome;
mod outside;
mod paths;
mod since;
mod stages;
mod step;

pub use attempts::{raised_detail, raised_how, search_title};
pub use compare::{
    difference_fact, difference_kind, difference_reason, difference_subject, happening, life_end,
    run_names,
};
pub use end_rows::{EndRow, end_rows, exit_function, object_name};
pub use errors::{
    asked_early, call_name, entered_handler, entry_of_call, error_title, handler_detail,
    held_by_error, library_calls, passage_outcome, printed_detail, printed_part, raising_end,
    unbound_name, used_value, value_born, value_origin, with_detail,
};
pub use few::in_few;
pub use implicit::{ANNOTATIONS, name_note};
pub use import_rows::{ImportRow, ImportRowKind, import_rows};
pub use instructions::instruction;
pub use machine::{CountWords, EntryWords, MachineFacts, NO_INSTRUCTIONS, machine_facts};
pub use outcome::{outcome, run_outcome, signal_name};
pub use outside::{
    import_words, importer, kept_code, module_origin, resource_end, resource_kind, resource_state,
    resource_words,
};
pub use since::Since;
pub use stages::{FileFact, file_facts, stages_engine, token_words};
pub use step::{StepNarrator, is_about_counts, raised_before};
