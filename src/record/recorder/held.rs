//! What the interpreter itself holds.

use super::{Happening, Recorder};
use crate::record::raw::header::ObjPtr;
use crate::record::stack::RunningFrame;
use crate::trace::{Held, held_as};
use rustpython_vm::{AsObject, VirtualMachine};

impl Recorder {
    /// The references that the interpreter itself holds to objects of the program.
    pub(super) fn held(
        &mut self,
        happening: &Happening,
        running: &[&RunningFrame],
        vm: &VirtualMachine,
    ) -> Vec<Held> {
        let mut held = Vec::new();
        let mut put = |this: &mut Self, by: &str, to: ObjPtr, certain: bool| {
            if let Some(at) = this.by_address.get(&to.address()) {
                let to = this.living[*at].id;
                held.push(Held {
                    by: this.symbols.intern(by),
                    to,
                    certain,
                });
            }
        };
        for (pointer, as_what) in &happening.in_flight {
            put(self, as_what, *pointer, true);
        }
        if let Some(exception) = vm.current_exception() {
            // The interpreter keeps it twice: on its stack of handled exceptions, and for
            // `sys._current_exceptions`.
            let pointer = ObjPtr::of(exception.as_object());
            put(self, held_as::HANDLED, pointer, true);
            put(self, "current exception of the thread", pointer, true);
        }
        let stops: Vec<ObjPtr> = self
            .slice_stops
            .iter()
            .filter_map(|id| {
                let address = self.objects[id.0 as usize - 1].address as usize;
                let live = &self.living[*self.by_address.get(&address)?];
                (live.id == *id).then_some(live.pointer)
            })
            .collect();
        for stop in stops {
            put(self, "free list of slices", stop, false);
        }
        // What the collector found and could or should not free.
        let garbage: Vec<ObjPtr> = {
            let found = vm.state.gc.garbage.lock();
            let listed = vm.state.gc.py_garbage.borrow_vec();
            let all = found.iter().chain(&*listed);
            all.map(|object| ObjPtr::of(object)).collect()
        };
        for found in garbage {
            put(self, "gc.garbage", found, false);
        }
        // A collection under way holds its candidates, for some of its time.
        let candidates: Vec<ObjPtr> = self
            .running_collections
            .iter()
            .flat_map(|(sighting, _)| &sighting.candidates)
            .filter_map(|candidate| {
                let at = self.by_address.get(&candidate.address)?;
                Some(self.living[*at].pointer)
            })
            .collect();
        for candidate in candidates {
            put(self, "collection under way", candidate, false);
        }
        for frame in running {
            if frame.own.is_none() {
                for name in &frame.names {
                    let by = format!("{} of {} (library)", name.name, frame.function);
                    put(self, &by, name.to, true);
                }
            }
        }
        held
    }
}
