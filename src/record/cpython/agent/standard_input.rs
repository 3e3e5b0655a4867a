//! What the program reads from standard input as text: the interpreter's functions that read it are
//! called by ours, which look at what they give back. Python's own objects stay as they are.
//!
//! What goes past `sys.__stdin__` (its bytes, the descriptor, a stream that the program has made itself) is
//! not told.

use crate::agent::{Agent, agent};
use crate::offsets::{class, object};
use crate::output;
use crate::python::{Addr, FAST_CALL, FastCall, MethodDef, Python, type_name, type_of, word};
use crate::streams::held_back;
use crate::values::string;
use std::cell::Cell;
use std::ffi::{CStr, c_int};
use std::sync::atomic::{AtomicUsize, Ordering};

unsafe extern "C" {
    fn isatty(descriptor: c_int) -> c_int;
}

type IterNext = unsafe extern "C" fn(Addr) -> Addr;

/// The interpreter's own functions; 0 where ours does not stand before it.
static READ: AtomicUsize = AtomicUsize::new(0);
static READ_LINE: AtomicUsize = AtomicUsize::new(0);
static INPUT: AtomicUsize = AtomicUsize::new(0);
static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// How often something was told here.
    static TOLD: Cell<u64> = const { Cell::new(0) };
}

/// Begins to listen.
///
/// # Safety
/// The interpreter must run and its lock be held.
pub unsafe fn begin(python: &Python) {
    // SAFETY: types and functions of C have their fields there; their definitions can be written to.
    unsafe {
        let stream = (python.call.sys_get)(c"__stdin__".as_ptr());
        if stream == 0 || type_name(type_of(stream)) != "TextIOWrapper" {
            return;
        }
        let text = type_of(stream);
        let next = (text + class::ITER_NEXT) as *mut usize;
        if NEXT.load(Ordering::Relaxed) == 0 && *next != 0 {
            NEXT.store(*next, Ordering::Relaxed);
            *next = next_line as IterNext as usize;
        }
        let mut method = word(text + class::METHODS) as *mut MethodDef;
        while !method.is_null() && !(*method).name.is_null() {
            match CStr::from_ptr((*method).name).to_bytes() {
                b"read" => stand_before(method, &READ, read),
                b"readline" => stand_before(method, &READ_LINE, read_line),
                _ => {}
            }
            method = method.add(1);
        }
        let builtins = (python.call.builtins)();
        let function = match builtins {
            0 => 0,
            builtins => (python.call.dict_get)(builtins, c"input".as_ptr()),
        };
        if function != 0 && type_of(function) == python.types.native_function {
            let method = word(function + object::DEFINITION) as *mut MethodDef;
            stand_before(method, &INPUT, input);
        }
    }
}

/// Puts a function in the place of another, where that is called as ours is.
unsafe fn stand_before(method: *mut MethodDef, original: &AtomicUsize, ours: FastCall) {
    // SAFETY: the caller's.
    unsafe {
        if (*method).flags == FAST_CALL && original.load(Ordering::Relaxed) == 0 {
            original.store((*method).function as usize, Ordering::Relaxed);
            (*method).function = ours;
        }
    }
}

unsafe extern "C" fn read(of: Addr, arguments: *const Addr, count: isize) -> Addr {
    // SAFETY: called as the interpreter's own would be.
    unsafe {
        let result = call(&READ, of, arguments, count);
        told_of_stream(of, result);
        result
    }
}

unsafe extern "C" fn read_line(of: Addr, arguments: *const Addr, count: isize) -> Addr {
    // SAFETY: as above.
    unsafe {
        let result = call(&READ_LINE, of, arguments, count);
        told_of_stream(of, result);
        result
    }
}

unsafe extern "C" fn next_line(of: Addr) -> Addr {
    // SAFETY: as above.
    unsafe {
        let original = std::mem::transmute::<usize, IterNext>(NEXT.load(Ordering::Relaxed));
        let before = TOLD.get();
        let result = original(of);
        // Of a class of the program's own a line is read by its method.
        if TOLD.get() == before {
            told_of_stream(of, result);
        }
        result
    }
}

unsafe extern "C" fn input(of: Addr, arguments: *const Addr, count: isize) -> Addr {
    // SAFETY: as above.
    unsafe {
        let before = TOLD.get();
        let at_terminal = agent().is_some_and(|agent| is_at_terminal(agent));
        let result = call(&INPUT, of, arguments, count);
        // There the prompt is written and a line is read past the streams; it comes without its end.
        if at_terminal
            && TOLD.get() == before
            && let Some(agent) = agent()
        {
            if count > 0
                && let Some(prompt) = string(*arguments, &agent.python)
            {
                output::add(prompt.as_bytes());
            }
            tell(agent, result, "\n");
        }
        result
    }
}

unsafe fn call(original: &AtomicUsize, of: Addr, arguments: *const Addr, count: isize) -> Addr {
    // SAFETY: it was taken from where our function stands, which is called in its place.
    unsafe {
        let original = std::mem::transmute::<usize, FastCall>(original.load(Ordering::Relaxed));
        original(of, arguments, count)
    }
}

/// Whether `input` reads from a terminal, and writes there.
fn is_at_terminal(agent: &Agent) -> bool {
    // SAFETY: looks into `sys`, and asks the system.
    unsafe {
        let is_own = |name: &CStr, standard: &CStr| {
            let names = [name, standard];
            let [one, other] = names.map(|name| (agent.python.call.sys_get)(name.as_ptr()));
            one != 0 && one == other
        };
        is_own(c"stdin", c"__stdin__")
            && is_own(c"stdout", c"__stdout__")
            && isatty(0) == 1
            && isatty(1) == 1
    }
}

fn standard(agent: &Agent) -> Addr {
    // SAFETY: looks into `sys`.
    unsafe { (agent.python.call.sys_get)(c"__stdin__".as_ptr()) }
}

unsafe fn told_of_stream(of: Addr, result: Addr) {
    if let Some(agent) = agent()
        && of == standard(agent)
    {
        // SAFETY: the caller's.
        unsafe { tell(agent, result, "") };
    }
}

unsafe fn tell(agent: &mut Agent, result: Addr, end: &str) {
    if !agent.started || agent.over {
        return;
    }
    // SAFETY: it is what was given back, or 0.
    unsafe {
        let Some(text) = string(result, &agent.python) else {
            return;
        };
        let text = text + end;
        if text.is_empty() {
            return;
        }
        TOLD.set(TOLD.get() + 1);
        let held = held_back(c"stdout", 1, &agent.python).len();
        let behind = agent.steps.told[0].waiting(output::waiting(), held);
        agent.steps.read.push((behind as u64, text));
    }
}
