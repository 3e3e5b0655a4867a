//! References of a few types that the interpreter's walk of an object leaves out and that it can be
//! asked for.

use super::RawReference;
use super::native::data_of;
use crate::record::describe::suspendable;
use crate::record::raw::header::ObjPtr;
use crate::trace::{Interner, Kind, Label};
use rustpython_vm::builtins::descriptor::PyMemberDescriptor;
use rustpython_vm::builtins::{PyBaseException, PyFrozenSet, PyWeak};
use rustpython_vm::class::StaticType;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, VirtualMachine};

/// The weak reference itself is not one of the interpreter's counted edges, nor, in this
/// interpreter, is its callback, although that one is strong.
pub(super) fn weak_references(
    pointer: ObjPtr,
    symbols: &mut Interner,
    vm: &VirtualMachine,
    out: &mut Vec<RawReference>,
) {
    let Some(weak) = pointer.object().downcast_ref::<PyWeak>() else {
        return;
    };
    let Some(referent) = weak.upgrade() else {
        return;
    };
    out.push(RawReference {
        label: Label::Named(symbols.intern("referent")),
        to: ObjPtr::of(&referent),
        weak: true,
        doubtful: false,
    });
    if let Some(callback) = callback(weak, vm) {
        out.push(RawReference {
            label: Label::Named(symbols.intern("callback")),
            to: ObjPtr::of(&callback),
            weak: false,
            doubtful: false,
        });
    }
}

/// What a weak reference calls when what it refers to dies.
pub(crate) fn callback(weak: &Py<PyWeak>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let class = vm.ctx.types.weakref_type;
    let getter = class.get_attr(vm.ctx.intern_str("__callback__"))?;
    let weak = weak.as_object().to_owned();
    let callback = vm.call_if_get_descriptor(&getter, weak).ok()?;
    (!vm.is_none(&callback)).then_some(callback)
}

/// A native function that is bound to an object holds it, which this interpreter's walk of its
/// references does not show. It can be asked for, so that nothing has to be found in its data.
pub(super) fn bound_self(
    pointer: ObjPtr,
    symbols: &mut Interner,
    vm: &VirtualMachine,
    out: &mut Vec<RawReference>,
) {
    let object = pointer.object();
    let types = &vm.ctx.types;
    let bound = [
        types.builtin_function_or_method_type,
        types.builtin_method_type,
    ];
    if !bound.iter().any(|class| object.class().is(*class)) {
        return;
    }
    let Ok(bound) = object.get_attr(vm.ctx.intern_str("__self__"), vm) else {
        return;
    };
    let to = ObjPtr::of(&bound);
    if !vm.is_none(&bound) && !out.iter().any(|known| known.to == to && !known.doubtful) {
        out.retain(|known| known.to != to);
        out.push(RawReference {
            label: Label::Named(symbols.intern("__self__")),
            to,
            weak: false,
            doubtful: false,
        });
    }
}

/// The exception that a suspended generator handles. This interpreter's walk shows what the exception
/// refers to as if it were the generator's own, and not the exception; that is taken off `raw`.
pub(super) fn handled_exception(
    pointer: ObjPtr,
    kind: Kind,
    raw: &mut Vec<ObjPtr>,
) -> Option<ObjPtr> {
    if kind != Kind::Generator {
        return None;
    }
    let own = generator_fields(pointer.object())?;
    if raw.len() <= own {
        return None;
    }
    let of_exception = raw.split_off(own);
    let found = data_of(pointer).found.into_iter();
    found.map(|found| found.to).find(|to| {
        let mut referents = Vec::new();
        to.extend_referents(&mut referents);
        // Its own walk has more before and behind: what the program has put onto it, and what a
        // group consists of.
        to.object().fast_isinstance(PyBaseException::static_type())
            && referents
                .windows(of_exception.len())
                .any(|part| part == of_exception)
    })
}

/// How many references a generator's own walk shows: its frame, while it has one, its code, its two
/// names.
pub(crate) fn generator_fields(generator: &PyObject) -> Option<usize> {
    let suspendable = suspendable(generator)?;
    Some(if suspendable.has_frame { 4 } else { 3 })
}

/// The descriptor of a slot holds the class that the slot is of.
pub(super) fn class_of_slot(pointer: ObjPtr, symbols: &mut Interner, out: &mut Vec<RawReference>) {
    let Some(descriptor) = pointer.object().downcast_ref::<PyMemberDescriptor>() else {
        return;
    };
    let to = ObjPtr::of(descriptor.common.typ.as_object());
    if to.refcount().is_some() && !out.iter().any(|known| known.to == to) {
        out.push(RawReference {
            label: Label::Named(symbols.intern("__objclass__")),
            to,
            weak: false,
            doubtful: false,
        });
    }
}

/// The members of a frozen set, which this interpreter's walk of its references does not show.
pub(super) fn frozen_members(pointer: ObjPtr, raw: &[ObjPtr], out: &mut Vec<RawReference>) {
    let Some(set) = pointer.object().downcast_ref::<PyFrozenSet>() else {
        return;
    };
    for member in set.elements() {
        let to = ObjPtr::of(&member);
        if !raw.contains(&to) {
            out.push(RawReference {
                label: Label::Element,
                to,
                weak: false,
                doubtful: false,
            });
        }
    }
}
