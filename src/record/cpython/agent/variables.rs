//! The variables of code objects: their names, their kinds, and their places in a frame.

use crate::offsets::{self, kind, object};
use crate::python::{Addr, Python, byte, half, word};
use crate::values::string;
use std::rc::Rc;

pub struct Variable {
    pub name: Rc<str>,
    pub kind: u8,
    /// Its place in the frame.
    pub slot: usize,
}

#[derive(Default)]
pub struct Variables {
    /// The arguments first, in their order.
    pub all: Vec<Variable>,
    /// How many places they have; the value stack begins behind these.
    pub slots: usize,
}

/// How many places the variables of a code object have.
///
/// # Safety
/// There must be a living code object.
pub unsafe fn slots(code: Addr, python: &Python) -> usize {
    // SAFETY: a code object has its numbers and its tuples of names.
    unsafe {
        match python.layout.code.variables {
            offsets::Variables::Kinds { count, .. } => half(code + count) as usize,
            offsets::Variables::Tuples {
                count, cells, free, ..
            } => {
                let length = |tuple: usize| word(word(code + tuple) + object::SIZE);
                half(code + count) as usize + length(cells) + length(free)
            }
        }
    }
}

/// Reads the variables of a code object.
///
/// # Safety
/// As for [`slots`].
pub unsafe fn variables_of(code: Addr, python: &Python) -> Variables {
    // SAFETY: a code object has tuples of names, and bytes of kinds.
    unsafe {
        let one = |names: Addr, at: usize, kind: u8, slot: usize| Variable {
            name: Rc::from(
                string(word(names + object::ITEMS + 8 * at), python).unwrap_or_default(),
            ),
            kind,
            slot,
        };
        let slots = slots(code, python);
        let all = match python.layout.code.variables {
            offsets::Variables::Kinds { names, kinds, .. } => {
                let (names, kinds) = (word(code + names), word(code + kinds));
                (0..slots)
                    .map(|i| one(names, i, byte(kinds + 32 + i), i))
                    .collect()
            }
            offsets::Variables::Tuples {
                count,
                local,
                cells,
                free,
                arguments,
            } => {
                let count = half(code + count) as usize;
                let [local, cells, free] = [local, cells, free].map(|tuple| word(code + tuple));
                let [cell_count, free_count] =
                    [cells, free].map(|tuple| word(tuple + object::SIZE));
                let kept = word(code + arguments);
                // Which cell an argument is kept in: its own place stays empty.
                let cell_of = |argument: usize| {
                    (0..cell_count)
                        .filter(|_| kept != 0)
                        .find(|i| word(kept + 8 * i) == argument)
                };
                let mut all: Vec<Variable> = (0..count)
                    .map(|i| match cell_of(i) {
                        Some(cell) => one(cells, cell, kind::CELL, count + cell),
                        None => one(local, i, 0, i),
                    })
                    .collect();
                let arguments_in_cells: Vec<usize> = (0..count).filter_map(cell_of).collect();
                let others = (0..cell_count).filter(|i| !arguments_in_cells.contains(i));
                all.extend(others.map(|i| one(cells, i, kind::CELL, count + i)));
                all.extend(
                    (0..free_count).map(|i| one(free, i, kind::FREE, count + cell_count + i)),
                );
                all
            }
        };
        Variables { all, slots }
    }
}
