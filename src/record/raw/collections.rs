//! The collector at work, seen from within.
//!
//! A collection walks the references of each of its candidates; [`on_trace`] stands in each type's
//! table for that walk. When the first object of a generation's list is walked, the world is
//! stopped, all candidates are marked and nothing has been changed yet: this is the moment to copy
//! what the collector sees. What it concludes follows from the copy by its own rules.

use super::header::ObjPtr;
use super::heap::Inside;
use super::tables;
use super::world::Stopped;
use rustpython_vm::PyObject;
use rustpython_vm::gc_state::gc_state;
use rustpython_vm::object::TraverseFn;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const BITS_OFFSET: usize = 2 * size_of::<usize>();
/// The bit of an object that is in the candidate set of the running collection.
const COLLECTING: u8 = 1 << 7;

static WATCHING: AtomicBool = AtomicBool::new(false);
static SEEN: Mutex<Vec<CollectionSnapshot>> = Mutex::new(Vec::new());
/// Where in a header the pointers to the neighbours in the collector's list stand.
static NEWER_AT: AtomicUsize = AtomicUsize::new(0);
static OLDER_AT: AtomicUsize = AtomicUsize::new(0);

/// One candidate, as the collector found it.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub address: usize,
    pub strong: u32,
    pub finalized: bool,
    pub referents: Vec<usize>,
}

/// One collection: its candidates from the youngest generation to the oldest.
#[derive(Debug, Clone)]
pub(crate) struct CollectionSnapshot {
    /// The oldest generation that was walked.
    pub generation: u8,
    pub explicit: bool,
    pub candidates: Vec<Candidate>,
}

pub(crate) fn watch(on: bool) {
    WATCHING.store(on, Ordering::SeqCst);
}

/// Forgets the collections that nobody has asked for.
pub(crate) fn clear() {
    let _inside = Inside::enter();
    drop(drain());
}

/// The collections since the last call.
pub(crate) fn drain() -> Vec<CollectionSnapshot> {
    std::mem::take(&mut *SEEN.lock().unwrap_or_else(|e| e.into_inner()))
}

/// Finds where headers hold the pointers to their neighbours, from two objects that were tracked
/// one after the other.
pub(super) fn learn_links(older: ObjPtr, newer: ObjPtr) -> bool {
    let words = [3, 4].map(|word| word * size_of::<usize>());
    let points =
        |from: ObjPtr, to: ObjPtr| words.into_iter().find(|at| link(from, *at) == Some(to));
    let (Some(older_at), Some(newer_at)) = (points(newer, older), points(older, newer)) else {
        return false;
    };
    OLDER_AT.store(older_at, Ordering::SeqCst);
    NEWER_AT.store(newer_at, Ordering::SeqCst);
    older_at != newer_at
}

fn link(object: ObjPtr, at: usize) -> Option<ObjPtr> {
    // SAFETY: the word lies inside the header and holds a pointer to a tracked object or null.
    let word = unsafe { *((object.address() + at) as *const *mut PyObject) };
    NonNull::new(word).map(ObjPtr::from_raw)
}

/// Where in the collector's state the head of its youngest list stands.
static HEAD_AT: AtomicUsize = AtomicUsize::new(0);

/// Finds the head of the youngest list: the one word of the collector's state that leads to the
/// object tracked last.
pub(super) fn learn_head(newest: ObjPtr) -> bool {
    let state = std::ptr::from_ref(gc_state()) as usize;
    let places: Vec<usize> = (0..size_of_val(gc_state()) / size_of::<usize>())
        .map(|word| state + word * size_of::<usize>())
        // SAFETY: the word lies inside the collector's state, which lives as long as the process.
        .filter(|at| unsafe { *(*at as *const usize) } == newest.address())
        .collect();
    if let [only] = places[..] {
        HEAD_AT.store(only, Ordering::SeqCst);
    }
    places.len() == 1
}

/// The object that the collector has tracked last, of those in its youngest generation.
pub(crate) fn newest(_: Stopped<'_>) -> Option<ObjPtr> {
    let at = HEAD_AT.load(Ordering::Relaxed);
    // SAFETY: the self-test has found the head here; nothing changes the list now.
    let word = unsafe { *(at as *const *mut PyObject) };
    NonNull::new(word).map(ObjPtr::from_raw)
}

/// The address of the object that was tracked before this one, in the same generation, or 0. It is
/// not to be followed: other threads may be changing the list.
pub(super) fn elder_address(object: ObjPtr) -> usize {
    let at = object.address() + OLDER_AT.load(Ordering::Relaxed);
    // SAFETY: the word lies inside the header of an object whose block is there.
    unsafe { AtomicUsize::from_ptr(at as *mut usize) }.load(Ordering::Relaxed)
}

/// The object that was tracked before this one, in the same generation.
pub(crate) fn elder(object: ObjPtr) -> Option<ObjPtr> {
    link(object, OLDER_AT.load(Ordering::Relaxed))
}

fn is_candidate(object: &PyObject) -> bool {
    // SAFETY: the byte of flags stands behind count and table in every header.
    let bits = unsafe {
        *std::ptr::from_ref(object)
            .byte_add(BITS_OFFSET)
            .cast::<u8>()
    };
    bits & COLLECTING != 0
}

/// Stands in the table of every hooked type.
///
/// # Safety
/// Called by the interpreter alone, with a live object.
pub(super) unsafe fn on_trace(object: &PyObject, visit: &mut TraverseFn<'_>) {
    if WATCHING.load(Ordering::Relaxed) && is_candidate(object) {
        let pointer = ObjPtr::of(object);
        let first = link(pointer, NEWER_AT.load(Ordering::Relaxed)).is_none();
        if first && !Inside::is_entered() {
            let _inside = Inside::enter();
            copy_list(pointer);
        }
    }
    if let Some(original) = tables::trace_of(object) {
        // SAFETY: the call that the interpreter meant to make.
        unsafe { original(object, visit) };
    }
}

/// Copies one generation's list, from its newest object on.
fn copy_list(newest: ObjPtr) {
    let generation = newest.generation().unwrap_or(0);
    let mut candidates = Vec::new();
    let mut next = Some(newest);
    let mut referents = Vec::new();
    while let Some(pointer) = next {
        next = elder(pointer);
        if !is_candidate(pointer.object()) {
            continue;
        }
        referents.clear();
        pointer.extend_referents(&mut referents);
        candidates.push(Candidate {
            address: pointer.address(),
            strong: pointer.refcount().unwrap_or(u32::MAX),
            finalized: pointer.object().gc_finalized(),
            referents: referents.iter().map(|to| to.address()).collect(),
        });
    }
    let mut seen = SEEN.lock().unwrap_or_else(|e| e.into_inner());
    match seen.last_mut() {
        // Lists are walked from the youngest on; a younger one begins another collection.
        Some(running) if running.generation < generation => {
            running.generation = generation;
            running.explicit = true;
            running.candidates.extend(candidates);
        }
        _ => seen.push(CollectionSnapshot {
            generation,
            explicit: generation > 0 || asked_for(newest, candidates.len()),
            candidates,
        }),
    }
}

/// Whether a program asked for a collection of the youngest generation. One that comes by itself
/// takes only that generation, and only when it has grown to its threshold; so one that finds less,
/// or comes while the collector is switched off, was asked for.
fn asked_for(sample: ObjPtr, candidates: usize) -> bool {
    let due = rustpython_vm::vm::thread::with_vm(sample.object(), |vm| {
        let gc = &vm.state.gc;
        gc.is_enabled() && candidates >= gc.generations[0].threshold() as usize
    });
    !due.unwrap_or(true)
}
