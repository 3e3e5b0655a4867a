//! A picture for each stage of a file.

use crate::render::Theme;
use crate::trace::stages::{Span, StageKind, Stages};

/// The pictures of some stages, each behind its name.
pub fn stages_pictures(
    _stages: &Stages,
    _kinds: &[StageKind],
    _within: Option<Span>,
    _theme: Theme,
) -> Vec<(&'static str, String)> {
    Vec::new()
}
