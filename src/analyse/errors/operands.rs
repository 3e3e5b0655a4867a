//! The names and calls in the source of which an instruction or a statement takes its values.

use crate::trace::stages::{Node, Span, Stages};

/// Values that are shown of a statement at most.
const MOST: usize = 8;

/// The names and attributes of names that a `raise` or `assert` at a span reads, and the conditions
/// of the `if`, `elif` and `while` that it stands in: each with its owner's name and the attribute's.
pub(super) fn led_to_raise(stages: &Stages, span: Span) -> Vec<Operand<'_>> {
    let tree = &stages.tree;
    let is_statement = |node: &Node| {
        let is_it = matches!(&*node.kind, "Raise" | "Assert");
        is_it && node.span.is_some_and(|own| own.contains(span))
    };
    let Some(statement) = tree.iter().rposition(is_statement) else {
        return Vec::new();
    };
    let mut roots = vec![statement];
    let mut at = statement;
    while let Some(parent) = tree[at].parent.map(|parent| parent as usize) {
        let inside = tree[at].field();
        let field = match &*tree[parent].kind {
            "FunctionDef" | "AsyncFunctionDef" | "ClassDef" | "Lambda" | "Module" => break,
            "If" | "While" if inside != "test" => "test",
            "Match" => "subject",
            _ => "",
        };
        let mut children = tree.iter().enumerate();
        let asked = children.find(|(_, node)| {
            node.parent == Some(parent as u32) && node.field() == field && !field.is_empty()
        });
        roots.extend(asked.map(|(at, _)| at));
        at = parent;
    }
    let mut found: Vec<Operand<'_>> = Vec::new();
    for root in roots {
        for operand in read_below(stages, root) {
            let is_new = found.iter().all(|one| !one.is_same(&operand));
            if is_new && found.len() < MOST {
                found.push(operand);
            }
        }
    }
    found
}

/// A name, or an attribute of what a name means, that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operand<'s> {
    pub name: &'s str,
    pub attribute: Option<&'s str>,
    pub span: Span,
}

impl Operand<'_> {
    fn is_same(&self, other: &Operand<'_>) -> bool {
        (self.name, self.attribute) == (other.name, other.attribute)
    }
}

/// What is read below a node, in the order of the source. Functions that are called are left out, but
/// not the objects whose methods are; so is what comprehensions and lambdas bind for themselves.
fn read_below(stages: &Stages, root: usize) -> Vec<Operand<'_>> {
    let tree = &stages.tree;
    let mut is_below = vec![false; tree.len()];
    is_below[root] = true;
    let mut found = Vec::new();
    for (at, node) in tree.iter().enumerate().skip(root) {
        let parent = node.parent.map(|parent| parent as usize);
        if at > root {
            is_below[at] = parent.is_some_and(|parent| is_below[parent])
                && !matches!(
                    &*node.kind,
                    "Lambda" | "ListComp" | "SetComp" | "DictComp" | "GeneratorExp"
                );
        }
        let (true, "Name", Some("Load")) = (is_below[at], &*node.kind, node.context.as_deref())
        else {
            continue;
        };
        let (Some(name), Some(own)) = (node.value("id"), node.span) else {
            continue;
        };
        let holder = parent.map(|parent| &tree[parent]);
        let attribute = holder.filter(|one| &*one.kind == "Attribute" && at > root);
        let is_method = attribute.is_some_and(|one| one.field() == "func");
        let attribute = attribute.filter(|_| !is_method);
        if node.field() == "func" {
            continue;
        }
        found.push(Operand {
            name,
            attribute: attribute.and_then(|one| one.value("attr")),
            span: attribute.and_then(|one| one.span).unwrap_or(own),
        });
    }
    found
}

/// The only call among the direct operands of what stands at a span, where it is one of that function.
pub(super) fn operand_call(stages: &Stages, span: Span, function: &str) -> Option<Span> {
    let parent = |node: &Node| node.parent.map(|at| &stages.tree[at as usize]);
    let is_part = |node: &Node| parent(node).is_some_and(|parent| parent.span == Some(span));
    let calls = stages.tree.iter().zip(0u32..);
    let mut calls = calls.filter(|(node, _)| &*node.kind == "Call" && is_part(node));
    let (call, number) = calls.next()?;
    let mut names = stages.tree.iter();
    let called = names.find(|node| node.parent == Some(number) && node.field() == "func")?;
    let name = called.value("id").or_else(|| called.value("attr"))?;
    let last = function.rsplit('.').next().unwrap_or(function);
    (calls.next().is_none() && name == last).then_some(call.span?)
}

/// The names that are direct operands of what stands at a span.
pub(super) fn operands(stages: &Stages, span: Span) -> Vec<(&str, Span)> {
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
