//! Which objects are being taken apart at this moment, on any thread.
//!
//! They are dead, but what they hold has not been let go yet: they still hold it. Each thread has a
//! stack of its own, which only it writes, so that a death costs no lock for it.

use super::fork;
use super::heap::Inside;
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
    /// How many have been put off since the outermost one began.
    count: AtomicUsize,
    put_off: [AtomicUsize; PUT_OFF],
}

impl Stack {
    fn begin(&self, address: usize) -> usize {
        let height = self.height.load(Ordering::Relaxed);
        if let Some(entry) = self.addresses.get(height) {
            entry.store(address, Ordering::Relaxed);
        }
        self.height.store(height + 1, Ordering::Release);
        height
    }

    fn end(&self, height: usize) {
        if height >= DEEPEST && height < ROOM {
            let count = self.count.load(Ordering::Relaxed);
            let address = self.addresses[height].load(Ordering::Relaxed);
            self.put_off[count % PUT_OFF].store(address, Ordering::Relaxed);
            self.count.store(count + 1, Ordering::Release);
        }
        if height == 0 {
            self.count.store(0, Ordering::Release);
        }
        self.height.store(height, Ordering::Release);
    }
}

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
        count: AtomicUsize::new(0),
        put_off: [const { AtomicUsize::new(0) }; PUT_OFF],
    });
    let mut all = ALL.lock().unwrap_or_else(|e| e.into_inner());
    // A stack that nobody else holds is that of a thread which has ended.
    all.retain(|one| Arc::strong_count(one) > 1);
    all.push(Arc::clone(&stack));
    stack
}

/// The addresses of the objects that are being taken apart.
pub(crate) fn all() -> Vec<usize> {
    if fork::is_copy() {
        return Vec::new();
    }
    let all = ALL.lock().unwrap_or_else(|e| e.into_inner());
    let mut addresses = Vec::new();
    for stack in all.iter() {
        let height = stack.height.load(Ordering::Acquire).min(ROOM);
        let count = stack.count.load(Ordering::Acquire).min(PUT_OFF);
        let entries = stack.addresses[..height].iter();
        let entries = entries.chain(&stack.put_off[..count]);
        addresses.extend(entries.map(|entry| entry.load(Ordering::Relaxed)));
    }
    addresses
}
