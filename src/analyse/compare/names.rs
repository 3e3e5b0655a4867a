//! By what name an object of the program's is known: the first of the script's own that led to it, or
//! else the first of a call's.

use super::model::ComparedRun;
use super::side::Side;
use super::texts::is_pythons;
use crate::trace::ObjId;
use std::collections::BTreeMap;

/// The names of what a run has made.
pub(super) fn known_names(run: ComparedRun<'_>) -> BTreeMap<ObjId, String> {
    let mut side = Side::new(run, Vec::new());
    let mut known: BTreeMap<ObjId, (bool, String)> = BTreeMap::new();
    for number in 1..=run.trace.steps.len() as u32 {
        side.go_to(number);
        let frames = side.state.frames.len();
        for frame in side.kept.min(frames)..frames {
            for (name, to) in side.names(frame) {
                let is_own = side.is_born(to);
                let is_global = frame == 0;
                let is_better = known
                    .get(&to)
                    .is_none_or(|(global, _)| is_global && !global);
                if is_own && is_better && !is_pythons(name) {
                    known.insert(to, (is_global, path_of(&side, frame, name)));
                }
            }
        }
        side.settle();
    }
    known
        .into_iter()
        .map(|(id, (_, name))| (id, name))
        .collect()
}

/// A name with the call that it stands in: `a`, `f().a`; `C.a` in the body of a class.
pub(super) fn path_of(side: &Side<'_>, frame: usize, name: &str) -> String {
    let is_body = side
        .state
        .frames
        .get(frame)
        .is_some_and(|frame| frame.class_body);
    match (frame, is_body) {
        (0, _) => name.to_owned(),
        (_, true) => format!("{}.{name}", side.function(frame)),
        (_, false) => format!("{}().{name}", side.function(frame)),
    }
}
