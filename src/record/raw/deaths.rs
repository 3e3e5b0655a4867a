//! Every death of an object, as the interpreter itself performs it.
//!
//! Each type's table of native functions holds the one that takes an object apart when its count
//! has fallen to zero. That entry is replaced by [`on_death`], which notes the address and goes on
//! to the original. So deaths are seen in their order, also of objects whose blocks go to a free
//! list, which no allocator hook would show.

use super::LayoutError;
use super::heap::Inside;
use rustpython_vm::{AsObject, PyObject, VirtualMachine};
use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A type's table in machine words: type id (2), then four functions of an order that the
/// compiler chose.
const TABLE_WORDS: usize = 6;
const TABLE_OFFSET: usize = size_of::<usize>();
const MAX_TABLES: usize = 4096;

type Dealloc = unsafe fn(*mut PyObject);

/// One entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogEntry {
    /// The count of the object at this address fell to zero; `untracked` tells that the collector
    /// had taken it off its lists before.
    Death { address: usize, untracked: bool },
    /// The death of this address was called off: its finalizer brought it back.
    Resurrection { address: usize },
}

static WATCHING: AtomicBool = AtomicBool::new(false);
static LOG: Mutex<Vec<LogEntry>> = Mutex::new(Vec::new());
/// Which word of a type's table holds the function; found by [`self_test`].
static DEALLOC_WORD: AtomicUsize = AtomicUsize::new(usize::MAX);
/// Open-addressed pairs of table address and original function.
static ORIGINALS: [(AtomicUsize, AtomicUsize); MAX_TABLES] =
    [const { (AtomicUsize::new(0), AtomicUsize::new(0)) }; MAX_TABLES];
static HOOKING: Mutex<usize> = Mutex::new(0);

thread_local! {
    /// Objects whose finalizer may bring them back, innermost last: address and whether the block
    /// has been freed.
    static DOUBTFUL: RefCell<Vec<(usize, bool)>> = const { RefCell::new(Vec::new()) };
    static DOUBTS: Cell<usize> = const { Cell::new(0) };
}

fn slot_of(table: usize) -> usize {
    (table >> 3).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (usize::BITS - MAX_TABLES.ilog2())
}

fn original_of(table: usize) -> Option<Dealloc> {
    let mut slot = slot_of(table);
    loop {
        match ORIGINALS[slot].0.load(Ordering::Acquire) {
            0 => return None,
            found if found == table => {
                let function = ORIGINALS[slot].1.load(Ordering::Acquire);
                // SAFETY: only `hook` writes here, and it writes functions of this type.
                return Some(unsafe { std::mem::transmute::<usize, Dealloc>(function) });
            }
            _ => slot = (slot + 1) % MAX_TABLES,
        }
    }
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
unsafe fn on_death(object: *mut PyObject) {
    // SAFETY: the object is intact until the original function has run, and its header holds the
    // address of its type's table.
    let table = unsafe { *object.byte_add(TABLE_OFFSET).cast::<usize>() };
    let original = original_of(table).expect("only hooked tables lead here");
    if !WATCHING.load(Ordering::Relaxed) {
        // SAFETY: the call that the interpreter meant to make.
        return unsafe { original(object) };
    }
    let address = object as usize;
    // SAFETY: as above, still intact.
    let view = unsafe { &*object };
    note(LogEntry::Death {
        address,
        untracked: !view.is_gc_tracked(),
    });
    let doubtful = view.class().slots().del.load().is_some() && !view.gc_finalized();
    if !doubtful {
        // SAFETY: the call that the interpreter meant to make.
        return unsafe { original(object) };
    }
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
    }
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

/// Hooks the type of `object`, if it is not hooked yet.
pub(crate) fn hook(object: &PyObject) -> Result<(), LayoutError> {
    // SAFETY: a live object's header holds the address of its type's table.
    let table = unsafe { *(std::ptr::from_ref(object).byte_add(TABLE_OFFSET)).cast::<usize>() };
    if original_of(table).is_some() {
        return Ok(());
    }
    let mut hooked = HOOKING.lock().unwrap_or_else(|e| e.into_inner());
    if original_of(table).is_some() {
        return Ok(());
    }
    if *hooked * 2 >= MAX_TABLES {
        return Err(LayoutError::Header(
            "more types than the table of hooks holds",
        ));
    }
    let word = DEALLOC_WORD.load(Ordering::Acquire);
    if word >= TABLE_WORDS {
        return Err(LayoutError::Header("the self-test has not run"));
    }
    let entry = (table + word * size_of::<usize>()) as *mut usize;
    // SAFETY: the self-test found that this word of a type's table is the function that takes
    // objects apart; the table lives as long as the process.
    let original = unsafe { *entry };
    let mut slot = slot_of(table);
    while ORIGINALS[slot].0.load(Ordering::Acquire) != 0 {
        slot = (slot + 1) % MAX_TABLES;
    }
    ORIGINALS[slot].1.store(original, Ordering::Release);
    ORIGINALS[slot].0.store(table, Ordering::Release);
    *hooked += 1;
    write_protected(entry, on_death as Dealloc as usize)
}

/// Writes one word into memory that the loader has made read-only.
fn write_protected(at: *mut usize, value: usize) -> Result<(), LayoutError> {
    // SAFETY: asks for a number only.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    let start = at as usize & !(page - 1);
    let protect = |mode| {
        // SAFETY: the page holds constant data of this program; making it writable for one store
        // changes nothing else.
        if unsafe { libc::mprotect(start as *mut _, page, mode) } == 0 {
            Ok(())
        } else {
            Err(LayoutError::Protect(std::io::Error::last_os_error()))
        }
    };
    protect(libc::PROT_READ | libc::PROT_WRITE)?;
    // SAFETY: the page is writable, the word is aligned, and readers see the old function or the
    // new one.
    unsafe { AtomicUsize::from_ptr(at) }.store(value, Ordering::SeqCst);
    protect(libc::PROT_READ)
}

static CALLED: AtomicBool = AtomicBool::new(false);
static TRUE_TABLE: AtomicUsize = AtomicUsize::new(0);
static TRUE_DEALLOC: AtomicUsize = AtomicUsize::new(0);

/// # Safety
/// Called by the interpreter alone, for the object of the self-test.
unsafe fn probe(object: *mut PyObject) {
    CALLED.store(true, Ordering::SeqCst);
    // SAFETY: gives the object its own table back and makes the call that was meant.
    unsafe {
        *object.byte_add(TABLE_OFFSET).cast::<usize>() = TRUE_TABLE.load(Ordering::SeqCst);
        let original: Dealloc = std::mem::transmute(TRUE_DEALLOC.load(Ordering::SeqCst));
        original(object);
    }
}

/// Finds which word of a type's table takes objects apart, by giving a float a table of its own
/// with one word replaced and letting it die.
pub(super) fn self_test(vm: &VirtualMachine) -> Result<(), LayoutError> {
    if DEALLOC_WORD.load(Ordering::Acquire) < TABLE_WORDS {
        return Ok(());
    }
    let sample = vm.ctx.new_float(0.5);
    let at = std::ptr::from_ref(sample.as_object()).cast_mut();
    // SAFETY: a live object's header holds the address of its type's table, of six words.
    let table = unsafe { *at.byte_add(TABLE_OFFSET).cast::<usize>() };
    let words = unsafe { *(table as *const [usize; TABLE_WORDS]) };
    drop(sample);
    let code = (probe as Dealloc as usize) >> 32;
    let functions: Vec<usize> = (0..TABLE_WORDS)
        .filter(|word| words[*word] != 0 && (words[*word] >> 32).abs_diff(code) <= 1)
        .collect();
    let empty = words.iter().filter(|word| **word == 0).count();
    if functions.len() != 2 || empty != 2 {
        return Err(LayoutError::Header("a float's type table has another form"));
    }
    for word in functions {
        let mut copy = words;
        copy[word] = probe as Dealloc as usize;
        let copy: &'static [usize; TABLE_WORDS] = Box::leak(Box::new(copy));
        TRUE_TABLE.store(table, Ordering::SeqCst);
        TRUE_DEALLOC.store(words[word], Ordering::SeqCst);
        CALLED.store(false, Ordering::SeqCst);
        let float = vm.ctx.new_float(1.5);
        let at = std::ptr::from_ref(float.as_object()).cast_mut();
        // SAFETY: the copy has the same form; where it is not asked to take the float apart, the
        // original does so, and the next float gets the table back below.
        unsafe { *at.byte_add(TABLE_OFFSET).cast::<usize>() = copy.as_ptr() as usize };
        drop(float);
        if CALLED.load(Ordering::SeqCst) {
            DEALLOC_WORD.store(word, Ordering::Release);
            return Ok(());
        }
        let reused = vm.ctx.new_float(2.5);
        let at = std::ptr::from_ref(reused.as_object()).cast_mut();
        // SAFETY: a live float; its true table is known.
        unsafe { *at.byte_add(TABLE_OFFSET).cast::<usize>() = table };
    }
    Err(LayoutError::Header(
        "no function of a type table takes objects apart",
    ))
}
