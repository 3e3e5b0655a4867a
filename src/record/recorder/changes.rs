//! What has changed since the last step, and what objects have become by it.

use super::watch::Changed;
use super::{Recorder, ending};
use crate::record::describe::describe;
use crate::record::raw::header::ObjPtr;
use crate::record::text;
use crate::trace::{Count, Incident, Kind, VALUE_LIMIT};
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::PyByteArray;

impl Recorder {
    /// Finds which living objects are not what they were, reads anew what changed, and meets what
    /// that leads to.
    pub(super) fn find_changes(
        &mut self,
        known: usize,
        borrowed: &[(ObjPtr, u32)],
        vm: &VirtualMachine,
    ) {
        let mut all = std::mem::take(&mut self.changed);
        all.clear();
        self.watch.changed(known, &mut all);
        self.add_moved_on_stack(known, &mut all);
        self.add_borrowed(known, borrowed, &mut all);
        for Changed { place, references } in all.drain(..) {
            let live = &self.living[place];
            let (kind, pointer) = (live.kind, live.pointer);
            let is_in_change = references && ending::is_in_change(pointer);
            if is_in_change {
                self.watch.look_again(place);
            }
            let references = references && !is_in_change;
            let refcount = count(pointer, borrowed);
            let generation = pointer.generation();
            let renamed = kind == Kind::Generator;
            if !references
                && !renamed
                && refcount == live.state.refcount
                && generation == live.state.generation
            {
                continue;
            }
            self.touched.insert(place);
            if kind == Kind::WeakRef
                && references
                && let Some(referent) = live.state.refs.first()
            {
                self.weak_referents.insert(live.id, referent.to);
                self.incidents
                    .push((Incident::WeakReferenceCleared, live.id));
            }
            if references {
                self.reread(place, vm);
            }
            if renamed {
                let name = describe(pointer, &mut self.program, vm).name;
                self.living[place].state.name = name.map(|name| self.builder.symbols.intern(&name));
            }
            let live = &mut self.living[place];
            if live.state.refcount != refcount {
                self.known.moved(live.id);
            }
            live.state.refcount = refcount;
            live.state.generation = generation;
        }
        self.changed = all;
        self.reread_values(known, vm);
        self.follow_new(vm);
    }

    /// Reads anew the values of bytearrays: of what has a value as its contents, they alone can be written to.
    fn reread_values(&mut self, known: usize, vm: &VirtualMachine) {
        let mut writable = std::mem::take(&mut self.writable);
        writable.retain(|address| {
            let place = self.by_address.get(address).copied();
            let Some(place) = place.filter(|place| is_writable(self.living[*place].pointer)) else {
                return false;
            };
            if place < known
                && let Some(now) = text::atom(self.living[place].pointer.object(), VALUE_LIMIT, vm)
            {
                let value = Some(self.builder.symbols.intern(&now.text));
                let state = &mut self.living[place].state;
                if state.value != value || state.true_length != now.true_length {
                    state.value = value;
                    state.true_length = now.true_length;
                    self.touched.insert(place);
                }
            }
            true
        });
        self.writable = writable;
    }

    /// Adds what the hook has references to, or had at the last step: the count that stands in such an
    /// object is not its own.
    fn add_borrowed(
        &mut self,
        known: usize,
        borrowed: &[(ObjPtr, u32)],
        changed: &mut Vec<Changed>,
    ) {
        let now: Vec<usize> = borrowed
            .iter()
            .map(|(object, _)| object.address())
            .collect();
        for address in now.iter().chain(&self.borrowed) {
            let place = self.by_address.get(address).copied();
            let Some(place) = place.filter(|at| *at < known) else {
                continue;
            };
            if !changed.iter().any(|one| one.place == place) {
                changed.push(Changed {
                    place,
                    references: false,
                });
            }
        }
        self.borrowed = now;
    }

    /// Gives the trace what the objects have become that were met in this step or may have changed.
    pub(super) fn update(&mut self, borrowed: &[(ObjPtr, u32)]) {
        for place in std::mem::take(&mut self.pending) {
            let live = &mut self.living[place];
            live.state.refcount = count(live.pointer, borrowed);
            live.state.generation = live.pointer.generation();
            self.known.moved(live.id);
            self.watch.settle(place);
            self.touched.insert(place);
        }
        for place in std::mem::take(&mut self.touched) {
            let live = &self.living[place];
            self.builder.update(live.id, live.state.clone());
        }
    }
}

/// Whether an object's value can be written to.
pub(super) fn is_writable(pointer: ObjPtr) -> bool {
    pointer.object().downcast_ref::<PyByteArray>().is_some()
}

/// The count as it would be without this hook.
pub(super) fn count(pointer: ObjPtr, borrowed: &[(ObjPtr, u32)]) -> Count {
    match pointer.refcount() {
        None => Count::Immortal,
        Some(count) => {
            let ours: u32 = borrowed
                .iter()
                .filter(|(object, _)| *object == pointer)
                .map(|(_, times)| times)
                .sum();
            Count::Of(count - ours.min(count))
        }
    }
}
