//! The program's small blocks: by size, the last freed is the first given again.
//!
//! What the interpreter allocates and frees while it calls the recorder then leaves no trace: a block
//! that is taken and given back is the very block that the program would have got next. With the
//! system's allocator a pair of calls can change which block comes next, and a script that compares
//! `id`s could see it.

use super::heap::Region;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Blocks differ by this much in size, and stand at multiples of it.
const GRAIN: usize = 16;
/// Larger blocks come from the system.
const LARGEST: usize = 1024;
const CLASSES: usize = LARGEST / GRAIN;
/// As much of the region is cut into blocks of one size at once.
const CHUNK_BYTES: usize = 1 << 16;

/// The blocks of one size.
#[derive(Clone, Copy)]
struct Class {
    /// The block freed last, which holds the address of the one before; 0 where there is none.
    free: usize,
    /// What has not been given yet, up to `end`.
    next: usize,
    end: usize,
}

struct Slab {
    classes: UnsafeCell<[Class; CLASSES]>,
    locked: AtomicBool,
    /// New blocks are given.
    open: AtomicBool,
}

// SAFETY: `classes` is only reached while `locked` is held.
unsafe impl Sync for Slab {}

static SLAB: Slab = Slab {
    classes: UnsafeCell::new(
        [Class {
            free: 0,
            next: 0,
            end: 0,
        }; CLASSES],
    ),
    locked: AtomicBool::new(false),
    open: AtomicBool::new(false),
};
static REGION: Region = Region::new();

/// From here on the program's small blocks come from here.
pub(crate) fn open() {
    static ONCE: Once = Once::new();
    // SAFETY: the handlers live as long as the process. The lock is held over the copying, so that no
    // other thread holds it in the copy.
    ONCE.call_once(|| unsafe {
        libc::pthread_atfork(Some(before_copying), Some(after_copying), Some(after_copying));
    });
    SLAB.open.store(REGION.reserve(), Ordering::SeqCst);
}

/// New blocks come from the system again: Python has ended, and pictures are drawn on all cores.
pub(crate) fn close() {
    SLAB.open.store(false, Ordering::SeqCst);
}

extern "C" fn before_copying() {
    lock();
}

extern "C" fn after_copying() {
    SLAB.locked.store(false, Ordering::Release);
}

fn lock() {
    while SLAB.locked.swap(true, Ordering::Acquire) {
        std::thread::yield_now();
    }
}

fn with_class<R>(size: usize, act: impl FnOnce(&mut Class) -> R) -> R {
    lock();
    // SAFETY: the lock is held.
    let classes = unsafe { &mut *SLAB.classes.get() };
    let answer = act(&mut classes[size.div_ceil(GRAIN) - 1]);
    SLAB.locked.store(false, Ordering::Release);
    answer
}

fn is_small(layout: Layout) -> bool {
    layout.size() <= LARGEST && layout.align() <= GRAIN && layout.size() > 0
}

fn take(size: usize) -> usize {
    with_class(size, |class| {
        if class.free != 0 {
            let block = class.free;
            // SAFETY: a free block holds the address of the next.
            class.free = unsafe { *(block as *const usize) };
            return block;
        }
        let bytes = size.next_multiple_of(GRAIN);
        if class.next + bytes > class.end {
            let Some(chunk) = REGION.take(CHUNK_BYTES) else {
                return 0;
            };
            (class.next, class.end) = (chunk, chunk + CHUNK_BYTES);
        }
        let block = class.next;
        class.next += bytes;
        block
    })
}

/// A block for the program.
///
/// # Safety
/// As for `GlobalAlloc::alloc`.
pub(super) unsafe fn alloc(layout: Layout) -> *mut u8 {
    if SLAB.open.load(Ordering::Relaxed) && is_small(layout) {
        let block = take(layout.size());
        if block != 0 {
            return block as *mut u8;
        }
    }
    // SAFETY: as the caller promises.
    unsafe { System.alloc(layout) }
}

/// A block of zeros for the program.
///
/// # Safety
/// As for `GlobalAlloc::alloc_zeroed`.
pub(super) unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    if SLAB.open.load(Ordering::Relaxed) && is_small(layout) {
        let block = take(layout.size()) as *mut u8;
        if !block.is_null() {
            // SAFETY: the block has room for as much.
            unsafe { block.write_bytes(0, layout.size()) };
            return block;
        }
    }
    // SAFETY: as the caller promises.
    unsafe { System.alloc_zeroed(layout) }
}

/// Takes a block of the program's back.
///
/// # Safety
/// As for `GlobalAlloc::dealloc`.
pub(super) unsafe fn dealloc(block: *mut u8, layout: Layout) {
    if !REGION.holds(block) {
        // SAFETY: as the caller promises; what is not from here is the system's.
        return unsafe { System.dealloc(block, layout) };
    }
    with_class(layout.size(), |class| {
        // SAFETY: the block is the program's no more, and has room for an address.
        unsafe { *block.cast::<usize>() = class.free };
        class.free = block as usize;
    });
}

/// A block of another size with the same content.
///
/// # Safety
/// As for `GlobalAlloc::realloc`.
pub(super) unsafe fn realloc(block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    let ours = REGION.holds(block);
    if ours && size.div_ceil(GRAIN) == layout.size().div_ceil(GRAIN) {
        return block;
    }
    let Ok(new) = Layout::from_size_align(size, layout.align()) else {
        return std::ptr::null_mut();
    };
    if !ours && !(SLAB.open.load(Ordering::Relaxed) && is_small(new)) {
        // SAFETY: as the caller promises.
        return unsafe { System.realloc(block, layout, size) };
    }
    // SAFETY: the two blocks do not overlap, and as much is copied as both hold.
    unsafe {
        let moved = alloc(new);
        if !moved.is_null() {
            std::ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
            dealloc(block, layout);
        }
        moved
    }
}
