//! What the system says of this process.

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
