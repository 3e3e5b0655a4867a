//! The exception that has ended the program.

use crate::agent::Agent;
use crate::frames::{self, function_name};
use crate::offsets::{exception, flags, object, traceback};
use crate::python::{Addr, flags_of, half, type_name, type_of, word};
use crate::values::{atom, key, string};
use crate::wire::Writer;

/// An exception: the name of its type, its arguments, and where it has passed.
///
/// # Safety
/// There must be a living exception, and the interpreter's lock be held.
pub unsafe fn write_exception(agent: &mut Agent, of: Addr, message: &mut Writer) {
    let python = agent.python;
    // SAFETY: it is an exception.
    unsafe {
        message.bytes(type_name(type_of(of)).as_bytes());
        let arguments = word(of + exception::ARGS);
        let length = match flags_of(type_of(arguments)) & flags::TUPLE {
            0 => 0,
            _ => word(arguments + object::SIZE),
        };
        message.number(length as u64);
        for i in 0..length {
            let one = word(arguments + object::ITEMS + 8 * i);
            match string(one, &python) {
                Some(text) => {
                    message.byte(1);
                    message.bytes(text.as_bytes());
                }
                None => message.byte(0),
            }
            let value = atom(one, &python).unwrap_or_else(|| key(one, &python, 2));
            message.value(&value);
        }
        let mut entries = Vec::new();
        let mut at = word(of + python.layout.exception.traceback);
        while at != 0 && at != python.types.none {
            let frame = frames::of_object(word(at + traceback::FRAME), &python);
            if frame != 0 {
                let code = word(frame + python.layout.frame.code);
                let path = string(word(code + python.layout.code.file_name), &python);
                let own = agent.program.own_file(code, &python);
                let line = match half(at + traceback::LINE) as i32 {
                    known @ 0.. => known,
                    _ => (python.call.line_at)(code, half(at + traceback::OFFSET) as i32),
                };
                entries.push((
                    own,
                    path,
                    u32::try_from(line).unwrap_or(0),
                    function_name(code, &python),
                ));
            }
            at = word(at + traceback::NEXT);
        }
        message.number(entries.len() as u64);
        for (own, path, line, function) in entries {
            message.option(own);
            message.bytes(path.unwrap_or_default().as_bytes());
            message.number(u64::from(line));
            message.bytes(function.as_bytes());
        }
    }
}
