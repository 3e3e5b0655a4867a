//! References of a few types that the interpreter's walk of an object leaves out and that it can be
//! asked for.

use super::RawReference;
use crate::record::raw::header::ObjPtr;
use crate::trace::{Label, Symbols};
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::{PyFrozenSet, PyWeak};

/// The weak reference itself is not one of the interpreter's counted edges, nor, in this
/// interpreter, is its callback, although that one is strong.
pub(super) fn weak_references(
    pointer: ObjPtr,
    symbols: &mut Symbols,
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
    let getter = vm
        .ctx
        .types
        .weakref_type
        .get_attr(vm.ctx.intern_str("__callback__"));
    let callback = getter.and_then(|getter| {
        vm.call_if_get_descriptor(&getter, pointer.object().to_owned())
            .ok()
    });
    if let Some(callback) = callback
        && !vm.is_none(&callback)
    {
        out.push(RawReference {
            label: Label::Named(symbols.intern("callback")),
            to: ObjPtr::of(&callback),
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
