//! Instructions as they were compiled, whatever the interpreter has made of them meanwhile.

use crate::depths::depths;
use crate::memory::AddressMap;
use crate::offsets::{code, object};
use crate::python::{Addr, Python, byte, find, word};
use crate::wire::{Writer, flow};
use std::ffi::c_int;

type GetCode = unsafe extern "C" fn(Addr) -> Addr;
type Location =
    unsafe extern "C" fn(Addr, c_int, *mut c_int, *mut c_int, *mut c_int, *mut c_int) -> c_int;

type Effect = unsafe extern "C" fn(c_int, c_int, c_int) -> c_int;

/// Where a bytes object has its bytes.
const BYTES: usize = 32;

/// An instruction that is about to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruction {
    /// Where it stands in its code, in bytes; what extends its argument stands before it.
    pub offset: u32,
    pub opcode: u8,
    /// First and last column in its line, in bytes.
    pub columns: Option<(u32, u32)>,
}

impl Instruction {
    /// Writes what a step may say of an instruction.
    pub fn write(instruction: Option<Instruction>, written: &mut Writer) {
        written.option(instruction.map(|one| u64::from(one.opcode)));
        let columns = instruction.and_then(|one| one.columns);
        written.option(columns.map(|(first, _)| u64::from(first)));
        written.option(columns.map(|(_, last)| u64::from(last)));
    }
}

/// What is known of a code object.
struct Known {
    code: Vec<u8>,
    depths: Vec<Option<i32>>,
}

#[derive(Default)]
pub struct Bytecode {
    by_code: AddressMap<Known>,
    /// The instruction that the last step was taken for, and its frame: the step of what extends its
    /// argument was its own.
    last: Option<(Addr, u32)>,
    /// The frame that is about to run an instruction, and how high its value stack is.
    pub running: Option<(Addr, i32)>,
}

impl Bytecode {
    /// Reads a code object's instructions.
    ///
    /// # Safety
    /// There must be a living code object, and the interpreter's lock be held.
    pub unsafe fn read(&mut self, code: Addr, flows: &[u8], python: &Python) {
        // SAFETY: the functions of these names take and give what is said here; a code object has its
        // table of exceptions as bytes.
        unsafe {
            let (get, effect) = (
                find(c"PyCode_GetCode"),
                find(c"PyCompile_OpcodeStackEffectWithJump"),
            );
            if get == 0 || effect == 0 {
                return;
            }
            let get = std::mem::transmute::<Addr, GetCode>(get);
            let effect = std::mem::transmute::<Addr, Effect>(effect);
            let bytes = get(code);
            if bytes == 0 {
                (python.call.clear_error)();
                return;
            }
            let all = bytes_in(bytes);
            (python.call.decref)(bytes);
            let exceptions = bytes_in(word(code + code::EXCEPTIONS));
            let effect = |opcode: u8, argument: u32, jumps: bool| {
                effect(opcode.into(), argument as c_int, jumps.into())
            };
            self.by_code.insert(
                code,
                Known {
                    depths: match python.layout.minor {
                        // Its frames say it themselves.
                        11 => Vec::new(),
                        _ => depths(&all, &exceptions, flows, &effect),
                    },
                    code: all,
                },
            );
        }
    }

    /// Forgets a code object: it is dead.
    pub fn forget(&mut self, code: Addr) {
        self.by_code.remove(&code);
    }

    /// A frame is about to run the instruction at a place: from here on it is known how high its value
    /// stack is. Returns the instruction; `None` where its step has been taken, or nothing is known.
    ///
    /// # Safety
    /// As for [`Bytecode::read`].
    pub unsafe fn run(
        &mut self,
        frame: Addr,
        code: Addr,
        offset: u32,
        flows: &[u8],
    ) -> Option<Instruction> {
        let known = self.by_code.get(&code)?;
        let extends = |at: usize| {
            let opcode = *known.code.get(at)?;
            Some(flows.get(usize::from(opcode)) == Some(&flow::EXTENDS))
        };
        let mut at = offset as usize;
        while extends(at)? {
            at += 2;
        }
        let is_extended = at > offset as usize;
        let here = (frame, at as u32);
        let is_taken = self.last == Some(here) && !is_extended;
        self.last = is_extended.then_some(here);
        if is_taken {
            return None;
        }
        let depth = known.depths.get(at / 2).copied().flatten();
        self.running = depth.map(|depth| (frame, depth));
        Some(Instruction {
            offset: at as u32,
            opcode: *known.code.get(at)?,
            // SAFETY: the caller's.
            columns: unsafe { columns(code, at) },
        })
    }
}

/// What a bytes object holds.
unsafe fn bytes_in(at: Addr) -> Vec<u8> {
    // SAFETY: the caller says that there is one.
    unsafe {
        let length = word(at + object::SIZE);
        (0..length).map(|i| byte(at + BYTES + i)).collect()
    }
}

unsafe fn columns(code: Addr, offset: usize) -> Option<(u32, u32)> {
    let location = find(c"PyCode_Addr2Location");
    if location == 0 {
        return None;
    }
    let [mut line, mut first, mut last_line, mut last]: [c_int; 4] = [-1; 4];
    // SAFETY: the function of this name has this signature.
    let known = unsafe {
        let location = std::mem::transmute::<Addr, Location>(location);
        location(
            code,
            offset as c_int,
            &mut line,
            &mut first,
            &mut last_line,
            &mut last,
        )
    };
    let columns = (u32::try_from(first).ok()?, u32::try_from(last).ok()?);
    (known != 0 && line > 0).then_some(columns)
}
