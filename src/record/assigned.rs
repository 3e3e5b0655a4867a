//! The variables that a frame's instruction is about to replace.
//!
//! The interpreter assigns a local variable by dropping its old value where it stands: while
//! finalizers of what the old value held run, the variable still shows the old value's address,
//! and the old value may be freed by then.

use super::bytecode::compiled_at;
use rustpython_vm::builtins::PyCode;
use rustpython_vm::bytecode::Instruction;

/// The places of the variables that the instruction with this number, counted from 1, replaces.
pub(crate) fn assigned(code: &PyCode, instruction: u32) -> [Option<usize>; 2] {
    let Some(at) = (instruction as usize).checked_sub(1) else {
        return [None, None];
    };
    let op = compiled_at(code, at);
    let one = matches!(
        op,
        Instruction::StoreFast { .. } | Instruction::DeleteFast { .. }
    );
    let packed = matches!(
        op,
        Instruction::StoreFastLoadFast { .. } | Instruction::StoreFastStoreFast { .. }
    );
    if !one && !packed {
        return [None, None];
    }
    let units = &code.code.instructions;
    let mut argument = usize::from(u8::from(units.read_arg(at)));
    let mut before = at;
    let mut shift = 8;
    while before > 0 && matches!(units.read_op(before - 1), Instruction::ExtendedArg) {
        before -= 1;
        argument |= usize::from(u8::from(units.read_arg(before))) << shift;
        shift += 8;
    }
    if one {
        return [Some(argument), None];
    }
    let second = matches!(op, Instruction::StoreFastStoreFast { .. });
    [Some(argument >> 4), second.then_some(argument & 15)]
}
