//! What a trace holds: plain data, no interpreter, no drawing.

mod files;
mod machine;
mod objects;
mod outside;
mod run;
mod stacks;
mod step;

pub use files::*;
pub use machine::*;
pub use objects::*;
pub use outside::*;
pub use run::*;
pub use stacks::*;
pub use step::*;
