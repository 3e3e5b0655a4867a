//! Traces in forms that other programs read.

mod json;

pub use json::{JsonOptions, write_json};
