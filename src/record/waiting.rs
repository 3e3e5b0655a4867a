//! What a frame that waits has under way: the call, or the instruction, that led to code which runs
//! above it. Where it is native code that calls back, it is what holds on to things meanwhile.

use super::bytecode::{Compiled, compiled, name};
use rustc_hash::FxHashMap as HashMap;
use rustpython_vm::builtins::PyCode;
use rustpython_vm::{AsObject, Py};

/// What instructions do, in words, for those that were asked for: the words of an instruction never
/// change, and to find them its code must be read from the start.
#[derive(Default)]
pub(crate) struct Waiting {
    by_code: HashMap<usize, HashMap<u32, String>>,
}

impl Waiting {
    /// What the instruction at a place does, for a reader: the call of what the program's text names,
    /// or the instruction as `dis` writes it.
    pub(crate) fn under_way(&mut self, code: &Py<PyCode>, last_instruction: u32) -> Option<String> {
        let at = last_instruction.checked_sub(1)?;
        let known = self.by_code.entry(code.get_id()).or_default();
        let text = known.entry(at).or_insert_with(|| described(code, at));
        (!text.is_empty()).then(|| text.clone())
    }

    /// Forgets the code object at an address: it is dead.
    pub(crate) fn forget(&mut self, address: usize) {
        self.by_code.remove(&address);
    }
}

fn described(code: &Py<PyCode>, at: u32) -> String {
    let all = compiled(code);
    let at = at as usize;
    // A call may stand at its caches already.
    let Some(number) = all
        .iter()
        .position(|one| (one.start..one.next).contains(&at))
    else {
        return String::new();
    };
    let op = name(all[number].op);
    let function = code.code.obj_name.as_str();
    if !op.starts_with("CALL") || op.starts_with("CALL_INTRINSIC") {
        return format!("{op} of {function}");
    }
    match called_name(code, &all[..=number]) {
        Some(called) => format!("call of {called}"),
        None => format!("call in {function}"),
    }
}

/// The name of what the last of the instructions calls: what was loaded last of all that begins where
/// the text of the call begins, and ends before it does.
fn called_name(code: &Py<PyCode>, all: &[Compiled]) -> Option<&'static str> {
    let (call, before) = all.split_last()?;
    let locations = &code.code.locations;
    let (start, end) = locations.get(call.at)?;
    let loaded = before.iter().rev().find(|one| {
        let Some((from, to)) = locations.get(one.at) else {
            return false;
        };
        let inside = (to.line, to.character_offset) < (end.line, end.character_offset);
        let same = (from.line, from.character_offset) == (start.line, start.character_offset);
        same && inside && !matches!(&*name(one.op), "PUSH_NULL" | "NOT_TAKEN")
    })?;
    let argument = loaded.arg as usize;
    let symbol = match &*name(loaded.op) {
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
