//! CR LF read as LF, and places put back to where they stand in the file.

use crate::trace::stages::{Span, Stages};
use std::borrow::Cow;

/// A source as the compiler reads it, and how its places stand to those of the file.
#[derive(Debug)]
pub(super) struct LineEndMap<'s> {
    read: Cow<'s, str>,
    /// Where, as read, the line ends stand that were two bytes.
    shortened: Vec<u32>,
}

impl<'s> LineEndMap<'s> {
    pub(super) fn of(source: &'s str) -> LineEndMap<'s> {
        if !source.contains("\r\n") {
            return LineEndMap {
                read: Cow::Borrowed(source),
                shortened: Vec::new(),
            };
        }
        let pairs = source.match_indices("\r\n").enumerate();
        LineEndMap {
            read: Cow::Owned(source.replace("\r\n", "\n")),
            shortened: pairs
                .map(|(before, (at, _))| (at - before) as u32)
                .collect(),
        }
    }

    /// What the compiler reads.
    pub(super) fn source(&self) -> &str {
        &self.read
    }

    /// The place in the file of a place as read.
    pub(super) fn place(&self, span: Span) -> Span {
        let moved = |at: u32| at + self.shortened.partition_point(|end| *end < at) as u32;
        Span::new(moved(span.start), moved(span.end))
    }

    /// Puts all places of the stages back.
    pub(super) fn restore(&self, stages: &mut Stages) {
        if self.shortened.is_empty() {
            return;
        }
        for token in &mut stages.tokens {
            token.span = self.place(token.span);
        }
        for node in &mut stages.tree {
            node.span = node.span.map(|span| self.place(span));
        }
        let codes = stages.codes.iter_mut();
        for one in codes.flat_map(|code| &mut code.instructions) {
            one.span = one.span.map(|span| self.place(span));
        }
    }
}
