//! What a trace holds: plain data, no interpreter, no drawing.

mod machine;
mod objects;
mod run;
mod stacks;
mod step;

pub use machine::*;
pub use objects::*;
pub use run::*;
pub use stacks::*;
pub use step::*;
