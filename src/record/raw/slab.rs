//! The program's small blocks: by size, the last freed is the first given again.
//!
//! What the interpreter allocates and frees while it calls the recorder then leaves no trace: a block
//! that is taken and given back is the very block that the program would have got next. With the
//! system's allocator a pair of calls can change which block comes next, and a script that compares
//! `id`s could see it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

/// Blocks differ by this much in size, and stand at multiples of it.
const GRAIN: usize = 16;
/// Larger blocks come from the system.
const LARGEST: usize = 1024;
const CLASSES: usize = LARGEST / GRAIN;
/// As much of the region is cut into blocks of one size at once.
const CHUNK_BYTES: usize = 1 << 16;

/// Address space that is set aside.
const REGION_BYTES: usize = 1 << 40;
/// The same where address space is limited; what does not fit comes from the system.
const SMALL_REGION_BYTES: usize = 1 << 28;
/// Memory is taken from it by at least this much.
const GROWTH_BYTES: usize = 1 << 20;
/// The second word of a free block.
const FREE: usize = 1;
/// So many chunks are known by the size of their blocks; later ones are known not at all.
const CHUNKS: usize = 1 << 20;

/// The class of each chunk, and 1.
static CHUNK_CLASSES: [AtomicU8; CHUNKS] = [const { AtomicU8::new(0) }; CHUNKS];

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
///
/// With `MEMVIZ_SYSTEM_HEAP` set they do not: a tool that checks how memory is used can follow the
/// system's blocks one by one.
pub(crate) fn open() {
    if std::env::var_os("MEMVIZ_SYSTEM_HEAP").is_some() {
        return;
    }
    static ONCE: Once = Once::new();
    // SAFETY: the handlers live as long as the process. The lock is held over the copying, so that no
    // other thread holds it in the copy.
    ONCE.call_once(|| unsafe {
        libc::pthread_atfork(
            Some(before_copying),
            Some(after_copying),
            Some(after_copying),
        );
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
        let bytes = rounded(size);
        if class.next + bytes > class.end {
            let Some(chunk) = REGION.take(CHUNK_BYTES) else {
                return 0;
            };
            (class.next, class.end) = (chunk, chunk + CHUNK_BYTES);
            if let Some(known) = CHUNK_CLASSES.get(REGION.chunk(chunk)) {
                known.store((bytes / GRAIN) as u8, Ordering::Relaxed);
            }
        }
        let block = class.next;
        class.next += bytes;
        block
    })
}

/// How many bytes a block has that so many were asked for.
pub(crate) fn rounded(size: usize) -> usize {
    size.next_multiple_of(GRAIN)
}

/// How many bytes there are in the block that stands at an address, where it is one from here.
pub(crate) fn block_bytes(address: usize) -> Option<usize> {
    if !REGION.holds(address as *mut u8) {
        return None;
    }
    let class = CHUNK_CLASSES
        .get(REGION.chunk(address))?
        .load(Ordering::Relaxed);
    let bytes = usize::from(class) * GRAIN;
    let start = REGION.start.load(Ordering::Relaxed);
    (bytes > 0 && ((address - start) % CHUNK_BYTES).is_multiple_of(bytes)).then_some(bytes)
}

/// Whether an address lies in what is given from here.
pub(crate) fn holds(address: usize) -> bool {
    REGION.holds(address as *mut u8)
}

/// Whether all of some bytes can be read for good.
pub(crate) fn is_readable(address: usize, bytes: usize) -> bool {
    let end = address.saturating_add(bytes);
    holds(address) && end <= REGION.ready.load(Ordering::Relaxed)
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
        // SAFETY: the block is the program's no more, and has room for two words. The second one is no
        // table of an interpreter's type, so that what is free is not taken for an object.
        unsafe { *block.cast::<[usize; 2]>() = [class.free, FREE] };
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
    let stays_with_system = !SLAB.open.load(Ordering::Relaxed) || !is_small(new);
    if !ours && stays_with_system {
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

/// Address space that is set aside, from which memory is taken from the bottom up and never given
/// back.
struct Region {
    start: AtomicUsize,
    end: AtomicUsize,
    next: AtomicUsize,
    /// Up to here the region can be read and written.
    ready: AtomicUsize,
}

impl Region {
    const fn new() -> Region {
        Region {
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            ready: AtomicUsize::new(0),
        }
    }

    /// Sets the region aside, once. False where the system refuses.
    fn reserve(&self) -> bool {
        let bytes = match super::stack::address_space() {
            None => REGION_BYTES,
            Some(_) => SMALL_REGION_BYTES,
        };
        if self.start.load(Ordering::SeqCst) == 0 {
            // SAFETY: an anonymous private mapping at an address of the system's choice touches no
            // memory of ours; its failure is checked.
            let start = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    bytes,
                    libc::PROT_NONE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                    -1,
                    0,
                )
            };
            if start != libc::MAP_FAILED {
                let start = start as usize;
                self.end.store(start + bytes, Ordering::SeqCst);
                self.next.store(start, Ordering::SeqCst);
                self.ready.store(start, Ordering::SeqCst);
                self.start.store(start, Ordering::SeqCst);
            }
        }
        self.start.load(Ordering::SeqCst) != 0
    }

    /// The next `size` bytes, which are zero. To be asked for by one thread at a time.
    fn take(&self, size: usize) -> Option<usize> {
        let start = self.next.load(Ordering::Relaxed);
        let end = self.end.load(Ordering::Relaxed);
        if start == 0 || size > end - start {
            return None;
        }
        let ready = self.ready.load(Ordering::Relaxed);
        if start + size > ready {
            let more = (start + size - ready)
                .next_multiple_of(GROWTH_BYTES)
                .min(end - ready);
            // SAFETY: the range lies inside the region that was set aside and is in nobody's use.
            let failed = unsafe {
                libc::mprotect(ready as *mut _, more, libc::PROT_READ | libc::PROT_WRITE)
            };
            if failed != 0 {
                return None;
            }
            self.ready.store(ready + more, Ordering::Relaxed);
        }
        self.next.store(start + size, Ordering::Relaxed);
        Some(start)
    }

    fn holds(&self, block: *mut u8) -> bool {
        let start = self.start.load(Ordering::Relaxed);
        start != 0
            && (block as usize) >= start
            && (block as usize) < self.end.load(Ordering::Relaxed)
    }

    /// The number of the chunk that an address lies in.
    fn chunk(&self, address: usize) -> usize {
        (address - self.start.load(Ordering::Relaxed)) / CHUNK_BYTES
    }
}
