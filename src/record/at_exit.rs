//! What happens behind the last step: the interpreter goes, and what is left goes with it. No steps
//! are taken any more; deaths and finalizers are noted as they come.

use super::raw::frames;
use super::raw::heap::Inside;
use crate::trace::ObjId;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The end of what the last step has left.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// What has not died yet, by address.
    left: HashMap<usize, ObjId>,
    /// Whose `__del__` was called, in order.
    pub finalized: Vec<ObjId>,
    /// Who died, in order.
    pub freed: Vec<ObjId>,
}

static WATCHING: AtomicBool = AtomicBool::new(false);
static ENDING: Mutex<Option<Ending>> = Mutex::new(None);

fn with_ending(act: impl FnOnce(&mut Ending)) {
    let _inside = Inside::enter();
    if let Some(ending) = &mut *ENDING.lock().unwrap_or_else(|e| e.into_inner()) {
        act(ending);
    }
}

/// From here on the ends of these objects are noted, and nothing else of what dies.
pub(super) fn watch(left: HashMap<usize, ObjId>) {
    *ENDING.lock().unwrap_or_else(|e| e.into_inner()) = Some(Ending {
        left,
        ..Ending::default()
    });
    WATCHING.store(true, Ordering::SeqCst);
}

/// Stops watching.
pub(super) fn close() -> Ending {
    WATCHING.store(false, Ordering::SeqCst);
    let ending = ENDING.lock().unwrap_or_else(|e| e.into_inner()).take();
    ending.unwrap_or_default()
}

pub(super) fn is_watching() -> bool {
    WATCHING.load(Ordering::Relaxed)
}

/// Told of each address at which an object dies for good; says whether that is all that is to be
/// noted of it.
pub(super) fn takes(address: usize) -> bool {
    if is_watching() {
        with_ending(|ending| {
            let died = ending.left.remove(&address);
            ending.freed.extend(died);
        });
    }
    is_watching()
}

/// Told of each function that starts: the innermost frame is about to run it.
pub(super) fn started() {
    let Some(frame) = frames::innermost() else {
        return;
    };
    if frame.code().code.obj_name.as_str() != "__del__" {
        return;
    }
    let _inside = Inside::enter();
    let first = frame.slots().into_iter().next().flatten();
    let Some(first) = first else { return };
    let mut of = vec![first];
    if first.object().class().name().to_string() == "cell" {
        // What an inner function uses of the arguments stands in a cell.
        first.extend_referents(&mut of);
    }
    with_ending(|ending| {
        let of = of.iter().rev();
        let of = of.filter_map(|pointer| ending.left.get(&pointer.address()));
        ending.finalized.extend(of.copied().next());
    });
}
