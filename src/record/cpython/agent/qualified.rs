//! The qualified names of code objects before 3.11, which do not have them: what makes a function of one
//! has the name beside it, and the body of a class begins by storing its own.

use crate::callers::bytes_of;
use crate::offsets::object;
use crate::python::{Addr, Python, half, type_of, word};
use crate::values::string;

/// Numbers of instructions, the same from 3.8 to 3.10.
const STORE_NAME: u8 = 90;
const LOAD_CONST: u8 = 100;
const EXTENDED_ARG: u8 = 144;

/// Instructions with their whole arguments.
fn instructions(bytes: &[u8]) -> Vec<(u8, usize)> {
    let mut argument = 0;
    let mut all = Vec::with_capacity(bytes.len() / 2);
    for unit in bytes.chunks_exact(2) {
        argument = argument << 8 | usize::from(unit[1]);
        if unit[0] != EXTENDED_ARG {
            all.push((unit[0], argument));
            argument = 0;
        }
    }
    all
}

/// The code objects that a code object makes functions and classes of, with their qualified names.
///
/// # Safety
/// There must be a living code object of such a version.
pub unsafe fn names_in(code: Addr, python: &Python) -> Vec<(Addr, String)> {
    // SAFETY: constants are a tuple of objects.
    unsafe {
        let consts = word(code + python.layout.code.consts);
        let all = instructions(&bytes_of(code, python));
        let constant = |(opcode, at): (u8, usize)| {
            let is_one = opcode == LOAD_CONST && at < word(consts + object::SIZE);
            is_one.then(|| word(consts + object::ITEMS + 8 * at))
        };
        let pairs = all.windows(2).filter_map(|two| {
            let (made, name) = (constant(two[0])?, constant(two[1])?);
            if type_of(made) != python.types.code {
                return None;
            }
            let name = own_name(made, python).or_else(|| string(name, python))?;
            Some((made, name))
        });
        pairs.collect()
    }
}

/// The qualified name that the body of a class stores; `None` of other code.
unsafe fn own_name(code: Addr, python: &Python) -> Option<String> {
    // SAFETY: names and constants are tuples of objects.
    unsafe {
        let layout = python.layout.code;
        if half(code + layout.flags) & crate::frames::OPTIMIZED != 0 {
            return None;
        }
        let item = |tuple: usize, at: usize| {
            let tuple = word(code + tuple);
            let is_there = at < word(tuple + object::SIZE);
            is_there.then(|| word(tuple + object::ITEMS + 8 * at))
        };
        let all = instructions(&bytes_of(code, python));
        all.windows(2).find_map(|two| match two {
            [(LOAD_CONST, constant), (STORE_NAME, name)] => {
                let name = string(item(layout.names, *name)?, python)?;
                let is_it = name == "__qualname__";
                is_it.then(|| string(item(layout.consts, *constant)?, python))?
            }
            _ => None,
        })
    }
}
