//! The stages of files in a trace.

use super::ReadError;
use crate::trace::stages::Stages;

/// Stages in which every index leads to something, and every span to text.
pub(super) fn checked(stages: Stages) -> Result<Stages, ReadError> {
    match stages.is_sound() {
        true => Ok(stages),
        false => Err(ReadError::Damaged(
            "the stages of a file do not fit together",
        )),
    }
}
