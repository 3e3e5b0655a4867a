//! What of the stages is wanted.

use crate::trace::stages::{Code, Span, StageKind, Symbol, Use};

/// Which stages to write, and of what part of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagesChoice {
    /// In any order.
    pub stages: Vec<StageKind>,
    /// Only what touches these bytes; what has no place is left out then.
    pub within: Option<Span>,
}

impl Default for StagesChoice {
    fn default() -> Self {
        StagesChoice {
            stages: StageKind::ALL.to_vec(),
            within: None,
        }
    }
}

impl StagesChoice {
    pub(super) fn has(&self, stage: StageKind) -> bool {
        self.stages.contains(&stage)
    }

    /// The wanted uses of a name.
    pub(super) fn uses<'s>(&self, symbol: &'s Symbol) -> impl Iterator<Item = &'s Use> {
        let uses = symbol.uses.iter();
        uses.filter(|one| self.takes(Some(one.span)))
    }

    /// Whether anything of a code object is wanted.
    pub(super) fn takes_code(&self, code: &Code) -> bool {
        let mut all = code.instructions.iter();
        self.within.is_none() || all.any(|one| self.takes(one.span))
    }

    /// Whether something that stands there, if anywhere, is wanted.
    pub(super) fn takes(&self, span: Option<Span>) -> bool {
        match (self.within, span) {
            (None, _) => true,
            (Some(wanted), Some(span)) => wanted.touches(span),
            (Some(_), None) => false,
        }
    }
}
