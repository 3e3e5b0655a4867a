//! Objects that are met for the first time, and what they refer to.

use super::births::Born;
use super::changes::is_writable;
use super::ending::is_in_change;
use super::watch::DiffStrategy;
use super::{Live, Recorder};
use crate::record::describe::{describe, function_code, native_size};
use crate::record::label::{is_ordered, may_hide};
use crate::record::raw::header::ObjPtr;
use crate::record::raw::{ending, tables};
use crate::trace::{
    Count, ImmortalReason, Kind, Label, Moment, ObjId, ObjectInfo, ObjectState, Reference,
};
use rustc_hash::FxHashMap as HashMap;
use rustpython_vm::builtins::{PyCode, PyInt, PyStr};
use rustpython_vm::{AsObject, PyObject, VirtualMachine};
use std::borrow::Borrow;

impl Recorder {
    /// The serial of a living object, which becomes one of the program's if it is not yet.
    pub(super) fn id_of(&mut self, pointer: ObjPtr, vm: &VirtualMachine) -> ObjId {
        if let Some(at) = self.by_address.get(&pointer.address()) {
            return self.living[*at].id;
        }
        let mut description = describe(pointer, &mut self.program, vm);
        // What the interpreter and the library made before the program began is theirs.
        description.leaf |=
            description.kind == Kind::Function && self.older.contains(&pointer.address());
        if description.kind == Kind::Function && !description.leaf {
            self.add_constants_of(pointer, vm);
        }
        // A type whose deaths cannot be seen would make every later fact about it a guess.
        if let Err(error) = tables::hook(pointer.object()) {
            self.failure.get_or_insert(error.to_string());
        }
        self.uses_contexts |= description.type_name == "ContextVar";
        let refcount = pointer.refcount();
        let older = refcount.is_none()
            || description.leaf
            || self.now.step <= 1
            || self.older.contains(&pointer.address());
        let born = match self.folded.remove(&pointer.address()) {
            Some((moment, owner)) => {
                self.unfolded.push(owner);
                // It was made on that line; an object of its own it becomes in this step.
                let step = self.now.step;
                (!older).then_some(Moment { step, ..moment })
            }
            None if older => None,
            None => Some(self.now),
        };
        let size = native_size(pointer.object(), vm);
        let type_name = self.builder.symbols.intern(&description.type_name);
        let place = self.traceback_place(pointer);
        let constant_of = self.constants.get(&pointer.address()).copied().unwrap_or(0);
        let id = self.builder.register(ObjectInfo {
            type_name,
            kind: description.kind,
            address: pointer.address() as u64,
            size,
            immortal: refcount.is_none(),
            kept: refcount
                .is_none()
                .then(|| kept(pointer.object(), vm))
                .flatten(),
            constant_of,
            place,
            born,
            died: None,
        });
        if born.is_some() {
            self.allocated.push(id);
        }
        let (value, true_length) = match description.value {
            Some(value) => (
                Some(self.builder.symbols.intern(&value.text)),
                value.true_length,
            ),
            None => (None, None),
        };
        let place = self.living.len();
        self.living.push(Live {
            id,
            pointer,
            kind: description.kind,
            is_older: born.is_none(),
            constant_of,
            leaf: description.leaf
                || (description.kind == Kind::Atom && !may_hide(pointer.object(), Kind::Atom)),
            state: ObjectState {
                refcount: Count::Immortal,
                generation: None,
                value,
                name: description
                    .name
                    .map(|name| self.builder.symbols.intern(&name)),
                true_length,
                size,
                refs: Vec::new(),
            },
        });
        self.watch.push(pointer, id);
        self.by_address.insert(pointer.address(), place);
        if description.kind == Kind::Atom && is_writable(pointer) {
            self.writable.push(pointer.address());
        }
        self.pending.push(place);
        match description.kind {
            Kind::Module => self.modules.drawn(pointer.address(), id),
            Kind::Instance | Kind::Other | Kind::Iterator => self.meet_resource(pointer, id, vm),
            _ => {}
        }
        id
    }

    /// Meets the new instances of the program's classes that no name leads to any more.
    pub(super) fn discover_unnamed(&mut self, born: &[Born], vm: &VirtualMachine) {
        for one in born {
            if let Born::Living(pointer) = one
                && self.program.is_own_class(pointer.object().class(), vm)
                && !self.folded.contains_key(&pointer.address())
            {
                self.id_of(*pointer, vm);
            }
        }
    }

    /// Reads the references of an object anew.
    pub(super) fn reread(&mut self, place: usize, vm: &VirtualMachine) {
        let Live {
            pointer,
            kind,
            leaf,
            ..
        } = self.living[place];
        // A running frame's names stand in the call stack, and so do those of a class body.
        if leaf || self.is_on_stack(kind, pointer) {
            self.set_references(place, Vec::new());
            self.watch.renew(place, DiffStrategy::Header, &[]);
            return;
        }
        if is_in_change(pointer) {
            self.watch.put_off(place, manner(pointer, kind, vm));
            return;
        }
        let manner = manner(pointer, kind, vm);
        if manner == DiffStrategy::List
            && let Some(refs) = self.list_references(place, vm)
        {
            self.living[place].state.size = native_size(pointer.object(), vm);
            self.set_references(place, refs);
            self.watch.renew(place, manner, &[]);
            return;
        }
        let id = self.living[place].id;
        let (references, parts) = {
            let may_fold = may_fold(&self.by_address, &self.folded, id, kind);
            let labeller = &mut self.labeller;
            labeller.references(pointer, kind, &may_fold, &mut self.builder.symbols, vm)
        };
        let refs = references
            .into_iter()
            .filter(|reference| !reference.to.is_dying())
            .map(|reference| Reference {
                label: reference.label,
                to: self.id_of(reference.to, vm),
                weak: reference.weak,
            })
            .collect();
        let mut folded = Vec::with_capacity(parts.len());
        for part in parts {
            if may_fold(&self.by_address, &self.folded, id, kind)(part) {
                self.folded.entry(part.address()).or_insert((self.now, id));
                folded.push(part);
            }
        }
        let size = native_size(pointer.object(), vm);
        let live = &mut self.living[place];
        live.state.size = size;
        self.set_references(place, refs);
        self.watch.renew(place, manner, &folded);
    }

    /// The references of a list that was read before: what stands where it stood is not looked up. `None`
    /// where what is known is not all that it had, or what it has may be going.
    fn list_references(&mut self, place: usize, vm: &VirtualMachine) -> Option<Vec<Reference>> {
        let live = &mut self.living[place];
        let known = self.watch.known_of(place);
        if ending::any() || known.is_empty() || known.len() != live.state.refs.len() {
            return None;
        }
        let items = live.pointer.list_items();
        let mut refs = live.state.refs.clone();
        refs.truncate(items.len());
        let moved = known.iter().zip(items).enumerate();
        let moved = moved.filter(|(_, (before, now))| before != now);
        let changed: Vec<usize> = moved
            .map(|(at, _)| at)
            .chain(refs.len()..items.len())
            .collect();
        for at in changed {
            let reference = Reference {
                label: Label::Index(at as u32),
                to: self.id_of(items[at], vm),
                weak: false,
            };
            match refs.get_mut(at) {
                Some(known) => *known = reference,
                None => refs.push(reference),
            }
        }
        Some(refs)
    }

    fn set_references(&mut self, place: usize, refs: Vec<Reference>) {
        let known = &mut self.living[place].state.refs;
        self.known.replace(known, &refs);
        *known = refs;
    }

    /// Notes the constants of a function of the library's: its code holds them.
    fn add_constants_of(&mut self, function: ObjPtr, vm: &VirtualMachine) {
        let Some(code) = function_code(function.object(), vm) else {
            return;
        };
        let Some(code) = code.object().downcast_ref::<PyCode>() else {
            return;
        };
        let address = ObjPtr::of(code.as_object()).address();
        if self.program.own_file(code).is_some() || !self.code_read.insert(address) {
            return;
        }
        for constant in code.code.constants.iter() {
            let constant = ObjPtr::of(Borrow::<PyObject>::borrow(constant));
            self.add_constant(constant.address(), true);
        }
    }

    /// Reads all objects that were met in this step, those that they lead to, those that have lost a
    /// part to them, and cells whose variables are known by now.
    pub(super) fn follow_new(&mut self, vm: &VirtualMachine) {
        let mut next = 0;
        loop {
            while next < self.pending.len() {
                self.reread(self.pending[next], vm);
                next += 1;
            }
            if self.discover_contexts(vm) {
                continue;
            }
            for address in self.labeller.take_renamed() {
                if let Some(at) = self.by_address.get(&address) {
                    self.unfolded.push(self.living[*at].id);
                }
            }
            let Some(owner) = self.unfolded.pop() else {
                return;
            };
            let info = self.builder.info(owner);
            let address = info.map(|info| info.address as usize);
            let place = address.and_then(|address| self.by_address.get(&address).copied());
            if let Some(place) = place.filter(|place| self.living[*place].id == owner) {
                self.read_again(place, vm);
            }
        }
    }

    /// Reads an object that may have been read in this step, or be a new one.
    pub(super) fn read_again(&mut self, place: usize, vm: &VirtualMachine) {
        if !self.pending.contains(&place) {
            self.touched.insert(place);
        }
        self.reread(place, vm);
    }

    /// Meets the contexts that the thread has entered, where the program has a context variable: they
    /// hold the variable and its value. True where one is new.
    fn discover_contexts(&mut self, vm: &VirtualMachine) -> bool {
        if !self.uses_contexts {
            return false;
        }
        let contexts: Vec<ObjPtr> = {
            let entered = vm.context_stack.borrow();
            entered.iter().map(|context| ObjPtr::of(context)).collect()
        };
        let known = self.living.len();
        for context in contexts {
            self.id_of(context, vm);
        }
        self.living.len() > known
    }
}

/// Why an immortal object is kept.
fn kept(object: &PyObject, vm: &VirtualMachine) -> Option<ImmortalReason> {
    if let Some(text) = object.downcast_ref_if_exact::<PyStr>(vm) {
        let interned = text.to_str().and_then(|text| vm.ctx.interned_str(text));
        let same = interned.is_some_and(|interned| interned.as_object().is(object));
        return same.then_some(ImmortalReason::Interned);
    }
    if object.downcast_ref_if_exact::<PyInt>(vm).is_some() {
        let cached = vm.ctx.int_cache_pool.iter().any(|number| number.is(object));
        return cached.then_some(ImmortalReason::Cached);
    }
    Some(ImmortalReason::BuiltIn)
}

/// Whether a part may be folded into its owner: while it is not an object of the program's in its
/// own right, and no other object's part. A module owns its namespace in any case.
pub(super) fn may_fold<'r>(
    by_address: &'r HashMap<usize, usize>,
    folded: &'r HashMap<usize, (Moment, ObjId)>,
    owner: ObjId,
    kind: Kind,
) -> impl Fn(ObjPtr) -> bool + 'r {
    move |part| {
        kind == Kind::Module
            || (!by_address.contains_key(&part.address())
                && folded
                    .get(&part.address())
                    .is_none_or(|(_, by)| *by == owner))
    }
}

/// How changes of an object's references are to be looked for.
fn manner(pointer: ObjPtr, kind: Kind, vm: &VirtualMachine) -> DiffStrategy {
    let class = pointer.object().class();
    match kind {
        Kind::Sequence if class.is(vm.ctx.types.list_type) => DiffStrategy::List,
        Kind::WeakRef => DiffStrategy::Weak,
        Kind::Function => DiffStrategy::Function,
        Kind::Generator => DiffStrategy::Always,
        Kind::Cell => DiffStrategy::Inline,
        _ if may_hide(pointer.object(), kind) || is_ordered(pointer.object()) => DiffStrategy::Data,
        _ => DiffStrategy::Walk,
    }
}
