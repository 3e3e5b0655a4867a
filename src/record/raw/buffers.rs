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

/// An odd number without a pattern.
const MIXER: usize = 0x9E37_79B9_7F4A_7C15;

/// A block: where it begins, and how many bytes it has.
pub(crate) type Block = (usize, usize);

/// The block that the object itself stands in, where that is one whose writes can be known.
#[inline]
pub(crate) fn own_block(object: ObjPtr) -> Option<Block> {
    slab::block_around(object.address())
}

/// Where an object keeps what it refers to.
enum Reach {
    /// In its own block alone.
    Own,
    /// In blocks that the words of its data lead to, up to this byte of the object.
    Words(usize),
    /// In a block that it may share with others, and blocks that this one leads to.
    Shared,
    Elsewhere,
}

impl Reach {
    #[inline]
    fn of(object: ObjPtr) -> Reach {
        /// Whether an object's native type, or that of its class, is `T`.
        #[inline]
        fn is<T: PyPayload>(object: ObjPtr) -> bool {
            object.object().downcast_ref::<T>().is_some()
        }
        if is::<PyBaseObject>(object) {
            Reach::Own
        } else if is::<PyDict>(object) {
            Reach::Words(size_of::<Py<PyDict>>())
        } else if is::<PyList>(object) {
            Reach::Words(size_of::<Py<PyList>>())
        } else if is::<PyTuple>(object) {
            Reach::Words(size_of::<Py<PyTuple>>())
        } else if is::<PyFunction>(object)
            || is::<PyBoundMethod>(object)
            || is::<PyInt>(object)
            || is::<PyFloat>(object)
            || is::<PyStr>(object)
        {
            Reach::Own
        } else if is::<PySet>(object) || is::<PyFrozenSet>(object) {
            Reach::Shared
        } else {
            Reach::Elsewhere
        }
    }
}

/// Adds the blocks in which an object keeps references, beside its own. False where it may keep some
/// elsewhere.
pub(crate) fn add_buffers(object: ObjPtr, out: &mut Vec<Block>) -> bool {
    match Reach::of(object) {
        Reach::Own => true,
        Reach::Words(bytes) => follow(object, bytes, out),
        Reach::Shared => follow_shared(object, out),
        Reach::Elsewhere => false,
    }
}

/// A number that is another one where the buffers of any of some objects have moved, as good as
/// surely. `None` where that does not show in the objects themselves.
#[inline]
pub(crate) fn fingerprint(objects: impl Iterator<Item = ObjPtr>) -> Option<usize> {
    let mut print = 1_usize;
    for object in objects {
        let end = match Reach::of(object) {
            Reach::Own => SIZEOF_PYOBJECT_HEAD,
            Reach::Words(bytes) => bytes,
            Reach::Shared | Reach::Elsewhere => return None,
        };
        let start = object.address();
        let mut add = |word: usize| print = (print.rotate_left(5) ^ word).wrapping_mul(MIXER);
        add(start);
        for at in (SIZEOF_PYOBJECT_HEAD..end).step_by(WORD) {
            // SAFETY: the type of the object is such that it has so many bytes.
            add(unsafe { *((start + at) as *const usize) });
        }
    }
    Some(print.max(1))
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
