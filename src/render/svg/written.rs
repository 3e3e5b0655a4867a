//! What was written of a picture's parts, for the pictures behind it: most parts stay as they are,
//! and are not written anew.

use crate::render::xml::{Fragment, Xml};
use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Parts of one kind, by what tells them apart, each as it was written last.
#[derive(Debug)]
pub(super) struct Written<K, P> {
    of: FxHashMap<K, Entry<P>>,
    picture: u64,
    /// How many parts this picture has so far.
    count: usize,
}

#[derive(Debug)]
struct Entry<P> {
    part: Arc<P>,
    written: Fragment,
    /// The picture that it stood in last.
    picture: u64,
}

impl<K, P> Default for Written<K, P> {
    fn default() -> Self {
        Written {
            of: FxHashMap::default(),
            picture: 0,
            count: 0,
        }
    }
}

/// As many parts as this are kept for each one that the last picture had: a part may come back.
const KEPT: usize = 2;

impl<K: Eq + Hash, P: PartialEq> Written<K, P> {
    /// Writes a part, by `write` where it is not as it was.
    pub(super) fn write(
        &mut self,
        xml: &mut Xml,
        key: K,
        part: &Arc<P>,
        write: impl FnOnce(&mut Xml),
    ) {
        self.count += 1;
        let picture = self.picture;
        if let Some(entry) = self.of.get_mut(&key)
            && (Arc::ptr_eq(&entry.part, part) || entry.part == *part)
        {
            entry.picture = picture;
            // The pictures behind this one share the part with it.
            entry.part = Arc::clone(part);
            xml.again(&entry.written);
            return;
        }
        let start = xml.mark();
        write(xml);
        let entry = Entry {
            part: Arc::clone(part),
            written: xml.since(start),
            picture,
        };
        self.of.insert(key, entry);
    }

    /// Ends a picture: what has not been drawn for long is forgotten.
    pub(super) fn end_picture(&mut self) {
        if self.of.len() > KEPT * self.count {
            let picture = self.picture;
            self.of.retain(|_, entry| entry.picture == picture);
        }
        self.picture += 1;
        self.count = 0;
    }
}
