//! What instances are made from: their classes, and the bases of these.

use super::scene::{Cell, Mark, Row};
use super::step_view::StepView;
use crate::trace::{Label, ObjId, ObjectState};

impl StepView<'_> {
    /// Whether arrows to a class are drawn, and so its box: where it is one of the program's.
    pub(super) fn shows_class(&self, class: ObjId) -> bool {
        self.chosen.resolved.classes && self.info(class).born.is_some()
    }

    /// The bases of a class, without `object`, which is everybody's.
    fn bases(&self, class: &ObjectState) -> Vec<ObjId> {
        let is_bases =
            |label| matches!(label, Label::Named(name) if self.text(name) == "__bases__");
        let tuple = class.refs.iter().find(|one| is_bases(one.label));
        let tuple = tuple.and_then(|one| self.object(one.to));
        let bases = tuple.into_iter().flat_map(|tuple| &tuple.refs);
        bases
            .filter(|one| matches!(one.label, Label::Index(_)))
            .map(|one| one.to)
            .filter(|base| self.class_name(*base) != "object")
            .collect()
    }

    fn class_name(&self, class: ObjId) -> &str {
        let name = self.object(class).and_then(|class| class.name);
        name.map_or("", |name| self.text(name))
    }

    /// `(Animal)`: the bases as the program writes them.
    pub(super) fn bases_in_words(&self, class: &ObjectState) -> String {
        let bases = self.bases(class);
        let names: Vec<&str> = bases.iter().map(|base| self.class_name(*base)).collect();
        match names.is_empty() {
            true => String::new(),
            false => format!("({})", names.join(", ")),
        }
    }

    /// Rows that lead from a class to its bases, where classes are drawn.
    pub(super) fn base_rows(&self, class: &ObjectState) -> Vec<Row> {
        if !self.chosen.resolved.classes {
            return Vec::new();
        }
        let bases = self.bases(class);
        let label = |place: usize| match bases.len() {
            1 => "__base__".to_owned(),
            _ => format!("__bases__[{place}]"),
        };
        let row = |(place, base): (usize, &ObjId)| Row {
            label: Cell::Text(label(place)),
            value: self.cell(*base, false),
            mark: Mark::None,
            aside: false,
        };
        bases.iter().enumerate().map(row).collect()
    }
}
