//! Quick looks at living objects, for the comparison that every step makes of all of them.
//!
//! What is read here is read without the interpreter's locks: it is only asked for while the
//! program stands still.

use super::LayoutError;
use super::header::ObjPtr;
use rustpython_vm::builtins::PyList;
use rustpython_vm::object::{SIZEOF_PYOBJECT_HEAD, Traverse};
use rustpython_vm::{AsObject, Py, VirtualMachine};
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};

const FLAGS_OFFSET: usize = 2 * size_of::<usize>();
/// The part of the word of the count that is the count itself; the rest are flags.
const COUNT_BITS: u64 = (1 << 60) - 1;
/// How many words behind its header a list's own data takes up.
const LIST_WORDS: usize = (size_of::<Py<PyList>>() - SIZEOF_PYOBJECT_HEAD) / size_of::<usize>();

/// Which words of a list hold the address of its items and their number; found by [`self_test`].
static ITEMS_AT: AtomicUsize = AtomicUsize::new(0);
static LENGTH_AT: AtomicUsize = AtomicUsize::new(0);
/// Which word of a list is the state of its lock.
static LOCK_AT: AtomicUsize = AtomicUsize::new(0);

/// The part of a header that changes: the word of the count, and the collector's flags and
/// generation. Equal headers mean an equal count and generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Header {
    count: u64,
    flags: [u8; 2],
}

/// Where a list's lock begins.
pub(super) fn list_lock(list: ObjPtr) -> usize {
    list.address() + LOCK_AT.load(Ordering::Relaxed)
}

fn count_word(address: usize) -> u64 {
    // SAFETY: every header begins with the word of the count, which is only written atomically.
    unsafe { AtomicU64::from_ptr(address as *mut u64) }.load(Ordering::Relaxed)
}

/// Whether the object at an address, whose block must be there, is past its finalizer: nothing
/// holds it, and it is being taken apart or about to be.
pub(super) fn is_dying_at(address: usize) -> bool {
    count_word(address) & COUNT_BITS == 0
}

impl ObjPtr {
    #[inline]
    pub(crate) fn header(self) -> Header {
        let byte = |at: usize| {
            // SAFETY: the block is there (see [`ObjPtr`]); every header has two bytes of flags and
            // generation behind the word of the table, which are only written atomically.
            unsafe { AtomicU8::from_ptr((self.address() + at) as *mut u8) }.load(Ordering::Relaxed)
        };
        Header {
            count: count_word(self.address()),
            flags: [byte(FLAGS_OFFSET), byte(FLAGS_OFFSET + 1)],
        }
    }

    /// Whether nothing holds the object any more: of such a one no more than its header may be
    /// read.
    #[inline]
    pub(crate) fn is_dying(self) -> bool {
        is_dying_at(self.address())
    }

    /// Asks the processor to fetch the object, which will be looked at soon: most of what a step
    /// costs with a large heap is waiting for memory.
    #[inline]
    pub(crate) fn prefetch(self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a hint, which reads nothing and cannot fault.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let start = self.address() as *const i8;
            _mm_prefetch::<_MM_HINT_T0>(start);
            _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(64));
        }
    }

    /// Calls `visit` for each object that this one refers to, in the interpreter's order.
    #[inline]
    pub(crate) fn walk(self, mut visit: impl FnMut(ObjPtr)) {
        self.object().traverse(&mut |to| visit(ObjPtr::of(to)));
    }

    /// The items of a list, which must be of the type `list` itself.
    #[inline]
    pub(crate) fn list_items<'a>(self) -> &'a [ObjPtr] {
        // SAFETY: the self-test has found these two words in a list's data, and a pointer to an
        // object is what an item is. The slice is not kept beyond the comparison.
        unsafe {
            let word =
                |at: &AtomicUsize| *((self.address() + at.load(Ordering::Relaxed)) as *const usize);
            std::slice::from_raw_parts(word(&ITEMS_AT) as *const ObjPtr, word(&LENGTH_AT))
        }
    }
}

/// Finds where a list keeps the address and the number of its items.
pub(super) fn self_test(vm: &VirtualMachine) -> Result<(), LayoutError> {
    let mut items = Vec::with_capacity(29);
    items.resize(17, vm.ctx.none());
    let (buffer, length) = (items.as_ptr() as usize, items.len());
    let list = vm.ctx.new_list(items);
    let start = ObjPtr::of(list.as_object()).address();
    let places = |wanted: usize| {
        (0..LIST_WORDS)
            .map(|word| SIZEOF_PYOBJECT_HEAD + word * size_of::<usize>())
            // SAFETY: these words are the list's own data, to the last of them.
            .filter(|at| unsafe { *((start + at) as *const usize) } == wanted)
            .collect::<Vec<_>>()
    };
    let (&[items_at], &[length_at]) = (&places(buffer)[..], &places(length)[..]) else {
        return Err(LayoutError::Header("a list is laid out in another way"));
    };
    ITEMS_AT.store(items_at, Ordering::SeqCst);
    LENGTH_AT.store(length_at, Ordering::SeqCst);
    let words = || -> Vec<usize> {
        (0..LIST_WORDS)
            .map(|word| start + SIZEOF_PYOBJECT_HEAD + word * size_of::<usize>())
            // SAFETY: as above.
            .map(|at| unsafe { *(at as *const usize) })
            .collect()
    };
    let free = words();
    let guard = list.borrow_vec();
    let held = words();
    drop(guard);
    let changed: Vec<usize> = (0..LIST_WORDS)
        .filter(|at| free[*at] != held[*at])
        .collect();
    let &[lock_at] = &changed[..] else {
        return Err(LayoutError::Header("a list's lock was not found"));
    };
    LOCK_AT.store(
        SIZEOF_PYOBJECT_HEAD + lock_at * size_of::<usize>(),
        Ordering::SeqCst,
    );
    let walked = list.as_object().gc_get_referents().len();
    let read = ObjPtr::of(list.as_object()).list_items();
    let none = ObjPtr::of(&vm.ctx.none());
    if walked != length || read.len() != length || read.iter().any(|item| *item != none) {
        return Err(LayoutError::Header(
            "a list's items are not where they seem",
        ));
    }
    let count = count_word(start) & COUNT_BITS;
    if count != list.as_object().strong_count() as u64 || is_dying_at(start) {
        return Err(LayoutError::Header("a count is not where it seems"));
    }
    Ok(())
}
