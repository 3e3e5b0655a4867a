//! Every death of an object, as the interpreter itself performs it.
//!
//! [`on_death`] stands in each type's table for the function that takes an object apart when its
//! count has fallen to zero: it notes the address and goes on to the original. So deaths are seen
//! in their order, also of objects whose blocks go to a free list, which no allocator hook would
//! show.

use super::header::ObjPtr;
use super::heap::Inside;
use super::{collections, tables};
use rustpython_vm::{AsObject, PyObject};
use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// What can be read of an object only before it is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Last {
    pub class: ObjPtr,
    /// The code object of the innermost frame, or 0.
    pub code: usize,
    /// Its elder neighbour's address in the collector's youngest list, 0 at the list's end; `None`
    /// for an object that is not in that list.
    pub elder: Option<usize>,
    /// Address of its instance dict, or 0.
    pub dict: usize,
}

impl Last {
    fn of(object: &PyObject) -> Last {
        let pointer = ObjPtr::of(object);
        let youngest = pointer.generation() == Some(0);
        Last {
            class: ObjPtr::of(object.class().as_object()),
            code: super::frames::innermost().map_or(0, |frame| frame.code_address()),
            elder: youngest.then(|| collections::elder(pointer).map_or(0, ObjPtr::address)),
            dict: pointer.instance_dict().map_or(0, ObjPtr::address),
        }
    }
}

/// One entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogEntry {
    /// The count of the object at this address fell to zero; `untracked` tells that the collector
    /// had taken it off its lists before.
    Death {
        address: usize,
        untracked: bool,
        /// Its finalizer has run.
        finalized: bool,
        last: Last,
    },
    /// The count of the object at this address fell to zero, and its finalizer is about to run:
    /// a death or a resurrection follows.
    Doubt {
        address: usize,
        untracked: bool,
        last: Last,
    },
    /// The death of this address was called off: its finalizer brought it back.
    Resurrection { address: usize },
}

static WATCHING: AtomicBool = AtomicBool::new(false);
static LOG: Mutex<Vec<LogEntry>> = Mutex::new(Vec::new());
thread_local! {
    /// Objects whose finalizer may bring them back, innermost last: address and whether the block
    /// has been freed.
    static DOUBTFUL: RefCell<Vec<(usize, bool)>> = const { RefCell::new(Vec::new()) };
    static DOUBTS: Cell<usize> = const { Cell::new(0) };
}

/// Starts or stops writing the log.
pub(crate) fn watch(on: bool) {
    WATCHING.store(on, Ordering::SeqCst);
}

/// Moves the log since the last call into `entries`, in order.
pub(crate) fn drain(entries: &mut Vec<LogEntry>) {
    entries.clear();
    let mut log = LOG.lock().unwrap_or_else(|e| e.into_inner());
    std::mem::swap(&mut *log, entries);
}

fn note(entry: LogEntry) {
    let _inside = Inside::enter();
    LOG.lock().unwrap_or_else(|e| e.into_inner()).push(entry);
}

/// Stands in the table of every hooked type.
///
/// # Safety
/// Called by the interpreter alone, with an object whose count has just fallen to zero.
pub(super) unsafe fn on_death(object: *mut PyObject) {
    let original = tables::dealloc_of(object);
    // What the recorder makes and drops while it reads is no part of the program.
    if !WATCHING.load(Ordering::Relaxed) || Inside::is_entered() {
        // SAFETY: the call that the interpreter meant to make.
        return unsafe { original(object) };
    }
    let address = object as usize;
    // SAFETY: as above, still intact.
    let view = unsafe { &*object };
    let untracked = !view.is_gc_tracked();
    let last = Last::of(view);
    let death = |finalized| LogEntry::Death {
        address,
        untracked,
        finalized,
        last,
    };
    let doubtful = view.class().slots().del.load().is_some() && !view.gc_finalized();
    if !doubtful {
        note(death(view.gc_finalized()));
        // SAFETY: the call that the interpreter meant to make.
        return unsafe { original(object) };
    }
    note(LogEntry::Doubt {
        address,
        untracked,
        last,
    });
    DOUBTFUL.with_borrow_mut(|stack| {
        let _inside = Inside::enter();
        stack.push((address, false));
    });
    DOUBTS.with(|doubts| doubts.set(doubts.get() + 1));
    // SAFETY: the call that the interpreter meant to make.
    unsafe { original(object) };
    DOUBTS.with(|doubts| doubts.set(doubts.get() - 1));
    let freed = DOUBTFUL.with_borrow_mut(|stack| stack.pop().is_none_or(|(_, freed)| freed));
    // SAFETY: the block was not freed, so its header is still there to be read.
    if !freed && unsafe { (*object).strong_count() } > 0 {
        note(LogEntry::Resurrection { address });
    } else {
        note(death(true));
    }
}

/// Whether the object at an address that is in doubt is being taken apart by now. Its finalizer
/// holds it, so a count of zero says that the finalizer is through.
pub(crate) fn is_past_finalizer(address: usize) -> bool {
    let object = address as *const PyObject;
    // SAFETY: an object that is in doubt keeps its block until its death is noted.
    unsafe { (*object).strong_count() == 0 }
}

/// Told by the allocator of every block of the program's that is freed.
pub(super) fn block_freed(start: usize, size: usize) {
    if DOUBTS.try_with(Cell::get).unwrap_or(0) == 0 {
        return;
    }
    let _ = DOUBTFUL.try_with(|stack| {
        if let Ok(mut stack) = stack.try_borrow_mut() {
            for (address, freed) in stack.iter_mut() {
                if start <= *address && *address < start + size {
                    *freed = true;
                }
            }
        }
    });
}
