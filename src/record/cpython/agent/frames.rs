//! The call stack, read where it stands: no frame objects are made.

use crate::callers::{self, Made};
use crate::dicts::{Entries, mix};
use crate::generators::State;
use crate::implicit_names::is_implicit;
use crate::offsets::{Current, FRAME_OF_OBJECT, kind, owner};
use crate::program::Program;
use crate::python::{Addr, Python, byte, half, type_of, word};
use crate::values::string;
use crate::variables;
use std::rc::Rc;

/// Kinds of names; the numbers stand in messages.
pub mod name {
    pub const GLOBAL: u8 = 0;
    pub const LOCAL: u8 = 1;
    pub const CELL: u8 = 2;
    pub const FREE: u8 = 3;
    pub const STACK: u8 = 4;
}

/// A name of a running call.
pub struct Name {
    pub name: Rc<str>,
    pub kind: u8,
    pub to: Addr,
    /// It is an entry of the frame's namespace.
    pub in_namespace: bool,
}

/// A call that runs or waits.
pub struct Running {
    /// A number made of all that is read of it.
    signature: u64,
    pub at: Addr,
    pub code: Addr,
    pub own: Option<u64>,
    /// The line of its instruction; what the compiler adds of its own has none.
    pub line: Option<u32>,
    pub first_line: u32,
    pub function: Addr,
    /// The frame as an object, where there is one.
    pub object: Addr,
    /// How many references the interpreter has to that: as the call, and from a call that it has made.
    pub object_count: u64,
    /// It is called from C.
    pub from_c: bool,
    pub names: Vec<Name>,
    pub arguments: u64,
    /// The dict of its names, where they have no places; else 0.
    pub namespace: Addr,
    /// The dict that its `locals()` has given, where they have places; else 0.
    pub locals: Addr,
    /// What stands where its value stack may be: how high that is, the interpreter does not say while it
    /// calls C. Some of it may be left over, and lead nowhere.
    pub perhaps: Vec<Addr>,
}

impl Running {
    /// The names that are told of it. `is_repeated`: those of its namespace are told of another call.
    pub fn told_names(&self, is_repeated: bool) -> impl Iterator<Item = &Name> {
        let names = self.names.iter();
        names.filter(move |name| !(is_repeated && name.in_namespace))
    }

    /// Whether a name of this call is an entry of its namespace.
    pub fn has_entry(&self, name: &str) -> bool {
        let mut names = self.names.iter();
        names.any(|one| one.in_namespace && *one.name == *name)
    }
}

/// `CO_OPTIMIZED`: its variables have places.
pub const OPTIMIZED: u32 = 1;

/// The innermost frame of a thread; 0 where none runs.
///
/// # Safety
/// There must be such a thread, and the interpreter's lock be held.
pub unsafe fn innermost(thread: Addr, python: &Python) -> Addr {
    // SAFETY: where it stands follows from the version.
    unsafe {
        match python.layout.current {
            Current::At(offset) => word(thread + offset),
            Current::Behind(offset, inner) => match word(thread + offset) {
                0 => 0,
                at => word(at + inner),
            },
        }
    }
}

/// The calls of a thread, the innermost last. Those that are as they were `before` are not read again.
///
/// # Safety
/// As for [`innermost`].
pub unsafe fn calls(
    thread: Addr,
    before: &[Rc<Running>],
    program: &mut Program,
    python: &Python,
) -> Vec<Rc<Running>> {
    let mut found = Vec::new();
    // SAFETY: frames are linked until there is none.
    unsafe {
        let layout = python.layout.frame;
        let mut at = innermost(thread, python);
        while at != 0 {
            let previous = word(at + layout.previous);
            let is_shim = python.layout.minor >= 12 && byte(at + layout.owner) == owner::C_STACK;
            if !is_shim {
                found.push((at, previous));
            }
            at = previous;
        }
        found.reverse();
        let mut calls: Vec<Rc<Running>> = Vec::with_capacity(found.len());
        let mut made_by = None;
        for (place, (at, previous)) in found.iter().copied().enumerate() {
            let callee = found.get(place + 1).map(|(callee, _)| *callee);
            let makes = callee.filter(|_| python.layout.has_frame_objects());
            let makes = makes.and_then(|callee| callers::made(at, callee, program, python));
            let around = Around {
                previous,
                callee,
                made_by,
                makes,
            };
            let signature = signature(at, &around, program, python);
            calls.push(match before.get(place) {
                Some(old) if old.at == at && old.signature == signature => Rc::clone(old),
                _ => Rc::new(read(at, &around, signature, program, python)),
            });
            made_by = makes;
        }
        calls
    }
}

/// The calls around one.
struct Around {
    previous: Addr,
    callee: Option<Addr>,
    /// How it was called, and how it has called, before 3.11: where no native code stands between them.
    made_by: Option<Made>,
    makes: Option<Made>,
}

/// The frame that a frame object stands for.
///
/// # Safety
/// There must be a living frame object.
pub unsafe fn of_object(at: Addr, python: &Python) -> Addr {
    match python.layout.has_frame_objects() {
        true => at,
        // SAFETY: the caller's.
        false => unsafe { word(at + FRAME_OF_OBJECT) },
    }
}

/// The frame objects of a thread's calls, where every call has one.
///
/// # Safety
/// As for [`innermost`].
pub unsafe fn objects(thread: Addr, python: &Python) -> Vec<Addr> {
    let mut all = Vec::new();
    if python.layout.has_frame_objects() {
        // SAFETY: frames are linked until there is none.
        unsafe {
            let mut at = innermost(thread, python);
            while at != 0 {
                all.push(at);
                at = word(at + python.layout.frame.previous);
            }
        }
    }
    all
}

/// Whether frame objects are as the layout says: the one of the call that runs is the innermost of its
/// thread and leads to its code, which says where it is.
///
/// # Safety
/// There must be such a frame object, and the interpreter's lock be held.
pub unsafe fn are_known(running: Addr, python: &Python) -> bool {
    // SAFETY: fields of the thread and the frame are compared before what they lead to is read.
    unsafe {
        let code = word(running + python.layout.frame.code);
        innermost((python.thread_state)(), python) == running
            && type_of(running) == python.types.frame
            && code != 0
            && type_of(code) == python.types.code
            && string(word(code + python.layout.code.file_name), python).is_some()
    }
}

/// How far a frame is that is an object.
///
/// # Safety
/// There must be a living frame, and the version be one in which frames are objects.
pub unsafe fn state_of(at: Addr, python: &Python) -> State {
    let layout = &python.layout.frame;
    // SAFETY: the frame says it.
    unsafe {
        let state = byte(at + layout.owner) as i8;
        if python.layout.minor < 10 {
            // That it runs, or nothing: then what else it says tells it.
            return match (state, offset(at, python), word(at + layout.stack_top)) {
                (1.., ..) => State::Running,
                (_, ..0, _) => State::NotStarted,
                (_, _, 0) => State::Finished,
                _ => State::Suspended,
            };
        }
        match state {
            -2 => State::NotStarted,
            -1 => State::Suspended,
            0 => State::Running,
            _ => State::Finished,
        }
    }
}

/// How many entries the value stack of a frame has, as the frame says it; negative where it does not.
///
/// # Safety
/// There must be a living frame.
pub unsafe fn stated_depth(at: Addr, variables: usize, python: &Python) -> i32 {
    // SAFETY: the caller's.
    let top = unsafe { word(at + python.layout.frame.stack_top) };
    if python.layout.minor < 10 {
        // A pointer behind the last entry; 0 while the call runs.
        let bottom = at + python.layout.frame.locals_plus + 8 * variables;
        return match top {
            0 => -1,
            _ => ((top - bottom) / 8) as i32,
        };
    }
    let stated = top as u32 as i32;
    match stated {
        ..0 => stated,
        _ if python.layout.has_frame_objects() => stated,
        _ => (stated - variables as i32).max(0),
    }
}

/// How many variables and entries of the value stack a frame has; negative where the interpreter does not
/// say it.
unsafe fn stack_top(
    at: Addr,
    makes: Option<Made>,
    variables: usize,
    program: &Program,
    python: &Python,
) -> i32 {
    let known = program.bytecode.running.filter(|(frame, _)| *frame == at);
    let known = known.map(|(_, depth)| depth);
    // SAFETY: it is a frame of the interpreter's.
    let stated = || unsafe { stated_depth(at, variables, python) };
    match known.unwrap_or_else(stated) {
        depth @ 0.. => variables as i32 + depth,
        _ => makes.map_or(-1, |made| variables as i32 + made.held),
    }
}

/// A number made of all that is read of a frame.
unsafe fn signature(at: Addr, around: &Around, program: &Program, python: &Python) -> u64 {
    // SAFETY: it is a frame of the interpreter's.
    unsafe {
        let layout = python.layout.frame;
        let code = word(at + layout.code);
        let variables = variables::slots(code, python);
        let top = stack_top(at, around.makes, variables, program, python);
        let slots = match top {
            ..0 => variables + half(code + python.layout.code.stack_size) as usize,
            _ => variables.max(top as usize),
        };
        let mut sum = mix(mix(code as u64, top as usize), word(at + layout.previous));
        for offset in [Some(layout.instruction), layout.function, layout.object]
            .into_iter()
            .flatten()
        {
            sum = mix(sum, word(at + offset));
        }
        sum = mix(sum, word(at + layout.locals));
        let called = around.made_by.map_or(0, |made| made.function);
        sum = mix(mix(sum, called), usize::from(around.callee.is_some()));
        for i in 0..slots {
            sum = mix(sum, word(at + layout.locals_plus + 8 * i));
        }
        if half(code + python.layout.code.flags) & OPTIMIZED == 0 {
            for (key, to) in Entries::of(word(at + layout.locals), python) {
                sum = mix(mix(sum, key), to);
            }
        }
        sum
    }
}

/// The line at which a frame runs or waits; before its first instruction, where its code begins.
///
/// # Safety
/// There must be a living frame.
unsafe fn line(at: Addr, python: &Python) -> Option<u32> {
    // SAFETY: the instruction stands in the code.
    unsafe {
        let code = word(at + python.layout.frame.code);
        let line = match offset(at, python) {
            offset @ 0.. => (python.call.line_at)(code, offset),
            _ => half(code + python.layout.code.first_line) as i32,
        };
        u32::try_from(line).ok().filter(|line| *line > 0)
    }
}

/// Where the instruction stands at which a frame is, in bytes; negative before the first.
///
/// # Safety
/// As for [`line`].
pub unsafe fn offset(at: Addr, python: &Python) -> i32 {
    // SAFETY: as above.
    unsafe {
        let code = word(at + python.layout.frame.code);
        let instruction = at + python.layout.frame.instruction;
        match python.layout.minor {
            ..10 => half(instruction) as i32,
            10 => half(instruction) as i32 * 2,
            _ => word(instruction).wrapping_sub(code + python.layout.code.start) as i32,
        }
    }
}

unsafe fn read(
    at: Addr,
    around: &Around,
    signature: u64,
    program: &mut Program,
    python: &Python,
) -> Running {
    // SAFETY: it is a frame of the interpreter's.
    unsafe {
        let layout = python.layout.frame;
        let code = word(at + layout.code);
        let own = program.own_file(code, python);
        let flags = half(code + python.layout.code.flags);
        let variables = program.variables(code, python);
        let mut names = Vec::new();
        for one in &variables.all {
            let to = word(at + layout.locals_plus + 8 * one.slot);
            if to == 0 {
                continue;
            }
            names.push(Name {
                name: Rc::clone(&one.name),
                kind: match one.kind {
                    kinds if kinds & kind::FREE != 0 => name::FREE,
                    kinds if kinds & kind::CELL != 0 => name::CELL,
                    _ => name::LOCAL,
                },
                to,
                in_namespace: false,
            });
        }
        let arguments = half(code + python.layout.code.arg_count)
            + half(code + python.layout.code.keyword_only);
        let filled = (variables.all.iter().take(arguments as usize))
            .filter(|one| word(at + layout.locals_plus + 8 * one.slot) != 0)
            .count();
        let mut namespace = 0;
        if flags & OPTIMIZED == 0 {
            namespace = word(at + layout.locals);
            let is_global = namespace == word(at + layout.globals);
            for (key, to) in Entries::of(namespace, python) {
                let Some(name) = string(key, python) else {
                    continue;
                };
                if own.is_some() && !program.settings.implicit_names && is_implicit(&name) {
                    continue;
                }
                let kind = if is_global { name::GLOBAL } else { name::LOCAL };
                names.push(Name {
                    name: name.into(),
                    kind,
                    to,
                    in_namespace: true,
                });
            }
        }
        let slots = variables.slots;
        let top = stack_top(at, around.makes, slots, program, python);
        for i in slots..top.max(0) as usize {
            let to = word(at + layout.locals_plus + 8 * i);
            if to != 0 {
                names.push(Name {
                    name: format!("stack {}", i - slots).into(),
                    kind: name::STACK,
                    to,
                    in_namespace: false,
                });
            }
        }
        let mut perhaps = Vec::new();
        // Also what stands above those entries that are sure to be there.
        if top < 0 || (around.makes.is_some() && stated_depth(at, slots, python) < 0) {
            let room = half(code + python.layout.code.stack_size) as usize;
            let open = slots.max(top.max(0) as usize)..slots + room;
            perhaps.extend(open.map(|i| word(at + layout.locals_plus + 8 * i)));
            perhaps.retain(|at| *at != 0);
        }
        let previous = around.previous;
        let from_c = match python.layout.minor {
            ..11 => around.made_by.is_none_or(|made| made.through_c),
            11 => byte(at + 68) != 0,
            _ => previous == 0 || byte(previous + layout.owner) == owner::C_STACK,
        };
        Running {
            signature,
            at,
            code,
            own,
            line: line(at, python),
            first_line: half(code + python.layout.code.first_line),
            function: match layout.function {
                Some(offset) => word(at + offset),
                None => around.made_by.map_or(0, |made| made.function),
            },
            object: layout.object.map_or(at, |offset| word(at + offset)),
            object_count: match layout.object {
                Some(_) => 1,
                None => 1 + u64::from(around.callee.is_some()),
            },
            from_c,
            names,
            arguments: filled as u64,
            namespace,
            locals: match namespace {
                0 => word(at + layout.locals),
                _ => 0,
            },
            perhaps,
        }
    }
}

/// A function's name, for texts.
///
/// # Safety
/// There must be a living code object.
pub unsafe fn function_name(of: Addr, python: &Python) -> String {
    // SAFETY: it is a code object.
    unsafe { string(word(of + python.layout.code.name), python) }.unwrap_or_default()
}
