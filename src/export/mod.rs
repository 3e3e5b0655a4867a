//! Traces in forms that other programs read.

mod json;
mod memory;
mod stages;

pub use json::{JsonOptions, write_json};
pub use memory::write_memory_json;
pub use stages::{
    RunFields, StagesChoice, errors_json, errors_text, instruction_table, stages_text,
    write_stages_json,
};
