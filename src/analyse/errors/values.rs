//! The values that an instruction worked with which failed: what the exception itself names, and what
//! the names in the instruction's source led to.

use super::bindings::Bindings;
use super::facts::Facts;
use super::model::{ErrorPlace, UsedValue, ValuePart};
use super::places::Places;
use super::walk::Now;
use crate::trace::stages::{Node, Span, Stages};
use crate::trace::{Label, ObjId, Trace};

/// What the code at `place` worked with when it raised the exception.
pub(super) fn of(
    error: ObjId,
    place: &ErrorPlace,
    now: Now<'_>,
    (trace, places, bindings): (&Trace, &Places<'_>, &Bindings),
) -> Vec<UsedValue> {
    let facts = Facts::new(trace);
    let make = |object: ObjId, part: ValuePart, span: Option<Span>| {
        let info = trace.object(object);
        let value = now.state.heap.get(&object).and_then(|state| state.value);
        let history = match &part {
            ValuePart::Name(name) => bindings.history(now, trace, places, (name, object)),
            _ => Vec::new(),
        };
        UsedValue {
            object,
            type_name: trace.symbols.text(info.type_name).to_owned(),
            value: value.map(|value| trace.symbols.text(value).to_owned()),
            part,
            span,
            history,
            born: info.born.map(|born| (born.step, born.line)),
        }
    };
    let mut values = Vec::new();
    let stages = place.own.and_then(|file| places.stages(file));
    if let (Some(stages), Some(span)) = (stages, place.span) {
        for (name, span) in operands(stages, span) {
            if let Some(object) = bindings.value(now, trace, name) {
                values.push(make(object, ValuePart::Name(name.to_owned()), Some(span)));
            }
        }
    }
    let has = |values: &[UsedValue], id: ObjId| values.iter().any(|one| one.object == id);
    if let Some(object) = facts.named(error, "obj", now.state) {
        if !has(&values, object) {
            values.insert(0, make(object, ValuePart::ObjectOfAttribute, None));
        }
        // The exception itself says which it is.
        values.retain(|one| one.object == object);
    }
    let is_subscript = matches!(places.instruction(place), Some((name, _)) if name.starts_with("BINARY") || name.starts_with("STORE_SUBSCR") || name.starts_with("DELETE_SUBSCR"));
    if facts.type_name(error) == "KeyError"
        && is_subscript
        && let Some(key) = facts.named(error, "args", now.state).and_then(|list| {
            let refs = &now.state.heap.get(&list)?.refs;
            let first = refs.iter().find(|one| one.label == Label::Index(0))?;
            Some(first.to)
        })
        && !has(&values, key)
    {
        values.insert(0, make(key, ValuePart::Key, None));
    }
    values
}

/// The names that are direct operands of what stands at a span.
fn operands(stages: &Stages, span: Span) -> Vec<(&str, Span)> {
    let at = stages.tree.iter().zip(0u32..);
    let same: Vec<(&Node, u32)> = at.filter(|(node, _)| node.span == Some(span)).collect();
    let is_part = |node: &Node| {
        let parent = match node.parent.map(|at| (at, &stages.tree[at as usize])) {
            Some((_, wrapper)) if matches!(&*wrapper.kind, "keyword" | "Starred") => wrapper.parent,
            other => other.map(|(at, _)| at),
        };
        parent.is_some_and(|parent| same.iter().any(|(_, number)| *number == parent))
    };
    let is_name = |node: &&Node| &*node.kind == "Name" && node.field() != "func";
    let names = stages.tree.iter().filter(is_name).filter(|node| {
        let is_loaded = node.context.as_deref() != Some("Del");
        is_loaded && (node.span == Some(span) || is_part(node))
    });
    let mut found: Vec<(&str, Span)> = Vec::new();
    for node in names {
        if let (Some(name), Some(own)) = (node.value("id"), node.span)
            && found.iter().all(|(known, _)| *known != name)
        {
            found.push((name, own));
        }
    }
    found
}
