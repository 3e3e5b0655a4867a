//! Reads of live objects that leave no mark: no count moves, no Python code runs.

use super::LayoutError;
use rustpython_vm::builtins::{PyInt, PyList};
use rustpython_vm::frame::FrameObject;
use rustpython_vm::{AsObject, Py, PyObject, PyRef, VirtualMachine};
use std::ptr::NonNull;

const GENERATION_OFFSET: usize = 2 * size_of::<usize>() + 1;
const GENERATION_UNTRACKED: u8 = 0xFF;

/// A pointer to an object that the recorder knows to be alive: one that the death log has not
/// named since it was last seen as a referent of a living one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub(crate) struct ObjPtr(NonNull<PyObject>);

// SAFETY: the pointer is only followed while the recorder's lock is held and the thread that owns
// the interpreter's attention is the current one.
unsafe impl Send for ObjPtr {}

impl ObjPtr {
    pub(crate) fn of(object: &PyObject) -> ObjPtr {
        ObjPtr(NonNull::from(object))
    }

    /// Leads to no object, and is like no pointer that does.
    pub(crate) const fn nowhere() -> ObjPtr {
        ObjPtr(NonNull::dangling())
    }

    /// A pointer that the interpreter itself holds.
    pub(super) fn from_raw(pointer: NonNull<PyObject>) -> ObjPtr {
        ObjPtr(pointer)
    }

    pub(crate) fn address(self) -> usize {
        self.0.as_ptr() as usize
    }

    /// The object itself. The borrow must not outlive the step in which it was taken.
    pub(crate) fn object<'a>(self) -> &'a PyObject {
        // SAFETY: see the type: the object is alive, and nothing runs that could free it before
        // the step is over.
        unsafe { self.0.as_ref() }
    }

    /// The strong count, or `None` for an immortal object.
    pub(crate) fn refcount(self) -> Option<u32> {
        let object = self.object();
        if object.is_immortal() {
            None
        } else {
            Some(u32::try_from(object.strong_count()).unwrap_or(u32::MAX))
        }
    }

    /// The collector's generation, or `None` where the collector does not track the object.
    pub(crate) fn generation(self) -> Option<u8> {
        let object = self.object();
        if !object.is_gc_tracked() {
            return None;
        }
        // SAFETY: the self-test has found the generation byte at this place of the header.
        let generation = unsafe { *self.0.as_ptr().byte_add(GENERATION_OFFSET).cast::<u8>() };
        (generation != GENERATION_UNTRACKED).then_some(generation)
    }

    /// Appends the objects that this one refers to, in the interpreter's order.
    pub(crate) fn extend_referents(self, out: &mut Vec<ObjPtr>) {
        self.walk(|to| out.push(to));
    }

    /// Whether the object's class gives it member slots (`__slots__`), and how many are filled.
    pub(crate) fn filled_slots(self) -> usize {
        let count = self.object().class().slots().member_count;
        // Slot i stands i + 1 words before the prefix that stands before the object.
        (0..count)
            .filter(|index| {
                let offset = EXTENSION_BYTES + (index + 1) * size_of::<usize>();
                self.field(-(offset as isize)).is_some()
            })
            .count()
    }

    /// The dict that holds an instance's attributes, once there is one.
    pub(crate) fn instance_dict(self) -> Option<ObjPtr> {
        // It stands first in the prefix.
        let offset = -(EXTENSION_BYTES as isize);
        self.object()
            .has_instance_dict()
            .then(|| self.field(offset))
            .flatten()
    }

    /// The object that a field or slot of this one holds. `offset` is in bytes from the object's
    /// start and must come from one of its class's member descriptors, or be a slot's.
    pub(crate) fn field(self, offset: isize) -> Option<ObjPtr> {
        // SAFETY: the offset is that of a field which holds a pointer to an object or null.
        let cell = unsafe { *self.0.as_ptr().byte_offset(offset).cast::<*mut PyObject>() };
        NonNull::new(cell).map(ObjPtr)
    }
}

/// Size of the prefix that holds the instance dict.
const EXTENSION_BYTES: usize = 16;

/// Checks at every start that object headers are laid out as this module reads them.
pub(crate) fn self_test(vm: &VirtualMachine) -> Result<(), LayoutError> {
    let list: PyRef<PyList> = vm.ctx.new_list(Vec::new());
    let pointer = ObjPtr::of(list.as_object());
    if pointer.refcount() != Some(1) {
        return Err(LayoutError::Header("a new list's count is not 1"));
    }
    if pointer.generation() != Some(0) {
        return Err(LayoutError::Header("a new list is not in generation 0"));
    }
    let newer: PyRef<PyList> = vm.ctx.new_list(Vec::new());
    if !super::collections::learn_links(pointer, ObjPtr::of(newer.as_object())) {
        return Err(LayoutError::Header(
            "the collector's lists are linked in another way",
        ));
    }
    if !super::collections::learn_head(ObjPtr::of(newer.as_object())) {
        return Err(LayoutError::Header(
            "the collector's youngest list was not found",
        ));
    }
    let number: PyRef<PyInt> = vm.ctx.new_bigint(&(1u64 << 40).into());
    if ObjPtr::of(number.as_object()).generation().is_some() {
        return Err(LayoutError::Header("an int seems to be tracked"));
    }
    if ObjPtr::of(&vm.ctx.none()).refcount().is_some() {
        return Err(LayoutError::Header("None is not immortal"));
    }
    super::frames::self_test(vm)?;
    super::fast_read::self_test(vm)?;
    super::locks::self_test(vm)?;
    super::payload::self_test(vm)?;
    super::reraise::self_test(vm)?;
    super::tables::self_test(vm)
}

/// A frame object's own view of a frame, for frames that are objects of the program. `None` as well
/// for a frame that the collector has emptied: it has no view any more.
pub(crate) fn frame_of(object: &PyObject) -> Option<&Py<FrameObject>> {
    let frame = object.downcast_ref::<FrameObject>()?;
    // Each other one refers to its code, if to nothing else. What it refers to is not looked at: a
    // variable that is being replaced may show what is freed.
    let mut refers = false;
    ObjPtr::of(object).walk(|_| refers = true);
    refers.then_some(frame)
}
