//! The program's blocks: by size, the last freed is the first given again.
//!
//! What the interpreter allocates and frees while it calls the recorder then leaves no trace: a block
//! that is taken and given back is the very block that the program would have got next. With the
//! system's allocator a pair of calls can change which block comes next, and a script that compares
//! `id`s could see it.
//!
//! What can hold references, all that is aligned as a word is, stands in a region of its own: where that
//! was written, an object may have changed (`written.rs`). Text and other bytes stand in another.

use super::region::{CHUNK_BYTES, Region};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Small blocks differ by this much in size, and blocks stand at multiples of it.
const GRAIN: usize = 16;
/// Larger blocks are cut more roughly, have a head, and hold what is more than bytes.
const LARGEST_SMALL: usize = 1024;
const SMALL_CLASSES: usize = LARGEST_SMALL / GRAIN;
/// The head of a large block: how many bytes were asked for, 0 while it is free.
const HEAD: usize = GRAIN;
/// Between one power of two and the next there are so many sizes of large blocks.
const STEPS: usize = 4;
/// No block is larger than this power of two.
const LARGEST_POWER: usize = 40;
const CLASSES: usize = SMALL_CLASSES + (LARGEST_POWER - 10) * STEPS;
/// The memory of a free block of this size is given back to the system, but for its first page.
const RETURNED_BYTES: usize = 1 << 20;
const PAGE_BYTES: usize = 1 << 12;

/// Address space that is set aside for what can hold references, and for bytes.
const REGION_BYTES: [usize; 2] = [1 << 39, 1 << 38];
/// The same where address space is limited; what does not fit comes from the system.
const SMALL_REGION_BYTES: [usize; 2] = [1 << 28, 1 << 26];
/// The second word of a free block.
const FREE: usize = 1;
/// So many chunks are known by the size of their blocks.
const CHUNKS: [usize; 2] = [1 << 20, 1 << 18];

static WORD_CHUNKS: [AtomicU8; CHUNKS[0]] = [const { AtomicU8::new(0) }; CHUNKS[0]];
static BYTE_CHUNKS: [AtomicU8; CHUNKS[1]] = [const { AtomicU8::new(0) }; CHUNKS[1]];

/// The blocks of one size.
#[derive(Clone, Copy)]
struct Class {
    /// The block freed last, which holds the address of the one before; 0 where there is none.
    free: usize,
    /// What has not been given yet, up to `end`.
    next: usize,
    end: usize,
}

impl Class {
    const EMPTY: Class = Class {
        free: 0,
        next: 0,
        end: 0,
    };
}

struct Slab {
    classes: UnsafeCell<[[Class; CLASSES]; 2]>,
    locked: AtomicBool,
    /// New blocks are given.
    open: AtomicBool,
}

// SAFETY: `classes` is only reached while `locked` is held.
unsafe impl Sync for Slab {}

static SLAB: Slab = Slab {
    classes: UnsafeCell::new([[Class::EMPTY; CLASSES]; 2]),
    locked: AtomicBool::new(false),
    open: AtomicBool::new(false),
};
static REGIONS: [Region; 2] = [Region::new(&WORD_CHUNKS), Region::new(&BYTE_CHUNKS)];
/// Which of them is which.
const WORDS: usize = 0;
const BYTES: usize = 1;

/// From here on the program's blocks come from here.
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
    let bytes = match super::stack::address_space() {
        None => REGION_BYTES,
        Some(_) => SMALL_REGION_BYTES,
    };
    let mut all = REGIONS.iter().zip(bytes);
    let reserved = all.all(|(region, bytes)| region.reserve(bytes));
    SLAB.open.store(reserved, Ordering::SeqCst);
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

fn with_class<R>(region: usize, class: usize, act: impl FnOnce(&mut Class) -> R) -> R {
    lock();
    // SAFETY: the lock is held.
    let classes = unsafe { &mut *SLAB.classes.get() };
    let answer = act(&mut classes[region][class]);
    SLAB.locked.store(false, Ordering::Release);
    answer
}

/// The number of the size that so many bytes need.
#[inline]
fn class_of(size: usize) -> usize {
    if size <= LARGEST_SMALL {
        return size.div_ceil(GRAIN) - 1;
    }
    let last = size + HEAD - 1;
    let power = last.ilog2() as usize;
    let step = (last >> (power - 2)) & (STEPS - 1);
    SMALL_CLASSES + (power - 10) * STEPS + step
}

/// How many bytes the blocks of a class have, heads included.
#[inline]
fn class_bytes(class: usize) -> usize {
    let Some(large) = class.checked_sub(SMALL_CLASSES) else {
        return (class + 1) * GRAIN;
    };
    let power = 10 + large / STEPS;
    (1 << power) + (large % STEPS + 1) * (1 << (power - 2))
}

/// How many bytes stand before what the owner of a block of a class gets.
#[inline]
fn head_of(class: usize) -> usize {
    if class < SMALL_CLASSES { 0 } else { HEAD }
}

/// The region that a block comes from; `None` for one that is the system's.
#[inline]
fn region_for(layout: Layout) -> Option<usize> {
    let (size, align) = (layout.size(), layout.align());
    let region = if align < size_of::<usize>() {
        BYTES
    } else {
        WORDS
    };
    let largest = match region {
        BYTES => LARGEST_SMALL,
        _ => (1 << LARGEST_POWER) - HEAD,
    };
    (size > 0 && size <= largest && align <= GRAIN).then_some(region)
}

/// The region that an address lies in.
#[inline]
fn region_at(address: usize) -> Option<usize> {
    REGIONS.iter().position(|region| region.holds(address))
}

fn take(region: usize, size: usize) -> usize {
    let class = class_of(size);
    let (bytes, head) = (class_bytes(class), head_of(class));
    with_class(region, class, |blocks| {
        let block = if blocks.free != 0 {
            let block = blocks.free;
            // SAFETY: a free block holds the address of the next.
            blocks.free = unsafe { *(block as *const usize) };
            block
        } else {
            if blocks.next + bytes > blocks.end {
                let chunk_bytes = match bytes * STEPS <= CHUNK_BYTES {
                    true => CHUNK_BYTES,
                    false => bytes.next_multiple_of(CHUNK_BYTES),
                };
                let Some(chunk) = REGIONS[region].take(chunk_bytes, class as u8) else {
                    return 0;
                };
                (blocks.next, blocks.end) = (chunk, chunk + chunk_bytes);
            }
            let block = blocks.next + head;
            blocks.next += bytes;
            block
        };
        if head > 0 {
            // SAFETY: a large block has a head before it.
            unsafe { *((block - head) as *mut usize) = size };
        }
        block
    })
}

/// How many bytes a block has that so many were asked for.
pub(crate) fn rounded(size: usize) -> usize {
    size.next_multiple_of(GRAIN)
}

/// How many bytes there are in the block that stands at an address, where it is one from here.
pub(crate) fn block_bytes(address: usize) -> Option<usize> {
    let (chunk, class) = REGIONS[region_at(address)?].cut_at(address)?;
    let class = usize::from(class);
    let (bytes, head) = (class_bytes(class), head_of(class));
    if !(address - chunk).checked_sub(head)?.is_multiple_of(bytes) {
        return None;
    }
    if head == 0 {
        return Some(bytes);
    }
    // SAFETY: a large block has a head before it, which is readable where its chunk is known.
    let asked = unsafe { *((address - head) as *const usize) };
    (asked > 0).then(|| rounded(asked))
}

/// Start and size of the block that an address lies in, of those that can hold references.
#[inline]
pub(crate) fn block_around(address: usize) -> Option<(usize, usize)> {
    let (chunk, class) = REGIONS[WORDS].cut_at(address)?;
    let bytes = class_bytes(usize::from(class));
    Some((address - (address - chunk) % bytes, bytes))
}

/// Of the region of what can hold references: its start, where what is in use ends, and its end.
pub(super) fn word_region() -> (usize, usize, usize) {
    REGIONS[WORDS].bounds()
}

/// Whether an address lies in what is given from here.
pub(crate) fn holds(address: usize) -> bool {
    region_at(address).is_some()
}

/// Whether all of some bytes can be read for good.
pub(crate) fn is_readable(address: usize, bytes: usize) -> bool {
    let mut regions = REGIONS.iter();
    regions.any(|region| region.is_readable(address, bytes))
}

/// The region that a new block comes from, while there is one.
#[inline]
fn open_region_for(layout: Layout) -> Option<usize> {
    match SLAB.open.load(Ordering::Relaxed) {
        true => region_for(layout),
        false => None,
    }
}

/// A block for the program.
///
/// # Safety
/// As for `GlobalAlloc::alloc`.
pub(super) unsafe fn alloc(layout: Layout) -> *mut u8 {
    if let Some(region) = open_region_for(layout) {
        let block = take(region, layout.size());
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
    if let Some(region) = open_region_for(layout) {
        let block = take(region, layout.size()) as *mut u8;
        if !block.is_null() {
            // What is behind the first page of such a block is fresh from the system.
            let first_page = PAGE_BYTES - block as usize % PAGE_BYTES;
            let written = match class_bytes(class_of(layout.size())) < RETURNED_BYTES {
                true => layout.size(),
                false => layout.size().min(first_page),
            };
            // SAFETY: the block has room for as much.
            unsafe { block.write_bytes(0, written) };
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
    let Some(region) = region_at(block as usize) else {
        // SAFETY: as the caller promises; what is not from here is the system's.
        return unsafe { System.dealloc(block, layout) };
    };
    let class = class_of(layout.size());
    if class_bytes(class) >= RETURNED_BYTES {
        return_memory(block as usize, class);
    }
    with_class(region, class, |blocks| {
        // SAFETY: the block is the program's no more, and has room for two words. The second one is no
        // table of an interpreter's type, so that what is free is not taken for an object. A large
        // block has a head before it.
        unsafe {
            *block.cast::<[usize; 2]>() = [blocks.free, FREE];
            if head_of(class) > 0 {
                *block.sub(HEAD).cast::<usize>() = 0;
            }
        }
        blocks.free = block as usize;
    });
}

/// Gives the memory of a block that is about to be free back to the system, but for its first page.
fn return_memory(block: usize, class: usize) {
    let end = block - HEAD + class_bytes(class);
    let second_page = (block + 1).next_multiple_of(PAGE_BYTES);
    let second = second_page as *mut libc::c_void;
    let bytes = end - second_page;
    // SAFETY: all of it is the block's, which nobody uses any more. What the system does not take
    // back is made what it would be.
    unsafe {
        if libc::madvise(second, bytes, libc::MADV_DONTNEED) != 0 {
            second.write_bytes(0, bytes);
        }
    }
}

/// A block of another size with the same content.
///
/// # Safety
/// As for `GlobalAlloc::realloc`.
pub(super) unsafe fn realloc(block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    let ours = region_at(block as usize);
    let Ok(new) = Layout::from_size_align(size, layout.align()) else {
        return std::ptr::null_mut();
    };
    if ours.is_some() && ours == region_for(new) && class_of(size) == class_of(layout.size()) {
        if head_of(class_of(size)) > 0 {
            // SAFETY: a large block has a head before it.
            unsafe { *block.sub(HEAD).cast::<usize>() = size };
        }
        return block;
    }
    if ours.is_none() && open_region_for(new).is_none() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_room_for_what_was_asked_and_no_more_than_a_quarter_beside() {
        for size in (1..5000).chain([1 << 16, (1 << 20) + 7, (1 << 30) - 1]) {
            let class = class_of(size);
            let needed = size + head_of(class);
            let bytes = class_bytes(class);
            assert!(bytes >= needed, "{size}");
            assert!(bytes <= (needed + needed / 4).max(needed + GRAIN), "{size}");
            assert!(
                class == 0 || class_bytes(class - 1) < needed || size == LARGEST_SMALL + 1,
                "{size}"
            );
        }
    }
}
