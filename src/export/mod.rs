//! Traces in forms that other programs read.

mod claims;
mod compare;
mod error;
mod json;
mod memory;
#[cfg(feature = "parquet")]
mod parquet;
mod stages;

pub use claims::{CheckedScript, claims_table, claims_text};
pub use compare::CompareText;
pub use error::ExportError;
pub use json::{JsonOptions, write_json, write_jsonl};
pub use memory::write_memory_json;
#[cfg(feature = "parquet")]
pub use parquet::write_parquet;
pub use stages::{
    RunEnd, StagesChoice, end_json, end_text, errors_json, errors_text, imports_json, imports_text,
    instruction_table, machine_json, machine_text, stages_text, write_stages_json,
};
