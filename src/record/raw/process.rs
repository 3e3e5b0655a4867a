//! What the system says of this process, and what becomes of it when the program has ended.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// The path that this process was started by, whatever its first argument says.
#[cfg(target_os = "linux")]
pub(crate) fn executed_as() -> Option<PathBuf> {
    // SAFETY: the call only reads a table that the kernel has made.
    let text = unsafe { libc::getauxval(libc::AT_EXECFN) } as *const libc::c_char;
    if text.is_null() {
        return None;
    }
    // SAFETY: the kernel has put a text that ends with a zero there; it stays for as long as the
    // process lives, and nothing writes to it.
    let text = unsafe { CStr::from_ptr(text) };
    Some(PathBuf::from(OsStr::from_bytes(text.to_bytes())))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn executed_as() -> Option<PathBuf> {
    None
}

/// Takes the program's hands off the process when it has ended: its signals, its timers. From here
/// on Ctrl-C ends the process at once.
pub(crate) fn take_back() {
    let none = libc::itimerval {
        it_interval: NO_TIME,
        it_value: NO_TIME,
    };
    for timer in [libc::ITIMER_REAL, libc::ITIMER_VIRTUAL, libc::ITIMER_PROF] {
        // SAFETY: switches a timer off; nothing is written back.
        unsafe { libc::setitimer(timer, &none, std::ptr::null_mut()) };
    }
    for signal in 1..=31 {
        // The run-time library of Rust watches these two for the end of the stack.
        if [libc::SIGSEGV, libc::SIGBUS].contains(&signal) || !has_handler(signal) {
            continue;
        }
        let ends = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT].contains(&signal);
        let what = if ends { libc::SIG_DFL } else { libc::SIG_IGN };
        // SAFETY: a disposition of the system's own.
        unsafe { libc::signal(signal, what) };
    }
    unblock(&[libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT]);
}

const NO_TIME: libc::timeval = libc::timeval {
    tv_sec: 0,
    tv_usec: 0,
};

/// Whether a function of the program's is called for a signal.
fn has_handler(signal: libc::c_int) -> bool {
    // SAFETY: a value that the system overwrites before it is read.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: only asks.
    let asked = unsafe { libc::sigaction(signal, std::ptr::null(), &mut action) };
    asked == 0 && ![libc::SIG_DFL, libc::SIG_IGN].contains(&action.sa_sigaction)
}

fn unblock(signals: &[libc::c_int]) {
    // SAFETY: a value that the next call sets.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: writes to the set alone.
    unsafe { libc::sigemptyset(&mut set) };
    for signal in signals {
        // SAFETY: as above, and the signal is one of the system's.
        unsafe { libc::sigaddset(&mut set, *signal) };
    }
    // SAFETY: reads the set; nothing is written back.
    unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, &set, std::ptr::null_mut()) };
}
