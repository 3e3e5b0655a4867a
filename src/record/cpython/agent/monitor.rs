//! How the interpreter is asked to tell: `sys.monitoring` from 3.12 on, a trace function before.

use crate::agent::Agent;
use crate::callers;
use crate::frames;
use crate::generators::State;
use crate::offsets::object;
use crate::python::{Addr, FAST_CALL, MethodDef, Python, TraceFunction, byte, find, half, word};
use crate::steps::{Event, event};
use crate::wire::INSTRUCTIONS;
use std::ffi::{CStr, c_int};
use std::sync::atomic::{AtomicBool, Ordering};

/// A trace function is being set that is not the program's: the interpreter tells of both alike.
pub static IS_OURS: AtomicBool = AtomicBool::new(false);

/// Sets a thread's trace function.
type SetTrace = unsafe extern "C" fn(Addr, Option<TraceFunction>, Addr) -> c_int;

/// A tool's number that no tool of the standard library's has.
const TOOL: i64 = 4;
const START: i64 = 1;
const RESUME: i64 = 1 << 1;
const RETURN: i64 = 1 << 2;
const YIELD: i64 = 1 << 3;
const LINE: i64 = 1 << 5;
const INSTRUCTION: i64 = 1 << 6;
const RAISE: i64 = 1 << 10;
const UNWIND: i64 = 1 << 12;
const THROW: i64 = 1 << 13;

macro_rules! callbacks {
    ($($function:ident: $name:literal, $bit:expr, $event:expr, $number:expr, $passed:expr;)*) => {
        $(unsafe extern "C" fn $function(_: Addr, arguments: *const Addr, count: isize) -> Addr {
            // SAFETY: the interpreter calls with as many arguments as it says.
            unsafe {
                let argument = |at: isize| if at < count { *arguments.offset(at) } else { 0 };
                let number: fn(Addr) -> Option<u32> = $number;
                let passed: isize = $passed;
                event($event, number(argument(1)), if passed > 0 { argument(passed) } else { 0 });
                none()
            }
        })*

        static mut METHODS: [(i64, MethodDef); 9] = [
            $(($bit, MethodDef {
                name: $name.as_ptr(),
                function: $function,
                flags: FAST_CALL,
                doc: std::ptr::null(),
            }),)*
        ];
    };
}

callbacks! {
    start: c"start", START, Event::Call, |_| None, 0;
    resume: c"resume", RESUME, Event::Resume, |_| None, 0;
    throw: c"throw", THROW, Event::Throw, |_| None, 2;
    line: c"line", LINE, Event::Line, number, 0;
    instruction: c"instruction", INSTRUCTION, Event::Instruction, number, 0;
    returns: c"return", RETURN, Event::Return, |_| None, 2;
    yields: c"yield", YIELD, Event::Yield, |_| None, 2;
    unwind: c"unwind", UNWIND, Event::Unwind, |_| None, 2;
    raise: c"raise", RAISE, Event::Exception, |_| None, 2;
}

/// The value of a small int.
fn number(of: Addr) -> Option<u32> {
    // SAFETY: the interpreter gives an int whose one digit stands behind its length.
    Some(unsafe { half(of + object::ITEMS) })
}

/// A reference to `None`.
pub fn none() -> Addr {
    // Nobody calls this in whom the agent is not.
    let Some(agent) = crate::agent::installed() else {
        return 0;
    };
    // SAFETY: it is there.
    unsafe { counted(agent.python.types.none, agent.python.layout.minor) }
}

unsafe fn counted(of: Addr, minor: u32) -> Addr {
    if minor < 12 {
        // SAFETY: it never dies; its count is what is told.
        unsafe { *(of as *mut usize) += 1 };
    }
    of
}

/// Calls a function of `sys.monitoring` with numbers, and objects behind them, a reference to each of which
/// it takes.
unsafe fn ask(name: &CStr, numbers: &[i64], more: &[Addr], python: &Python) {
    let call = &python.call;
    // SAFETY: all are living objects; the tuple takes one reference of each.
    unsafe {
        let monitoring = (call.sys_get)(c"monitoring".as_ptr());
        let function = (call.get_attr)(monitoring, name.as_ptr());
        // Not in a tuple, which the program's next one would be made of.
        let mut arguments: Vec<Addr> = numbers.iter().map(|one| (call.long)(*one)).collect();
        arguments.extend(more);
        let done = (call.vector_call)(function, arguments.as_ptr(), arguments.len(), 0);
        if done == 0 {
            (call.clear_error)();
        } else {
            (call.decref)(done);
        }
        arguments.iter().for_each(|one| (call.decref)(*one));
        (call.decref)(function);
    }
}

/// Begins to listen.
///
/// # Safety
/// The interpreter must run and its lock be held.
pub unsafe fn begin(python: &Python) {
    // SAFETY: the caller's.
    unsafe {
        if python.layout.minor < 12 {
            (python.call.set_trace)(Some(traced), 0);
            return;
        }
        take_tool(python);
        #[allow(static_mut_refs, reason = "the interpreter keeps pointers to these")]
        for (event, method) in METHODS.iter() {
            let function = (python.call.new_function)(method, 0, 0);
            (python.call.gc_untrack)(function);
            ask(c"register_callback", &[TOOL, *event], &[function], python);
        }
        ask(c"set_events", &[TOOL, RAISE | UNWIND | THROW], &[], python);
        give_tool_back(python);
    }
}

/// Takes the tool's number, without which nothing can be asked.
unsafe fn take_tool(python: &Python) {
    // SAFETY: the lock is held.
    unsafe {
        let name = (python.call.str)(c"memviz".as_ptr());
        ask(c"use_tool_id", &[TOOL], &[name], python);
    }
}

/// Events go on without it, and who looks for tools finds none.
unsafe fn give_tool_back(python: &Python) {
    // SAFETY: the lock is held.
    unsafe { ask(c"free_tool_id", &[TOOL], &[], python) };
}

/// Listens to code objects.
///
/// # Safety
/// As for [`begin`].
pub unsafe fn listen_to(codes: &[Addr], python: &Python, granularity: u64) {
    if python.layout.minor < 12 {
        return;
    }
    let more = match granularity {
        0 => 0,
        INSTRUCTIONS => LINE | INSTRUCTION,
        _ => LINE,
    };
    let events = START | RESUME | RETURN | YIELD | more;
    // SAFETY: the caller's.
    unsafe {
        take_tool(python);
        for code in codes {
            *(*code as *mut u32) += 1;
            let number = (python.call.long)(events);
            ask(c"set_local_events", &[TOOL], &[*code, number], python);
        }
        give_tool_back(python);
    }
}

/// Before 3.12 each thread has a trace function of its own. A new one gets ours, unless it has another.
unsafe fn listen_to_threads(agent: &mut Agent) {
    let python = agent.python;
    // SAFETY: the caller holds the lock; threads are linked, the newest first.
    unsafe {
        let newest = (python.call.thread_head)((python.call.interpreter)());
        let set = find(c"_PyEval_SetTrace");
        if std::mem::replace(&mut agent.steps.newest_thread, newest) == newest || set == 0 {
            return;
        }
        let set = std::mem::transmute::<Addr, SetTrace>(set);
        let mut thread = newest;
        while thread != 0 {
            // The function stands before the object that is handed to the one for profiling.
            if word(thread + python.layout.profile - 8) == 0 {
                IS_OURS.store(true, Ordering::Relaxed);
                set(thread, Some(traced), 0);
                IS_OURS.store(false, Ordering::Relaxed);
            }
            thread = (python.call.thread_next)(thread);
        }
    }
}

/// Takes our trace function from all threads.
unsafe fn leave_threads(python: &Python) {
    // SAFETY: as above.
    unsafe {
        let set = find(c"_PyEval_SetTrace");
        let mut thread = (python.call.thread_head)((python.call.interpreter)());
        while thread != 0 && set != 0 {
            if word(thread + python.layout.profile - 8) == traced as *const () as usize {
                std::mem::transmute::<Addr, SetTrace>(set)(thread, None, 0);
            }
            thread = (python.call.thread_next)(thread);
        }
    }
}

/// Stops listening.
///
/// # Safety
/// As for [`begin`].
pub unsafe fn end(python: &Python) {
    // SAFETY: the caller's.
    unsafe {
        if python.layout.minor < 12 {
            IS_OURS.store(true, Ordering::Relaxed);
            (python.call.set_trace)(None, 0);
            leave_threads(python);
            IS_OURS.store(false, Ordering::Relaxed);
        } else {
            take_tool(python);
            ask(c"set_events", &[TOOL, 0], &[], python);
            give_tool_back(python);
        }
    }
}

/// Whether a call begins, and does not go on.
unsafe fn is_beginning(frame: Addr, python: &Python) -> bool {
    // SAFETY: the frame runs, and its instruction stands in its code.
    unsafe {
        match python.layout.has_frame_objects() {
            true => frames::offset(frame, python) < 0,
            false => byte(word(frame + python.layout.frame.instruction) + 1) & 3 == 0,
        }
    }
}

/// Whether a call gives a value and waits, as against one that is through.
unsafe fn is_yielding(frame: Addr, python: &Python) -> bool {
    const YIELD_VALUE: u8 = 86;
    // SAFETY: as above.
    unsafe {
        match python.layout.has_frame_objects() {
            // Before 3.10 a call still runs then that waits next; one that is through has no stack.
            true if python.layout.minor < 10 => word(frame + python.layout.frame.stack_top) != 0,
            true => frames::state_of(frame, python) == State::Suspended,
            false => byte(word(frame + python.layout.frame.instruction)) == YIELD_VALUE,
        }
    }
}

/// Called before 3.12 for each event of each frame.
unsafe extern "C" fn traced(_: Addr, frame: Addr, what: c_int, argument: Addr) -> c_int {
    const CALL: c_int = 0;
    const EXCEPTION: c_int = 1;
    const LINE_: c_int = 2;
    const RETURN_: c_int = 3;
    const INSTRUCTION_: c_int = 7;
    // SAFETY: the interpreter gives a frame object, whose frame is the running one.
    unsafe {
        let Some(agent) = crate::agent::agent() else {
            return 0;
        };
        let python = agent.python;
        if agent.inside || agent.over {
            return 0;
        }
        if agent.steps.newest_thread == 0
            && python.layout.has_frame_objects()
            && !frames::are_known(frame, &python)
        {
            Agent::fail(
                &agent.ring,
                "this CPython keeps its frames otherwise than its version does",
            );
            agent.over = true;
            return 0;
        }
        listen_to_threads(agent);
        let inner = frames::of_object(frame, &python);
        let running = word(inner + python.layout.frame.code);
        if agent.program.own_file(running, &python).is_none() {
            return 0;
        }
        if agent.program.settings.granularity == INSTRUCTIONS {
            // Asks for an event of each instruction of this call.
            *((frame + python.layout.frame.traces_instructions) as *mut u8) = 1;
        }
        match what {
            CALL if is_beginning(inner, &python) => event(Event::Call, None, 0),
            CALL => event(Event::Resume, None, 0),
            LINE_ => {
                callers::compare(inner, &mut agent.program, &python);
                event(Event::Line, None, 0);
            }
            INSTRUCTION_ => {
                let offset = u32::try_from(frames::offset(inner, &python)).ok();
                event(Event::Instruction, offset, 0);
            }
            EXCEPTION => {
                // Type, exception and traceback come in a tuple, which holds them as well.
                let part = |at: usize| word(argument + object::ITEMS + 8 * at);
                agent.objects.borrowed = vec![(part(0), 1), (part(1), 1), (part(2), 1)];
                agent.steps.raised_type = part(0);
                agent.steps.raised = part(1);
                agent.steps.traceback = match part(2) {
                    at if at == python.types.none => 0,
                    at => at,
                };
                event(Event::Exception, None, part(1));
                agent.objects.borrowed.clear();
                agent.steps.raised_type = 0;
            }
            RETURN_ if argument == 0 => {
                // The interpreter keeps it out of sight meanwhile.
                let raised = agent.steps.raised;
                let raised = agent.objects.known(raised).map_or(0, |_| raised);
                event(Event::Unwind, None, raised);
            }
            RETURN_ if is_yielding(inner, &python) => event(Event::Yield, None, argument),
            RETURN_ => event(Event::Return, None, argument),
            _ => {}
        }
        0
    }
}
