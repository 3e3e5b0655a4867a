//! Address space that is set aside for blocks, and what stands where in it.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// As much of a region is cut into blocks of one size at once, at least.
pub(super) const CHUNK_BYTES: usize = 1 << 16;
/// Memory is taken from a region by at least this much.
const GROWTH_BYTES: usize = 1 << 20;

/// Address space that is set aside, from which memory is taken from the bottom up and never given
/// back.
pub(super) struct Region {
    start: AtomicUsize,
    end: AtomicUsize,
    next: AtomicUsize,
    /// Up to here the region can be read and written.
    ready: AtomicUsize,
    /// What each chunk is cut into, and 1. Chunks behind the last of these are known not at all.
    cuts: &'static [AtomicU8],
}

impl Region {
    pub(super) const fn new(cuts: &'static [AtomicU8]) -> Region {
        Region {
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            ready: AtomicUsize::new(0),
            cuts,
        }
    }

    /// Sets the region aside, once. False where the system refuses.
    pub(super) fn reserve(&self, bytes: usize) -> bool {
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

    /// The next `size` bytes, which are zero and are cut as said. To be asked for by one thread at a
    /// time.
    pub(super) fn take(&self, size: usize, cut: u8) -> Option<usize> {
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
        if let Some(known) = self.cuts.get(self.chunk(start)) {
            known.store(cut + 1, Ordering::Relaxed);
        }
        self.next.store(start + size, Ordering::Relaxed);
        Some(start)
    }

    #[inline]
    pub(super) fn holds(&self, address: usize) -> bool {
        let start = self.start.load(Ordering::Relaxed);
        start != 0 && address >= start && address < self.end.load(Ordering::Relaxed)
    }

    /// Whether all of some bytes can be read for good.
    pub(super) fn is_readable(&self, address: usize, bytes: usize) -> bool {
        let end = address.saturating_add(bytes);
        self.holds(address) && end <= self.ready.load(Ordering::Relaxed)
    }

    /// Where the chunk begins that an address lies in, and what it is cut into, where that is known.
    pub(super) fn cut_at(&self, address: usize) -> Option<(usize, u8)> {
        if !self.holds(address) {
            return None;
        }
        let chunk = self.chunk(address);
        let cut = self.cuts.get(chunk)?.load(Ordering::Relaxed);
        let start = self.start.load(Ordering::Relaxed) + chunk * CHUNK_BYTES;
        Some((start, cut.checked_sub(1)?))
    }

    /// The part that has been taken, and the end of all.
    pub(super) fn bounds(&self) -> (usize, usize, usize) {
        let load = |bound: &AtomicUsize| bound.load(Ordering::Relaxed);
        (load(&self.start), load(&self.next), load(&self.end))
    }

    /// The number of the chunk that an address lies in.
    fn chunk(&self, address: usize) -> usize {
        (address - self.start.load(Ordering::Relaxed)) / CHUNK_BYTES
    }
}
