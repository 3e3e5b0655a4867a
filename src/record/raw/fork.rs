//! Whether this process is a copy that the program has made of itself: a copy records nothing.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static COPY: AtomicBool = AtomicBool::new(false);

/// Only sets flags: at this moment any lock may be held by a thread that the copy does not have.
extern "C" fn in_the_forked_child() {
    COPY.store(true, Ordering::Relaxed);
    super::deaths::leave_off();
    super::collections::watch(false);
    super::output::tap(false);
}

/// From here on copies are known. Asking the system for the process's number instead would cost a
/// call of the system at every event.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    // SAFETY: the handler lives as long as the process, and only sets flags.
    ONCE.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(in_the_forked_child));
    });
}

pub(crate) fn is_forked_child() -> bool {
    COPY.load(Ordering::Relaxed)
}
