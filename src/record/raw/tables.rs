//! The interpreter's tables of native functions, one a type, and the change of two entries in each.
//!
//! A type's table says how an object is taken apart when its count has fallen to zero, and how its
//! references are walked. Both entries are replaced by functions of ours that note what happens
//! and go on to the original.

use super::LayoutError;
use super::{collections, deaths};
use rustpython_vm::object::TraverseFn;
use rustpython_vm::{AsObject, PyObject, VirtualMachine};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A table in machine words: type id (2), then four functions of an order that the compiler chose.
const TABLE_WORDS: usize = 6;
pub(super) const TABLE_OFFSET: usize = size_of::<usize>();
const MAX_TABLES: usize = 4096;

pub(super) type Dealloc = unsafe fn(*mut PyObject);
pub(super) type Trace = unsafe fn(&PyObject, &mut TraverseFn<'_>);

/// Which words of a table hold the functions; found by [`self_test`].
static DEALLOC_WORD: AtomicUsize = AtomicUsize::new(usize::MAX);
static TRACE_WORD: AtomicUsize = AtomicUsize::new(usize::MAX);

/// A table that was changed: its address, and its own two functions.
struct Hooked {
    table: AtomicUsize,
    dealloc: AtomicUsize,
    trace: AtomicUsize,
    /// Our functions stand in it at this moment.
    hooked: AtomicBool,
}

/// Open-addressed by the table's address.
static HOOKED: [Hooked; MAX_TABLES] = [const {
    Hooked {
        table: AtomicUsize::new(0),
        dealloc: AtomicUsize::new(0),
        trace: AtomicUsize::new(0),
        hooked: AtomicBool::new(false),
    }
}; MAX_TABLES];
static HOOKING: Mutex<usize> = Mutex::new(0);

fn slot_of(table: usize) -> usize {
    (table >> 3).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (usize::BITS - MAX_TABLES.ilog2())
}

fn entry_of(table: usize) -> Option<&'static Hooked> {
    let mut slot = slot_of(table);
    loop {
        match HOOKED[slot].table.load(Ordering::Acquire) {
            0 => return None,
            found if found == table => return Some(&HOOKED[slot]),
            _ => slot = (slot + 1) % MAX_TABLES,
        }
    }
}

pub(super) fn table_of(object: *const PyObject) -> usize {
    // SAFETY: an object's header holds the address of its type's table as long as the object's
    // memory is there.
    unsafe { *object.byte_add(TABLE_OFFSET).cast::<usize>() }
}

/// The function that takes an object of a hooked type apart.
pub(super) fn dealloc_of(object: *const PyObject) -> Dealloc {
    let entry = entry_of(table_of(object)).expect("only hooked tables lead here");
    // SAFETY: only `hook` writes here, and it writes functions of this type.
    unsafe { std::mem::transmute::<usize, Dealloc>(entry.dealloc.load(Ordering::Acquire)) }
}

/// Whether the type of an object that is hooked says what it refers to.
pub(crate) fn has_walk(object: &PyObject) -> bool {
    entry_of(table_of(object)).is_none_or(|entry| entry.trace.load(Ordering::Acquire) != 0)
}

/// The function that walks the references of an object of a hooked type, where there is one.
pub(super) fn trace_of(object: *const PyObject) -> Option<Trace> {
    let entry = entry_of(table_of(object)).expect("only hooked tables lead here");
    // SAFETY: only `hook` writes here, and it writes functions of this type, or 0.
    unsafe { std::mem::transmute::<usize, Option<Trace>>(entry.trace.load(Ordering::Acquire)) }
}

/// Hooks the type of `object`, if it is not hooked yet.
pub(crate) fn hook(object: &PyObject) -> Result<(), LayoutError> {
    let table = table_of(object);
    let is_hooked = |entry: &Hooked| entry.hooked.load(Ordering::Acquire);
    if entry_of(table).is_some_and(is_hooked) {
        return Ok(());
    }
    let mut hooked = HOOKING.lock().unwrap_or_else(|e| e.into_inner());
    if let Some(entry) = entry_of(table) {
        return if is_hooked(entry) {
            Ok(())
        } else {
            put_functions(entry, table)
        };
    }
    if *hooked * 2 >= MAX_TABLES {
        return Err(LayoutError::Header(
            "more types than the table of hooks holds",
        ));
    }
    let words = (
        DEALLOC_WORD.load(Ordering::Acquire),
        TRACE_WORD.load(Ordering::Acquire),
    );
    if words.0 >= TABLE_WORDS || words.1 >= TABLE_WORDS {
        return Err(LayoutError::Header("the self-test has not run"));
    }
    let at = |word: usize| (table + word * size_of::<usize>()) as *mut usize;
    let mut slot = slot_of(table);
    while HOOKED[slot].table.load(Ordering::Acquire) != 0 {
        slot = (slot + 1) % MAX_TABLES;
    }
    // SAFETY: the self-test found that these words of a table are the two functions; the table
    // lives as long as the process.
    let originals = unsafe { (*at(words.0), *at(words.1)) };
    HOOKED[slot].dealloc.store(originals.0, Ordering::Release);
    HOOKED[slot].trace.store(originals.1, Ordering::Release);
    HOOKED[slot].table.store(table, Ordering::Release);
    *hooked += 1;
    put_functions(&HOOKED[slot], table)
}

/// Puts our functions into a table whose own are noted in `entry`.
fn put_functions(entry: &Hooked, table: usize) -> Result<(), LayoutError> {
    let put = |word: &AtomicUsize, function: usize| {
        let at = table + word.load(Ordering::Acquire) * size_of::<usize>();
        write_protected(at as *mut usize, function)
    };
    put(&DEALLOC_WORD, deaths::on_death as Dealloc as usize)?;
    put(&TRACE_WORD, collections::on_trace as Trace as usize)?;
    entry.hooked.store(true, Ordering::Release);
    Ok(())
}

/// Gives all tables their own functions back. A later recording hooks them again.
pub(crate) fn unhook_all() {
    let _hooking = HOOKING.lock().unwrap_or_else(|e| e.into_inner());
    let words = (
        DEALLOC_WORD.load(Ordering::Acquire),
        TRACE_WORD.load(Ordering::Acquire),
    );
    for entry in &HOOKED {
        let table = entry.table.load(Ordering::Acquire);
        if table == 0 {
            continue;
        }
        let at = |word: usize| (table + word * size_of::<usize>()) as *mut usize;
        // What cannot be written stays hooked, and only goes on to the original.
        let _ = write_protected(at(words.0), entry.dealloc.load(Ordering::Acquire));
        let _ = write_protected(at(words.1), entry.trace.load(Ordering::Acquire));
        entry.hooked.store(false, Ordering::Release);
    }
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
unsafe fn probe_dealloc(object: *mut PyObject) {
    CALLED.store(true, Ordering::SeqCst);
    // SAFETY: gives the object its own table back and makes the call that was meant.
    unsafe {
        *object.byte_add(TABLE_OFFSET).cast::<usize>() = TRUE_TABLE.load(Ordering::SeqCst);
        let original: Dealloc = std::mem::transmute(TRUE_DEALLOC.load(Ordering::SeqCst));
        original(object);
    }
}

/// # Safety
/// Called by the interpreter alone, for the object of the self-test.
unsafe fn probe_trace(_: &PyObject, _: &mut TraverseFn<'_>) {
    CALLED.store(true, Ordering::SeqCst);
}

/// A copy of a table with one word replaced.
fn changed_copy(words: &[usize; TABLE_WORDS], word: usize, function: usize) -> usize {
    let mut copy = *words;
    copy[word] = function;
    let copy: &'static [usize; TABLE_WORDS] = Box::leak(Box::new(copy));
    copy.as_ptr() as usize
}

fn put_table(object: &PyObject, table: usize) {
    let at = std::ptr::from_ref(object).cast_mut();
    // SAFETY: the table is the object's own or a copy of it with one function replaced by one of
    // the same type.
    unsafe { *at.byte_add(TABLE_OFFSET).cast::<usize>() = table };
}

/// Finds which words of a table take objects apart and walk them, by giving a float a table of its
/// own with one word replaced and using it.
pub(super) fn self_test(vm: &VirtualMachine) -> Result<(), LayoutError> {
    if DEALLOC_WORD.load(Ordering::Acquire) < TABLE_WORDS {
        return Ok(());
    }
    let sample = vm.ctx.new_float(0.5);
    let table = table_of(sample.as_object());
    // SAFETY: a table has six words.
    let words = unsafe { *(table as *const [usize; TABLE_WORDS]) };
    let code = (probe_dealloc as Dealloc as usize) >> 32;
    let functions: Vec<usize> = (0..TABLE_WORDS)
        .filter(|word| words[*word] != 0 && (words[*word] >> 32).abs_diff(code) <= 1)
        .collect();
    let empty: Vec<usize> = (0..TABLE_WORDS).filter(|word| words[*word] == 0).collect();
    if functions.len() != 2 || empty.len() != 2 {
        return Err(LayoutError::Header("a float's type table has another form"));
    }
    // A float has neither a walk nor a clearing of references; walking it calls only the first.
    for word in empty {
        let copy = changed_copy(&words, word, probe_trace as Trace as usize);
        CALLED.store(false, Ordering::SeqCst);
        put_table(sample.as_object(), copy);
        let walked = sample.as_object().gc_get_referents();
        put_table(sample.as_object(), table);
        drop(walked);
        if CALLED.load(Ordering::SeqCst) {
            TRACE_WORD.store(word, Ordering::Release);
        }
    }
    drop(sample);
    TRUE_TABLE.store(table, Ordering::SeqCst);
    for word in functions {
        TRUE_DEALLOC.store(words[word], Ordering::SeqCst);
        let copy = changed_copy(&words, word, probe_dealloc as Dealloc as usize);
        CALLED.store(false, Ordering::SeqCst);
        let float = vm.ctx.new_float(1.5);
        put_table(float.as_object(), copy);
        drop(float);
        if CALLED.load(Ordering::SeqCst) {
            DEALLOC_WORD.store(word, Ordering::Release);
            break;
        }
        // The next float stands where this one stood, and gets its own table back.
        let reused = vm.ctx.new_float(2.5);
        put_table(reused.as_object(), table);
    }
    let found = |word: &AtomicUsize| word.load(Ordering::Acquire) < TABLE_WORDS;
    if found(&DEALLOC_WORD) && found(&TRACE_WORD) {
        Ok(())
    } else {
        Err(LayoutError::Header(
            "a type table's functions were not found",
        ))
    }
}
