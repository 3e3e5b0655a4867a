//! Which objects are being taken apart at this moment, on any thread.
//!
//! They are dead, but what they hold has not been let go yet: they still hold it. And the place that
//! held them last may still show their address, until what was to take their place is written: the
//! interpreter assigns variables so. By then their block may be freed already. Each thread has a
//! stack of its own, which only it writes, so that a death costs no lock for it.

use super::heap::Inside;
use super::{fork, frames};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Entries that a stack has room for; what is deeper is not shown.
const ROOM: usize = 1024;
/// How deep the interpreter takes objects apart before it puts the rest off. What is put off is
/// taken apart before the outermost one is through.
const DEEPEST: usize = 50;
/// How many of those that were put off are remembered.
const PUT_OFF: usize = 64;

/// One thread's stack.
struct Stack {
    height: AtomicUsize,
    addresses: [AtomicUsize; ROOM],
    /// The innermost running frame of each moment, or 0.
    frames: [AtomicUsize; ROOM],
    /// How many have been put off since the outermost one began.
    count: AtomicUsize,
    put_off: [AtomicUsize; PUT_OFF],
}

impl Stack {
    fn begin(&self, address: usize) -> usize {
        let height = self.height.load(Ordering::Relaxed);
        if height == 0 {
            ACTIVE.fetch_add(1, Ordering::Relaxed);
        }
        if height < ROOM {
            self.addresses[height].store(address, Ordering::Relaxed);
            self.frames[height].store(frames::innermost_address(), Ordering::Relaxed);
        }
        self.height.store(height + 1, Ordering::Release);
        height
    }

    fn end(&self, height: usize) {
        if (DEEPEST..ROOM).contains(&height) {
            let count = self.count.load(Ordering::Relaxed);
            let address = self.addresses[height].load(Ordering::Relaxed);
            self.put_off[count % PUT_OFF].store(address, Ordering::Relaxed);
            self.count.store(count + 1, Ordering::Release);
        }
        if height == 0 {
            ACTIVE.fetch_sub(1, Ordering::Relaxed);
            self.count.store(0, Ordering::Release);
        }
        self.height.store(height, Ordering::Release);
    }
}

/// How many threads take objects apart at this moment.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);
static ALL: Mutex<Vec<Arc<Stack>>> = Mutex::new(Vec::new());

thread_local! {
    static OWN: RefCell<Option<Arc<Stack>>> = const { RefCell::new(None) };
}

fn with_own<R>(act: impl FnOnce(&Stack) -> R) -> Option<R> {
    OWN.try_with(|own| {
        let mut own = own.try_borrow_mut().ok()?;
        Some(act(own.get_or_insert_with(register)))
    })
    .ok()?
}

/// While one of these lives, the object is being taken apart.
pub(super) struct Ending {
    height: Option<usize>,
}

impl Ending {
    pub(super) fn of(address: usize) -> Ending {
        let height = with_own(|stack| stack.begin(address));
        Ending { height }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(height) = self.height {
            with_own(|stack| stack.end(height));
        }
    }
}

fn register() -> Arc<Stack> {
    let _inside = Inside::enter();
    let stack = Arc::new(Stack {
        height: AtomicUsize::new(0),
        addresses: [const { AtomicUsize::new(0) }; ROOM],
        frames: [const { AtomicUsize::new(0) }; ROOM],
        count: AtomicUsize::new(0),
        put_off: [const { AtomicUsize::new(0) }; PUT_OFF],
    });
    let mut all = ALL.lock().unwrap_or_else(|e| e.into_inner());
    // A stack that nobody else holds is that of a thread which has ended.
    all.retain(|one| Arc::strong_count(one) > 1);
    all.push(Arc::clone(&stack));
    stack
}

/// Whether any object is being taken apart.
#[inline]
pub(crate) fn any() -> bool {
    ACTIVE.load(Ordering::Relaxed) > 0
}

/// The addresses of the objects that are being taken apart, those that were put off included.
pub(crate) fn all() -> Vec<usize> {
    let mut addresses = Vec::new();
    each_stack(|stack| {
        let height = stack.height.load(Ordering::Acquire).min(ROOM);
        let count = stack.count.load(Ordering::Acquire).min(PUT_OFF);
        let entries = stack.addresses[..height].iter();
        let entries = entries.chain(&stack.put_off[..count]);
        addresses.extend(entries.map(|entry| entry.load(Ordering::Relaxed)));
    });
    addresses
}

/// The frames that were innermost when the objects at an address began to be taken apart.
pub(super) fn frames_of(address: usize) -> Vec<usize> {
    let mut found = Vec::new();
    each_stack(|stack| {
        let height = stack.height.load(Ordering::Acquire).min(ROOM);
        let entries = stack.addresses[..height].iter().zip(&stack.frames);
        let of = entries.filter(|(entry, _)| entry.load(Ordering::Relaxed) == address);
        found.extend(of.map(|(_, frame)| frame.load(Ordering::Relaxed)));
    });
    found
}

fn each_stack(mut act: impl FnMut(&Stack)) {
    if any() && !fork::is_forked_child() {
        let all = ALL.lock().unwrap_or_else(|e| e.into_inner());
        all.iter().for_each(|stack| act(stack));
    }
}
