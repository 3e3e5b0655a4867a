//! The blocks of memory in which an object keeps what it refers to, beside its own.

use super::header::ObjPtr;
use super::slab;
use super::written::LOWEST_ADDRESS;
use rustpython_vm::builtins::{
    PyBaseObject, PyBoundMethod, PyDict, PyFloat, PyFrozenSet, PyFunction, PyInt, PyList, PySet,
    PyStr, PyTuple,
};
use rustpython_vm::object::SIZEOF_PYOBJECT_HEAD;
use rustpython_vm::{Py, PyPayload};

const WORD: usize = size_of::<usize>();
/// Nothing of a program's stands above.
const HIGHEST_ADDRESS: usize = 1 << 47;

/// A block: where it begins, and how many bytes it has.
pub(crate) type Block = (usize, usize);

/// The block that the object itself stands in, where that is one whose writes can be known.
#[inline]
pub(crate) fn own_block(object: ObjPtr) -> Option<Block> {
    slab::block_around(object.address())
}

/// Adds the blocks in which an object keeps references, beside its own. False where it may keep some
/// elsewhere.
pub(crate) fn add_buffers(object: ObjPtr, out: &mut Vec<Block>) -> bool {
    let is = Asked(object);
    if is.a::<PyList>() {
        return follow(object, size_of::<Py<PyList>>(), out);
    }
    if is.a::<PyDict>() {
        return follow(object, size_of::<Py<PyDict>>(), out);
    }
    if is.a::<PyTuple>() {
        return follow(object, size_of::<Py<PyTuple>>(), out);
    }
    if is.a::<PySet>() || is.a::<PyFrozenSet>() {
        return follow_shared(object, out);
    }
    // All that these refer to stands in their own blocks.
    is.a::<PyBaseObject>()
        || is.a::<PyFunction>()
        || is.a::<PyBoundMethod>()
        || is.a::<PyInt>()
        || is.a::<PyFloat>()
        || is.a::<PyStr>()
}

/// The native type of an object or of its class's.
struct Asked(ObjPtr);

impl Asked {
    #[inline]
    fn a<T: PyPayload>(&self) -> bool {
        self.0.object().downcast_ref::<T>().is_some()
    }
}

/// Adds the blocks that the words of an object's own data lead to, `bytes` of the whole object. None of
/// the words is a reference itself.
fn follow(object: ObjPtr, bytes: usize, out: &mut Vec<Block>) -> bool {
    let words = (SIZEOF_PYOBJECT_HEAD..bytes).step_by(WORD);
    words.map(|at| object.address() + at).all(|at| {
        // SAFETY: the type of the object is such that it has so many bytes.
        let word = unsafe { *(at as *const usize) };
        add_block(word, out)
    })
}

/// Adds what a set's data leads to: a block that it may share with others, and the blocks that this
/// one leads to.
fn follow_shared(set: ObjPtr, out: &mut Vec<Block>) -> bool {
    let first = out.len();
    // SAFETY: a set's own data begins with the address of what it holds.
    let shared = unsafe { *((set.address() + SIZEOF_PYOBJECT_HEAD) as *const usize) };
    if !add_block(shared, out) {
        return false;
    }
    let Some((start, bytes)) = out.get(first).copied() else {
        return false;
    };
    let words = (start..start + bytes).step_by(WORD);
    // SAFETY: the block is the set's. What is left over behind its content has no meaning.
    let mut words = words.map(|at| unsafe { *(at as *const usize) });
    // It begins with the number of those who hold it.
    words.next() == Some(1) && words.all(|word| add_block(word, out))
}

/// Adds the block that a word leads to, if it leads anywhere. False where its writes cannot be known.
fn add_block(word: usize, out: &mut Vec<Block>) -> bool {
    if !(LOWEST_ADDRESS..HIGHEST_ADDRESS).contains(&word) || !word.is_multiple_of(WORD) {
        return true;
    }
    let Some(bytes) = slab::block_bytes(word) else {
        return false;
    };
    let is_known = slab::block_around(word).is_some();
    if is_known {
        out.push((word, bytes));
    }
    is_known
}
