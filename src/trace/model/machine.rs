//! What the machine is about to do: an instruction, and the value stack that it finds.

use super::objects::ObjId;
use serde::{Deserialize, Serialize};

/// An entry of a value stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StackEntry {
    /// An object, which the entry counts as a reference to.
    Object(ObjId),
    /// An object that a variable holds for as long as the entry stands: it is not counted twice.
    Borrowed(ObjId),
    /// Nothing: a placeholder, as calls have where a method's object would stand.
    Empty,
    /// An object that the recording does not know.
    Unknown,
}

impl StackEntry {
    /// The object, where it is known.
    pub fn object(self) -> Option<ObjId> {
        match self {
            StackEntry::Object(id) | StackEntry::Borrowed(id) => Some(id),
            StackEntry::Empty | StackEntry::Unknown => None,
        }
    }
}

/// The machine at a step that is an instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The step, from 1.
    pub step: u32,
    /// Where the code object begins, as a line.
    pub first_line: u32,
    /// Where the instruction stands in it, in bytes, as `dis` counts.
    pub offset: u32,
    /// How many entries the instruction takes from the top, and how many it puts there, where it goes
    /// on to the one behind it: what the compiler reckons with.
    pub takes: u32,
    /// The latter.
    pub leaves: u32,
    /// The value stack of the call that runs, its lowest entry first.
    pub stack: Vec<StackEntry>,
}
