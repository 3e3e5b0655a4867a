//! What stands in the box of each kind of object.

use super::scene::{BoxRole, Cell, Mark, Row, aside, grouped};
use super::step_view::StepView;
use crate::trace::{Kind, Label, ObjId, ObjectState, Reference};

/// Title, rows and colour of a box.
pub(super) struct Content {
    pub tone: BoxRole,
    pub title: String,
    pub rows: Vec<Row>,
    /// What is said where there are no rows.
    pub empty: &'static str,
}

/// Characters of an inline value, and of what an exception says.
const INLINE_LIMIT: usize = 28;
const MESSAGE_LIMIT: usize = 60;

/// What the interpreter keeps at a function beside what the program put there.
const FUNCTION_FURNITURE: [&str; 9] = [
    "__globals__",
    "__builtins__",
    "__module__",
    "__name__",
    "__qualname__",
    "__doc__",
    "__type_params__",
    "__annotations__",
    "__annotate__",
];

/// What the interpreter puts into a class beside what its body says.
const CLASS_FURNITURE: [&str; 15] = [
    "__module__",
    "__qualname__",
    "__doc__",
    "__dict__",
    "__weakref__",
    "__firstlineno__",
    "__static_attributes__",
    "__annotate_func__",
    "__annotations_cache__",
    "__classdictcell__",
    "__type_params__",
    "__match_args__",
    "__orig_bases__",
    "__parameters__",
    "__abstractmethods__",
];

/// Special methods that nearly every class has: they say nothing of it.
const COMMON_METHODS: [&str; 3] = ["__init__", "__repr__", "__str__"];

/// What a frame object holds beside its variables.
const FRAME_FURNITURE: [&str; 6] = [
    "f_code",
    "function",
    "f_globals",
    "f_builtins",
    "f_locals",
    "f_back",
];

/// What a generator has beside its variables.
const GENERATOR_FURNITURE: [&str; 5] = ["gi_code", "cr_code", "f_code", "function", "f_locals"];

pub(super) fn content(view: &StepView<'_>, id: ObjId, object: &ObjectState) -> Content {
    if let Some(content) = view.asynchronous(id, object) {
        return content;
    }
    let info = view.info(id);
    let type_name = view.text(info.type_name).to_owned();
    let named = object.name.map(|name| view.text(name).to_owned());
    let rows = rows(view, info.kind, object);
    let tone = BoxRole::of(info.kind);
    let (title, empty) = match info.kind {
        Kind::Sequence | Kind::Mapping | Kind::Set => (type_name, "empty"),
        Kind::Class => (
            format!(
                "class {}{}",
                named.unwrap_or_default(),
                view.bases_in_words(object)
            ),
            "no attributes",
        ),
        Kind::Function => (view.function_title(id, &named.unwrap_or_default()), ""),
        Kind::Generator => (format!("{type_name} {}", named.unwrap_or_default()), ""),
        Kind::Frame => (format!("frame {}()", named.unwrap_or_default()), "no names"),
        Kind::Exception | Kind::Traceback => (type_name, ""),
        Kind::Cell => (type_name, "empty"),
        Kind::WeakRef => (type_name, "dead: refers to nothing"),
        Kind::Atom => (type_name, ""),
        Kind::Module => (format!("module {}", named.unwrap_or_default()), "empty"),
        Kind::Instance => (view.instance_title(type_name), "no attributes"),
        _ => (type_name, ""),
    };
    Content {
        tone,
        title,
        rows,
        empty,
    }
}

/// The class of an instance, where the trace has it.
fn class_of<'v>(view: &'v StepView<'_>, object: &ObjectState) -> Option<&'v ObjectState> {
    let mut refs = object.refs.iter();
    let class = refs.find(|one| named(view, one.label, &["__class__"]))?;
    view.object(class.to)
}

fn has_attributes(view: &StepView<'_>, object: &ObjectState, names: &[&str]) -> bool {
    names
        .iter()
        .all(|name| attribute(view, object, name).is_some())
}

fn attribute(view: &StepView<'_>, object: &ObjectState, name: &str) -> Option<ObjId> {
    let mut refs = object.refs.iter();
    let found = refs.find(|one| matches!(one.label, Label::Attr(of) if view.text(of) == name))?;
    Some(found.to)
}

/// The names of the fields of a class of named tuples.
fn fields(view: &StepView<'_>, class: &ObjectState) -> Option<Vec<String>> {
    if !has_attributes(view, class, &["_fields", "_make", "_asdict"]) {
        return None;
    }
    let names = view.object(attribute(view, class, "_fields")?)?;
    let text = |one: &Reference| {
        let value = view.object(one.to)?.value?;
        Some(view.text(value).trim_matches('\'').to_owned())
    };
    names.refs.iter().map(text).collect()
}

/// Whether an attribute is the library's own business: a private one of an instance of a class of the
/// library's, or one that the machinery behind a class has put into it (`_member_map_`).
fn is_inside(view: &StepView<'_>, kind: Kind, object: &ObjectState, label: Label) -> bool {
    let Label::Attr(name) = label else {
        return false;
    };
    let name = view.text(name);
    if view.options.internals || !name.starts_with('_') {
        return false;
    }
    match kind {
        Kind::Instance => {
            let mut refs = object.refs.iter();
            let class = refs.find(|one| named(view, one.label, &["__class__"]));
            class.is_some_and(|class| view.info(class.to).born.is_none())
        }
        Kind::Class => !name.starts_with("__") && name.ends_with('_'),
        _ => false,
    }
}

/// Whether a function or class has anything of its own to show.
pub(super) fn has_rows(view: &StepView<'_>, id: ObjId) -> bool {
    let Some(object) = view.object(id) else {
        return false;
    };
    let info = view.info(id);
    match info.kind {
        Kind::Class => {
            let mut refs = object.refs.iter();
            let is_record = !view.options.internals && fields(view, object).is_some();
            info.born.is_some()
                && !is_record
                && refs.any(|r| shows(view, Kind::Class, r) && is_telling(view, r))
        }
        kind => object.refs.iter().any(|r| shows(view, kind, r)),
    }
}

/// Whether an attribute of a class tells more than that instances have a method: a value, or a special
/// method by which they behave in a way of their own.
fn is_telling(view: &StepView<'_>, reference: &Reference) -> bool {
    let is_method = match view.info(reference.to).kind {
        Kind::Function => true,
        _ => {
            let type_name = view.text(view.info(reference.to).type_name);
            matches!(type_name, "property" | "staticmethod" | "classmethod")
        }
    };
    let name = match reference.label {
        Label::Attr(name) => view.text(name),
        _ => "",
    };
    let is_special = name.starts_with("__") && !COMMON_METHODS.contains(&name);
    !is_method || is_special
}

/// Whether `owner`'s box holds what `part` holds, so that `part` needs none of its own.
pub(super) fn absorbs(view: &StepView<'_>, owner: ObjId, part: ObjId) -> bool {
    let kinds = (view.info(owner).kind, view.info(part).kind);
    match kinds {
        (Kind::Generator, Kind::Frame) => true,
        (Kind::Exception, Kind::Sequence) => is_plain_tuple(view, part),
        _ => false,
    }
}

pub(super) fn row(label: impl Into<String>, value: Cell) -> Row {
    Row {
        label: Cell::Text(label.into()),
        value,
        mark: Mark::None,
        aside: false,
    }
}

fn named(view: &StepView<'_>, label: Label, names: &[&str]) -> bool {
    match label {
        Label::Named(name) | Label::Attr(name) => names.contains(&view.text(name)),
        _ => false,
    }
}

/// Whether a cell is the one by which `super()` finds the class that a method stands in.
fn is_for_super(view: &StepView<'_>, cell: ObjId) -> bool {
    let held = |id: ObjId| view.object(id).map_or(&[][..], |object| &object.refs);
    let classes = held(cell).iter().map(|reference| reference.to);
    !view.options.internals
        && classes
            .filter(|id| view.info(*id).kind == Kind::Class)
            .flat_map(held)
            .any(|method| held(method.to).iter().any(|one| one.to == cell))
}

/// Whether all that a traceback leads to is running calls, which the call stack shows.
pub(super) fn is_told_by_stack(view: &StepView<'_>, traceback: ObjId) -> bool {
    let mut at = Some(traceback);
    while let Some(object) = at.and_then(|id| view.object(id)) {
        let links = |kind: Kind| {
            let mut refs = object.refs.iter();
            refs.find(|one| view.info(one.to).kind == kind)
                .map(|one| one.to)
        };
        if links(Kind::Frame).is_some_and(|frame| !view.runs(frame)) {
            return false;
        }
        at = links(Kind::Traceback);
    }
    !view.options.internals
}

/// Whether a frame object holds something on its value stack: `stack 0`.
fn is_value_stack(view: &StepView<'_>, label: Label) -> bool {
    match label {
        Label::Named(name) => view.text(name).starts_with("stack "),
        _ => false,
    }
}

/// Whether a reference is worth a row in the box of its owner.
fn shows(view: &StepView<'_>, kind: Kind, reference: &Reference) -> bool {
    let label = reference.label;
    if matches!(label, Label::Key(_)) {
        return false;
    }
    if named(view, label, &["__class__"]) {
        return view.shows_class(reference.to);
    }
    match kind {
        Kind::Function => {
            let furniture = named(view, label, &FUNCTION_FURNITURE)
                || !view.options.internals && named(view, label, &["__code__"]);
            let plain_defaults =
                named(view, label, &["__defaults__"]) && is_plain_tuple(view, reference.to);
            let inside = matches!(label, Label::Closure(_)) && is_for_super(view, reference.to);
            !furniture && !plain_defaults && !inside
        }
        Kind::Class => matches!(label, Label::Attr(_)) && !named(view, label, &CLASS_FURNITURE),
        Kind::Frame => !named(view, label, &FRAME_FURNITURE) && !is_value_stack(view, label),
        Kind::Module => {
            matches!(label, Label::Attr(name) if !view.text(name).starts_with("__"))
        }
        Kind::Generator => {
            let is_inside = matches!(label, Label::Referent(_))
                || is_value_stack(view, label)
                || named(view, label, &GENERATOR_FURNITURE);
            let is_told = named(view, label, &["code", "__name__", "__qualname__"]);
            !is_told && (view.options.internals || !is_inside)
        }
        // An array says itself of what type its values are, and a frame what it holds.
        Kind::Other if !view.options.internals => match label {
            Label::Named(name) => view.text(name) != "dtype",
            Label::Attr(name) => !view.text(name).starts_with('_'),
            _ => true,
        },
        _ => true,
    }
}

fn rows(view: &StepView<'_>, kind: Kind, object: &ObjectState) -> Vec<Row> {
    if kind == Kind::Atom {
        let text = object.value.map_or("", |value| view.text(value));
        return vec![row("", Cell::Text(shortened(text, 60, object.true_length)))];
    }
    let mut rows = match kind {
        Kind::Class => view.base_rows(object),
        Kind::Other => fact_rows(view, object),
        _ => Vec::new(),
    };
    let names = match kind {
        Kind::Sequence => class_of(view, object).and_then(|class| fields(view, class)),
        _ => None,
    };
    let is_enum_member =
        kind == Kind::Instance && has_attributes(view, object, &["_name_", "_value_"]);
    let mut inside = 0;
    let mut key = None;
    for reference in &object.refs {
        if let Label::Key(_) = reference.label {
            key = Some(reference.to);
            continue;
        }
        let key = key.take();
        if !shows(view, kind, reference) {
            continue;
        }
        if is_enum_member && !named(view, reference.label, &["_name_", "_value_"]) {
            continue;
        }
        if !is_enum_member && is_inside(view, kind, object, reference.label) {
            inside += 1;
            continue;
        }
        if let (Label::Closure(_), true) = (reference.label, view.is_textbook()) {
            rows.extend(view.captured_row(reference.to));
            continue;
        }
        if kind == Kind::Generator && view.info(reference.to).kind == Kind::Frame {
            frame_rows(view, reference, &mut rows);
            continue;
        }
        let value = if kind == Kind::Exception && is_absorbed_tuple(view, reference) {
            Cell::Text(inline_tuple(view, reference.to))
        } else {
            view.cell(reference.to, reference.weak)
        };
        let label = match key {
            // A key that is a box of its own gets an arrow, like a value.
            Some(key) if kind == Kind::Mapping && view.is_box(key) => view.cell(key, false),
            _ => Cell::Text(match (reference.label, &names) {
                (Label::Index(place), Some(names)) if (place as usize) < names.len() => {
                    names[place as usize].clone()
                }
                (label, _) => row_label(view, kind, label),
            }),
        };
        rows.push(Row {
            label,
            value,
            mark: Mark::None,
            aside: false,
        });
    }
    if inside > 0 && rows.is_empty() {
        rows.push(aside("its insides are left out".to_owned()));
    }
    rows
}

fn is_absorbed_tuple(view: &StepView<'_>, reference: &Reference) -> bool {
    named(view, reference.label, &["args"]) && is_plain_tuple(view, reference.to)
}

/// A tuple of nothing but values that need no box: texts of any length are values.
/// What an object says of itself beside its references: its value, a fact a row.
fn fact_rows(view: &StepView<'_>, object: &ObjectState) -> Vec<Row> {
    let text = object.value.map_or("", |value| view.text(value));
    let facts = text.split("; ").filter(|fact| !fact.is_empty());
    let rows = facts.map(|fact| match fact.split_once(' ') {
        Some((name, value)) if name.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            row(name, Cell::Text(value.to_owned()))
        }
        _ => row("", Cell::Text(fact.to_owned())),
    });
    rows.collect()
}

fn is_plain_tuple(view: &StepView<'_>, id: ObjId) -> bool {
    let is_text = |id: ObjId| view.info(id).kind == Kind::Atom && !view.chosen.resolved.boxes;
    view.object(id).is_some_and(|tuple| {
        let mut held = tuple.refs.iter().map(|one| one.to);
        held.all(|id| is_text(id) || !view.is_box(id))
    })
}

fn inline_tuple(view: &StepView<'_>, id: ObjId) -> String {
    let Some(tuple) = view.object(id) else {
        return String::new();
    };
    let text = |id: ObjId| {
        let object = view.object(id)?;
        let value = view.text(object.value?);
        Some(shortened(value, MESSAGE_LIMIT, object.true_length))
    };
    let parts: Vec<String> = tuple
        .refs
        .iter()
        .map(|one| text(one.to).unwrap_or_else(|| inline_text(view, one.to)))
        .collect();
    match &parts[..] {
        [one] => format!("({one},)"),
        parts => format!("({})", parts.join(", ")),
    }
}

/// A suspended frame's variables hang on its generator; while a call runs in it, the call's box has them.
fn frame_rows(view: &StepView<'_>, reference: &Reference, rows: &mut Vec<Row>) {
    if let Some(call) = view.running_call(reference.to) {
        rows.push(aside(format!("its frame: {}", view.frame_title(call))));
        return;
    }
    let Some(frame) = view.object(reference.to) else {
        return;
    };
    for inner in &frame.refs {
        if shows(view, Kind::Frame, inner) {
            rows.push(row(
                inner.label.display(&view.trace.symbols),
                view.cell(inner.to, inner.weak),
            ));
        }
    }
}

fn row_label(view: &StepView<'_>, kind: Kind, label: Label) -> String {
    match label {
        Label::Index(i) => i.to_string(),
        // What an enum calls the name and the value of its members.
        Label::Attr(key) if kind == Kind::Instance && view.text(key) == "_name_" => {
            "name".to_owned()
        }
        Label::Attr(key) if kind == Kind::Instance && view.text(key) == "_value_" => {
            "value".to_owned()
        }
        Label::Value(key) | Label::Attr(key) | Label::Cell(key) => view.text(key).to_owned(),
        Label::Element => String::new(),
        Label::Default(i) => format!("default {i}"),
        Label::KwDefault(key) => format!("default {}", view.text(key)),
        Label::Closure(i) => format!("closure {i}"),
        Label::Named(name) if kind == Kind::Cell && view.text(name) == "cell_contents" => {
            String::new()
        }
        other => other.display(&view.trace.symbols),
    }
}

/// A value as it stands in a row: an atom's text, or what kind of thing it is.
pub(super) fn inline_text(view: &StepView<'_>, id: ObjId) -> String {
    let info = view.info(id);
    let Some(object) = view.object(id) else {
        return "gone".to_owned();
    };
    if let Some(value) = object.value {
        return shortened(view.text(value), INLINE_LIMIT, object.true_length);
    }
    let name = object.name.map(|name| view.text(name)).unwrap_or_default();
    let type_name = view.text(info.type_name);
    match info.kind {
        Kind::Traceback => "of running calls".to_owned(),
        Kind::Module => format!("module {name}"),
        // Beside it no box says what it inherits from.
        Kind::Class => format!("class {name}{}", view.bases_in_words(object)),
        Kind::Function => format!("function {name}"),
        Kind::Namespace => format!("namespace of {name}"),
        _ if name.is_empty() => type_name.to_owned(),
        _ => format!("{type_name} {name}"),
    }
}

/// How many characters or bytes a text in quotes stands for: `b'\x00a'` for two.
fn quoted_length(text: &str) -> usize {
    let text = text.strip_suffix(')').unwrap_or(text);
    let inside = text.split_once(['\'', '"']).map_or("", |(_, rest)| rest);
    let mut rest = inside.chars();
    rest.next_back();
    let mut count = 0;
    while let Some(next) = rest.next() {
        count += 1;
        if next == '\\' {
            let digits = match rest.next() {
                Some('x') => 2,
                Some('u') => 4,
                Some('U') => 8,
                _ => 0,
            };
            rest.by_ref().take(digits).for_each(drop);
        }
    }
    count
}

/// Text cut to `limit` characters, with its true length where it was cut here or before.
fn shortened(text: &str, limit: usize, true_length: Option<u64>) -> String {
    let length = text.chars().count();
    if length <= limit && true_length.is_none() {
        return text.to_owned();
    }
    let is_bytearray = text.starts_with("bytearray(");
    let quoted = is_bytearray || text.ends_with(['\'', '"']);
    let whole = true_length.map_or_else(
        || if quoted { quoted_length(text) } else { length },
        |length| length as usize,
    );
    if !quoted {
        return if length <= limit {
            text.to_owned()
        } else {
            let cut: String = text.chars().take(limit - 1).collect();
            format!("{cut}… ({} digits)", grouped(whole))
        };
    }
    let cut: String = text
        .chars()
        .take(limit - 2)
        .collect::<String>()
        .trim_end_matches(['…', '\''])
        .to_owned();
    let end = if is_bytearray { "')" } else { "'" };
    format!("{cut}…{end} ({})", grouped(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_cut_here_says_how_long_it_is() {
        let bytes = format!("b'{}'", "y".repeat(200));
        assert!(shortened(&bytes, 60, None).ends_with("…' (200)"));
        let escaped = format!("bytearray(b'{}')", "\\x00".repeat(30));
        assert_eq!(quoted_length(&escaped), 30);
        assert!(shortened(&escaped, 60, None).ends_with("…') (30)"));
        assert_eq!(quoted_length("'it\\'s'"), 4);
        assert_eq!(quoted_length("'\\u202ea'"), 2);
    }
}
