//! What the program has written to a standard stream and Python holds back until its buffers are full:
//! read from the buffers, so that a step tells what was printed in it.

use crate::offsets::{flags, object, stream};
use crate::python::{Addr, Python, flags_of, half, type_name, type_of, word};
use crate::values::string;
use std::ffi::CStr;

/// How far a stream has been told.
#[derive(Default)]
pub struct Told {
    /// How many bytes of it, of those that were held back then.
    ahead: usize,
}

impl Told {
    /// How many bytes the next step will tell of a stream, of which so many have left the process since the
    /// last step and so many are held back.
    pub fn waiting(&self, written: usize, held: usize) -> usize {
        (written + held).saturating_sub(self.ahead)
    }

    /// What is new of a stream: `written` has left the process since the last step, `held` is held back.
    pub fn fresh(&mut self, written: &[u8], held: &[u8]) -> Vec<u8> {
        let all = [written, held].concat();
        let fresh = all.get(self.ahead..).unwrap_or_default().to_vec();
        self.ahead = held.len().max(self.ahead.saturating_sub(written.len()));
        fresh
    }
}

/// What `sys.stdout` or `sys.stderr` holds back on its way to a descriptor; nothing where it is another
/// kind of stream than Python has made.
///
/// # Safety
/// The interpreter's lock must be held.
pub unsafe fn held_back(name: &CStr, descriptor: u32, python: &Python) -> Vec<u8> {
    // SAFETY: where the fields stand follows from the types, whose names are looked at first.
    unsafe {
        let text = (python.call.sys_get)(name.as_ptr());
        if text == 0 || type_name(type_of(text)) != "TextIOWrapper" {
            return Vec::new();
        }
        let buffer = word(text + stream::BUFFER);
        if buffer == 0 || type_name(type_of(buffer)) != "BufferedWriter" {
            return Vec::new();
        }
        let raw = word(buffer + stream::RAW);
        let is_file = raw != 0 && type_name(type_of(raw)) == "FileIO";
        if !is_file || half(raw + stream::DESCRIPTOR) != descriptor {
            return Vec::new();
        }
        let mut held = Vec::new();
        let (start, end) = (
            word(buffer + stream::WRITE_POS),
            word(buffer + stream::WRITE_END),
        );
        let bytes = word(buffer + stream::BYTES);
        if bytes != 0 && end as isize > 0 && start < end {
            held.extend_from_slice(std::slice::from_raw_parts(
                (bytes + start) as *const u8,
                end - start,
            ));
        }
        let pending = word(text + stream::PENDING);
        if pending != 0 {
            match flags_of(type_of(pending)) {
                kind if kind & flags::LIST != 0 => {
                    let items = word(pending + object::ITEMS);
                    for i in 0..word(pending + object::SIZE) {
                        piece(word(items + 8 * i), &mut held, python);
                    }
                }
                _ => piece(pending, &mut held, python),
            }
        }
        held
    }
}

unsafe fn piece(of: Addr, held: &mut Vec<u8>, python: &Python) {
    // SAFETY: what waits are texts of ASCII alone, and bytes.
    unsafe {
        if let Some(text) = string(of, python) {
            held.extend_from_slice(text.as_bytes());
        } else if flags_of(type_of(of)) & flags::BYTES != 0 {
            let length = word(of + object::SIZE);
            held.extend_from_slice(std::slice::from_raw_parts((of + 32) as *const u8, length));
        }
    }
}
