//! The JSON of a trace: each step with its whole state, or with what has changed since the step before.

mod changes;
mod entries;
mod heads;
mod whole;

pub use changes::write_jsonl;
pub use entries::JsonOptions;
pub use whole::write_json;
