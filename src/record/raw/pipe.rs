//! A pipe into this process from a program that a child runs.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::FromRawFd;

/// Bytes that the pipe is asked to hold.
const ROOM: libc::c_int = 1 << 20;

/// Makes both ends: that which takes out does not wait, and that which puts in outlives `exec`.
pub(crate) fn pipe() -> io::Result<(PipeReader, File)> {
    let mut ends = [0; 2];
    // SAFETY: there is room for two descriptors.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both are this function's own. A system that gives less room gives enough.
    unsafe {
        let (reader, writer) = (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1]));
        libc::fcntl(ends[0], libc::F_SETPIPE_SZ, ROOM);
        libc::fcntl(ends[0], libc::F_SETFD, libc::FD_CLOEXEC);
        if libc::fcntl(ends[0], libc::F_SETFL, libc::O_NONBLOCK) != 0 {
            return Err(io::Error::last_os_error());
        }
        let buffer = vec![0; ROOM as usize].into_boxed_slice();
        Ok((PipeReader { reader, buffer }, writer))
    }
}

/// The end that takes out.
pub(crate) struct PipeReader {
    pub reader: File,
    buffer: Box<[u8]>,
}

impl PipeReader {
    /// Hands on what is there. False where there is nothing.
    pub(crate) fn take(&mut self, act: impl FnOnce(&[u8])) -> bool {
        match self.reader.read(&mut self.buffer) {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                act(&self.buffer[..length]);
                true
            }
        }
    }
}
