//! What a program calls its objects: the last name that led to each.

use crate::trace::{Label, NameKind, ObjId, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// A name that a program had for an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastName {
    /// The name; of what only a container of that name held, with the place in it: `guards[0]`.
    pub name: String,
    /// It still led there at the last step.
    pub is_held: bool,
}

/// The last name of each of these objects, where one ever led to it.
pub(super) fn last_names(trace: &Trace, of: &BTreeSet<ObjId>) -> BTreeMap<ObjId, LastName> {
    let mut names: BTreeMap<ObjId, LastName> = BTreeMap::new();
    if of.is_empty() {
        return names;
    }
    let count = trace.steps.len() as u32;
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        let is_last = number == count;
        let kept = match is_last {
            true => 0,
            false => step.frames_kept as usize,
        };
        for frame in state.frames.iter().skip(kept) {
            let named = frame.names.iter();
            let named = named.filter(|one| one.kind != NameKind::Stack && of.contains(&one.to));
            for one in named {
                let last = LastName {
                    name: trace.symbols.text(one.name).to_owned(),
                    is_held: is_last,
                };
                names.insert(one.to, last);
            }
        }
        if is_last {
            in_containers(trace, state, of, &mut names);
        }
    }
    names
}

/// Items of containers and attributes of instances that a name leads to at the last step.
fn in_containers(
    trace: &Trace,
    state: &crate::trace::State,
    of: &BTreeSet<ObjId>,
    names: &mut BTreeMap<ObjId, LastName>,
) {
    let frames = state.frames.iter();
    let named = frames.flat_map(|frame| &frame.names);
    for one in named.filter(|one| one.kind != NameKind::Stack) {
        let Some(holder) = state.heap.get(&one.to) else {
            continue;
        };
        let name = trace.symbols.text(one.name);
        for held in &holder.refs {
            let place = match held.label {
                Label::Index(_) | Label::Value(_) | Label::Attr(_) => {
                    held.label.display(&trace.symbols)
                }
                _ => continue,
            };
            if of.contains(&held.to) && !names.contains_key(&held.to) {
                let last = LastName {
                    name: format!("{name}{place}"),
                    is_held: true,
                };
                names.insert(held.to, last);
            }
        }
    }
}
