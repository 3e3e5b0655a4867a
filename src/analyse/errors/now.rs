//! A step, as those who follow exceptions look at it.

use crate::analyse::words::Words;
use crate::trace::{ObjId, RootKind, State, Step, Trace};

/// A step as it is worked through.
#[derive(Clone, Copy)]
pub(super) struct Now<'a> {
    pub number: u32,
    pub step: &'a Step,
    pub state: &'a State,
}

impl Now<'_> {
    pub(super) fn thread(&self) -> u32 {
        self.step.head.thread.unwrap_or(1)
    }

    /// What the running thread is called; `None` for the first.
    pub(super) fn thread_name(&self, trace: &Trace) -> Option<String> {
        let words = Words {
            trace,
            state: self.state,
            head: &self.step.head,
        };
        words.thread(self.thread())
    }

    pub(super) fn depth(&self) -> usize {
        self.state.frames.len()
    }

    pub(super) fn raised(&self) -> Option<ObjId> {
        self.step.head.held_as(RootKind::RaisedException)
    }
}
