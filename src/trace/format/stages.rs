//! The stages of files in a trace: where they stand, and that what they say of each other is there.

use super::{HEAD, Place, ReadError, SEGMENT_HEAD, SegmentHead, Tag};
use crate::trace::stages::Stages;
use std::fs::File;

/// The segments that hold them, found from head to head.
pub(super) fn places(file: &mut File, length: u64) -> Result<Vec<Place>, ReadError> {
    let mut places = Vec::new();
    let mut at = HEAD;
    loop {
        let head = match SegmentHead::read(file, at, length) {
            Ok(head) => head,
            // The trailer, or the place at which the file was cut off.
            Err(ReadError::Truncated | ReadError::Damaged(_)) => return Ok(places),
            Err(other) => return Err(other),
        };
        if head.tag == Some(Tag::Stages) {
            places.push(Place {
                tag: Tag::Stages,
                first: head.first,
                count: head.count,
                at,
            });
        }
        at += SEGMENT_HEAD + head.stored;
    }
}

/// Stages in which every index leads to something, and every span to text.
pub(super) fn checked(stages: Stages) -> Result<Stages, ReadError> {
    match stages.is_sound() {
        true => Ok(stages),
        false => Err(ReadError::Damaged(
            "the stages of a file do not fit together",
        )),
    }
}
