//! Instructions as they were compiled, whatever the interpreter has made of them meanwhile.

use crate::callers::bytes_of;
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

/// An instruction that a call waits in.
pub struct Call {
    /// What it does, as in [`flow`].
    pub flow: u8,
    pub argument: u32,
    /// How high the value stack was before it.
    pub depth: i32,
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
            let effect = find(c"PyCompile_OpcodeStackEffectWithJump");
            if effect == 0 {
                return;
            }
            let effect = std::mem::transmute::<Addr, Effect>(effect);
            let Some(all) = instructions(code, python) else {
                return;
            };
            let exceptions = match python.layout.has_frame_objects() {
                true => Vec::new(),
                false => bytes_in(word(code + code::EXCEPTIONS)),
            };
            let unit = if python.layout.minor < 10 { 1 } else { 2 };
            let effect = |opcode: u8, argument: u32, jumps: bool| {
                effect(opcode.into(), argument as c_int, jumps.into())
            };
            self.by_code.insert(
                code,
                Known {
                    depths: match python.layout.minor {
                        // Its frames say it themselves.
                        11 => Vec::new(),
                        _ => depths(&all, &exceptions, flows, unit, &effect),
                    },
                    code: all,
                },
            );
        }
    }

    /// The instruction at a place of a code object, where one that calls stands there.
    ///
    /// # Safety
    /// As for [`Bytecode::read`].
    pub unsafe fn call(
        &mut self,
        code: Addr,
        offset: u32,
        flows: &[u8],
        python: &Python,
    ) -> Option<Call> {
        if !self.by_code.contains_key(&code) {
            // SAFETY: the caller's.
            unsafe { self.read(code, flows, python) };
        }
        let known = self.by_code.get(&code)?;
        let at = offset as usize;
        let flow_at = |at: usize| {
            let opcode = known.code.get(at)?;
            flows.get(usize::from(*opcode)).copied()
        };
        let flow = flow_at(at)?;
        let depth = known.depths.get(at / 2).copied().flatten()?;
        let mut argument = u32::from(*known.code.get(at + 1)?);
        let (mut before, mut shift) = (at, 8);
        while before >= 2 && flow_at(before - 2) == Some(flow::EXTENDS) {
            before -= 2;
            argument |= u32::from(known.code[before + 1]) << shift;
            shift += 8;
        }
        Some(Call {
            flow,
            argument,
            depth,
        })
    }

    /// Compares what is reckoned with what the interpreter says at a place. What is wrong once is not
    /// believed again.
    pub fn compare(&mut self, code: Addr, offset: u32, depth: i32) {
        if let Some(known) = self.by_code.get_mut(&code) {
            let reckoned = known.depths.get(offset as usize / 2).copied().flatten();
            if reckoned.is_some_and(|reckoned| reckoned != depth) {
                known.depths.clear();
            }
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

/// The instructions of a code object, as they were compiled.
unsafe fn instructions(code: Addr, python: &Python) -> Option<Vec<u8>> {
    // SAFETY: the caller's; the function of this name takes and gives what is said here.
    unsafe {
        if python.layout.has_frame_objects() {
            return Some(bytes_of(code, python));
        }
        let get = find(c"PyCode_GetCode");
        if get == 0 {
            return None;
        }
        let bytes = std::mem::transmute::<Addr, GetCode>(get)(code);
        if bytes == 0 {
            (python.call.clear_error)();
            return None;
        }
        let all = bytes_in(bytes);
        (python.call.decref)(bytes);
        Some(all)
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
