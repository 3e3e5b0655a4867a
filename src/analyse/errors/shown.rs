//! The calls of a search as they are shown: those that are alike as one, those of a library as one.

use super::model::{Passage, PassageOutcome};

/// Calls of one function that follow each other and are alike of which all are shown.
const ALIKE: usize = 3;

/// A place in a list of calls.
#[derive(Debug)]
pub struct ShownCalls<'p> {
    /// One call; several, the newest first, where they are those of a library that the exception only
    /// went through.
    pub calls: Vec<&'p Passage>,
    /// How many more follow that are like this one.
    pub more: usize,
}

/// The calls of a search, with how many more follow each that are like those before it: an exception
/// that leaves a recursion comes through the same line again and again.
pub fn shown_calls(search: &[Passage]) -> Vec<ShownCalls<'_>> {
    let mut shown: Vec<ShownCalls<'_>> = Vec::new();
    for passage in search {
        let is_library = passage.place.own.is_none();
        if let Some(last) = shown.last_mut()
            && is_library
            && last.calls[0].place.own.is_none()
        {
            last.calls.push(passage);
            continue;
        }
        let last = shown.iter().rev().take(ALIKE);
        let alike = last.filter(|one| is_alike(one.calls[0], passage)).count();
        match shown.last_mut() {
            Some(last) if alike == ALIKE => last.more += 1,
            _ => shown.push(ShownCalls {
                calls: vec![passage],
                more: 0,
            }),
        }
    }
    shown
}

fn is_alike(a: &Passage, b: &Passage) -> bool {
    let is_left = |one: &Passage| one.outcome == PassageOutcome::Left && one.handlers.is_empty();
    (a.place.line, &a.place.path, &a.place.function)
        == (b.place.line, &b.place.path, &b.place.function)
        && is_left(a)
        && is_left(b)
}
