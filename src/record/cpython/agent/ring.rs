//! The end of the shared memory that writes: see `ENV_RING`. Two positions, each on its own half of the
//! first page, count the bytes ever written and ever taken out; the room behind that page is used in
//! turn.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub const ROOM: usize = 1 << 23;
pub const HEAD: usize = 4096;
const PAUSE: Duration = Duration::from_micros(100);

unsafe extern "C" {
    fn mmap(
        at: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    fn close(file: c_int) -> c_int;
    fn getppid() -> c_int;
}

/// Closes a descriptor that nobody else in this process knows.
pub fn close_descriptor(descriptor: c_int) {
    // SAFETY: it was handed over to this library alone.
    unsafe { close(descriptor) };
}

pub struct Ring {
    start: *mut u8,
    reader: c_int,
}

impl Ring {
    /// Takes over the shared memory that a descriptor stands for, and closes that.
    pub fn open(descriptor: c_int) -> Option<Ring> {
        const READ_WRITE: c_int = 3;
        const SHARED: c_int = 1;
        // SAFETY: a fresh mapping touches no memory of this process's; its failure is checked.
        unsafe {
            let start = mmap(
                std::ptr::null_mut(),
                HEAD + ROOM,
                READ_WRITE,
                SHARED,
                descriptor,
                0,
            );
            close(descriptor);
            (start as isize != -1).then(|| Ring {
                start: start.cast(),
                reader: getppid(),
            })
        }
    }

    fn position(&self, at: usize) -> &AtomicU64 {
        // SAFETY: the first page holds the two positions.
        unsafe { &*self.start.add(at).cast::<AtomicU64>() }
    }

    /// Writes one message, its length first. What nobody is there to take out is dropped.
    pub fn send(&self, message: &[u8]) {
        self.write(&(message.len() as u32).to_le_bytes());
        self.write(message);
    }

    fn write(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let written = self.position(0).load(Ordering::Relaxed);
            let taken = self.position(HEAD / 2).load(Ordering::Acquire);
            let room = ROOM as u64 - (written - taken);
            if room == 0 {
                // SAFETY: only asks.
                if unsafe { getppid() } != self.reader {
                    return;
                }
                std::thread::sleep(PAUSE);
                continue;
            }
            let at = (written % ROOM as u64) as usize;
            let count = bytes.len().min(room as usize).min(ROOM - at);
            // SAFETY: so many bytes are in the room and not the reader's until the position says so.
            unsafe {
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.add(HEAD + at), count);
            }
            self.position(0)
                .store(written + count as u64, Ordering::Release);
            bytes = &bytes[count..];
        }
    }
}
