//! What the library holds of the program's objects, in objects of its own that are not recorded: a
//! cache, a registry, a table of a module's.

use super::Recorder;
use super::doubt::is_under_way;
use super::unrecorded::{Holder, kept_by_interpreter};
use crate::record::describe::{function_code, text_in};
use crate::record::label::callback;
use crate::record::raw::header::ObjPtr;
use crate::record::text;
use crate::trace::{CallFrame, Count, InterpreterRef, ObjId, RootKind, Symbol, ThreadStack};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use rustpython_vm::builtins::{PyCode, PyDict, PyType};
use rustpython_vm::{AsObject, PyObject, VirtualMachine};
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// So many of the library's objects may be looked at for each step, at one time or another.
const LOOKS_A_STEP: usize = 1_500;
/// So many more may be looked at early on.
const LOOKS: usize = 600_000;

/// What was found out about objects that nothing recorded holds.
#[derive(Default)]
pub(super) struct Library {
    /// How many references to an object were not explained when they were looked for, and who holds
    /// them.
    holders: BTreeMap<ObjId, (usize, Vec<Symbol>)>,
    /// How many objects have been looked at.
    looks: usize,
}

impl Recorder {
    /// Adds the library's own objects as holders of what nothing else explains.
    pub(super) fn add_library_holders(
        &mut self,
        frames: &[CallFrame],
        stacks: &[ThreadStack],
        elsewhere: &[String],
        held: &mut Vec<InterpreterRef>,
        vm: &VirtualMachine,
    ) {
        self.weigh_counts();
        // A call under way holds what it holds; none of it is looked for.
        if is_under_way(frames, stacks) {
            return;
        }
        self.count_known(frames, stacks, held);
        let elsewhere = match elsewhere {
            [] => None,
            [one] => Some(self.builder.symbols.intern(one)),
            [one, more @ ..] => {
                let text = format!("{one} or {} other calls under way", more.len());
                Some(self.builder.symbols.intern(&text))
            }
        };
        let mut wanted = Vec::new();
        let mut left = Vec::new();
        for place in self.left_over() {
            let live = &self.living[place];
            let Count::Of(count) = live.state.refcount else {
                continue;
            };
            let known = self.known.get(live.id).saturating_add(live.constant_of);
            if count <= known {
                continue;
            }
            let more = (count - known) as usize;
            left.push((live.id, more));
            let asked = self.library.holders.get(&live.id);
            if asked.is_none_or(|(before, _)| *before != more) {
                wanted.push((live.id, live.pointer, more));
            }
        }
        let allowed = LOOKS + self.builder.steps() * LOOKS_A_STEP;
        if !wanted.is_empty() && self.library.looks < allowed {
            self.search_library(&wanted, vm);
        }
        for (id, more) in left {
            let holders = self.library.holders.get(&id);
            let holders = holders.map_or(&[][..], |(_, holders)| holders);
            // What no object holds, a call does that is under way in the library, below all of the
            // program's own frames.
            if let Some(by) = elsewhere {
                let rest = more.saturating_sub(holders.len());
                held.extend(std::iter::repeat_n(
                    InterpreterRef {
                        kind: RootKind::Other,
                        by,
                        to: id,
                        certain: false,
                    },
                    rest,
                ));
            }
            held.extend(holders.iter().take(more).map(|by| InterpreterRef {
                kind: RootKind::Other,
                by: *by,
                to: id,
                certain: false,
            }));
        }
    }

    /// Looks through all objects that are not recorded for references to those that are wanted.
    fn search_library(&mut self, wanted: &[(ObjId, ObjPtr, usize)], vm: &VirtualMachine) {
        let places: HashMap<ObjPtr, usize> = wanted
            .iter()
            .zip(0..)
            .map(|((_, to, _), place)| (*to, place))
            .collect();
        let objects = vm.state.gc.get_objects(None);
        let mut tracked: Vec<ObjPtr> = objects.iter().map(|object| ObjPtr::of(object)).collect();
        self.library.looks += tracked.len();
        let mut found = Vec::new();
        for (what, kept) in kept_by_interpreter(vm) {
            found.extend((places.get(&kept)).map(|place| (*place, Holder::Interpreter(what))));
            if !kept.object().is_gc_tracked() {
                tracked.push(kept);
            }
        }
        let shown = self.shown_namespaces();
        let all = self.unrecorded(&tracked, &shown);
        for holder in &all {
            holder.walk(|to| {
                found.extend((places.get(&to)).map(|place| (*place, Holder::Object(*holder))));
            });
        }
        // Native types hold more than their walk shows.
        for holder in all.iter().filter(|holder| !holder.is_dying()) {
            let hidden = self.labeller.hidden_in(*holder, vm);
            let places = hidden.iter().filter_map(|to| places.get(to));
            found.extend(places.map(|place| (*place, Holder::Object(*holder))));
        }
        // A function's code holds its constants, the code of the functions in it among them; those of
        // the program's own code are known.
        for function in &tracked {
            let code = function_code(function.object(), vm);
            let code = code.filter(|code| {
                let code = code.object().downcast_ref::<PyCode>();
                code.is_some_and(|code| self.program.own_file(code).is_none())
            });
            let mut codes: Vec<ObjPtr> = code.into_iter().collect();
            while let Some(code) = codes.pop() {
                let Some(code) = code.object().downcast_ref::<PyCode>() else {
                    continue;
                };
                let constants = code.code.constants.iter();
                for constant in constants.map(|one| ObjPtr::of(Borrow::<PyObject>::borrow(one))) {
                    let place = places.get(&constant);
                    found.extend(place.map(|place| (*place, Holder::Object(*function))));
                    codes.push(constant);
                }
            }
        }
        self.search_classes(&tracked, &shown, &places, &mut found, vm);
        // A weak reference holds what it calls, which its walk does not show.
        for live in &self.living {
            let weak = live.pointer.object().get_weak_references();
            for weak in weak.into_iter().flatten() {
                let holder = ObjPtr::of(weak.as_object());
                let called = callback(&weak, vm).map(|called| ObjPtr::of(&called));
                let place = called.and_then(|called| places.get(&called));
                if let Some(place) = place.filter(|_| !self.is_recorded(holder, &shown)) {
                    found.push((*place, Holder::Object(holder)));
                }
            }
        }
        let homes = homes(&tracked, &found, vm);
        for (id, _, more) in wanted {
            self.library.holders.insert(*id, (*more, Vec::new()));
        }
        for (place, holder) in found {
            let (id, to, _) = wanted[place];
            let by = match holder {
                Holder::NameOf(class) => match class.object().downcast_ref::<PyType>() {
                    Some(class) => format!("name of class {}", class.name()),
                    None => continue,
                },
                Holder::Object(holder) => self.holder_name(holder, to, &homes, vm),
                Holder::Interpreter(what) => what.to_owned(),
            };
            let by = self.builder.symbols.intern(&by);
            if let Some((_, holders)) = self.library.holders.get_mut(&id) {
                holders.push(by);
            }
        }
    }

    /// Adds what classes hold beside what is recorded of them: a class's names, and the weak references
    /// to the classes below one of the interpreter's own, which is not tracked.
    fn search_classes(
        &self,
        tracked: &[ObjPtr],
        shown: &HashSet<usize>,
        places: &HashMap<ObjPtr, usize>,
        found: &mut Vec<(usize, Holder)>,
        vm: &VirtualMachine,
    ) {
        let mut classes = tracked.to_vec();
        classes.push(ObjPtr::of(vm.ctx.types.object_type.as_object()));
        let mut seen = HashSet::default();
        while let Some(holder) = classes.pop() {
            let Some(class) = holder.object().downcast_ref::<PyType>() else {
                continue;
            };
            if !seen.insert(holder.address()) {
                continue;
            }
            let below = class.subclasses.read();
            let classes_below = below.iter().filter_map(|weak| weak.upgrade());
            classes.extend(classes_below.map(|class| ObjPtr::of(&class)));
            if !class.as_object().is_gc_tracked() && !self.is_recorded(holder, shown) {
                let below = below.iter().map(|weak| ObjPtr::of(weak.as_object()));
                let places = below.filter_map(|weak| places.get(&weak));
                found.extend(places.map(|place| (*place, Holder::Object(holder))));
            }
            if let Some(extension) = class.heaptype_ext() {
                let names = [
                    ObjPtr::of(extension.name.read().as_object()),
                    ObjPtr::of(extension.qualname.read().as_object()),
                ];
                let places = names.iter().filter_map(|name| places.get(name));
                found.extend(places.map(|place| (*place, Holder::NameOf(holder))));
            }
        }
    }

    fn holder_name(
        &self,
        holder: ObjPtr,
        to: ObjPtr,
        homes: &HashMap<ObjPtr, String>,
        vm: &VirtualMachine,
    ) -> String {
        if let Some(module) = text_in(holder, "__name__") {
            let mut entries = Vec::new();
            holder.extend_referents(&mut entries);
            let entry = entries.chunks_exact(2).find(|entry| entry[1] == to);
            if let Some(entry) = entry {
                let key = text::key(entry[0].object(), vm);
                let whose = match self.program.is_own_namespace(holder.address()) {
                    true => "",
                    false => " (library)",
                };
                return format!("{module}.{}{whose}", key.trim_matches('\''));
            }
        }
        match homes.get(&holder) {
            Some(home) if !home.is_empty() => format!("{home} (library)"),
            _ => format!("{} of the library's", holder.object().class().name()),
        }
    }
}

/// Under which name of which module the holders stand that a module names.
fn homes(
    tracked: &[ObjPtr],
    found: &[(usize, Holder)],
    vm: &VirtualMachine,
) -> HashMap<ObjPtr, String> {
    let mut homes: HashMap<ObjPtr, String> = found
        .iter()
        .filter_map(|(_, holder)| match holder {
            Holder::Object(holder) => Some((*holder, String::new())),
            Holder::Interpreter(_) | Holder::NameOf(_) => None,
        })
        .collect();
    let namespaces = tracked.iter();
    for namespace in namespaces.filter(|object| object.object().downcast_ref::<PyDict>().is_some())
    {
        let Some(module) = text_in(*namespace, "__name__") else {
            continue;
        };
        let mut entries = Vec::new();
        namespace.extend_referents(&mut entries);
        for entry in entries.chunks_exact(2) {
            if let Some(home) = homes.get_mut(&entry[1]) {
                let key = text::key(entry[0].object(), vm);
                *home = format!("{module}.{}", key.trim_matches('\''));
            }
        }
    }
    homes
}
