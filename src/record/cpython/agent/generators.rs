//! Generators, coroutines and asynchronous generators: their frames, and how far they are.

use crate::frames;
use crate::python::{Addr, Python, byte, word};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    NotStarted,
    Suspended,
    Running,
    Finished,
}

/// Its frame; 0 where that is gone. From 3.11 on there always is one.
///
/// # Safety
/// There must be a living generator.
pub unsafe fn frame_of(at: Addr, python: &Python) -> Addr {
    let place = at + python.layout.generator_frame;
    match python.layout.has_frame_objects() {
        // SAFETY: a generator has a pointer to its frame there, or none.
        true => unsafe { word(place) },
        false => place,
    }
}

/// How far it is.
///
/// # Safety
/// There must be a living generator.
pub unsafe fn state_of(at: Addr, python: &Python) -> State {
    // SAFETY: a generator says it, or its frame does.
    unsafe {
        if python.layout.has_frame_objects() {
            return match frame_of(at, python) {
                0 => State::Finished,
                frame => frames::state_of(frame, python),
            };
        }
        match byte(at + python.layout.generator_state) as i8 {
            0 => State::Running,
            1.. => State::Finished,
            -1 => State::Suspended,
            -2 if python.layout.minor >= 13 => State::Suspended,
            _ => State::NotStarted,
        }
    }
}
