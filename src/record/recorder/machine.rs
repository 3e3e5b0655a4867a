//! The value stack at an instruction, entry by entry.

use super::Recorder;
use crate::record::raw::header::ObjPtr;
use crate::trace::{Machine, Record, StackEntry};
use rustpython_vm::VirtualMachine;
use std::io;

/// What the machine of the running frame is about to do.
#[derive(Debug, Clone)]
pub(crate) struct RunningMachine {
    pub first_line: u32,
    /// In bytes.
    pub offset: u32,
    /// What the instruction takes from the stack and leaves there.
    pub takes: u32,
    pub leaves: u32,
    /// Its entries, and which of them are borrowed.
    pub stack: Vec<Option<(ObjPtr, bool)>>,
}

impl Recorder {
    /// Meets what stands on the value stack alone, and is borrowed there: small numbers, which live as
    /// long as the process does.
    pub(super) fn meet_stack(&mut self, running: Option<&RunningMachine>, vm: &VirtualMachine) {
        let entries = running.iter().flat_map(|running| &running.stack);
        let borrowed = entries.flatten().filter(|(_, is_borrowed)| *is_borrowed);
        for (object, _) in borrowed {
            if object.refcount().is_none() {
                self.id_of(*object, vm);
            }
        }
    }

    /// Tells of the machine at the step that was just taken. Its objects are known by now.
    pub(super) fn send_machine(&mut self, running: Option<&RunningMachine>) -> io::Result<()> {
        let Some(running) = running else {
            return Ok(());
        };
        let entry = |entry: &Option<(ObjPtr, bool)>| {
            let Some((object, is_borrowed)) = entry else {
                return StackEntry::Empty;
            };
            let known = self.by_address.get(&object.address());
            match (known.map(|at| self.living[*at].id), is_borrowed) {
                (None, _) => StackEntry::Unknown,
                (Some(id), false) => StackEntry::Object(id),
                (Some(id), true) => StackEntry::Borrowed(id),
            }
        };
        let machine = Machine {
            step: self.builder.steps() as u32,
            first_line: running.first_line,
            offset: running.offset,
            takes: running.takes,
            leaves: running.leaves,
            stack: running.stack.iter().map(entry).collect(),
        };
        self.builder.send(&Record::Machine(machine))
    }
}
