//! A code object's instructions as they were compiled: without marks, without specialisation.

use super::raw::marks::op_at;
use rustpython_vm::builtins::PyCode;
use rustpython_vm::bytecode::{
    Instruction, OpArgState, build_no_location_mask, decode_exception_table,
};
use rustpython_vm::{Py, PyObject};
use std::borrow::Borrow;

/// One instruction, with the prefixes that extend its argument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compiled {
    /// The place of its first unit: a prefix, where it has any. Jumps lead here.
    pub start: usize,
    /// The place of the instruction itself, in units of two bytes.
    pub at: usize,
    /// The place behind it and its inline caches.
    pub next: usize,
    pub op: Instruction,
    pub arg: u32,
    /// The line that it belongs to; some have none.
    pub line: Option<u32>,
}

impl Compiled {
    /// Where it jumps to, as a place of a first unit.
    pub(crate) fn target(&self) -> Option<usize> {
        let delta = self.arg as usize;
        match self.op {
            Instruction::PopJumpIfFalse { .. }
            | Instruction::PopJumpIfTrue { .. }
            | Instruction::PopJumpIfNone { .. }
            | Instruction::PopJumpIfNotNone { .. }
            | Instruction::JumpForward { .. }
            | Instruction::ForIter { .. }
            | Instruction::Send { .. } => Some(self.next + delta),
            Instruction::JumpBackward { .. } | Instruction::JumpBackwardNoInterrupt { .. } => {
                self.next.checked_sub(delta)
            }
            _ => None,
        }
    }

    /// How many entries it takes from the value stack and leaves there, where it goes on to the one
    /// behind it.
    pub(crate) fn effect(&self) -> (u32, u32) {
        let effect = self.op.stack_effect_info(self.arg);
        (effect.popped(), effect.pushed())
    }

    /// Whether the instruction behind it can run next.
    fn falls_through(&self) -> bool {
        !matches!(
            self.op,
            Instruction::JumpForward { .. }
                | Instruction::JumpBackward { .. }
                | Instruction::JumpBackwardNoInterrupt { .. }
                | Instruction::ReturnValue
                | Instruction::RaiseVarargs { .. }
                | Instruction::Reraise { .. }
        )
    }
}

/// A code object and those that stand in it.
pub(crate) fn with_inner(code: &Py<PyCode>) -> Vec<&Py<PyCode>> {
    let mut all = vec![code];
    let mut next = 0;
    while let Some(code) = all.get(next) {
        let constants = code.code.constants.iter();
        let inner = constants.filter_map(|constant| {
            let constant: &PyObject = constant.borrow();
            constant.downcast_ref::<PyCode>()
        });
        all.extend(inner.collect::<Vec<_>>());
        next += 1;
    }
    all
}

/// The instruction at a place as it was compiled, whatever marks stand over it.
pub(crate) fn compiled_at(code: &PyCode, at: usize) -> Instruction {
    let Some(op) = op_at(code, at) else {
        return Instruction::Cache;
    };
    let covered = matches!(
        op,
        Instruction::InstrumentedLine | Instruction::InstrumentedInstruction
    );
    let op = if covered {
        let data = code.monitoring_data.lock();
        data.as_ref()
            .and_then(|data| uncovered(&data.line_opcodes, &data.per_instruction_opcodes, op, at))
            .unwrap_or(op)
    } else {
        op
    };
    base(op)
}

/// What stands under the marks at a place, by the interpreter's tables of marked instructions.
pub(crate) fn uncovered(
    lines: &[u8],
    instructions: &[u8],
    op: Instruction,
    at: usize,
) -> Option<Instruction> {
    let stored = |table: &[u8]| Instruction::try_from(*table.get(at)?).ok();
    let op = match op {
        Instruction::InstrumentedLine => stored(lines)?,
        op => op,
    };
    match op {
        Instruction::InstrumentedInstruction => stored(instructions),
        op => Some(op),
    }
}

/// An instruction without specialisation and without the form that fires an event.
pub(crate) fn base(op: Instruction) -> Instruction {
    op.to_base().unwrap_or(op).deoptimize()
}

/// All instructions of a code object, in their order.
pub(crate) fn compiled(code: &PyCode) -> Vec<Compiled> {
    let units = &code.code.instructions;
    let nowhere = build_no_location_mask(&code.code.linetable, units.len());
    let line_at = |at: usize| {
        let (start, _) = code.code.locations.get(at)?;
        let line = start.line.get() as u32;
        (line > 0 && !nowhere.get(at).copied().unwrap_or(false)).then_some(line)
    };
    let mut all = Vec::new();
    let mut state = OpArgState::default();
    let (mut at, mut start) = (0, 0);
    while at < units.len() {
        let op = compiled_at(code, at);
        let arg = state.extend(units.read_arg(at));
        if matches!(op, Instruction::ExtendedArg) {
            at += 1;
            continue;
        }
        state.reset();
        let next = at + 1 + op.cache_entries();
        all.push(Compiled {
            start,
            at,
            next,
            op,
            arg: u32::from(arg),
            line: line_at(at),
        });
        (at, start) = (next, next);
    }
    all
}

/// The instructions from which another can be reached, seen from the other.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Before {
    /// One of them stands on another line, or on none, or is any that raises.
    pub another_line: bool,
    /// One of them stands on a line.
    pub any_line: bool,
    /// There is one.
    pub any: bool,
}

/// What leads to each instruction, in the order of [`compiled`].
pub(crate) fn before(code: &PyCode, all: &[Compiled]) -> Vec<Before> {
    let mut place = vec![usize::MAX; code.code.instructions.len() + 1];
    for (number, one) in all.iter().enumerate() {
        for unit in &mut place[one.start..=one.at] {
            *unit = number;
        }
    }
    let mut found = vec![Before::default(); all.len()];
    let mut lead = |to: usize, line: Option<u32>| {
        let Some(number) = place.get(to).filter(|number| **number < all.len()) else {
            return;
        };
        let before = &mut found[*number];
        before.any = true;
        before.any_line |= line.is_some();
        before.another_line |= line.is_none() || line != all[*number].line;
    };
    for one in all {
        if one.falls_through() {
            lead(one.next, one.line);
        }
        if let Some(target) = one.target() {
            lead(target, one.line);
            // The end of a loop passes by the END_FOR that it leads to.
            if matches!(one.op, Instruction::ForIter { .. }) {
                lead(target + 1, one.line);
            }
        }
    }
    for entry in decode_exception_table(&code.code.exceptiontable) {
        lead(entry.target as usize, None);
    }
    found
}

/// Name of the instruction at a byte offset, as `dis` writes it, and its columns in its line.
pub(crate) fn described(code: &Py<PyCode>, offset: u32) -> (String, Option<(u32, u32)>) {
    let at = offset as usize / 2;
    let columns = code.code.locations.get(at).map(|(start, end)| {
        let column = |place: usize| place.saturating_sub(1) as u32;
        (
            column(start.character_offset.get()),
            column(end.character_offset.get()),
        )
    });
    (name(compiled_at(code, at)), columns)
}

/// The name of an instruction as it was compiled.
pub(crate) fn name(op: Instruction) -> String {
    upper_snake(&format!("{:?}", base(op).as_opcode()))
}

/// `LoadFast` as `LOAD_FAST`, `CallIntrinsic1` as `CALL_INTRINSIC_1`.
fn upper_snake(name: &str) -> String {
    let mut out = String::new();
    let mut in_number = false;
    for c in name.chars() {
        let begins_number = c.is_ascii_digit() && !in_number;
        if (c.is_ascii_uppercase() || begins_number) && !out.is_empty() {
            out.push('_');
        }
        in_number = c.is_ascii_digit();
        out.push(c.to_ascii_uppercase());
    }
    out
}
