//! Memory that two processes share: one writes bytes into it, the other takes them out.
//!
//! What has been written stays there whatever becomes of the writer, and the writer needs neither a
//! descriptor, which the program could close or get itself, nor a thread.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Room for bytes that are not taken out yet.
const ROOM: usize = 1 << 23;
/// The two positions stand apart from the bytes, and from each other.
const HEAD: usize = 4096;
/// A full ring is looked at again after this long.
const PAUSE: Duration = Duration::from_micros(100);

struct Mapping(*mut u8);

// SAFETY: the memory is shared between processes as it is; both positions are atomic, and what lies
// between them is the reader's, the rest the writer's.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    fn position(&self, at: usize) -> &AtomicU64 {
        // SAFETY: the page at the start of the mapping holds the two positions, zero at first; it
        // lives as long as the mapping.
        unsafe { &*self.0.add(at).cast::<AtomicU64>() }
    }

    /// How many bytes have ever been written.
    fn written(&self) -> &AtomicU64 {
        self.position(0)
    }

    /// How many bytes have ever been taken out.
    fn taken(&self) -> &AtomicU64 {
        self.position(HEAD / 2)
    }

    /// Where the byte of a position stands, and how many follow it before the end of the room.
    fn place(&self, position: u64) -> (*mut u8, usize) {
        let at = (position % ROOM as u64) as usize;
        // SAFETY: the room begins behind the head, and `at` lies in it.
        (unsafe { self.0.add(HEAD + at) }, ROOM - at)
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is this one's own, and nobody in this process uses it any more.
        unsafe { libc::munmap(self.0.cast(), HEAD + ROOM) };
    }
}

/// The end that writes. Copies of it write one after the other.
#[derive(Clone)]
pub(crate) struct RingWriter {
    shared: Arc<Mapping>,
    reader: libc::pid_t,
}

/// The end that takes out.
pub(crate) struct RingReader(Arc<Mapping>);

/// Makes the end that takes out, and a file that stands for the memory: a program that is put into a
/// child's place maps it.
pub(crate) fn ring_in_file() -> io::Result<(std::fs::File, RingReader)> {
    use std::os::fd::{AsRawFd, FromRawFd};
    // SAFETY: makes a file without a name; its failure is checked. It is to outlive `exec`.
    let descriptor = unsafe { libc::memfd_create(c"memviz".as_ptr(), 0) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is this function's own.
    let file = unsafe { std::fs::File::from_raw_fd(descriptor) };
    file.set_len((HEAD + ROOM) as u64)?;
    // SAFETY: a fresh mapping, whose failure is checked.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            HEAD + ROOM,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_NORESERVE,
            file.as_raw_fd(),
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok((file, RingReader(Arc::new(Mapping(start.cast())))))
}

/// A file without a name that holds `bytes`, and that a program in a child's place has open as well.
pub(crate) fn file_in_memory(bytes: &[u8]) -> io::Result<std::fs::File> {
    use std::os::fd::FromRawFd;
    // SAFETY: as above.
    let descriptor = unsafe { libc::memfd_create(c"memviz-agent".as_ptr(), 0) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is this function's own.
    let mut file = unsafe { std::fs::File::from_raw_fd(descriptor) };
    file.write_all(bytes)?;
    Ok(file)
}

/// Makes both ends. The process that makes them is to be the reader, a child of it the writer.
pub(crate) fn ring() -> io::Result<(RingWriter, RingReader)> {
    // SAFETY: a fresh mapping at an address of the system's choice touches no memory of ours; its
    // failure is checked.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            HEAD + ROOM,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    let shared = Arc::new(Mapping(start.cast()));
    let writer = RingWriter {
        shared: Arc::clone(&shared),
        // SAFETY: only asks.
        reader: unsafe { libc::getpid() },
    };
    Ok((writer, RingReader(shared)))
}

impl Write for RingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.shared.written().load(Ordering::Relaxed);
        let mut room;
        while {
            room = ROOM as u64 - (written - self.shared.taken().load(Ordering::Acquire));
            room == 0
        } {
            // SAFETY: only asks.
            if unsafe { libc::getppid() } != self.reader {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            std::thread::sleep(PAUSE);
        }
        let (place, rest) = self.shared.place(written);
        let count = bytes.len().min(room as usize).min(rest);
        // SAFETY: so many bytes behind `place` are in the room and not the reader's until the
        // position says so; the bytes to copy are the program's own memory.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), place, count) };
        let written = written + count as u64;
        self.shared.written().store(written, Ordering::Release);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl RingReader {
    /// Takes out what is there, up to the end of the room: hands it over. False where there is
    /// nothing.
    pub(crate) fn take(&mut self, act: impl FnOnce(&[u8])) -> bool {
        let taken = self.0.taken().load(Ordering::Relaxed);
        let waiting = self.0.written().load(Ordering::Acquire) - taken;
        let (place, rest) = self.0.place(taken);
        let count = (waiting as usize).min(rest);
        if count > 0 {
            // SAFETY: so many bytes behind `place` have been written, and are this reader's until the
            // position says otherwise.
            act(unsafe { std::slice::from_raw_parts(place, count) });
            self.0
                .taken()
                .store(taken + count as u64, Ordering::Release);
        }
        count > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_however_much_it_is() {
        let (mut writer, mut reader) = ring().expect("memory is there");
        // Whoever reads is not a parent here: the writer must not have to wait.
        let piece: Vec<u8> = (0..=250).collect();
        let mut found = Vec::new();
        for _ in 0..3 * ROOM / (piece.len() * 1000) {
            for _ in 0..1000 {
                writer.write_all(&piece).expect("there is room");
            }
            while reader.take(|bytes| found.extend_from_slice(bytes)) {}
        }
        assert!(found.len() > 2 * ROOM);
        assert!(found.chunks(piece.len()).all(|one| one == piece));
    }
}
