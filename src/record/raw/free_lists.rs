//! What the interpreter's free lists keep: a dead range keeps its bounds, and a dead slice its end,
//! until the next one takes its block.

use super::header::ObjPtr;
use super::payload::is_dead_of;
use rustpython_vm::AsObject;
use rustpython_vm::builtins::{PyRange, PySlice, PyType};
use rustpython_vm::{Context, Py};

/// Whether dead objects of a class keep what they held.
pub(crate) fn keeps(class: ObjPtr) -> bool {
    let types = &Context::genesis().types;
    class == ObjPtr::of(types.range_type.as_object())
        || class == ObjPtr::of(types.slice_type.as_object())
}

/// What the object that died at an address still holds, and the free list that keeps it; `None` where
/// the block is used again or has been freed.
pub(crate) fn kept_at(address: usize) -> Option<(&'static str, Vec<ObjPtr>)> {
    let types = &Context::genesis().types;
    let dead_of = |class: &Py<PyType>| is_dead_of(address, ObjPtr::of(class.as_object()));
    if let Some(dead) = dead_of(types.range_type) {
        let range = dead.object().downcast_ref::<PyRange>()?;
        let all = [&range.start, &range.stop, &range.step];
        let all = all.map(|bound| ObjPtr::of(bound.as_object()));
        return Some(("free list of ranges", all.to_vec()));
    }
    let dead = dead_of(types.slice_type)?;
    let slice = dead.object().downcast_ref::<PySlice>()?;
    Some(("free list of slices", vec![ObjPtr::of(&slice.stop)]))
}
