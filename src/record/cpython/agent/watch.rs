//! What is looked at of every known object in every step, kept close together: with thousands of objects
//! the time goes into fetching memory.

use crate::describe::Kind;
use crate::dicts::mix;
use crate::offsets::{flags, object};
use crate::python::{Addr, Python, count_of, flags_of, type_of, word};

/// How it shows whether an object holds other things than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// It never does.
    Fixed,
    /// Text, which native code may still be making longer.
    Text,
    List,
    /// `zip`, `enumerate` and others fill the tuple that they gave last anew, where nobody else holds it;
    /// native code may still be filling one.
    Tuple,
    /// It has to be walked through.
    Other,
}

/// What was told last of a living object.
pub struct Watch {
    /// Where it stands; 0 where there is none any more.
    pub at: Addr,
    /// Its count, as [`Watch::told`] has it.
    pub count: u32,
    /// Made of all that it held.
    pub content: u64,
    /// A bit for each address that it held: where none is set for an address, it did not hold that.
    pub holds: u64,
    pub shape: Shape,
    /// It has been read.
    pub is_read: bool,
}

/// What is kept of the count of an immortal object.
const IMMORTAL: u32 = u32::MAX;

impl Watch {
    /// A count, as it is kept.
    pub fn told(count: Option<u64>) -> u32 {
        count.map_or(IMMORTAL, |count| {
            u32::try_from(count).unwrap_or(IMMORTAL - 1)
        })
    }

    /// The count that was told last; `None` where the object is immortal.
    pub fn count(&self) -> Option<u64> {
        (self.count != IMMORTAL).then_some(u64::from(self.count))
    }

    /// A number made of what the object holds now, where that takes no walk.
    ///
    /// # Safety
    /// The object must live, and the interpreter's lock be held.
    pub unsafe fn content(&self) -> Option<u64> {
        // SAFETY: the caller's.
        unsafe {
            let (from, length) = match self.shape {
                Shape::Fixed => return Some(0),
                Shape::Text => return Some(word(self.at + object::SIZE) as u64),
                Shape::Other => return None,
                Shape::List => (word(self.at + object::ITEMS), word(self.at + object::SIZE)),
                Shape::Tuple => (self.at + object::ITEMS, word(self.at + object::SIZE)),
            };
            Some((0..length).fold(1, |sum, i| mix(sum, word(from + 8 * i))))
        }
    }
}

/// The bits for addresses in [`Watch::holds`].
pub fn bits(all: &[Addr]) -> u64 {
    all.iter().fold(0, |sum, at| sum | 1 << (at >> 4 & 63))
}

/// What is not as it was told, as places.
#[derive(Default)]
pub struct Changed {
    /// The count alone.
    pub counts: Vec<usize>,
    /// What it holds; of [`Shape::Other`], perhaps.
    pub contents: Vec<usize>,
}

impl Changed {
    /// Compares all that have been read.
    ///
    /// # Safety
    /// What stands at their places must live, and the interpreter's lock be held.
    pub unsafe fn since(watches: &[Watch], minor: u32) -> Changed {
        let mut changed = Changed::default();
        for (place, watch) in watches.iter().enumerate() {
            if watch.at == 0 || !watch.is_read {
                continue;
            }
            // SAFETY: the caller's.
            let (count, content) = unsafe { (count_of(watch.at, minor), watch.content()) };
            if content != Some(watch.content) {
                changed.contents.push(place);
            }
            if Watch::told(count) != watch.count {
                changed.counts.push(place);
            }
        }
        changed
    }
}

/// How an object shows what it holds.
///
/// # Safety
/// There must be an object, and the interpreter's lock be held.
pub unsafe fn shape(at: Addr, kind: Kind, leaf: bool, python: &Python) -> Shape {
    // SAFETY: the caller's.
    let class = unsafe { type_of(at) };
    match kind {
        // SAFETY: as above.
        Kind::Atom if unsafe { flags_of(class) } & flags::STR != 0 => Shape::Text,
        Kind::Atom if class == python.types.bytearray => Shape::Other,
        Kind::Atom => Shape::Fixed,
        _ if leaf => Shape::Fixed,
        Kind::Sequence if class == python.types.list => Shape::List,
        Kind::Sequence if class == python.types.tuple => Shape::Tuple,
        _ => Shape::Other,
    }
}
