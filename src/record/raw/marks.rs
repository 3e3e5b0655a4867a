//! Writes marks into code, over the instructions that the interpreter runs.

use crate::record::bytecode::{Compiled, base, compiled, uncovered};
use rustpython_vm::builtins::PyCode;
use rustpython_vm::bytecode::Instruction;
use std::sync::atomic::{AtomicU8, Ordering};

/// Monitoring events by their place in the interpreter's list, which PEP 669 fixes.
const START: u32 = 1 << 0;
const RESUME: u32 = 1 << 1;
const RETURN: u32 = 1 << 2;
const YIELD: u32 = 1 << 3;
const CALL: u32 = 1 << 4;
const LINE: u32 = 1 << 5;
const INSTRUCTION: u32 = 1 << 6;
const JUMP: u32 = 1 << 7;
const BRANCH_LEFT: u32 = 1 << 8;
const BRANCH_RIGHT: u32 = 1 << 9;
const STOP_ITERATION: u32 = 1 << 10;

/// What stands at a place of a code object; `None` where that is no instruction, but what an
/// instruction has left in its caches.
pub(crate) fn op_at(code: &PyCode, at: usize) -> Option<Instruction> {
    let units = &code.code.instructions;
    if at >= units.len() {
        return None;
    }
    // SAFETY: the place lies in the array of units, each of which begins with the byte of its opcode;
    // the interpreter writes that byte as one, too.
    let byte = unsafe { AtomicU8::from_ptr(units.units_ptr().add(at).cast::<u8>().cast_mut()) };
    Instruction::try_from(byte.load(Ordering::Acquire)).ok()
}

/// Puts marks over the instructions that are `marked`, by place, and takes off all others of ours.
/// `own` are the events that the recording wants of this code, `others` those that tools of the
/// program's want: their marks are left as they would be without ours. False where the code has no
/// room for marks yet.
pub(crate) fn place(code: &PyCode, marked: &[bool], own: u32, others: u32) -> bool {
    if others & INSTRUCTION != 0 {
        // Every instruction is marked for the program's own tool: ours are among them.
        return code.monitoring_data.lock().is_some();
    }
    let all = compiled(code);
    let lines = if others & LINE != 0 {
        line_starts(code, &all)
    } else {
        vec![false; marked.len()]
    };
    let mut data = code.monitoring_data.lock();
    let Some(data) = data.as_mut() else {
        return false;
    };
    for one in &all {
        let at = one.at;
        let here = code.code.instructions.read_op(at);
        let Some(now) = uncovered(&data.line_opcodes, &data.per_instruction_opcodes, here, at)
        else {
            continue;
        };
        let fires = others & LINE != 0 || (own | others) & event_of(one) != 0;
        let wanted = if fires {
            one.op.to_instrumented().unwrap_or(now)
        } else {
            now.to_base().unwrap_or(now)
        };
        let is_marked = marked.get(at).copied().unwrap_or(false);
        let starts_line = lines.get(at).copied().unwrap_or(false);
        if !is_marked && !starts_line {
            put(code, at, here, wanted);
            clear(&mut data.line_opcodes, at);
            clear(&mut data.per_instruction_opcodes, at);
            continue;
        }
        let under = if wanted.is_instrumented() {
            wanted
        } else {
            // What runs under a mark is never specialised.
            if u8::from(base(wanted)) != u8::from(wanted) {
                empty_caches(code, one);
            }
            settled(base(wanted))
        };
        // The tables first: another thread may run over the mark as soon as it is there.
        let mark = Instruction::InstrumentedInstruction;
        if is_marked {
            data.per_instruction_opcodes[at] = u8::from(under);
        }
        if starts_line {
            data.line_opcodes[at] = u8::from(if is_marked { mark } else { under });
            put(code, at, here, Instruction::InstrumentedLine);
        } else {
            put(code, at, here, mark);
            clear(&mut data.line_opcodes, at);
        }
        if !is_marked {
            clear(&mut data.per_instruction_opcodes, at);
        }
    }
    true
}

/// Marks that were taken off a code object for a while.
pub(crate) struct Hidden<'c> {
    code: &'c PyCode,
    marks: Vec<(usize, Instruction, Instruction)>,
}

/// Takes the marks of INSTRUCTION events off, as long as the answer lives. The tables stay, for a
/// thread that is just running over a mark.
pub(crate) fn hide<'c>(code: &'c PyCode, marked: &[bool]) -> Hidden<'c> {
    let mut marks = Vec::new();
    let data = code.monitoring_data.lock();
    if let Some(data) = data.as_ref() {
        for (at, _) in marked.iter().enumerate().filter(|(_, marked)| **marked) {
            let here = code.code.instructions.read_op(at);
            let under = uncovered(&data.line_opcodes, &data.per_instruction_opcodes, here, at);
            if let (Instruction::InstrumentedInstruction, Some(under)) = (here, under) {
                let under = base(under);
                put(code, at, here, under);
                marks.push((at, under, here));
            }
        }
    }
    Hidden { code, marks }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        for (at, under, mark) in &self.marks {
            put(self.code, *at, *under, *mark);
        }
    }
}

fn put(code: &PyCode, at: usize, here: Instruction, wanted: Instruction) {
    if u8::from(here) == u8::from(wanted) {
        return;
    }
    // SAFETY: the place holds an instruction, which the new one replaces by itself in another form
    // or by a mark, for which the tables hold it; both take the same argument and caches.
    unsafe { code.code.instructions.replace_op(at, wanted) };
}

fn clear(table: &mut [u8], at: usize) {
    if table[at] != 0 {
        table[at] = 0;
    }
}

fn empty_caches(code: &PyCode, one: &Compiled) {
    for cache in one.at + 1..one.next.min(code.code.instructions.len()) {
        // SAFETY: the units between an instruction and the next are its caches.
        unsafe { code.code.instructions.write_cache_u16(cache, 0) };
    }
}

/// The form in which an instruction stays when it has run. Two instructions write that form over
/// themselves when they run first, and so would wipe a mark.
fn settled(op: Instruction) -> Instruction {
    match op {
        Instruction::LoadConst { .. } => Instruction::LoadConstMortal,
        Instruction::JumpBackward { .. } => Instruction::JumpBackwardNoJit,
        op => op,
    }
}

/// The event for which the interpreter gives an instruction another form.
fn event_of(one: &Compiled) -> u32 {
    match one.op {
        Instruction::ReturnValue => RETURN,
        Instruction::Call { .. }
        | Instruction::CallKw { .. }
        | Instruction::CallFunctionEx
        | Instruction::LoadSuperAttr { .. } => CALL,
        Instruction::YieldValue { .. } => YIELD,
        Instruction::JumpForward { .. } | Instruction::JumpBackward { .. } => JUMP,
        Instruction::PopJumpIfFalse { .. }
        | Instruction::PopJumpIfTrue { .. }
        | Instruction::PopJumpIfNone { .. }
        | Instruction::PopJumpIfNotNone { .. }
        | Instruction::PopIter
        | Instruction::EndAsyncFor => BRANCH_RIGHT,
        Instruction::ForIter { .. } | Instruction::NotTaken => BRANCH_LEFT,
        Instruction::EndFor | Instruction::EndSend => STOP_ITERATION,
        Instruction::Resume { .. } => {
            if one.arg & 0xFF != 0 {
                RESUME
            } else {
                START
            }
        }
        _ => 0,
    }
}

/// Where the interpreter puts the marks of LINE events by itself, but for prefixes of arguments, where
/// they break the instruction.
fn line_starts(code: &PyCode, all: &[Compiled]) -> Vec<bool> {
    let mut starts = vec![false; code.code.instructions.len()];
    let resume = |one: &Compiled| matches!(one.op, Instruction::Resume { .. });
    let body = all.iter().position(resume).unwrap_or(0);
    let mut line = None;
    for one in &all[body..] {
        let excluded = matches!(
            one.op,
            Instruction::Resume { .. }
                | Instruction::EndFor
                | Instruction::EndSend
                | Instruction::PopIter
                | Instruction::EndAsyncFor
                | Instruction::Cache
        );
        if excluded || one.line.is_none() {
            continue;
        }
        starts[one.at] = one.line != line;
        line = one.line;
    }
    let mut lead = |to: usize| {
        let Ok(number) = all.binary_search_by_key(&to, |one| one.start) else {
            return;
        };
        let target = &all[number];
        if target.start == target.at
            && target.line.is_some()
            && !matches!(target.op, Instruction::PopIter)
        {
            starts[target.at] = true;
        }
    };
    for one in &all[body..] {
        if let Some(target) = one.target() {
            let past_end = matches!(
                one.op,
                Instruction::ForIter { .. } | Instruction::Send { .. }
            );
            lead(target + usize::from(past_end));
        }
    }
    let table = &code.code.exceptiontable;
    for entry in rustpython_vm::bytecode::decode_exception_table(table) {
        lead(entry.target as usize);
    }
    starts
}
