//! Two heaps: the program's blocks come from [`slab`] and the system allocator, the recorder's from a region
//! of their own. So recording does not change which blocks the program is given: a script that
//! compares `id`s sees the same with recording on and off.

use super::slab;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Address space set aside for the recorder; memory is taken from it as it grows.
const REGION_BYTES: usize = 1 << 40;
/// Where address space is limited, a region of this size comes first; each further one is as large
/// as all before it.
const FIRST_REGION_BYTES: usize = 1 << 25;
/// So many regions double into more than any machine has.
const REGIONS: usize = 24;
/// A region is used up by at least this much at a time.
const GROWTH_BYTES: usize = 1 << 22;

/// Start and end of each region, in the order in which they were set aside; zeros behind them.
static STARTS: [AtomicUsize; REGIONS] = [const { AtomicUsize::new(0) }; REGIONS];
static ENDS: [AtomicUsize; REGIONS] = [const { AtomicUsize::new(0) }; REGIONS];
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

/// Sets the recorder's first region aside. Where the system refuses, both share the system
/// allocator. Whether the recorder allocates from there: a program that has not called
/// [`install_recorder!`](crate::install_recorder) has another allocator.
pub(crate) fn open() -> bool {
    if !OPENED.swap(true, Ordering::SeqCst) {
        let bytes = match super::stack::address_space() {
            None => REGION_BYTES,
            Some(_) => FIRST_REGION_BYTES,
        };
        if set_aside(0, bytes) {
            let mut heap = HEAP.lock().unwrap_or_else(|e| e.into_inner());
            *heap = Some(dlmalloc::Dlmalloc::new_with_allocator(Region));
        }
        slab::open();
    }
    let _inside = Inside::enter();
    let probe = Box::new([0_u8; 64]);
    let probe = std::hint::black_box(&*probe).as_ptr();
    STARTS[0].load(Ordering::Relaxed) == 0 || in_region(probe.cast_mut())
}

/// Sets a region aside, as the one of this number.
fn set_aside(number: usize, bytes: usize) -> bool {
    // SAFETY: an anonymous private mapping at an address of the system's choice touches no memory
    // of ours; its failure is checked.
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
    if start == libc::MAP_FAILED {
        return false;
    }
    ENDS[number].store(start as usize + bytes, Ordering::SeqCst);
    NEXT.store(start as usize, Ordering::SeqCst);
    STARTS[number].store(start as usize, Ordering::SeqCst);
    true
}

/// Where the newest region is not used yet.
static NEXT: AtomicUsize = AtomicUsize::new(0);
static HEAP: Mutex<Option<dlmalloc::Dlmalloc<Region>>> = Mutex::new(None);

/// Hands the regions' memory to the recorder's heap, from the bottom up.
struct Region;

impl Region {
    /// Makes sure that there are `size` bytes in the newest region.
    fn has_room(size: usize) -> bool {
        let taken = STARTS
            .iter()
            .take_while(|start| start.load(Ordering::SeqCst) != 0);
        let count = taken.count();
        let next = NEXT.load(Ordering::SeqCst);
        if count > 0 && next + size <= ENDS[count - 1].load(Ordering::SeqCst) {
            return true;
        }
        let bytes = (FIRST_REGION_BYTES << count.saturating_sub(1)).max(size);
        count < REGIONS && set_aside(count, bytes)
    }
}

// SAFETY: every answer of `alloc` is a fresh, readable and writable part of the region that
// nothing else uses, and nothing is ever given back.
unsafe impl dlmalloc::Allocator for Region {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let size = size.max(GROWTH_BYTES).next_multiple_of(self.page_size());
        if !Region::has_room(size) {
            return (std::ptr::null_mut(), 0, 0);
        }
        let start = NEXT.load(Ordering::SeqCst);
        // SAFETY: the range lies inside the newest region.
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

/// The allocator of a program that can record.
pub struct TwoHeaps;

fn in_region(ptr: *mut u8) -> bool {
    let address = ptr as usize;
    for (start, end) in STARTS.iter().zip(&ENDS) {
        let start = start.load(Ordering::Relaxed);
        if start == 0 {
            break;
        }
        if start <= address && address < end.load(Ordering::Relaxed) {
            return true;
        }
    }
    false
}

fn recorder_allocates() -> bool {
    STARTS[0].load(Ordering::Relaxed) != 0
        && INSIDE.try_with(Cell::get).unwrap_or(false)
        // In a copy of the process the heap's lock may be held by a thread that is not there.
        && !super::fork::is_forked_child()
}

/// Asks the recorder's heap for a block; there is none where it cannot grow.
fn with_heap(act: impl FnOnce(&mut dlmalloc::Dlmalloc<Region>) -> *mut u8) -> Option<*mut u8> {
    let mut heap = HEAP.lock().unwrap_or_else(|e| e.into_inner());
    heap.as_mut().map(act).filter(|block| !block.is_null())
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
            // SAFETY: a size and an alignment that the caller answers for.
            let block = with_heap(|heap| unsafe { heap.malloc(layout.size(), layout.align()) });
            if let Some(block) = block {
                return block;
            }
        }
        // SAFETY: as the caller promises.
        unsafe { slab::alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if recorder_allocates() {
            // SAFETY: a size and an alignment that the caller answers for.
            let block = with_heap(|heap| unsafe { heap.calloc(layout.size(), layout.align()) });
            if let Some(block) = block {
                return block;
            }
        }
        // SAFETY: as the caller promises.
        unsafe { slab::alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if in_region(ptr) {
            if super::fork::is_forked_child() {
                return;
            }
            with_heap(|heap| {
                // SAFETY: the block came from this heap with this layout.
                unsafe { heap.free(ptr, layout.size(), layout.align()) };
                ptr
            });
            return;
        }
        super::deaths::block_freed(ptr as usize, layout.size());
        // SAFETY: the block came from the system's heap with this layout.
        unsafe { slab::dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if in_region(ptr) {
            if super::fork::is_forked_child() {
                // SAFETY: as the caller promises.
                return unsafe { moved_out(ptr, layout, new_size) };
            }
            // SAFETY: the block came from this heap with this layout.
            let block = with_heap(|heap| unsafe {
                heap.realloc(ptr, layout.size(), layout.align(), new_size)
            });
            return block.unwrap_or_else(|| {
                // SAFETY: as the caller promises. The old block stays where it is for ever: the
                // heap cannot grow, and there is not much to come.
                unsafe { moved_out(ptr, layout, new_size) }
            });
        }
        // SAFETY: the block came from the system's heap with this layout.
        unsafe { slab::realloc(ptr, layout, new_size) }
    }
}
