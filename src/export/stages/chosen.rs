//! What of the stages is wanted.

use crate::trace::stages::{Span, StageKind};

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

    /// Whether something that stands there, if anywhere, is wanted.
    pub(super) fn takes(&self, span: Option<Span>) -> bool {
        match (self.within, span) {
            (None, _) => true,
            (Some(wanted), Some(span)) => wanted.touches(span),
            (Some(_), None) => false,
        }
    }
}
