//! Every death of an object, as the interpreter itself performs it.
//!
//! [`on_death`] stands in each type's table for the function that takes an object apart when its
//! count has fallen to zero: it notes the address and goes on to the original. So deaths are seen
//! in their order, also of objects whose blocks go to a free list, which no allocator hook would
//! show.
//!
//! Taking an object apart runs Python code, and so steps are taken meanwhile: in its finalizer, in
//! the callbacks of weak references to it, and when what it held dies. The count tells which: in
//! its finalizer the interpreter holds it; from then on its count is zero, and of an object whose
//! count is zero nothing is read but its header.

use super::death_log::Book;
use super::ending::Ending;
use super::header::ObjPtr;
use super::heap::Inside;
use super::{collections, descriptors, fork, tables};
use rustpython_vm::builtins::PyType;
use rustpython_vm::{AsObject, PyObject};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use super::death_log::{Drained, Gone, Last, LogEntry};

impl Last {
    fn of(object: &PyObject) -> Last {
        let pointer = ObjPtr::of(object);
        let youngest = pointer.generation() == Some(0);
        Last {
            class: Some(ObjPtr::of(object.class().as_object())),
            code: super::frames::innermost_code(),
            elder: youngest.then(|| collections::elder_address(pointer)),
            dict: pointer.instance_dict().map_or(0, ObjPtr::address),
            open: descriptors::of_dying(object),
        }
    }
}

static WATCHING: AtomicBool = AtomicBool::new(false);
static BOOK: Mutex<Book> = Mutex::new(Book::new());
thread_local! {
    /// How many objects of this thread's are in doubt.
    static DOUBTS: Cell<usize> = const { Cell::new(0) };
}

/// Starts or stops writing the log.
pub(crate) fn watch(on: bool) {
    WATCHING.store(on, Ordering::SeqCst);
}

/// Gives the log back, which nobody will ask for any more.
pub(crate) fn clear() {
    with_book(Book::clear);
}

/// Stops writing the log, in the handler that a forked child begins with: no lock is taken.
pub(super) fn leave_off() {
    WATCHING.store(false, Ordering::Relaxed);
}

fn with_book<R>(act: impl FnOnce(&mut Book) -> R) -> R {
    let _inside = Inside::enter();
    act(&mut BOOK.lock().unwrap_or_else(|e| e.into_inner()))
}

/// Moves the log since the last call into `entries`, in order. No other thread may be changing
/// objects.
pub(crate) fn drain(entries: &mut Vec<LogEntry>) -> Drained {
    with_book(|book| {
        // The block of an object in doubt is there until the book says otherwise.
        book.drain(entries, super::fast_read::is_dying_at)
    })
}

/// Whether an object that is being taken apart is past its finalizer, after a call of [`drain`].
pub(crate) fn is_finalizer_done(address: usize) -> bool {
    super::ending::any()
        && !super::ending::frames_of(address).is_empty()
        && !with_book(|book| book.is_in_doubt(address))
}

/// Notes which object is the newest of the collector's youngest list.
pub(crate) fn set_mark(newest: usize) {
    with_book(|book| book.set_mark(newest));
}

/// Whether taking the object apart begins with its finalizer.
fn finalizer_is_due(object: &PyObject) -> bool {
    let slots = object.class().slots();
    let needed = slots.del_needed.load();
    slots.del.load().is_some()
        && !object.gc_finalized()
        && needed.is_none_or(|needed| needed(object))
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
    // SAFETY: the interpreter hands over an object that is still whole.
    let view = unsafe { &*object };
    let gone = Gone {
        address,
        untracked: !view.is_gc_tracked(),
        is_class: view.downcast_ref::<PyType>().is_some(),
        last: Last::of(view),
    };
    let due = finalizer_is_due(view);
    let finalized = view.gc_finalized();
    let doubt = with_book(|book| book.begin(gone, finalized, due));
    let _ending = Ending::of(address);
    let Some(doubt) = doubt else {
        // SAFETY: the call that the interpreter meant to make.
        return unsafe { original(object) };
    };
    DOUBTS.with(|doubts| doubts.set(doubts.get() + 1));
    // SAFETY: the call that the interpreter meant to make.
    unsafe { original(object) };
    DOUBTS.with(|doubts| doubts.set(doubts.get() - 1));
    if !WATCHING.load(Ordering::Relaxed) || fork::is_forked_child() {
        return;
    }
    // Its block is there: what frees it settles the doubt, and who takes it apart once more waits
    // for the book.
    with_book(|book| book.finish(doubt, || !super::fast_read::is_dying_at(address)));
}

/// Told by the allocator of every block of the program's that is freed.
#[inline]
pub(super) fn block_freed(start: usize, size: usize) {
    if DOUBTS.try_with(Cell::get).unwrap_or(0) > 0
        && WATCHING.load(Ordering::Relaxed)
        && !Inside::is_entered()
    {
        with_book(|book| book.freed(start, size));
    }
}
