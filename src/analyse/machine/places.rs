//! Where instructions that ran stand among the stages of the program's files.

use crate::trace::stages::{Code, Instruction, Stages};
use crate::trace::{CallFrame, Machine, Trace};

/// Instructions that a recorder takes no step at: the interpreter passes them by, or looks for them
/// from outside.
const NO_STEPS: [&str; 8] = [
    "NOT_TAKEN",
    "END_FOR",
    "POP_ITER",
    "END_SEND",
    "SEND",
    "RESUME",
    "YIELD_VALUE",
    "CACHE",
];
/// So many of them stand behind each other at most.
const MOST_ALONG: usize = 4;

/// An instruction, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionPlace {
    /// The file, as an index into the stages.
    pub file: usize,
    /// The code object in it.
    pub code: usize,
    /// The instruction in that.
    pub instruction: usize,
}

impl InstructionPlace {
    /// What stands there.
    pub fn instruction(self, all: &[Stages]) -> &Instruction {
        &all[self.file].codes[self.code].instructions[self.instruction]
    }
}

/// The places of a run's instructions.
pub(super) struct Places(Vec<Option<InstructionPlace>>);

impl Places {
    pub(super) fn find(trace: &Trace, machines: &[Machine], all: &[Stages]) -> Places {
        let mut frames: Vec<&CallFrame> = Vec::new();
        let mut found = Vec::with_capacity(machines.len());
        let mut rest = machines.iter().peekable();
        for (number, step) in (1..).zip(&trace.steps) {
            frames.truncate(step.frames_kept as usize);
            frames.extend(&step.frames);
            let Some(machine) = rest.next_if(|one| one.step == number) else {
                continue;
            };
            let opcode = step.head.opcode.map(|opcode| trace.symbols.text(opcode));
            let place = frames.last().zip(opcode);
            found.push(
                place.and_then(|(frame, opcode)| place_of(trace, frame, machine, opcode, all)),
            );
        }
        // Steps that were not read.
        found.resize(machines.len(), None);
        Places(found)
    }

    pub(super) fn of(&self, at: usize) -> Option<InstructionPlace> {
        self.0[at]
    }

    /// The instructions that ran between two that follow each other in a call and are no steps: none
    /// where one leads to the other at once. `None` where it cannot lead there.
    pub(super) fn along(
        &self,
        from: usize,
        to: usize,
        all: &[Stages],
    ) -> Option<Vec<InstructionPlace>> {
        let (from, to) = (self.0[from]?, self.0[to]?);
        if (from.file, from.code) != (to.file, to.code) {
            return None;
        }
        let code = &all[from.file].codes[from.code].instructions;
        let target = code[from.instruction].target;
        let jump = target.and_then(|offset| code.iter().position(|one| one.offset == offset));
        let starts = [Some(from.instruction + 1), jump];
        starts.into_iter().flatten().find_map(|start| {
            let between = code.get(start..to.instruction)?;
            let is_short = between.len() <= MOST_ALONG;
            let has_no_steps = |one: &Instruction| NO_STEPS.contains(&one.name.as_ref());
            (is_short && between.iter().all(has_no_steps)).then(|| {
                let between = start..to.instruction;
                between
                    .map(|instruction| InstructionPlace {
                        instruction,
                        ..from
                    })
                    .collect()
            })
        })
    }
}

/// The instruction that a frame is about to run, where one code object alone fits.
fn place_of(
    trace: &Trace,
    frame: &CallFrame,
    machine: &Machine,
    opcode: &str,
    all: &[Stages],
) -> Option<InstructionPlace> {
    let path = &trace.header.files.get(usize::from(frame.file.0))?.path;
    let file = all.iter().position(|stages| stages.file.path == *path)?;
    let qualified = trace.symbols.text(frame.qualified);
    let fits = |code: &Code| {
        let at = code
            .instructions
            .binary_search_by_key(&machine.offset, |one| one.offset);
        let at = at.ok().filter(|at| code.instructions[*at].name == opcode)?;
        let is_it = code.shown_name() == qualified && code.first_line == machine.first_line;
        is_it.then_some(at)
    };
    let codes = all[file].codes.iter().enumerate();
    let mut found = codes.filter_map(|(code, one)| {
        Some(InstructionPlace {
            file,
            code,
            instruction: fits(one)?,
        })
    });
    let place = found.next()?;
    // Two lambdas of a line may have the same instruction at the same offset.
    found.next().is_none().then_some(place)
}
