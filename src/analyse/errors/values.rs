//! The values that an instruction worked with which failed: what the exception itself names, and what
//! the names in the instruction's source led to.

use super::bindings::Bindings;
use super::contents;
use super::facts::Facts;
use super::model::{ErrorPlace, OriginKind, UnboundName, UsedValue, ValueOrigin, ValuePart};
use super::now::Now;
use super::operands::{Operand, led_to_raise, operand_call, operands};
use super::places::Places;
use crate::trace::stages::{NameScope, Span, Stages};
use crate::trace::{Kind, Label, ObjId, Reference, Trace};

/// What the code at `place` worked with when it raised the exception.
pub(super) fn of(
    error: ObjId,
    place: &ErrorPlace,
    now: Now<'_>,
    (trace, places, bindings): (&Trace, &Places<'_>, &Bindings),
) -> Vec<UsedValue> {
    let facts = Facts::new(trace);
    let known = (trace, places, bindings);
    let make = |object, part, span| used(object, part, span, now, known);
    let mut values = Vec::new();
    let stages = place.own.and_then(|file| places.stages(file));
    if let (Some(stages), Some(span)) = (stages, place.span) {
        for (name, span) in operands(stages, span) {
            if let Some(object) = bindings.value(now, (trace, name), places.is_global(place, name))
            {
                values.push(make(object, ValuePart::Name(name.to_owned()), Some(span)));
            }
        }
    }
    if let (Some(stages), Some(span), Some(returned)) = (stages, place.span, bindings.returned(now))
        && let Some(call) = operand_call(stages, span, &returned.by)
    {
        let part = ValuePart::Result {
            by: returned.by.clone(),
            line: returned.line,
            step: returned.step,
        };
        values.push(make(returned.value, part, Some(call)));
    }
    let has = |values: &[UsedValue], id: ObjId| values.iter().any(|one| one.object == id);
    if let Some(object) = facts.named(error, "obj", now.state) {
        if !has(&values, object) {
            let mut value = make(object, ValuePart::ObjectOfAttribute, None);
            if let (Some(stages), Some(span)) = (stages, place.span) {
                let origin = attribute_origin((stages, span), object, now, known, place);
                value.history.extend(origin);
            }
            values.insert(0, value);
        }
        // The exception itself says which it is.
        values.retain(|one| one.object == object);
    }
    let is_subscript = matches!(places.instruction(place), Some((name, _)) if name.starts_with("BINARY") || name.starts_with("STORE_SUBSCR") || name.starts_with("DELETE_SUBSCR"));
    if facts.type_name(error) == "KeyError"
        && is_subscript
        && let Some(arguments) = facts.arguments(error, now.state)
        && let Some(&key) = arguments.first()
        && !has(&values, key)
    {
        values.insert(0, make(key, ValuePart::Key, None));
    }
    values
}

/// A value as it is at a step.
fn used(
    object: ObjId,
    part: ValuePart,
    span: Option<Span>,
    now: Now<'_>,
    (trace, places, bindings): (&Trace, &Places<'_>, &Bindings),
) -> UsedValue {
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
        contents: contents::of(object, now.state, trace),
        part,
        span,
        history,
        born: info.born.map(|born| (born.step, born.line)),
    }
}

/// What the `raise` or `assert` at a place read, and the conditions that led to it.
pub(super) fn of_statement(
    place: &ErrorPlace,
    now: Now<'_>,
    known: (&Trace, &Places<'_>, &Bindings),
) -> Vec<UsedValue> {
    let (trace, places, bindings) = known;
    let stages = place.own.and_then(|file| places.stages(file));
    let (Some(stages), Some(span)) = (stages, place.span) else {
        return Vec::new();
    };
    let value = |one: &Operand<'_>| {
        let is_global = places.is_global(place, one.name);
        let owner = bindings.value(now, (trace, one.name), is_global)?;
        let is_attribute = |label: Label| match (label, one.attribute) {
            (Label::Attr(symbol), Some(name)) => trace.symbols.text(symbol) == name,
            _ => false,
        };
        let (object, name) = match one.attribute {
            None => (owner, one.name.to_owned()),
            Some(attribute) => {
                let refs = &now.state.heap.get(&owner)?.refs;
                let held = refs.iter().find(|held| is_attribute(held.label))?;
                (held.to, format!("{}.{attribute}", one.name))
            }
        };
        let kind = trace.object(object).kind;
        let is_value = !matches!(
            kind,
            Kind::Class | Kind::Function | Kind::Module | Kind::Exception
        );
        is_value.then(|| used(object, ValuePart::Name(name), Some(one.span), now, known))
    };
    led_to_raise(stages, span)
        .iter()
        .filter_map(value)
        .collect()
}

/// Where an attribute of an object last came to hold a value: `owner.attribute`, as the instruction's
/// source has it, where only one such object can be meant.
fn attribute_origin(
    (stages, span): (&Stages, Span),
    value: ObjId,
    now: Now<'_>,
    (trace, places, bindings): (&Trace, &Places<'_>, &Bindings),
    place: &ErrorPlace,
) -> Option<ValueOrigin> {
    let failed = stages.tree.iter().zip(0u32..);
    let mut failed = failed.filter(|(node, _)| node.span == Some(span));
    let (_, number) = failed.find(|(node, _)| &*node.kind == "Attribute")?;
    let part = |of: u32| {
        let nodes = stages.tree.iter().zip(0u32..);
        let mut parts = nodes.filter(|(node, _)| node.parent == Some(of));
        parts.find(|(node, _)| node.field() == "value")
    };
    let (attribute, number) = part(number)?;
    let (owner, _) = part(number).filter(|_| &*attribute.kind == "Attribute")?;
    let (attribute, owner) = (attribute.value("attr")?, owner.value("id")?);
    let object = bindings.value(now, (trace, owner), places.is_global(place, owner))?;
    let steps = trace.steps.iter().take(now.number as usize);
    let steps = steps.enumerate();
    let is_it = |one: &Reference| match one.label {
        Label::Attr(symbol) => trace.symbols.text(symbol) == attribute && one.to == value,
        _ => false,
    };
    let is_attribute = |one: &&Reference| matches!(one.label, Label::Attr(_));
    for (before, step) in steps.rev() {
        let entered = step.entered.iter().find(|(id, _)| *id == object);
        let changed = step.changed.iter().find(|(id, _)| *id == object);
        let put = changed.and_then(|(_, change)| change.refs.as_ref());
        let sets = match (entered, put) {
            (Some((_, state)), _) => state.refs.iter().any(is_it),
            // Of several that have changed together, one may have stayed.
            (None, Some(splice)) if splice.put.iter().filter(is_attribute).count() > 1 => {
                return None;
            }
            (None, Some(splice)) => splice.put.iter().any(is_it),
            (None, None) => false,
        };
        if sets {
            let head = &step.head;
            return Some(ValueOrigin {
                step: before as u32 + 1,
                file: head.file,
                line: head.ran?,
                function: trace.symbols.text(head.function).to_owned(),
                name: format!("{owner}.{attribute}"),
                how: OriginKind::Assigned,
            });
        }
        if entered.is_some() {
            return None;
        }
    }
    None
}

/// The local variable that the instruction at a place asks for, where that is what such an instruction
/// can fail of: it has no value yet.
pub(super) fn unbound(place: &ErrorPlace, places: &Places<'_>) -> Option<UnboundName> {
    let (instruction, _) = places.instruction(place)?;
    if !matches!(
        instruction,
        "LOAD_FAST_CHECK" | "LOAD_DEREF" | "DELETE_FAST"
    ) {
        return None;
    }
    let stages = places.stages(place.own?)?;
    let (scope, span) = (places.scope(place)?, place.span?);
    let mut symbols = scope.symbols.iter();
    let symbol = symbols.find(|one| one.uses.iter().any(|one| one.span == span))?;
    let lines = stages.lines();
    let bound = symbol.uses.iter().filter(|one| one.is_binding());
    let mut bound: Vec<u32> = bound.map(|one| lines.line(one.span.start)).collect();
    bound.dedup();
    let is_own = symbol.scope != NameScope::Free;
    (is_own && !bound.is_empty()).then(|| UnboundName {
        name: symbol.name.clone(),
        function: place.function.clone(),
        asked: lines.line(span.start),
        bound,
    })
}
