//! The texts of a recording under way: each gets a number when it is first named.

use super::{CallFrame, Label, ObjectInfo, ObjectState, Symbol, ThreadStack};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// Bytes of texts that are remembered, whether they are still in use or not.
const ROOM: usize = 8 << 20;

/// Gives texts their numbers, and remembers those that have come up lately.
#[derive(Debug, Default)]
pub struct Interner {
    known: HashMap<String, Symbol>,
    /// Bytes of all known texts.
    size: usize,
    /// After how many bytes the unused are forgotten.
    bound: usize,
    next: u32,
    /// The texts that have got a number since they were last taken.
    fresh: Vec<String>,
}

impl Interner {
    /// The symbol of `text`, made on first use.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.known.get(text) {
            return *symbol;
        }
        let symbol = Symbol(self.next);
        self.next += 1;
        self.size += text.len() + size_of::<(String, Symbol)>();
        self.fresh.push(text.to_owned());
        self.known.insert(text.to_owned(), symbol);
        symbol
    }

    /// The texts that are new since the last call, in the order of their numbers.
    pub(super) fn take_fresh(&mut self) -> Vec<String> {
        std::mem::take(&mut self.fresh)
    }

    /// Whether so many texts are known that the unused should be forgotten.
    pub(super) fn is_large(&self) -> bool {
        self.size > self.bound.max(ROOM)
    }

    /// Forgets all texts but those in use. One that comes up again gets a further number.
    pub(super) fn keep(&mut self, used: &HashSet<Symbol>) {
        self.known.retain(|_, symbol| used.contains(symbol));
        let texts = self.known.keys().map(|text| text.len());
        self.size = texts.map(|len| len + size_of::<(String, Symbol)>()).sum();
        // Where much is in use, looking for it again and again would cost more than it gives.
        self.bound = 2 * self.size;
    }
}

/// The symbols in use.
#[derive(Default)]
pub(super) struct Used(pub(super) HashSet<Symbol>);

impl Used {
    pub(super) fn info(&mut self, info: &ObjectInfo) {
        self.0.insert(info.type_name);
        self.0.extend(
            info.place
                .iter()
                .flat_map(|place| [place.path, place.function]),
        );
    }

    pub(super) fn state(&mut self, state: &ObjectState) {
        self.0.extend(state.value);
        self.0.extend(state.name);
        for reference in &state.refs {
            match reference.label {
                Label::Value(symbol)
                | Label::Key(symbol)
                | Label::Attr(symbol)
                | Label::Cell(symbol)
                | Label::KwDefault(symbol)
                | Label::Named(symbol) => {
                    self.0.insert(symbol);
                }
                Label::Index(_)
                | Label::Element
                | Label::Default(_)
                | Label::Closure(_)
                | Label::Referent(_) => {}
            }
        }
    }

    pub(super) fn stacks(&mut self, frames: &[CallFrame], others: &[ThreadStack]) {
        let others = others.iter().flat_map(|stack| &stack.frames);
        for frame in frames.iter().chain(others) {
            self.0.extend([frame.function, frame.qualified]);
            self.0.extend(&frame.under_way);
            self.0.extend(frame.names.iter().map(|name| name.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgotten_texts_get_further_numbers_and_used_ones_keep_theirs() {
        let mut interner = Interner::default();
        let (one, two) = (interner.intern("one"), interner.intern("two"));
        assert_eq!(interner.intern("one"), one);
        interner.keep(&HashSet::from_iter([one]));
        assert_eq!(interner.intern("one"), one);
        assert!(interner.intern("two") > two);
        assert_eq!(interner.take_fresh(), ["one", "two", "two"]);
    }
}
