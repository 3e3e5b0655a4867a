//! What two objects hold that are the same by the way in which they are reached.

use super::model::{Fact, Reason};
use super::side::Side;
use super::texts::{is_pythons, shared_label};
use super::walk::{Reached, Walk};
use crate::trace::{Kind, Label, ObjId, Symbols};
use std::collections::BTreeMap;

/// What the program has put into an object: its references by their labels, with shared texts.
type Held = BTreeMap<(Label, u32), (Label, ObjId)>;

impl Walk<'_> {
    /// Follows what both of a pair hold.
    pub(super) fn content(&mut self, reached: Reached) {
        let (one, other) = reached.pair;
        let kind = self.sides[0].trace().object(one).kind;
        if kind == Kind::Set {
            return self.elements(&reached);
        }
        let held = [held(&self.sides[0], one), held(&self.sides[1], other)];
        let counts = [0, 1].map(|side| items(&held[side]));
        let path_of = format!("len({})", reached.path);
        match counts[0] == counts[1] {
            true => self.value_agrees(&path_of),
            false => self.value_differs(path_of, counts.map(Fact::Items), None),
        }
        for (key, (label, to)) in &held[0] {
            let path = below(&reached.path, *label, &self.sides[0].trace().symbols);
            match held[1].get(key) {
                Some((_, other)) => self.reach((*to, *other), path),
                None if matches!(label, Label::Index(_)) => {}
                None => {
                    let facts = [self.fact(0, Some(*to)), Fact::Nothing];
                    self.value_differs(path, facts, implicit(*label, &self.sides[0]));
                }
            }
        }
        for (key, (label, to)) in &held[1] {
            if held[0].contains_key(key) || matches!(label, Label::Index(_)) {
                continue;
            }
            let path = below(&reached.path, *label, &self.sides[1].trace().symbols);
            let facts = [Fact::Nothing, self.fact(1, Some(*to))];
            self.value_differs(path, facts, implicit(*label, &self.sides[1]));
        }
    }

    /// The elements of two sets: plain values by what they are; others cannot be told apart.
    fn elements(&mut self, reached: &Reached) {
        let pair = [reached.pair.0, reached.pair.1];
        let elements = [0, 1].map(|side| elements(&self.sides[side], pair[side]));
        let values = [0, 1].map(|side| {
            let values = elements[side]
                .iter()
                .filter_map(|id| self.sides[side].value(*id));
            let mut values: Vec<&str> = values.collect();
            values.sort_unstable();
            values
        });
        let lengths = [elements[0].len(), elements[1].len()];
        if lengths[0] != lengths[1] {
            self.value_differs(
                format!("len({})", reached.path),
                lengths.map(Fact::Items),
                None,
            );
        } else if values[0] != values[1] {
            let facts = [0, 1].map(|side| Fact::Text(format!("{{{}}}", values[side].join(", "))));
            self.value_differs(reached.path.clone(), facts, None);
        }
    }
}

fn elements(side: &Side<'_>, id: ObjId) -> Vec<ObjId> {
    let refs = side
        .state
        .heap
        .get(&id)
        .map_or(&[][..], |object| &object.refs);
    let elements = refs.iter().filter(|one| one.label == Label::Element);
    elements.map(|one| one.to).collect()
}

/// How many places of a sequence there are.
fn items(held: &Held) -> usize {
    let is_item = |(label, _): &&(Label, ObjId)| matches!(label, Label::Index(_));
    held.values().filter(is_item).count()
}

/// Why only one of them has a reference: names with two underscores are Python's own.
fn implicit(label: Label, side: &Side<'_>) -> Option<Reason> {
    let (Label::Attr(name) | Label::Value(name)) = label else {
        return None;
    };
    let name = side.trace().symbols.text(name);
    is_pythons(name.trim_matches('\'')).then_some(Reason::ImplicitName)
}

/// The references of an object that are the program's, and not the interpreter's own.
fn held(side: &Side<'_>, id: ObjId) -> Held {
    let trace = side.trace();
    let kind = trace.object(id).kind;
    let mut held = Held::new();
    if matches!(
        kind,
        Kind::Module | Kind::Namespace | Kind::Frame | Kind::Traceback | Kind::Other
    ) {
        return held;
    }
    let Some(object) = side.state.heap.get(&id) else {
        return held;
    };
    for reference in object.refs.iter().filter(|one| !one.weak) {
        let is_programs = match reference.label {
            Label::Index(_)
            | Label::Value(_)
            | Label::Cell(_)
            | Label::Default(_)
            | Label::KwDefault(_)
            | Label::Closure(_) => true,
            Label::Attr(name) => is_attribute(side, id, trace.symbols.text(name)),
            Label::Key(_) | Label::Element | Label::Named(_) | Label::Referent(_) => false,
        };
        if is_programs {
            let key = shared_label(reference.label, &side.numbers);
            // A label may stand there twice: keys that are written alike.
            let again = held.range((key, 0)..=(key, u32::MAX)).count() as u32;
            held.insert((key, again), (reference.label, reference.to));
        }
    }
    held
}

/// Whether an attribute is one that the program has set, as far as its name tells.
fn is_attribute(side: &Side<'_>, owner: ObjId, name: &str) -> bool {
    match side.trace().object(owner).kind {
        Kind::Class => side.is_born(owner) && !is_pythons(name),
        _ => !name.starts_with('_') || is_of_own_class(side, owner) && !is_pythons(name),
    }
}

/// Whether the class of an instance is one of the program's.
fn is_of_own_class(side: &Side<'_>, owner: ObjId) -> bool {
    let refs = side
        .state
        .heap
        .get(&owner)
        .map_or(&[][..], |object| &object.refs);
    let symbols = &side.trace().symbols;
    refs.iter().any(|one| {
        let is_class = matches!(one.label, Label::Named(name) if symbols.text(name) == "__class__");
        is_class && side.is_born(one.to)
    })
}

/// Whether a reference with this label is followed when objects are paired.
pub(super) fn is_followed(label: Label) -> bool {
    matches!(
        label,
        Label::Index(_)
            | Label::Value(_)
            | Label::Attr(_)
            | Label::Cell(_)
            | Label::Default(_)
            | Label::KwDefault(_)
            | Label::Closure(_)
            | Label::Element
    )
}

/// The path of what a path leads to.
fn below(path: &str, label: Label, symbols: &Symbols) -> String {
    match label {
        // A name that stands for a cell is known by the name.
        Label::Cell(_) => path.to_owned(),
        Label::Default(_) | Label::KwDefault(_) | Label::Closure(_) => {
            format!("{path}.{}", label.display(symbols))
        }
        _ => format!("{path}{}", label.display(symbols)),
    }
}
