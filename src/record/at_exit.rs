//! What happens behind the last step: the interpreter goes, and what is left goes with it. No steps
//! are taken any more; deaths and finalizers are noted as they come.

use super::raw::descriptors::OpenDescriptor;
use super::raw::heap::Inside;
use super::raw::{frames, output};
use super::text;
use crate::trace::{ExitEvent, ObjId};
use rustc_hash::FxHashMap as HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The end of what the last step has left.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// What has not died yet, by address.
    left: HashMap<usize, ObjId>,
    /// Bytes of a character that is not whole yet.
    written: Vec<u8>,
    /// What was written to standard error.
    pub errors: Vec<u8>,
    /// Who is to be called, in order: the address of the code, and whether that has begun.
    functions: Vec<(usize, bool)>,
    /// What could hold a descriptor, by address; also what has died since.
    holders: HashMap<usize, ObjId>,
    /// Whose `__del__` was called, in order.
    pub finalized: Vec<ObjId>,
    /// Who died, in order.
    pub freed: Vec<ObjId>,
    /// All that happened, in order.
    pub events: Vec<ExitEvent>,
    /// Who died with a descriptor open: what held it, and the descriptor.
    pub died_open: Vec<(ObjId, i32)>,
}

impl Ending {
    /// Adds what has happened, behind what the program has written before.
    fn add(&mut self, event: ExitEvent) {
        self.note_written();
        self.events.push(event);
    }

    fn note_written(&mut self) {
        let written = output::drain();
        self.written.extend(written.stdout);
        self.errors.extend(written.stderr);
        let text = text::take_complete(&mut self.written);
        if !text.is_empty() {
            self.events.push(ExitEvent::Wrote(text));
        }
    }
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
/// `functions`: the code of those that are registered to be called, by address; `holders`: what could
/// hold a descriptor.
pub(super) fn watch(
    left: HashMap<usize, ObjId>,
    functions: &[usize],
    holders: Vec<(usize, ObjId)>,
) {
    *ENDING.lock().unwrap_or_else(|e| e.into_inner()) = Some(Ending {
        left,
        functions: functions.iter().map(|code| (*code, false)).collect(),
        holders: holders.into_iter().collect(),
        ..Ending::default()
    });
    WATCHING.store(true, Ordering::SeqCst);
}

/// Stops watching.
pub(super) fn close() -> Ending {
    WATCHING.store(false, Ordering::SeqCst);
    let ending = ENDING.lock().unwrap_or_else(|e| e.into_inner()).take();
    let mut ending = ending.unwrap_or_default();
    ending.note_written();
    if !ending.written.is_empty() {
        // The rest of a character never came.
        let rest = String::from_utf8_lossy(&ending.written).into_owned();
        ending.events.push(ExitEvent::Wrote(rest));
    }
    ending
}

pub(super) fn is_watching() -> bool {
    WATCHING.load(Ordering::Relaxed)
}

/// Told of each address at which an object dies for good; says whether that is all that is to be
/// noted of it.
pub(super) fn takes(address: usize, open: Option<OpenDescriptor>) -> bool {
    if is_watching() {
        with_ending(|ending| {
            if let Some(open) = open
                && let Some(holder) = ending.holders.get(&open.holder)
            {
                ending.died_open.push((*holder, open.descriptor));
            }
            if let Some(died) = ending.left.remove(&address) {
                ending.freed.push(died);
                ending.add(ExitEvent::Freed(died));
            }
        });
    }
    is_watching()
}

/// Told of each function that starts: the innermost frame is about to run it.
pub(super) fn started() {
    let Some(frame) = frames::innermost() else {
        return;
    };
    let _inside = Inside::enter();
    let code = frame.code_address();
    with_ending(|ending| {
        let is_next = |(of, begun): &(usize, bool)| *of == code && !begun;
        if let Some(at) = ending.functions.iter().position(is_next) {
            ending.functions[at].1 = true;
            ending.add(ExitEvent::Called(at as u32));
        }
    });
    if frame.code().code.obj_name.as_str() != "__del__" {
        return;
    }
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
        if let Some(first) = of.copied().next() {
            ending.finalized.push(first);
            ending.add(ExitEvent::Finalized(first));
        }
    });
}
