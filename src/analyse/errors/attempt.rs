//! What the source at an instruction that failed tried to do, and with values of which types.

use super::model::{Access, Action, Attempt, ErrorPlace, UsedValue, ValuePart};
use super::places::Places;
use crate::trace::stages::{Node, Span, Stages};

/// Characters of the source that are quoted.
const LONGEST: usize = 60;

/// What was tried at a place; `None` where the source is not known.
pub(super) fn of(place: &ErrorPlace, places: &Places<'_>, values: &[UsedValue]) -> Option<Attempt> {
    let (instruction, _) = places.instruction(place)?;
    let stages = places.stages(place.own?)?;
    let span = place.span?;
    let source = Source {
        stages,
        span,
        values,
    };
    let (action, operands, span) = source.action(instruction);
    Some(Attempt {
        action,
        operands,
        source: quoted(stages.text(span)),
    })
}

struct Source<'t> {
    stages: &'t Stages,
    span: Span,
    values: &'t [UsedValue],
}

type Tried = (Action, Vec<Option<String>>, Span);

impl Source<'_> {
    fn action(&self, instruction: &str) -> Tried {
        let tried = match instruction {
            "RAISE_VARARGS" => self.raise(),
            name if name.contains("SUBSCR") || name.ends_with("_SLICE") => self.item(),
            name if name.starts_with("BINARY_") => self.operator().or_else(|| self.item()),
            "COMPARE_OP" | "CONTAINS_OP" => self.comparison(),
            name if name.starts_with("UNARY_") => self.sign(),
            name if name.ends_with("_ATTR") || name == "LOAD_METHOD" => self.attribute(),
            name if name.starts_with("CALL") => self.plain(&["Call"], Action::Call),
            "GET_ITER" | "FOR_ITER" | "GET_AITER" => Some((Action::Loop, Vec::new(), self.span)),
            name if name.starts_with("UNPACK_") => Some((Action::Unpack, Vec::new(), self.span)),
            name if name.starts_with("IMPORT_") => {
                self.plain(&["Import", "ImportFrom"], Action::Import)
            }
            "FORMAT_SIMPLE" | "FORMAT_WITH_SPEC" | "CONVERT_VALUE" | "FORMAT_VALUE" => {
                Some((Action::Format, Vec::new(), self.span))
            }
            name if is_of_name(name) => self.name(),
            _ => None,
        };
        tried.unwrap_or((Action::Run, Vec::new(), self.span))
    }

    /// The innermost node of one of these kinds that stands exactly there.
    fn node(&self, kinds: &[&str]) -> Option<(u32, &Node)> {
        let nodes = (0u32..).zip(&self.stages.tree);
        nodes
            .filter(|(_, node)| node.span == Some(self.span) && kinds.contains(&&*node.kind))
            .last()
    }

    fn plain(&self, kinds: &[&str], action: Action) -> Option<Tried> {
        self.node(kinds)?;
        Some((action, Vec::new(), self.span))
    }

    /// The types of what stands in some fields of a node.
    fn types(&self, of: u32, fields: &[&str]) -> Vec<Option<String>> {
        let type_in = |field: &&str| {
            let mut nodes = self.stages.tree.iter();
            let node = nodes.find(|node| node.parent == Some(of) && node.field() == *field)?;
            self.type_of(node)
        };
        fields.iter().map(type_in).collect()
    }

    /// The type of what a node gave, where the trace or the source itself tells it.
    fn type_of(&self, node: &Node) -> Option<String> {
        let literal = match &*node.kind {
            "Constant" => type_of_literal(node.value("value")?),
            "JoinedStr" => Some("str"),
            "List" | "ListComp" => Some("list"),
            "Dict" | "DictComp" => Some("dict"),
            "Set" | "SetComp" => Some("set"),
            "Tuple" => Some("tuple"),
            _ => node.folded.as_deref().and_then(type_of_literal),
        };
        if let Some(literal) = literal {
            return Some(literal.to_owned());
        }
        let mut values = self.values.iter();
        let is_it = |value: &&UsedValue| match (&value.part, node.value("id")) {
            (ValuePart::Name(name), Some(id)) if &*node.kind == "Name" => name == id,
            (ValuePart::Name(_) | ValuePart::Result { .. }, _) => {
                value.span.is_some() && value.span == node.span
            }
            _ => false,
        };
        Some(values.find(is_it)?.type_name.clone())
    }

    fn operator(&self) -> Option<Tried> {
        let (number, node) = self.node(&["BinOp", "AugAssign"])?;
        let fields = match &*node.kind {
            "BinOp" => ["left", "right"],
            _ => ["target", "value"],
        };
        let action = Action::Operator(node.value("op")?.to_owned());
        Some((action, self.types(number, &fields), self.span))
    }

    fn comparison(&self) -> Option<Tried> {
        let (number, node) = self.node(&["Compare"])?;
        let operator = node.value("ops")?;
        // Of a chain it is not known which link was at work.
        if operator.contains(|one: char| !one.is_alphanumeric()) {
            return None;
        }
        let types = self.types(number, &["left", "comparators"]);
        Some((Action::Comparison(operator.to_owned()), types, self.span))
    }

    fn sign(&self) -> Option<Tried> {
        let (number, node) = self.node(&["UnaryOp"])?;
        let action = Action::Sign(node.value("op")?.to_owned());
        Some((action, self.types(number, &["operand"]), self.span))
    }

    fn item(&self) -> Option<Tried> {
        let (number, node) = self.node(&["Subscript"])?;
        let types = self.types(number, &["value"]);
        Some((Action::Item(access(node)), types, self.span))
    }

    fn attribute(&self) -> Option<Tried> {
        let (number, node) = self.node(&["Attribute"])?;
        let name = node.value("attr")?.to_owned();
        let told = self.values.iter();
        let told = told
            .clone()
            .find(|one| one.part == ValuePart::ObjectOfAttribute);
        let types = match told {
            Some(object) => vec![Some(object.type_name.clone())],
            None => self.types(number, &["value"]),
        };
        Some((Action::Attribute(access(node), name), types, self.span))
    }

    fn name(&self) -> Option<Tried> {
        let (_, node) = self.node(&["Name"])?;
        Some((Action::Name(access(node)), Vec::new(), self.span))
    }

    /// The statement that raised; of an `assert`, its condition.
    fn raise(&self) -> Option<Tried> {
        let holds = |node: &&Node| {
            let is_it = matches!(&*node.kind, "Raise" | "Assert");
            is_it && node.span.is_some_and(|span| span.contains(self.span))
        };
        let node = self.stages.tree.iter().rfind(holds)?;
        let action = match &*node.kind {
            "Assert" => Action::Assert,
            _ => Action::Raise,
        };
        Some((action, Vec::new(), node.span?))
    }
}

fn access(node: &Node) -> Access {
    match node.context.as_deref() {
        Some("Store") => Access::Put,
        Some("Del") => Access::Remove,
        _ => Access::Get,
    }
}

/// Whether an instruction looks up, binds or deletes what a name means.
fn is_of_name(instruction: &str) -> bool {
    let rest = ["LOAD_", "STORE_", "DELETE_"];
    let rest = rest.iter().find_map(|verb| instruction.strip_prefix(verb));
    rest.is_some_and(|rest| {
        let kinds = ["NAME", "GLOBAL", "FAST", "DEREF", "FROM_DICT_OR"];
        kinds.iter().any(|kind| rest.starts_with(kind))
    })
}

/// The type of a constant that Python writes like this.
fn type_of_literal(written: &str) -> Option<&'static str> {
    let first = written.chars().next()?;
    Some(match first {
        '\'' | '"' => "str",
        'b' if written[1..].starts_with(['\'', '"']) => "bytes",
        _ if matches!(written, "True" | "False") => "bool",
        _ if written == "None" => "NoneType",
        '(' => "tuple",
        '-' | '0'..='9' if written.ends_with('j') => "complex",
        '-' | '0'..='9' if written.contains(['.', 'e', 'n']) => "float",
        '-' | '0'..='9' => "int",
        _ => return None,
    })
}

/// The source in one line, cut where it is long.
fn quoted(source: &str) -> String {
    let words: Vec<&str> = source.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, type_of_literal};

    #[test]
    fn literals_have_types() {
        let types = ["'a'", "b'a'", "-2", "1e5", "2j", "None", "True", "(1, 2)"];
        let types = types.map(|one| type_of_literal(one).expect("it is one"));
        let wanted = [
            "str", "bytes", "int", "float", "complex", "NoneType", "bool", "tuple",
        ];
        assert_eq!(types, wanted);
        assert_eq!(type_of_literal("Ellipsis"), None);
    }

    #[test]
    fn a_long_source_is_cut_and_stands_on_one_line() {
        assert_eq!(quoted("f(a,\n    b)"), "f(a, b)");
        assert_eq!(quoted(&"x".repeat(70)).chars().count(), 61);
    }
}
