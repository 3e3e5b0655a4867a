//! What boxes say in the styles of courses: frames with numbers and parents, functions with their
//! parameters, no serials.

use super::calls::RunningCall;
use super::options::Style;
use super::scene::{Cell, Heading, Mark, Row};
use super::step_view::StepView;
use crate::trace::{Kind, Label, Name, NameKind, ObjId};

impl StepView<'_> {
    /// Whether it is drawn in a style of courses.
    pub(super) fn is_textbook(&self) -> bool {
        self.options.style != Style::Memviz
    }

    pub(super) fn frame_heading(&self) -> Heading {
        match self.is_textbook() {
            true => Heading::Plain,
            false => Heading::Bar,
        }
    }

    pub(super) fn object_heading(&self, id: ObjId) -> Heading {
        match self.options.style {
            Style::Memviz => Heading::Bar,
            Style::Environment => match self.info(id).kind {
                Kind::Function | Kind::Sequence | Kind::Mapping | Kind::Set => Heading::Above,
                _ => Heading::Plain,
            },
            Style::Tutor => Heading::Above,
        }
    }

    /// Whether one of the program's statements has defined a function or class, which then is an
    /// object as any other.
    pub(super) fn is_defined(&self, id: ObjId) -> bool {
        self.is_textbook() && self.definitions.of(id).is_some()
    }

    /// `f1: fact [parent=Global]`.
    pub(super) fn textbook_frame(&self, call: &RunningCall<'_>) -> String {
        let name = plain_name(self.text(call.frame.function));
        if let Some(number) = call.of_functions {
            let parent = call.frame.called.map(|called| self.parent_of(called));
            return format!("f{number}: {name}{}", parent.unwrap_or_default());
        }
        if call.frame.class_body {
            return format!("class {name}");
        }
        if !call.frame.is_module(&self.trace.symbols) {
            return name.to_owned();
        }
        let file = self.trace.header.files.get(call.frame.file.0 as usize);
        match file.filter(|_| call.depth > 0) {
            Some(file) => format!("Global frame of {}", file.name()),
            None => "Global frame".to_owned(),
        }
    }

    /// ` [parent=f1]`, where it is known.
    fn parent_of(&self, function: ObjId) -> String {
        match self.definitions.of(function) {
            Some(definition)
                if self.options.style == Style::Environment || definition.parent != "Global" =>
            {
                format!(" [parent={}]", definition.parent)
            }
            _ => String::new(),
        }
    }

    pub(super) fn function_title(&self, id: ObjId, name: &str) -> String {
        let head = match self.definitions.of(id) {
            Some(definition) => definition.head.clone(),
            None => format!("{}(…)", plain_name(name)),
        };
        match self.options.style {
            Style::Memviz => format!("function {name}"),
            Style::Environment => format!("func {head}{}", self.parent_of(id)),
            Style::Tutor => format!("{head}{}", self.parent_of(id)),
        }
    }

    pub(super) fn instance_title(&self, type_name: String) -> String {
        match self.is_textbook() {
            true => format!("{type_name} instance"),
            false => type_name,
        }
    }

    /// What the row of a returned value is called: no variable can be.
    pub(super) fn returned(&self) -> &'static str {
        match self.is_textbook() {
            true => "Return value",
            false => "return",
        }
    }

    /// What a name leads to. Courses know no cells: there, a variable that functions share stands in
    /// the frame that it belongs to, as long as that is there.
    pub(super) fn variable(&self, name: &Name) -> Option<Cell> {
        let shares = matches!(name.kind, NameKind::Cell | NameKind::Free)
            && self.info(name.to).kind == Kind::Cell;
        if !shares || !self.is_textbook() {
            return Some(self.cell(name.to, false));
        }
        if name.kind == NameKind::Free && self.stands_in_frame(name.to) {
            return None;
        }
        let held = self.object(name.to)?.refs.first()?;
        Some(self.cell(held.to, held.weak))
    }

    /// The row of a variable that a function has of a call that has returned.
    pub(super) fn captured_row(&self, cell: ObjId) -> Option<Row> {
        let held = self.object(cell)?.refs.first()?;
        let Label::Cell(name) = held.label else {
            return None;
        };
        (!self.stands_in_frame(cell)).then(|| Row {
            label: Cell::Text(self.text(name).to_owned()),
            value: self.cell(held.to, held.weak),
            mark: Mark::None,
            aside: false,
        })
    }

    /// Whether the call that a cell belongs to is under way.
    fn stands_in_frame(&self, cell: ObjId) -> bool {
        let mut names = self.calls.iter().flat_map(|call| &call.frame.names);
        names.any(|name| name.kind == NameKind::Cell && name.to == cell)
    }
}

/// A function without a name is called by the letter that stands for it.
fn plain_name(name: &str) -> &str {
    match name {
        "<lambda>" => "λ",
        name => name,
    }
}
