//! A tap on standard output and standard error: what the program writes to descriptors 1 and 2 is
//! copied on its way.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

static TAPPED: AtomicBool = AtomicBool::new(false);
static COPIES: Mutex<Written> = Mutex::new(Written {
    stdout: Vec::new(),
    stderr: Vec::new(),
});

/// What was written to each of the two.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Starts or stops copying.
pub(crate) fn tap(on: bool) {
    TAPPED.store(on, Ordering::SeqCst);
}

/// What was written since the last call.
pub(crate) fn drain() -> Written {
    let _inside = super::heap::Inside::enter();
    std::mem::take(&mut *COPIES.lock().unwrap_or_else(|e| e.into_inner()))
}

/// Gives the copy back, which nobody will ask for any more.
pub(crate) fn clear() {
    drop(drain());
}

/// Writes as the system's `write` does, and copies what goes to descriptors 1 and 2, so that no
/// pipe has to stand between the program and its terminal.
///
/// # Safety
/// As for the system's `write`: `buffer` must be readable for `count` bytes.
#[cfg(target_os = "linux")]
pub unsafe fn write(descriptor: libc::c_int, buffer: *const libc::c_void, count: usize) -> isize {
    // SAFETY: the arguments go to the kernel as they came.
    let written = unsafe { libc::syscall(libc::SYS_write, descriptor, buffer, count) };
    if matches!(descriptor, 1 | 2) && written > 0 && TAPPED.load(Ordering::Relaxed) {
        let _inside = super::heap::Inside::enter();
        // SAFETY: the kernel has just read these bytes.
        let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), written as usize) };
        let mut copies = COPIES.lock().unwrap_or_else(|e| e.into_inner());
        match descriptor {
            1 => copies.stdout.extend_from_slice(bytes),
            _ => copies.stderr.extend_from_slice(bytes),
        }
    }
    written as isize
}
