//! Two heaps: the program's blocks come from the system allocator, the recorder's from a region
//! of their own. So recording does not change which blocks the program is given: a script that
//! compares `id`s sees the same with recording on and off.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Address space set aside for the recorder; memory is taken from it as it grows.
const REGION_BYTES: usize = 1 << 40;
/// Where the large region is refused (a limit on address space), this much is tried.
const SMALL_REGION_BYTES: usize = 1 << 33;
/// The region grows by at least this much.
const GROWTH_BYTES: usize = 1 << 22;

static REGION_START: AtomicUsize = AtomicUsize::new(0);
static REGION_END: AtomicUsize = AtomicUsize::new(0);
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

/// Sets the recorder's region aside. Where the system refuses, both share the system allocator.
pub(crate) fn open() {
    if OPENED.swap(true, Ordering::SeqCst) {
        return;
    }
    for bytes in [REGION_BYTES, SMALL_REGION_BYTES] {
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
            let mut heap = HEAP.lock().unwrap_or_else(|e| e.into_inner());
            *heap = Some(dlmalloc::Dlmalloc::new_with_allocator(Region));
            REGION_END.store(start as usize + bytes, Ordering::SeqCst);
            NEXT.store(start as usize, Ordering::SeqCst);
            REGION_START.store(start as usize, Ordering::SeqCst);
            return;
        }
    }
}

static NEXT: AtomicUsize = AtomicUsize::new(0);
static HEAP: Mutex<Option<dlmalloc::Dlmalloc<Region>>> = Mutex::new(None);

/// Hands the region's memory to the recorder's heap, from the bottom up.
struct Region;

// SAFETY: every answer of `alloc` is a fresh, readable and writable part of the region that
// nothing else uses, and nothing is ever given back.
unsafe impl dlmalloc::Allocator for Region {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let size = size.max(GROWTH_BYTES).next_multiple_of(self.page_size());
        let start = NEXT.load(Ordering::SeqCst);
        if start + size > REGION_END.load(Ordering::SeqCst) {
            return (std::ptr::null_mut(), 0, 0);
        }
        // SAFETY: the range lies inside the region that `open` mapped.
        let failed =
            unsafe { libc::mprotect(start as *mut _, size, libc::PROT_READ | libc::PROT_WRITE) };
        if failed != 0 {
            return (std::ptr::null_mut(), 0, 0);
        }
        NEXT.store(start + size, Ordering::SeqCst);
        (start as *mut u8, size, 0)
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

fn in_region(ptr: *mut u8) -> bool {
    let address = ptr as usize;
    let start = REGION_START.load(Ordering::Relaxed);
    start != 0 && address >= start && address < REGION_END.load(Ordering::Relaxed)
}

fn recorder_allocates() -> bool {
    REGION_START.load(Ordering::Relaxed) != 0
        && INSIDE.try_with(Cell::get).unwrap_or(false)
        // In a copy of the process the heap's lock may be held by a thread that is not there.
        && !super::fork::is_copy()
}

fn with_heap<R>(act: impl FnOnce(&mut dlmalloc::Dlmalloc<Region>) -> R) -> Option<R> {
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
            return with_heap(|heap| unsafe { heap.malloc(layout.size(), layout.align()) })
                .unwrap_or(std::ptr::null_mut());
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if recorder_allocates() {
            return with_heap(|heap| unsafe { heap.calloc(layout.size(), layout.align()) })
                .unwrap_or(std::ptr::null_mut());
        }
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if in_region(ptr) {
            if super::fork::is_copy() {
                return;
            }
            with_heap(|heap| unsafe { heap.free(ptr, layout.size(), layout.align()) });
            return;
        }
        super::deaths::block_freed(ptr as usize, layout.size());
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if in_region(ptr) {
            if super::fork::is_copy() {
                return unsafe { moved_out(ptr, layout, new_size) };
            }
            return with_heap(|heap| unsafe {
                heap.realloc(ptr, layout.size(), layout.align(), new_size)
            })
            .unwrap_or(std::ptr::null_mut());
        }
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}
