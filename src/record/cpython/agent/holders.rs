//! What the interpreter itself holds at a step.

use crate::agent::Agent;
use crate::describe::text_in;
use crate::dicts::Entries;
use crate::frames::{Running, function_name, name};
use crate::offsets::{MODULE_NAME, NAMESPACE, RECEIVER, handled, owner};
use crate::python::{Addr, byte, type_of, word};
use crate::steps::{Event, meet};
use std::rc::Rc;

/// As what the interpreter holds an object; the numbers stand in messages.
mod holder {
    pub const RETURN_VALUE: u8 = 0;
    pub const RAISED: u8 = 1;
    pub const HANDLED: u8 = 2;
    pub const UNCAUGHT: u8 = 3;
    pub const OTHER: u8 = 4;
}

/// As what an object of the library's holds one.
pub const LIBRARY: u8 = holder::OTHER;

/// How many references running code has to its namespace at most: as globals and as locals, of the
/// function that stands for it, of the frame, and of the call.
const NAMESPACE_HOLDERS: usize = 4;

pub struct Held {
    pub kind: u8,
    pub by: String,
    pub to: Addr,
    /// It is sure to be held; else it is where its count says so.
    pub certain: bool,
}

/// What the interpreter itself holds.
///
/// # Safety
/// The interpreter's lock must be held.
pub unsafe fn holders(
    agent: &mut Agent,
    event: Event,
    passed: Addr,
    thread: Addr,
    everywhere: &[&Rc<Running>],
) -> Vec<Held> {
    let python = agent.python;
    let mut held = Vec::new();
    let mut put = |kind, by: String, to| {
        held.push(Held {
            kind,
            by,
            to,
            certain: true,
        });
    };
    // SAFETY: as above.
    unsafe {
        if passed != 0 {
            match event {
                // What is returned may still stand on the value stack, which tells it then.
                Event::Return | Event::Yield => {
                    let stack = everywhere.iter().flat_map(|one| &one.names);
                    let is_there = stack
                        .filter(|name| name.kind == name::STACK)
                        .any(|name| name.to == passed);
                    // Before 3.11 it never does; that of a caller may have it as well.
                    if !is_there || python.layout.has_frame_objects() {
                        put(holder::RETURN_VALUE, "return value".to_owned(), passed);
                    }
                }
                Event::Exit => put(holder::UNCAUGHT, "uncaught exception".to_owned(), passed),
                // Before 3.12 it may have been replaced since it was told.
                Event::Unwind if python.layout.minor < 12 => {}
                _ => put(holder::RAISED, "exception being raised".to_owned(), passed),
            }
            meet(agent, passed);
        }
        let traceback = agent.steps.traceback;
        if python.layout.minor < 12 && passed != 0 && traceback != 0 && event == Event::Exception {
            put(
                holder::OTHER,
                "traceback of the exception being raised".to_owned(),
                traceback,
            );
            meet(agent, traceback);
        }
        if event == Event::Exception && agent.steps.raised_type != 0 {
            put(
                holder::OTHER,
                "class of the exception being raised".to_owned(),
                agent.steps.raised_type,
            );
        }
        let mut item = word(thread + python.layout.handled);
        while item != 0 {
            let (handled, previous) = match python.layout.minor {
                ..11 => (word(item + handled::VALUE), word(item + handled::PREVIOUS)),
                _ => (word(item), word(item + 8)),
            };
            if handled != 0 && handled != python.types.none {
                put(holder::HANDLED, "current exception".to_owned(), handled);
                meet(agent, handled);
                if python.layout.minor < 11 {
                    for (at, what) in [(item, "type"), (item + handled::TRACEBACK, "traceback")] {
                        let by = format!("{what} of the current exception");
                        put(holder::OTHER, by, word(at));
                    }
                }
            }
            item = previous;
        }
        for (offset, by) in [
            (python.layout.profile, "profile function of the thread"),
            (python.layout.trace, "trace function of the thread"),
        ] {
            let to = word(thread + offset);
            if to != 0 {
                put(holder::OTHER, by.to_owned(), to);
            }
        }
        let leaves = matches!(event, Event::Unwind | Event::Exit);
        if python.layout.minor < 12 && leaves && passed != 0 {
            let (traceback, class) = (agent.steps.traceback, type_of(passed));
            let what = "the exception being raised";
            let mut kinds = vec![
                (holder::OTHER, format!("traceback of {what}"), traceback),
                (holder::OTHER, format!("class of {what}"), class),
            ];
            if event == Event::Unwind {
                kinds.push((holder::RAISED, "exception being raised".to_owned(), passed));
            }
            held.extend(kinds.into_iter().map(|(kind, by, to)| Held {
                kind,
                by,
                to,
                certain: false,
            }));
        }
        for to in agent.objects.held_by_dying() {
            held.push(Held {
                kind: holder::OTHER,
                by: "object that is being taken apart".to_owned(),
                to,
                certain: false,
            });
        }
        of_modules(agent, &mut held);
        for frame in everywhere {
            of_frame(agent, frame, &mut held);
        }
        if python.layout.has_frame_objects() {
            of_callees(agent, everywhere, &mut held);
        }
    }
    held
}

/// A call holds the frame object of the one that has made it. Where it is an object of the recording
/// itself, that tells it.
unsafe fn of_callees(agent: &Agent, everywhere: &[&Rc<Running>], held: &mut Vec<Held>) {
    for callee in everywhere {
        // SAFETY: it is a frame of the interpreter's.
        let to = unsafe { word(callee.at + agent.python.layout.frame.previous) };
        if to != 0 && agent.objects.known(to).is_some() {
            // SAFETY: the frame's code lives as long as the frame.
            let function = unsafe { function_name(callee.code, &agent.python) };
            held.push(Held {
                kind: holder::OTHER,
                by: format!("call of {function}"),
                to,
                certain: false,
            });
        }
    }
}

/// A library's module holds its native functions, and its name, which these have as well.
unsafe fn of_modules(agent: &Agent, held: &mut Vec<Held>) {
    let python = &agent.python;
    let mut named = Vec::new();
    for to in &agent.objects.native {
        // SAFETY: what is known lives; a native function has its module or receiver, or nothing.
        unsafe {
            let module = word(*to + RECEIVER);
            if module == 0 || type_of(module) != python.types.module {
                continue;
            }
            let namespace = word(module + NAMESPACE);
            if !Entries::of(namespace, python).any(|(_, value)| value == *to) {
                continue;
            }
            let name = text_in(namespace, "__name__", python).unwrap_or_default();
            if !named.contains(&module) {
                named.push(module);
                held.push(Held {
                    kind: holder::OTHER,
                    by: format!("module {name}"),
                    to: word(module + MODULE_NAME),
                    certain: false,
                });
            }
            held.push(Held {
                kind: holder::OTHER,
                by: format!("namespace of module {name}"),
                to: *to,
                certain: false,
            });
        }
    }
}

/// What a call of the library's holds, and what stands where a value stack may be. Texts are made for
/// what is known alone.
unsafe fn of_frame(agent: &Agent, frame: &Running, held: &mut Vec<Held>) {
    let known = |to: Addr| to != 0 && agent.objects.known(to).is_some();
    // SAFETY: the frame's code lives as long as the frame.
    let function = || unsafe { function_name(frame.code, &agent.python) };
    let mut put = |by: String, to, certain| {
        held.push(Held {
            kind: holder::OTHER,
            by,
            to,
            certain,
        });
    };
    let whose = if frame.own.is_some() {
        ""
    } else {
        " (library)"
    };
    if frame.own.is_none() {
        // The names of code that runs in a dict of the program's are that dict's.
        let is_programs = known(frame.namespace);
        for name in frame.names.iter().filter(|name| known(name.to)) {
            if !(is_programs && name.in_namespace) {
                put(
                    format!("{} of {} (library)", name.name, function()),
                    name.to,
                    true,
                );
            }
        }
        // What the frame of a generator holds before 3.12 is told of the generator, where that is known. Where
        // frames do not know their functions, the callers hold these.
        let layout = &agent.python.layout;
        // SAFETY: a frame has the byte that says who owns it.
        let is_generators = layout.minor < 12
            && unsafe { byte(frame.at + layout.frame.owner) } == owner::GENERATOR
            && known(frame.at - layout.generator_frame);
        let holds = layout.frame.function.is_some() && !is_generators;
        if known(frame.function) && holds {
            put(
                format!("call of {} (library)", function()),
                frame.function,
                true,
            );
        }
    }
    if known(frame.locals) {
        put(
            format!("locals of {}{whose}", function()),
            frame.locals,
            false,
        );
    }
    if known(frame.namespace) {
        for _ in 0..NAMESPACE_HOLDERS {
            let by = format!("namespace of {}{whose}", function());
            put(by, frame.namespace, false);
        }
    }
    for to in frame.perhaps.iter().filter(|to| known(**to)) {
        put(
            format!("call under way in {}{whose}", function()),
            *to,
            false,
        );
    }
}
