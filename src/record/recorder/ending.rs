//! What those hold that are dead and are being taken apart.
//!
//! A death counts from the moment when nothing can call it off any more. But Python code runs
//! before the interpreter is through with the object, and until then what it referred to is held.

use super::{Live, Recorder};
use crate::record::raw::header::ObjPtr;
use crate::record::raw::{deaths, ending};
use crate::trace::{InterpreterRef, ObjId, RootKind};
use std::collections::BTreeMap;

/// The last references of the objects that are being taken apart, by their addresses.
#[derive(Debug, Default)]
pub(super) struct EndingHolders(BTreeMap<usize, Vec<ObjId>>);

impl EndingHolders {
    /// Keeps what a dead object referred to, parts of it that were folded away included.
    pub(super) fn keep(&mut self, gone: &Live) {
        let strong = gone.state.refs.iter().filter(|reference| !reference.weak);
        let to = strong.map(|reference| reference.to).collect();
        self.0.insert(gone.pointer.address(), to);
    }
}

/// Whether an object is in the middle of a change, so that it cannot be asked: its known state
/// stands until the change is through. What it is about to let go can still show its address in
/// it, although it may be freed by now.
pub(super) fn is_in_change(pointer: ObjPtr) -> bool {
    if pointer.is_in_change() {
        return true;
    }
    let mut shows_the_dead = false;
    if ending::any() {
        pointer.walk(|to| shows_the_dead |= deaths::is_finalizer_done(to.address()));
    }
    shows_the_dead
}

impl Recorder {
    /// The references of objects that are being freed.
    pub(super) fn held_by_ending(&mut self) -> Vec<InterpreterRef> {
        if self.ending.0.is_empty() {
            return Vec::new();
        }
        let mut now = ending::all();
        now.sort_unstable();
        self.ending.0.retain(|address, _| {
            now.binary_search(address).is_ok() && !self.by_address.contains_key(address)
        });
        let by = self.builder.symbols.intern("an object being freed");
        let living = |to: &ObjId| self.builder.info(*to).is_some();
        let all = self.ending.0.values().flatten().copied().filter(living);
        all.map(|to| InterpreterRef {
            kind: RootKind::Other,
            by,
            to,
            certain: false,
        })
        .collect()
    }
}
