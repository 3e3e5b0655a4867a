//! The stages of a file as text and as JSON.

mod chosen;
mod end;
mod errors;
mod imports;
mod json;
mod machine;
mod table;
mod text;

pub use chosen::StagesChoice;
pub use end::{RunEnd, end_json, end_text};
pub use errors::{errors_json, errors_text};
pub use imports::{imports_json, imports_text};
pub use json::write_stages_json;
pub use machine::{machine_json, machine_text};
pub use table::instruction_table;
pub use text::stages_text;
