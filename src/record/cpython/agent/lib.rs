//! The agent: a library that is loaded into a Python process before anything of it runs, and tells
//! memviz what it does. It has no dependencies and is linked to no Python.
//!
//! It is built by memviz's build script and carried in memviz.

mod agent;
mod bytecode;
mod callers;
mod collector;
mod depths;
mod describe;
mod dicts;
mod exceptions;
mod frames;
mod generators;
mod holders;
#[path = "../../implicit_names.rs"]
mod implicit_names;
mod layouts;
mod library;
mod memory;
mod monitor;
mod numpy;
mod objects;
mod offsets;
mod output;
mod pandas;
mod program;
mod python;
mod qualified;
mod refs;
mod ring;
mod standard_input;
mod steps;
mod streams;
mod values;
mod variables;
mod watch;
mod wire;

use agent::{Agent, agent, install};
use python::{Addr, AuditHook, Python, find, word};
use ring::Ring;
use std::env;
use std::ffi::{CStr, c_char, c_int, c_void};
use wire::{ENV_PRELOAD, ENV_RING, ENV_SETTINGS, Settings, VERSION, Writer, tag};

/// Called by the system's loader, before the process's own code.
#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;

/// Called by the system's loader when the process ends in order.
#[used]
#[unsafe(link_section = ".fini_array")]
static END: extern "C" fn() = end;

extern "C" fn end() {
    if let Some(agent) = agent()
        && agent.started
        && !agent.over
    {
        agent.flush();
        let written = output::take();
        let told = agent.steps.told.iter_mut();
        for (stream, (told, written)) in told.zip(written).enumerate() {
            let bytes = told.fresh(&written, &[]);
            let mut message = Writer::default();
            message.byte(tag::WRITTEN);
            message.number(stream as u64 + 1);
            message.bytes(&bytes);
            agent.ring.send(&message.0);
        }
    }
}

extern "C" fn begin() {
    let Ok(descriptor) = env::var(ENV_RING) else {
        return;
    };
    // A shell that starts a Python is none: its child is asked again.
    if find(c"Py_GetVersion") == 0 {
        return;
    }
    let settings = env::var(ENV_SETTINGS).unwrap_or_default();
    // SAFETY: nothing else runs in this process yet.
    unsafe {
        for name in [ENV_RING, ENV_SETTINGS, "LD_PRELOAD"] {
            env::remove_var(name);
        }
        if let Ok(before) = env::var(ENV_PRELOAD) {
            env::remove_var(ENV_PRELOAD);
            env::set_var("LD_PRELOAD", before);
        }
    }
    let (ring, own) = descriptor.split_once(',').unwrap_or((&descriptor, ""));
    let Some(ring) = ring.parse().ok().and_then(Ring::open) else {
        return;
    };
    if let Ok(own) = own.parse() {
        ring::close_descriptor(own);
    }
    let Some(settings) = Settings::of_text(&settings) else {
        return Agent::fail(&ring, "the agent is of another version than memviz");
    };
    match interpreter() {
        Ok((python, version)) => {
            let mut hello = Writer::default();
            hello.byte(tag::HELLO);
            hello.number(VERSION);
            hello.bytes(version.as_bytes());
            ring.send(&hello.0);
            install(python, ring, settings);
            let add = find(c"PySys_AddAuditHook");
            // SAFETY: every version that is known has this function, which may be called before the
            // interpreter is set up.
            unsafe {
                let add = std::mem::transmute::<
                    Addr,
                    unsafe extern "C" fn(AuditHook, *mut c_void) -> c_int,
                >(add);
                add(audit, std::ptr::null_mut());
            }
        }
        Err(why) => Agent::fail(&ring, &why),
    }
}

/// The interpreter of this process, where it is one that is known.
fn interpreter() -> Result<(Python, String), String> {
    let get = find(c"Py_GetVersion");
    // SAFETY: the function gives a text that stays.
    let version = unsafe {
        let get = std::mem::transmute::<Addr, unsafe extern "C" fn() -> *const c_char>(get);
        CStr::from_ptr(get()).to_string_lossy().into_owned()
    };
    let minor = version.strip_prefix("3.").and_then(|rest| {
        rest.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    });
    let layout = minor.and_then(layouts::of).ok_or_else(|| {
        let short = version.split(' ').next().unwrap_or(&version);
        format!("CPython {short} is not known to memviz, which records 3.9 to 3.13")
    })?;
    if version.contains("free-threading") {
        return Err("a free-threaded CPython cannot be recorded yet".to_owned());
    }
    if find(c"_Py_NegativeRefcount") != 0 {
        return Err("a debug build of CPython cannot be recorded".to_owned());
    }
    let debugs = env::var("PYTHONMALLOC").is_ok_and(|name| name.contains("debug"));
    if debugs || env::var_os("PYTHONDEVMODE").is_some() || has_dev_option() {
        return Err(
            "CPython's debugging allocator (PYTHONMALLOC=debug, -X dev) cannot be recorded"
                .to_owned(),
        );
    }
    let python = Python::find(layout).map_err(|name| format!("this CPython has no {name}"))?;
    Ok((python, version))
}

/// Whether the command line asks for the development mode.
fn has_dev_option() -> bool {
    let line = std::fs::read("/proc/self/cmdline").unwrap_or_default();
    let mut words = line.split(|byte| *byte == 0);
    while let Some(word) = words.next() {
        if word == b"-Xdev" || (word == b"-X" && words.next() == Some(b"dev")) {
            return true;
        }
    }
    false
}

/// Told by the interpreter of what it is about to do.
unsafe extern "C" fn audit(event: *const c_char, arguments: Addr, _: *mut c_void) -> c_int {
    let Some(agent) = agent() else { return 0 };
    if agent.over || agent.inside {
        return 0;
    }
    // SAFETY: the interpreter gives a name and a tuple.
    unsafe {
        let name = CStr::from_ptr(event);
        if name.to_bytes() == b"import" && agent.started && word(arguments + 16) > 0 {
            let python = agent.python;
            let module = values::string(word(arguments + 24), &python).unwrap_or_default();
            agent.collector.about_to_import(&module);
        }
        let is_programs = !monitor::IS_OURS.load(std::sync::atomic::Ordering::Relaxed);
        if name.to_bytes() == b"sys.settrace"
            && agent.started
            && is_programs
            && agent.python.layout.minor < 12
        {
            agent.trace_function_is_replaced();
            return 0;
        }
        if name.to_bytes() == b"sys.excepthook" && word(arguments + 16) > 2 {
            let value = word(arguments + 40);
            if offsets::flags::EXCEPTION & python::flags_of(python::type_of(value)) != 0 {
                steps::uncaught(value);
            }
        }
        if name.to_bytes() == b"exec" && word(arguments + 16) > 0 {
            let code = word(arguments + 24);
            if word(code + 8) == agent.python.types.code {
                steps::about_to_run(code);
            }
        }
    }
    0
}
