//! What the process writes to its standard streams, copied on its way: this function stands before the
//! system's for all that is loaded later.

use crate::python::find_next;
use std::ffi::{c_int, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

type Write = unsafe extern "C" fn(c_int, *const c_void, usize) -> isize;

static NEXT: AtomicUsize = AtomicUsize::new(0);
/// Whether anybody wants to know.
pub static COPIES: AtomicBool = AtomicBool::new(false);
static WRITTEN: Mutex<[Vec<u8>; 2]> = Mutex::new([Vec::new(), Vec::new()]);

/// The system's `write`, which is called; what it has taken of the standard streams is kept.
///
/// # Safety
/// As the system's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(descriptor: c_int, bytes: *const c_void, count: usize) -> isize {
    let mut next = NEXT.load(Ordering::Relaxed);
    if next == 0 {
        next = find_next(c"write");
        NEXT.store(next, Ordering::Relaxed);
    }
    // SAFETY: it is the system's function of this name.
    let done = unsafe { std::mem::transmute::<usize, Write>(next)(descriptor, bytes, count) };
    if done > 0 && (descriptor == 1 || descriptor == 2) && COPIES.load(Ordering::Relaxed) {
        // SAFETY: so many bytes were just read from there.
        let taken = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), done as usize) };
        if let Ok(mut written) = WRITTEN.lock() {
            written[descriptor as usize - 1].extend_from_slice(taken);
        }
    }
    done
}

/// How many bytes of standard output [`take`] would give.
pub fn waiting() -> usize {
    WRITTEN.lock().map_or(0, |written| written[0].len())
}

/// Adds what Python has written to its terminal past its streams.
pub fn add(bytes: &[u8]) {
    if COPIES.load(Ordering::Relaxed)
        && let Ok(mut written) = WRITTEN.lock()
    {
        written[0].extend_from_slice(bytes);
    }
}

/// What was written since this was last asked for: to standard output, and to standard error.
pub fn take() -> [Vec<u8>; 2] {
    match WRITTEN.lock() {
        Ok(mut written) => std::mem::take(&mut *written),
        Err(_) => [Vec::new(), Vec::new()],
    }
}
