//! Where native objects keep the descriptor of what they have open, so that it can be read of an
//! object that is about to be taken apart: by then nothing can be asked any more.
//!
//! The layout of these types is private. The places are learned from objects whose descriptor is
//! known: of all places, the one that holds it in each of them. Where more than one is left, or where
//! one turns out wrong, nothing is said.

use super::header::ObjPtr;
use super::tables::table_of;
use rustpython_vm::PyObject;
use rustpython_vm::object::SIZEOF_PYOBJECT_HEAD;
use std::sync::Mutex;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

/// Types that hold a descriptor themselves: files and sockets.
const HOLDERS: usize = 4;
/// Types that hold such an object: buffers and texts.
const WRAPPERS: usize = 8;
/// A wrapper leads to its file in so many steps at most.
const DEEPEST: usize = 3;

/// A type's table, 0 where there is none yet, and a place in its objects.
struct Place {
    table: AtomicUsize,
    offset: AtomicIsize,
}

impl Place {
    const fn none() -> Place {
        Place {
            table: AtomicUsize::new(0),
            offset: AtomicIsize::new(0),
        }
    }
}

static HOLDING: [Place; HOLDERS] = [const { Place::none() }; HOLDERS];
static WRAPPING: [Place; WRAPPERS] = [const { Place::none() }; WRAPPERS];
/// The places that a type's objects may have it at, while there are several.
static CANDIDATES: Mutex<Vec<(usize, Vec<isize>)>> = Mutex::new(Vec::new());

/// What an object that is about to be taken apart has open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenDescriptor {
    /// Address of the object that holds it: of the one that dies, or of one that it holds.
    pub holder: usize,
    pub descriptor: i32,
}

fn find(places: &[Place], table: usize) -> Option<isize> {
    let known = places
        .iter()
        .take_while(|place| place.table.load(Ordering::Acquire) != 0);
    let mut known = known.filter(|place| place.table.load(Ordering::Relaxed) == table);
    known
        .next()
        .map(|place| place.offset.load(Ordering::Relaxed))
}

fn add(places: &[Place], table: usize, offset: isize) {
    if find(places, table).is_some() {
        return;
    }
    let free = |place: &&Place| place.table.load(Ordering::Relaxed) == 0;
    if let Some(place) = places.iter().find(free) {
        place.offset.store(offset, Ordering::Relaxed);
        place.table.store(table, Ordering::Release);
    }
}

fn half(object: ObjPtr, offset: isize) -> i32 {
    let start = object.address() as *const u8;
    // SAFETY: the place lies in the data of the object, which is there; what lies between two fields
    // has no meaning, but it can be read.
    unsafe { start.offset(offset).cast::<i32>().read_volatile() }
}

/// Learns from an object that is known to hold a descriptor. True where the place of that is known now.
pub(crate) fn learn(object: ObjPtr, descriptor: i32) -> bool {
    let table = table_of(object.object());
    let end = object.object().class().slots().basicsize;
    let all = (SIZEOF_PYOBJECT_HEAD..end.saturating_sub(3)).step_by(size_of::<i32>());
    let holds = |offset: &isize| half(object, *offset) == descriptor;
    let mut known = CANDIDATES.lock().unwrap_or_else(|e| e.into_inner());
    let at = known.iter().position(|(of, _)| *of == table);
    let at = at.unwrap_or_else(|| {
        known.push((table, all.map(|offset| offset as isize).collect()));
        known.len() - 1
    });
    known[at].1.retain(holds);
    match known[at].1.as_slice() {
        [only] => add(&HOLDING, table, *only),
        // It was thought to be known.
        [] => forget(table),
        _ => {}
    }
    find(&HOLDING, table).is_some()
}

fn forget(table: usize) {
    for place in &HOLDING {
        if place.table.load(Ordering::Acquire) == table {
            // No table stands at an odd address: the place stays taken and fits none.
            place.table.store(1, Ordering::Release);
        }
    }
}

/// Learns that objects of this one's type lead to a file by the field at an offset, which must come
/// from a member descriptor of its class.
pub(crate) fn learn_wrapper(object: ObjPtr, offset: isize) {
    add(&WRAPPING, table_of(object.object()), offset);
}

/// What an object that is about to be taken apart has open, by itself or by what it holds.
pub(super) fn of_dying(object: &PyObject) -> Option<OpenDescriptor> {
    let mut object = ObjPtr::of(object);
    for _ in 0..DEEPEST {
        let table = table_of(object.object());
        if let Some(offset) = find(&HOLDING, table) {
            let descriptor = half(object, offset);
            return (descriptor >= 0).then_some(OpenDescriptor {
                holder: object.address(),
                descriptor,
            });
        }
        object = object.field(find(&WRAPPING, table)?)?;
    }
    None
}
