//! What a frame that waits has under way: the call, or the instruction, that led to code which runs
//! above it. Where it is native code that calls back, it is what holds on to things meanwhile.

use super::bytecode::{compiled_at, name};
use rustpython_vm::Py;
use rustpython_vm::builtins::PyCode;

/// What the instruction at a place does, for a reader: the call of what the program's text names, or
/// the instruction as `dis` writes it.
pub(crate) fn under_way(code: &Py<PyCode>, last_instruction: u32) -> Option<String> {
    let at = (last_instruction as usize).checked_sub(1)?;
    let op = name(compiled_at(code, at));
    if !op.starts_with("CALL") || op.starts_with("CALL_INTRINSIC") {
        return Some(format!("{op} of {}", code.code.obj_name.as_str()));
    }
    Some(match called_name(code, at) {
        Some(called) => format!("call of {called}"),
        None => format!("call in {}", code.code.obj_name.as_str()),
    })
}

/// The name of what is called at a place: what was loaded last of all that begins where the text of
/// the call begins, and ends before it does.
fn called_name(code: &Py<PyCode>, at: usize) -> Option<&'static str> {
    let locations = &code.code.locations;
    let (start, end) = locations.get(at)?;
    let spot = |place: usize| {
        let (from, to) = locations.get(place)?;
        let inside = (to.line, to.character_offset) < (end.line, end.character_offset);
        let same = (from.line, from.character_offset) == (start.line, start.character_offset);
        (same && inside).then_some(place)
    };
    let place = (0..at).rev().filter_map(spot).find(|place| {
        !matches!(
            &*name(compiled_at(code, *place)),
            "CACHE" | "PUSH_NULL" | "NOT_TAKEN"
        )
    })?;
    let argument = argument(code, place);
    let symbol = match &*name(compiled_at(code, place)) {
        "LOAD_NAME" => code.code.names.get(argument)?.as_str(),
        "LOAD_GLOBAL" | "LOAD_ATTR" => code.code.names.get(argument >> 1)?.as_str(),
        "LOAD_SUPER_ATTR" => code.code.names.get(argument >> 2)?.as_str(),
        "LOAD_FAST" | "LOAD_FAST_BORROW" | "LOAD_FAST_CHECK" | "LOAD_DEREF" => {
            super::label::slot_names(code).get(argument).copied()?
        }
        _ => return None,
    };
    Some(symbol)
}

/// The argument of the instruction at a place, with the prefixes that extend it.
fn argument(code: &Py<PyCode>, at: usize) -> usize {
    let units = &code.code.instructions;
    let part = |at: usize| usize::from(u8::from(units.read_arg(at)));
    let mut whole = part(at);
    let mut prefix = at;
    for shift in [8, 16, 24] {
        let Some(before) = prefix.checked_sub(1) else {
            break;
        };
        if name(compiled_at(code, before)) != "EXTENDED_ARG" {
            break;
        }
        whole |= part(before) << shift;
        prefix = before;
    }
    whole
}
