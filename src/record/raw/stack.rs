//! A deep stack for the interpreter, on the first thread of the process.
//!
//! While recording, each Python call takes some of the stack, more than a process is given. Python
//! could run on a thread of its own with a larger one; but then the process would have two threads
//! where the program has one: `os.fork` would warn of it, and a signal would come to the thread
//! that waits and not interrupt the one that sleeps. So the first thread goes over to another stack.
//!
//! The interpreter asks the system for the bounds of its stack (`pthread_getattr_np`) and refuses
//! to go beyond them; [`attributes_of_thread`] stands before that function and names the new ones.

use std::ffi::{c_int, c_ulong, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Address space for the stack; memory is taken as it is used. With this much, Python's own limit
/// of recursion comes first.
pub(crate) const STACK_BYTES: usize = 1 << 30;
/// Where address space is limited, the stack takes this part of it, but no less than that much.
const PART_OF_LIMIT: usize = 16;
const LEAST_BYTES: usize = 1 << 26;
/// The lowest part of the stack cannot be touched.
const GUARD_BYTES: usize = 1 << 16;

/// The bounds of the deep stack while it is in use.
static BOTTOM: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

type GetAttributes = unsafe extern "C" fn(c_ulong, *mut c_void) -> c_int;

/// The system's own function.
fn original() -> Option<GetAttributes> {
    static FOUND: OnceLock<Option<GetAttributes>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        // SAFETY: the name ends with a zero.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, c"pthread_getattr_np".as_ptr()) };
        // SAFETY: the system's function of this name has this signature.
        (!found.is_null()).then(|| unsafe { std::mem::transmute::<*mut c_void, _>(found) })
    })
}

/// What the system says of a thread; of the first one, while it is on the deep stack, with that
/// stack's bounds.
///
/// # Safety
/// As for the system's `pthread_getattr_np`.
pub unsafe fn attributes_of_thread(thread: c_ulong, attributes: *mut c_void) -> c_int {
    let Some(original) = original() else {
        return libc::ENOSYS;
    };
    // SAFETY: as the caller promises.
    let answer = unsafe { original(thread, attributes) };
    let bytes = BYTES.load(Ordering::Relaxed);
    // SAFETY: asks for the current thread.
    if answer != 0 || bytes == 0 || thread != unsafe { libc::pthread_self() } || !is_first() {
        return answer;
    }
    let bottom = BOTTOM.load(Ordering::Relaxed) as *mut c_void;
    // SAFETY: the attributes have just been made, and the stack is there for as long as its bounds.
    unsafe { libc::pthread_attr_setstack(attributes.cast(), bottom, bytes) }
}

/// Whether the current thread is the first one of its process.
fn is_first() -> bool {
    // SAFETY: both only ask.
    unsafe { libc::gettid() == libc::getpid() }
}

/// How much address space the process may have, where that is limited.
pub(super) fn address_space() -> Option<usize> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the system writes to the place that it is given.
    let asked = unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
    let limited = asked == 0 && limit.rlim_cur != libc::RLIM_INFINITY;
    limited.then(|| usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX))
}

/// How large a stack is asked for.
pub(crate) fn bytes_wanted() -> usize {
    address_space().map_or(STACK_BYTES, |limit| {
        let part = (limit / PART_OF_LIMIT).clamp(LEAST_BYTES, STACK_BYTES);
        part.next_multiple_of(GUARD_BYTES)
    })
}

/// Runs `work` on a deep stack. Gives it back where that cannot be: on another thread than the
/// first, in a program that has not called [`install_recorder!`](crate::install_recorder), or
/// without memory.
pub(crate) fn on_deep_stack<R, F: FnOnce() -> R>(work: F) -> Result<R, F> {
    if !is_first() {
        return Err(work);
    }
    let bytes = bytes_wanted();
    let Some(bottom) = reserve(bytes) else {
        return Err(work);
    };
    let start = bottom as usize + GUARD_BYTES;
    BOTTOM.store(start, Ordering::Relaxed);
    BYTES.store(bytes - GUARD_BYTES, Ordering::Relaxed);
    let done = if is_heard(start) {
        let guarded = || catch_unwind(AssertUnwindSafe(work));
        // SAFETY: the range is readable and writable, nothing else uses it, and it stays until
        // the call has returned; no panic leaves the call.
        Ok(unsafe { psm::on_stack(start as *mut u8, bytes - GUARD_BYTES, guarded) })
    } else {
        Err(work)
    };
    BYTES.store(0, Ordering::Relaxed);
    // SAFETY: the range was mapped above, and nothing stands on it any more.
    unsafe { libc::munmap(bottom, bytes) };
    done.map(|done| done.unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Address space of which all but the guard can be used.
fn reserve(bytes: usize) -> Option<*mut c_void> {
    // SAFETY: an anonymous private mapping at an address of the system's choice touches no memory
    // of ours; its failure is checked.
    let bottom = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK,
            -1,
            0,
        )
    };
    if bottom == libc::MAP_FAILED {
        return None;
    }
    // SAFETY: the guard is the beginning of what was just mapped.
    let guarded = unsafe { libc::mprotect(bottom, GUARD_BYTES, libc::PROT_NONE) };
    if guarded != 0 {
        // SAFETY: as it was mapped.
        unsafe { libc::munmap(bottom, bytes) };
        return None;
    }
    Some(bottom)
}

/// Whether the interpreter will be told of the stack that begins here.
fn is_heard(start: usize) -> bool {
    // SAFETY: a value that the system overwrites before it is read.
    let mut attributes: libc::pthread_attr_t = unsafe { std::mem::zeroed() };
    // SAFETY: asks of the current thread.
    if unsafe { libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) } != 0 {
        return false;
    }
    let (mut bottom, mut bytes) = (std::ptr::null_mut(), 0);
    // SAFETY: the attributes were filled in above.
    let got = unsafe { libc::pthread_attr_getstack(&attributes, &mut bottom, &mut bytes) };
    // SAFETY: as above; they are not used any more.
    unsafe { libc::pthread_attr_destroy(&mut attributes) };
    got == 0 && bottom as usize == start
}
