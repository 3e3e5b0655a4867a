//! Whether this process is a copy that the program has made of itself: a copy records nothing.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static COPY: AtomicBool = AtomicBool::new(false);

extern "C" fn in_the_copy() {
    COPY.store(true, Ordering::Relaxed);
}

/// From here on copies are known. Asking the system for the process's number instead would cost a
/// call of the system at every event.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    // SAFETY: the handler lives as long as the process, and only sets a flag.
    ONCE.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(in_the_copy));
    });
}

pub(crate) fn is_copy() -> bool {
    COPY.load(Ordering::Relaxed)
}
