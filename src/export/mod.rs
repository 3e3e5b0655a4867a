//! Traces in forms that other programs read.

mod json;
mod memory;

pub use json::{JsonOptions, write_json};
pub use memory::write_memory_json;
