//! Two heaps: the program's blocks come from [`slab`] and the system's allocator, the recorder's from
//! a region of their own. So recording does not change which blocks the program is given: a script that
//! compares `id`s sees the same with recording on and off.

use super::slab;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Address space set aside for each heap: the first that the system grants.
const REGION_BYTES: [usize; 3] = [1 << 40, 1 << 33, 1 << 30];
/// A region grows by at least this much.
const GROWTH_BYTES: usize = 1 << 20;

static OPENED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// While one of these lives, the current thread allocates from the recorder's heap.
pub(crate) struct Inside {
    before: bool,
}

impl Inside {
    pub(crate) fn enter() -> Inside {
        Inside {
            before: INSIDE.with(|inside| inside.replace(true)),
        }
    }

    pub(crate) fn is_entered() -> bool {
        INSIDE.with(Cell::get)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.set(self.before));
    }
}

/// Address space that is set aside, from which memory is taken from the bottom up and never given
/// back.
pub(super) struct Region {
    start: AtomicUsize,
    end: AtomicUsize,
    next: AtomicUsize,
    /// Up to here the region can be read and written.
    ready: AtomicUsize,
}

impl Region {
    pub(super) const fn new() -> Region {
        Region {
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            ready: AtomicUsize::new(0),
        }
    }

    /// Sets the region aside, once. False where the system refuses.
    pub(super) fn reserve(&self) -> bool {
        for bytes in REGION_BYTES {
            if self.start.load(Ordering::SeqCst) != 0 {
                return true;
            }
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
    pub(super) fn take(&self, size: usize) -> Option<usize> {
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

    pub(super) fn holds(&self, block: *mut u8) -> bool {
        let start = self.start.load(Ordering::Relaxed);
        start != 0
            && (block as usize) >= start
            && (block as usize) < self.end.load(Ordering::Relaxed)
    }
}

/// Sets the recorder's region and the program's aside. Where the system refuses, both share the
/// system's allocator.
pub(crate) fn open() {
    if OPENED.swap(true, Ordering::SeqCst) {
        return;
    }
    if RECORDER.reserve() {
        let mut heap = HEAP.lock().unwrap_or_else(|e| e.into_inner());
        *heap = Some(dlmalloc::Dlmalloc::new_with_allocator(Recorder));
    }
    super::slab::open();
}

static RECORDER: Region = Region::new();
static HEAP: Mutex<Option<dlmalloc::Dlmalloc<Recorder>>> = Mutex::new(None);

/// Hands the region's memory to the recorder's heap.
struct Recorder;

// SAFETY: every answer of `alloc` is a fresh, readable and writable part of the region that
// nothing else uses, and nothing is ever given back.
unsafe impl dlmalloc::Allocator for Recorder {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let size = size.max(GROWTH_BYTES).next_multiple_of(self.page_size());
        match RECORDER.take(size) {
            Some(start) => (start as *mut u8, size, 0),
            None => (std::ptr::null_mut(), 0, 0),
        }
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        std::ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        1 << 16
    }
}

/// The allocator of every program that links memviz with its interpreter.
pub struct TwoHeaps;

#[global_allocator]
static ALLOCATOR: TwoHeaps = TwoHeaps;

fn recorder_allocates() -> bool {
    RECORDER.start.load(Ordering::Relaxed) != 0
        && INSIDE.try_with(Cell::get).unwrap_or(false)
        // In a copy of the process the heap's lock may be held by a thread that is not there.
        && !super::fork::is_copy()
}

fn with_heap<R>(act: impl FnOnce(&mut dlmalloc::Dlmalloc<Recorder>) -> R) -> Option<R> {
    let mut heap = HEAP.lock().unwrap_or_else(|e| e.into_inner());
    heap.as_mut().map(act)
}

/// A block of the recorder's heap, moved to the system's.
///
/// # Safety
/// As for `GlobalAlloc::realloc`.
unsafe fn moved_out(ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
    let Ok(new) = Layout::from_size_align(new_size, layout.align()) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the caller's sizes are not zero; the two blocks do not overlap, and as much is copied
    // as both hold.
    unsafe {
        let moved = System.alloc(new);
        if !moved.is_null() {
            std::ptr::copy_nonoverlapping(ptr, moved, layout.size().min(new_size));
        }
        moved
    }
}

// SAFETY: each block goes back to the heap that it came from, which its address tells; both heaps
// keep the allocator's contract for the layouts they are given.
unsafe impl GlobalAlloc for TwoHeaps {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if recorder_allocates() {
            // SAFETY: the caller keeps this function's contract; the layout goes on as it came.
            return with_heap(|heap| unsafe { heap.malloc(layout.size(), layout.align()) })
                .unwrap_or(std::ptr::null_mut());
        }
        // SAFETY: the caller keeps this function's contract; the layout goes on as it came.
        unsafe { slab::alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if recorder_allocates() {
            // SAFETY: the caller keeps this function's contract; the layout goes on as it came.
            return with_heap(|heap| unsafe { heap.calloc(layout.size(), layout.align()) })
                .unwrap_or(std::ptr::null_mut());
        }
        // SAFETY: the caller keeps this function's contract; the layout goes on as it came.
        unsafe { slab::alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if RECORDER.holds(ptr) {
            if super::fork::is_copy() {
                return;
            }
            // SAFETY: the block came from this heap, as its address tells, with this layout.
            with_heap(|heap| unsafe { heap.free(ptr, layout.size(), layout.align()) });
            return;
        }
        super::deaths::block_freed(ptr as usize, layout.size());
        // SAFETY: the block came from this heap, as its address tells, with this layout.
        unsafe { slab::dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if RECORDER.holds(ptr) {
            if super::fork::is_copy() {
                // SAFETY: the block came from this heap, as its address tells, with this layout.
                return unsafe { moved_out(ptr, layout, new_size) };
            }
            // SAFETY: the block came from this heap, as its address tells, with this layout.
            return with_heap(|heap| unsafe {
                heap.realloc(ptr, layout.size(), layout.align(), new_size)
            })
            .unwrap_or(std::ptr::null_mut());
        }
        // SAFETY: the block came from this heap, as its address tells, with this layout.
        unsafe { slab::realloc(ptr, layout, new_size) }
    }
}
