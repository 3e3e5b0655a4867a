//! What exception objects say of themselves at a step.

use super::model::{ErrorObject, RaisedError, TracebackPart};
use super::places::Places;
use crate::trace::{Kind, Label, ObjId, State, Trace};
use std::str::Chars;

/// Links of a chain that are followed at most: a program may have made it a circle.
const LONGEST: usize = 100_000;

pub(super) struct Facts<'t> {
    trace: &'t Trace,
}

impl<'t> Facts<'t> {
    pub(super) fn new(trace: &'t Trace) -> Facts<'t> {
        Facts { trace }
    }

    /// An error that is met for the first time.
    pub(super) fn begin(&self, id: ObjId, state: &State) -> RaisedError {
        RaisedError {
            object: self.object(id, state),
            raisings: Vec::new(),
            traceback: Vec::new(),
            cause: None,
            context: None,
            suppresses_context: false,
            notes: Vec::new(),
            members: Vec::new(),
            parts: Vec::new(),
            unbound: None,
            values: Vec::new(),
            printed: Vec::new(),
        }
    }

    /// Reads again what can have changed.
    pub(super) fn read(&self, error: &mut RaisedError, places: &Places<'_>, state: &State) {
        let id = error.object.id;
        let related = |name: &str| {
            let to = self.named(id, name, state)?;
            (self.trace.object(to).kind == Kind::Exception).then(|| self.object(to, state))
        };
        error.object = self.object(id, state);
        error.cause = related("__cause__");
        error.context = related("__context__");
        error.members = self
            .named(id, "exceptions", state)
            .map(|list| items(list, state))
            .unwrap_or_default()
            .into_iter()
            .map(|member| self.object(member, state))
            .collect();
        let notes = self.attribute(id, "__notes__", state);
        let notes = notes.map(|list| items(list, state)).unwrap_or_default();
        error.notes = notes
            .into_iter()
            .filter_map(|note| self.text(note, state))
            .collect();
        let first = error.traceback.first().map(|part| part.object);
        let fresh = self.entries(id, state, |entry| Some(entry) == first);
        // Behind the last of them the chain goes on as it was, or is another one.
        let last = fresh.last().copied();
        let goes_on = match last {
            Some(last) => self.named(last, "tb_next", state),
            None => self.named(id, "__traceback__", state),
        };
        let known = match goes_on.is_some() && goes_on == first {
            true => std::mem::take(&mut error.traceback),
            false => Vec::new(),
        };
        error.traceback = fresh
            .into_iter()
            .filter_map(|entry| {
                let info = self.trace.object(entry);
                Some(TracebackPart {
                    object: entry,
                    step: info.born.map(|born| born.step),
                    place: places.of_entry(&info.place?),
                })
            })
            .chain(known)
            .collect();
    }

    /// The entries of an exception's traceback, the oldest call first, up to one that is known: those in
    /// front of it came later.
    pub(super) fn entries(
        &self,
        id: ObjId,
        state: &State,
        is_known: impl Fn(ObjId) -> bool,
    ) -> Vec<ObjId> {
        let mut entries = Vec::new();
        let mut next = self.named(id, "__traceback__", state);
        while let Some(entry) = next.filter(|entry| entries.len() < LONGEST && !is_known(*entry)) {
            entries.push(entry);
            next = self.named(entry, "tb_next", state);
        }
        entries
    }

    /// An exception's arguments: those in its tuple, or those that it is told to have where an
    /// interpreter makes the tuple anew for each who asks.
    pub(super) fn arguments(&self, id: ObjId, state: &State) -> Option<Vec<ObjId>> {
        if let Some(list) = self.named(id, "args", state) {
            return Some(items(list, state));
        }
        let refs = &state.heap.get(&id)?.refs;
        let told = refs
            .iter()
            .filter(|one| one.label.is_argument(&self.trace.symbols));
        Some(told.map(|one| one.to).collect())
    }

    /// An exception as an object.
    pub(super) fn object(&self, id: ObjId, state: &State) -> ErrorObject {
        let arguments = self.arguments(id, state);
        let message = match arguments.as_deref() {
            Some([]) => Some(String::new()),
            Some([only]) => self.text(*only, state),
            _ => {
                // A group keeps its text apart from its members.
                let text = self.named(id, "exceptions", state);
                let text = text.and_then(|_| self.named(id, "message", state));
                text.and_then(|text| self.text(text, state))
            }
        };
        let value = |id: ObjId| {
            let value = state.heap.get(&id)?.value?;
            Some(self.trace.symbols.text(value).to_owned())
        };
        ErrorObject {
            id,
            type_name: self.type_name(id).to_owned(),
            arguments: arguments.into_iter().flatten().map(value).collect(),
            message,
        }
    }

    pub(super) fn type_name(&self, id: ObjId) -> &'t str {
        let info = self.trace.object(id);
        self.trace.symbols.text(info.type_name)
    }

    /// What an object refers to by a name of its own.
    pub(super) fn named(&self, id: ObjId, name: &str, state: &State) -> Option<ObjId> {
        let refs = &state.heap.get(&id)?.refs;
        let is_it = |label| match label {
            Label::Named(symbol) => self.trace.symbols.text(symbol) == name,
            _ => false,
        };
        Some(refs.iter().find(|one| is_it(one.label))?.to)
    }

    fn attribute(&self, id: ObjId, name: &str, state: &State) -> Option<ObjId> {
        let refs = &state.heap.get(&id)?.refs;
        let is_it = |label| match label {
            Label::Attr(symbol) => self.trace.symbols.text(symbol) == name,
            _ => false,
        };
        Some(refs.iter().find(|one| is_it(one.label))?.to)
    }

    /// A text without its quotes, where the trace has all of it.
    fn text(&self, id: ObjId, state: &State) -> Option<String> {
        let object = state.heap.get(&id)?;
        if self.type_name(id) != "str" || object.true_length.is_some() {
            return None;
        }
        unquoted(self.trace.symbols.text(object.value?))
    }
}

/// The items of a list or tuple.
fn items(list: ObjId, state: &State) -> Vec<ObjId> {
    let refs = state.heap.get(&list).map_or(&[][..], |list| &list.refs);
    let items = refs.iter();
    items
        .filter(|one| matches!(one.label, Label::Index(_)))
        .map(|one| one.to)
        .collect()
}

/// The text that Python writes like this.
fn unquoted(written: &str) -> Option<String> {
    let quote = written
        .chars()
        .next()
        .filter(|quote| "'\"".contains(*quote))?;
    let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut text = String::new();
    let mut rest = inner.chars();
    while let Some(one) = rest.next() {
        if one != '\\' {
            text.push(one);
            continue;
        }
        text.push(match rest.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'x' => numbered(&mut rest, 2)?,
            'u' => numbered(&mut rest, 4)?,
            'U' => numbered(&mut rest, 8)?,
            other => other,
        });
    }
    Some(text)
}

/// The character whose number stands next, in so many digits.
fn numbered(rest: &mut Chars<'_>, digits: usize) -> Option<char> {
    let hex: String = rest.by_ref().take(digits).collect();
    char::from_u32(u32::from_str_radix(&hex, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn texts_are_read_as_python_writes_them() {
        let read = |written| unquoted(written).expect("it is a text");
        assert_eq!(read("'a\\nb'"), "a\nb");
        assert_eq!(read("\"it's\""), "it's");
        assert_eq!(read("'\\x41\\u00e4\\\\'"), "A\u{e4}\\");
        assert_eq!(unquoted("b'a'"), None);
    }
}
