//! What the value stack of a waiting call holds, and which function it has called: before 3.11 neither a
//! frame nor the interpreter says it.

use crate::frames;
use crate::offsets::{method, object};
use crate::program::Program;
use crate::python::{Addr, Python, type_of, word};
use crate::variables;
use crate::wire::flow;

/// A call that a call has made by an instruction of its own, with no native code between them.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// The function that was called.
    pub function: Addr,
    /// How many entries of the caller's value stack are sure to be held meanwhile.
    pub held: i32,
    /// Native code has put the arguments together, and holds them.
    pub through_c: bool,
}

/// How `caller` has called `callee`; `None` where native code has made the call.
///
/// # Safety
/// There must be such frames, the second called from the first, and the interpreter's lock be held.
pub unsafe fn made(
    caller: Addr,
    callee: Addr,
    program: &mut Program,
    python: &Python,
) -> Option<Made> {
    // SAFETY: the frames are the interpreter's. While the caller waits in an instruction that calls, what
    // it calls and the arguments stay on its value stack, whose height is reckoned.
    unsafe {
        let code = word(caller + python.layout.frame.code);
        let offset = u32::try_from(frames::offset(caller, python)).ok()?;
        let flows = program.settings.flows.as_bytes();
        let call = program.bytecode.call(code, offset, flows, python)?;
        let argument = call.argument as i32;
        let stack = caller + python.layout.frame.locals_plus + 8 * variables::slots(code, python);
        let at = |place: i32| match usize::try_from(place) {
            Ok(place) => word(stack + 8 * place),
            Err(_) => 0,
        };
        let (place, held) = match call.flow {
            flow::CALLS => (call.depth - argument - 1, call.depth),
            // Below the names of arguments, which are a tuple.
            flow::CALLS_WITH_NAMES => (call.depth - argument - 2, call.depth),
            // The tuple and the dict may have been replaced by others.
            flow::CALLS_WITH_ALL => {
                let place = call.depth - 2 - (argument & 1);
                (place, place + 1)
            }
            // A function and the receiver, or nothing and what is called.
            flow::CALLS_METHOD => {
                let place = call.depth - argument - 2;
                (if at(place) == 0 { place + 1 } else { place }, call.depth)
            }
            _ => return None,
        };
        let mut function = at(place);
        if function == 0 {
            return None;
        }
        if type_of(function) == python.types.method {
            function = word(function + method::FUNCTION);
        }
        let is_function = type_of(function) == python.types.function;
        let is_it = is_function
            && word(function + python.layout.function.code)
                == word(callee + python.layout.frame.code);
        is_it.then_some(Made {
            function,
            held,
            through_c: call.flow == flow::CALLS_WITH_ALL,
        })
    }
}

/// A frame is at a line, and says how high its value stack is: what is reckoned is held against it.
///
/// # Safety
/// There must be a frame that runs, and the interpreter's lock be held.
pub unsafe fn compare(frame: Addr, program: &mut Program, python: &Python) {
    if !python.layout.has_frame_objects() {
        return;
    }
    // SAFETY: the caller's.
    unsafe {
        let code = word(frame + python.layout.frame.code);
        let depth = frames::stated_depth(frame, variables::slots(code, python), python);
        if let (Ok(offset), 0..) = (u32::try_from(frames::offset(frame, python)), depth) {
            program.bytecode.compare(code, offset, depth);
        }
    }
}

/// The instructions of a code object, by their numbers and arguments.
///
/// # Safety
/// There must be a living code object that keeps them in an object.
pub unsafe fn bytes_of(code: Addr, python: &Python) -> Vec<u8> {
    // SAFETY: the caller's: they stand behind the length and the hash.
    unsafe {
        let bytes = word(code + python.layout.code.start);
        let length = word(bytes + object::SIZE);
        std::slice::from_raw_parts((bytes + 32) as *const u8, length).to_vec()
    }
}
