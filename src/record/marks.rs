//! Where the recording stops a program: which of its instructions are marked, and what each tells.
//!
//! The interpreter's own LINE events cannot be used. RustPython 0.6.0 marks the first unit of a jump's
//! target even where that is a prefix of an argument, and then runs the instruction with what is left
//! of it; and it takes a marked bare `raise` for a new one. So lines are told by marks of INSTRUCTION
//! events, put where a line begins and nowhere else, and never over an instruction that the
//! interpreter looks at from outside. Such an instruction's line is told by the event that it fires
//! itself.

use super::bytecode::{self, Compiled};
use rustc_hash::FxHashMap as HashMap;
use rustpython_vm::builtins::PyCode;
use rustpython_vm::bytecode::Instruction;

use crate::trace::Granularity;

/// What running on from an instruction tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Told {
    /// The line that begins here.
    pub line: Option<u32>,
    /// The line is told even where it was told last: what ran before it belongs to no line.
    pub forced: bool,
    /// A line that is told in any case: the one to which a jump leads back, or that of a loop's head,
    /// over which no mark may stand.
    pub again: Option<u32>,
}

/// The marks of one code object.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The version of the interpreter's own marks over which these were put.
    pub version: u64,
    /// A tool of the program's own listens to the lines of this code.
    pub lines_for_others: bool,
    /// By place: whether the instruction there is marked.
    pub marked: Vec<bool>,
    /// By byte offset, what the instruction there takes from the value stack and leaves there; only
    /// where each instruction is a step.
    effects: HashMap<u32, (u32, u32)>,
    /// What is told at a marked place, and before the event of an unmarked one.
    told: HashMap<u32, Told>,
}

impl Plan {
    /// What is told at a byte offset.
    pub(crate) fn told(&self, offset: u32) -> Option<Told> {
        self.told.get(&offset).copied()
    }

    /// How many entries the instruction at a byte offset takes from the value stack, and leaves there.
    pub(crate) fn effect(&self, offset: u32) -> Option<(u32, u32)> {
        self.effects.get(&offset).copied()
    }

    pub(crate) fn is_marked(&self, offset: u32) -> bool {
        self.marked.get(offset as usize / 2).is_some_and(|m| *m)
    }

    /// The marks for a code object. `traced`: the program has a trace function of its own.
    pub(crate) fn of(code: &PyCode, granularity: Granularity, traced: bool) -> Plan {
        let all = bytecode::compiled(code);
        let mut plan = Plan {
            version: 0,
            lines_for_others: false,
            marked: vec![false; code.code.instructions.len()],
            effects: HashMap::default(),
            told: HashMap::default(),
        };
        match granularity {
            Granularity::Call => {}
            Granularity::Line => plan.mark_lines(code, &all),
            Granularity::Instruction => {
                for one in body(&all) {
                    let ends_traced = traced && matches!(one.op, Instruction::ForIter { .. });
                    plan.marked[one.at] = can_be_marked(one.op) && !ends_traced;
                    plan.effects.insert(one.at as u32 * 2, one.effect());
                }
            }
        }
        plan
    }

    fn mark_lines(&mut self, code: &PyCode, all: &[Compiled]) {
        let before = bytecode::before(code, all);
        let skipped = all.len() - body(all).len();
        for (number, one) in all.iter().enumerate().skip(skipped) {
            let first = number == skipped;
            let told = Told {
                line: one.line.filter(|_| first || before[number].another_line),
                forced: before[number].any && !before[number].any_line,
                again: jump_back(one, all).or_else(|| loop_ahead(one, all.get(number + 1))),
            };
            let tells = told.line.is_some() || told.again.is_some();
            if tells && can_be_marked(one.op) && !matches!(one.op, Instruction::ForIter { .. }) {
                self.marked[one.at] = true;
            } else if told.line.is_none() || !fires_itself(one.op) {
                continue;
            }
            self.told.insert(one.at as u32 * 2, told);
        }
    }
}

/// The instructions behind the first RESUME, which make up the body of the function.
fn body(all: &[Compiled]) -> &[Compiled] {
    let resume = |one: &Compiled| matches!(one.op, Instruction::Resume { .. });
    let start = all.iter().position(resume).map_or(0, |at| at + 1);
    &all[start..]
}

/// Whether the interpreter runs an instruction as it would without a mark over it.
fn can_be_marked(op: Instruction) -> bool {
    !matches!(
        op,
        // Not run, or passed by.
        Instruction::Cache
            | Instruction::ExtendedArg
            | Instruction::NotTaken
            | Instruction::EndFor
            // Looked for from outside: by loops, by generators that delegate.
            | Instruction::PopIter
            | Instruction::EndSend
            | Instruction::Send { .. }
            | Instruction::YieldValue { .. }
            | Instruction::Resume { .. }
            // Told from a new exception by the opcode that was fetched.
            | Instruction::RaiseVarargs { .. }
            | Instruction::Reraise { .. }
            | Instruction::EndAsyncFor
            | Instruction::CleanupThrow
    )
}

/// Whether an instruction that cannot be marked fires an event by which its line can be told.
fn fires_itself(op: Instruction) -> bool {
    matches!(
        op,
        Instruction::YieldValue { .. }
            | Instruction::RaiseVarargs { .. }
            | Instruction::Reraise { .. }
    )
}

/// The line to which an instruction jumps back. A loop that the compiler has made of a call such as
/// `any(... for ...)` is no loop of the program's.
fn jump_back(one: &Compiled, all: &[Compiled]) -> Option<u32> {
    if !matches!(one.op, Instruction::JumpBackward { .. }) {
        return None;
    }
    let target = one.target()?;
    let number = all.binary_search_by_key(&target, |one| one.start).ok()?;
    let head = &all[number];
    let used_at_once = |behind: &Compiled| {
        matches!(
            behind.op,
            Instruction::ToBool | Instruction::ListAppend { .. }
        )
    };
    let inlined = matches!(head.op, Instruction::ForIter { .. })
        && all.get(number + 1).is_some_and(used_at_once)
        && head.line == one.line;
    head.line.filter(|_| !inlined)
}

/// The line of a loop's head that comes next and stands on another line: the loop of a comprehension,
/// before which only the value stack is put in order.
fn loop_ahead(one: &Compiled, next: Option<&Compiled>) -> Option<u32> {
    let next = next?;
    let before = matches!(one.op, Instruction::Swap { .. });
    let head = matches!(next.op, Instruction::ForIter { .. });
    next.line
        .filter(|line| before && head && one.line != Some(*line))
}
