//! The steps taken so far. One growing vector would move all of them again and again.

use crate::trace::Step;

/// Steps that are kept in one piece.
const PIECE: usize = 1024;

#[derive(Debug, Default)]
pub(crate) struct Steps {
    /// Full pieces, each of the same length.
    full: Vec<Vec<Step>>,
    open: Vec<Step>,
}

impl Steps {
    pub(crate) fn push(&mut self, step: Step) {
        if self.open.len() == PIECE {
            let piece = std::mem::replace(&mut self.open, Vec::with_capacity(PIECE));
            self.full.push(piece);
        }
        self.open.push(step);
    }

    pub(crate) fn len(&self) -> usize {
        self.full.len() * PIECE + self.open.len()
    }

    pub(crate) fn last(&self) -> Option<&Step> {
        // The open piece is empty before the first step alone.
        self.open.last()
    }

    pub(crate) fn into_vec(self) -> Vec<Step> {
        let mut all = Vec::with_capacity(self.len());
        for piece in self.full {
            all.extend(piece);
        }
        all.extend(self.open);
        all
    }
}
