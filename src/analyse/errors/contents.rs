//! What a container held at a step, in short.

use super::model::Contents;
use crate::trace::{Kind, Label, ObjId, State, Trace};

/// Items that are named.
const MOST: usize = 6;

/// The keys of a dict, the items of a list, tuple or set.
pub(super) fn of(id: ObjId, state: &State, trace: &Trace) -> Option<Contents> {
    let object = state.heap.get(&id)?;
    let kind = trace.object(id).kind;
    if !matches!(kind, Kind::Sequence | Kind::Mapping | Kind::Set) {
        return None;
    }
    let text = |id: ObjId| {
        let value = state.heap.get(&id).and_then(|object| object.value);
        let value = value.unwrap_or(trace.object(id).type_name);
        trace.symbols.text(value).to_owned()
    };
    let refs = object.refs.iter();
    let items = refs.filter_map(|one| match one.label {
        Label::Value(key) => Some(trace.symbols.text(key).to_owned()),
        Label::Index(_) | Label::Element if kind != Kind::Mapping => Some(text(one.to)),
        _ => None,
    });
    let items: Vec<String> = items.collect();
    // What has no better name is not known as an item.
    let is_known = |label: Label| !matches!(label, Label::Referent(_));
    if !object.refs.iter().all(|one| is_known(one.label)) {
        return None;
    }
    Some(Contents {
        are_keys: kind == Kind::Mapping,
        count: items.len(),
        first: items.into_iter().take(MOST).collect(),
    })
}
