//! Code objects and their instructions, as they were compiled.

use super::arguments::{meaning, opname};
use super::constants;
use super::positions::{Place, places};
use crate::trace::stages::{Code, Constant, Handler, Instruction, LineRange, Lines, Word};
use rustpython_vm::bytecode::{self, CodeFlags, OpArgState, decode_exception_table};
use rustpython_vm::compiler::CodeObject;
use rustpython_vm::compiler::core::bytecode::ConstantData;
use std::collections::BTreeMap;

/// Bytes that a unit of code takes.
const UNIT: u32 = 2;

/// A code object and all in it, each behind the one that it stands in.
pub(super) fn codes(code: &CodeObject, lines: &Lines) -> Vec<Code> {
    let mut codes: Vec<Code> = Vec::new();
    let mut names = BTreeMap::new();
    // Each with its parent and the place of the constant that it is.
    let mut open = vec![(code, None)];
    while let Some((code, place)) = open.pop() {
        let number = codes.len() as u32;
        if let Some((parent, constant)) = place {
            let parent: &mut Code = &mut codes[parent as usize];
            let constant: &mut Constant = &mut parent.constants[constant];
            constant.code = Some(number);
        }
        codes.push(described(
            code,
            place.map(|(parent, _)| parent),
            lines,
            &mut names,
        ));
        let inner = code.constants.iter().enumerate();
        let inner = inner.filter_map(|(at, constant)| match constant {
            ConstantData::Code { code } => Some((&**code, Some((number, at)))),
            _ => None,
        });
        let inner: Vec<_> = inner.collect();
        open.extend(inner.into_iter().rev());
    }
    codes
}

fn described(
    code: &CodeObject,
    parent: Option<u32>,
    lines: &Lines,
    names: &mut BTreeMap<u8, Word>,
) -> Code {
    let places = places(code);
    let texts = |all: &[String]| all.to_vec();
    Code {
        name: code.obj_name.clone(),
        qualified: code.qualname.clone(),
        parent,
        scope: None,
        first_line: code.first_line_number.map_or(0, |line| line.get() as u32),
        flags: flags(code.flags),
        arguments: code.arg_count,
        positional_only: code.posonlyarg_count,
        keyword_only: code.kwonlyarg_count,
        stack_size: code.max_stackdepth,
        constants: code
            .constants
            .iter()
            .map(|constant| Constant {
                repr: constants::constant(constant),
                code: None,
            })
            .collect(),
        names: texts(&code.names),
        local_names: texts(&code.varnames),
        cell_names: texts(&code.cellvars),
        free_names: texts(&code.freevars),
        lines: line_ranges(&places),
        handlers: handlers(code),
        instructions: instructions(code, &places, lines, names),
    }
}

/// In the order of their bits.
fn flags(flags: CodeFlags) -> Vec<Word> {
    let names = flags.iter_names();
    names.map(|(name, _)| Word::Borrowed(name)).collect()
}

fn handlers(code: &CodeObject) -> Vec<Handler> {
    let rows = decode_exception_table(&code.exceptiontable).into_iter();
    rows.map(|row| Handler {
        start: row.start * UNIT,
        end: row.end * UNIT,
        target: row.target * UNIT,
        depth: row.depth.into(),
        pushes_offset: row.push_lasti,
    })
    .collect()
}

fn line_ranges(places: &[Place]) -> Vec<LineRange> {
    let mut ranges: Vec<LineRange> = Vec::new();
    for (at, line) in places.iter().map(|place| place.line).enumerate() {
        let start = at as u32 * UNIT;
        match ranges.last_mut() {
            Some(last) if last.line == line => last.end = start + UNIT,
            _ => ranges.push(LineRange {
                start,
                end: start + UNIT,
                line,
            }),
        }
    }
    ranges
}

fn instructions(
    code: &CodeObject,
    places: &[Place],
    lines: &Lines,
    names: &mut BTreeMap<u8, Word>,
) -> Vec<Instruction> {
    let units = &code.instructions;
    let mut all = Vec::new();
    let mut state = OpArgState::default();
    let mut at = 0;
    while at < units.len() {
        let op = units.read_op(at);
        let argument = state.extend(units.read_arg(at));
        if matches!(op, bytecode::Instruction::ExtendedArg) {
            at += 1;
            continue;
        }
        state.reset();
        let argument = u32::from(argument);
        let next = at + 1 + op.cache_entries();
        let place = places[at];
        let number = u8::from(op.as_opcode());
        let name = names.entry(number).or_insert_with(|| opname(op).into());
        all.push(Instruction {
            offset: at as u32 * UNIT,
            name: name.clone(),
            argument: op.has_arg().then_some(argument),
            meaning: meaning(code, op, argument),
            target: target(op, argument, next as u32),
            line: place.line,
            span: place.span(lines),
        });
        at = next;
    }
    all
}

/// The offset that an instruction may jump to, `next` being the unit behind it.
fn target(op: bytecode::Instruction, argument: u32, next: u32) -> Option<u32> {
    use bytecode::Instruction as Op;
    let unit = match op {
        Op::PopJumpIfFalse { .. }
        | Op::PopJumpIfTrue { .. }
        | Op::PopJumpIfNone { .. }
        | Op::PopJumpIfNotNone { .. }
        | Op::JumpForward { .. }
        | Op::ForIter { .. }
        | Op::Send { .. } => next + argument,
        Op::JumpBackward { .. } | Op::JumpBackwardNoInterrupt { .. } => {
            next.checked_sub(argument)?
        }
        _ => return None,
    };
    Some(unit * UNIT)
}
