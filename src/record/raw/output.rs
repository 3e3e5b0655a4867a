//! A tap on the standard streams: what the program writes to descriptors 1 and 2 is copied on its way,
//! and what it has read is put between.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

static TAPPED: AtomicBool = AtomicBool::new(false);
static COPIES: Mutex<Written> = Mutex::new(Written {
    stdout: Vec::new(),
    stderr: Vec::new(),
    stdin: Vec::new(),
});

/// What was written to each of the two, and what was read.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Each behind how many bytes of standard output it was read.
    pub stdin: Vec<(usize, String)>,
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

/// How many bytes of standard output [`drain`] would give.
pub(crate) fn waiting() -> usize {
    COPIES
        .lock()
        .unwrap_or_else(|e| e.into_inner())
        .stdout
        .len()
}

/// Takes other text for what was written to standard output behind so many bytes.
pub(crate) fn replace_since(start: usize, text: String) {
    if TAPPED.load(Ordering::Relaxed) {
        let _inside = super::heap::Inside::enter();
        let mut copies = COPIES.lock().unwrap_or_else(|e| e.into_inner());
        copies.stdout.truncate(start);
        copies.stdout.extend(text.into_bytes());
    }
}

/// Text was read from standard input.
pub(crate) fn note_read(text: String) {
    if TAPPED.load(Ordering::Relaxed) {
        let _inside = super::heap::Inside::enter();
        let mut copies = COPIES.lock().unwrap_or_else(|e| e.into_inner());
        let behind = copies.stdout.len();
        copies.stdin.push((behind, text));
    }
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
