//! What code that raised an exception was about to do, in words.

use crate::analyse::{Access, Action, Attempt, RaisedError, RaisedHow, Raising};

/// What raised it, for a reader of the source.
pub fn raised_how(error: &RaisedError, raising: &Raising) -> String {
    let attempt = raising.attempt.as_ref();
    let source = attempt.map(|one| format!("`{}`", one.source));
    match &raising.how {
        RaisedHow::Statement => match (attempt.map(|one| &one.action), source) {
            (Some(Action::Assert), Some(source)) => {
                format!("the condition of {source} was not true")
            }
            (_, Some(source)) => format!("raised by the statement {source}"),
            (_, None) => "raised by a raise statement".to_owned(),
        },
        RaisedHow::Instruction(_) => match (attempt, source) {
            // It does what it was asked for.
            (Some(_), Some(source)) if error.object.type_name == "SystemExit" => {
                format!("raised by {source}, which asks the program to end")
            }
            (Some(attempt), Some(_)) => format!("{} failed", attempt_words(attempt)),
            _ => "this line failed".to_owned(),
        },
        RaisedHow::Library => match source {
            Some(source) => format!("raised in a library, which {source} has called"),
            None => "raised in a library, which this line has called".to_owned(),
        },
        RaisedHow::Thrown => "thrown into a generator that waits here".to_owned(),
        RaisedHow::Rest => "what no except* clause has taken".to_owned(),
        RaisedHow::Unknown => "raised".to_owned(),
    }
}

/// What the calls that an exception went through are headed by.
pub fn search_title(raising: &Raising) -> String {
    let title = "The search for a handler, from call to call";
    match &raising.thread {
        Some(thread) => format!("{title}, in the thread {thread}"),
        None => title.to_owned(),
    }
}

/// What the interpreter itself would call it.
pub fn raised_detail(how: &RaisedHow) -> Option<String> {
    match how {
        RaisedHow::Instruction(name) => Some(format!("instruction {name}")),
        _ => None,
    }
}

fn attempt_words(attempt: &Attempt) -> String {
    let source = &attempt.source;
    let operands: Option<Vec<String>> = attempt
        .operands
        .iter()
        .map(|one| one.as_deref().map(one_of))
        .collect();
    let operands = operands.unwrap_or_default();
    let of = match operands.as_slice() {
        [object] => format!(" of {object}"),
        _ => String::new(),
    };
    match &attempt.action {
        Action::Operator(name) => {
            format!("{} in `{source}`", operator(name, &operands))
        }
        Action::Comparison(name) => {
            format!("{} in `{source}`", comparison(name, &operands))
        }
        Action::Sign(name) => {
            let sign = sign(name);
            match operands.as_slice() {
                [value] => format!("applying {sign} to {value} in `{source}`"),
                _ => format!("applying {sign} in `{source}`"),
            }
        }
        Action::Item(Access::Get) => format!("looking up the item{of} in `{source}`"),
        Action::Item(Access::Put) => format!("putting a value at `{source}`"),
        Action::Item(Access::Remove) => format!("removing `{source}`"),
        Action::Attribute(Access::Get, name) => {
            format!("looking up the attribute {name}{of} in `{source}`")
        }
        Action::Attribute(Access::Put, name) => {
            format!("setting the attribute {name}{of} in `{source}`")
        }
        Action::Attribute(Access::Remove, name) => {
            format!("deleting the attribute {name}{of} in `{source}`")
        }
        Action::Name(Access::Get) => format!("looking up the name `{source}`"),
        Action::Name(Access::Put) => format!("giving a value to the name `{source}`"),
        Action::Name(Access::Remove) => format!("deleting the name `{source}`"),
        Action::Call => format!("the call `{source}`"),
        Action::Loop => format!("taking the next item of `{source}`"),
        Action::Unpack => format!("unpacking a value into `{source}`"),
        Action::Import => format!("the import `{source}`"),
        Action::Format => format!("making text of `{source}`"),
        Action::Raise | Action::Assert | Action::Run => format!("running `{source}`"),
    }
}

/// A value by its type, in a sentence.
fn one_of(type_name: &str) -> String {
    match type_name {
        "NoneType" => "None".to_owned(),
        name if name.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) => format!("an {name}"),
        name => format!("a {name}"),
    }
}

fn operator(name: &str, operands: &[String]) -> String {
    let [left, right] = operands else {
        return match name {
            "Add" => "adding".to_owned(),
            "Sub" => "subtracting".to_owned(),
            "Mult" => "multiplying".to_owned(),
            "Div" | "FloorDiv" => "dividing".to_owned(),
            _ => format!("applying {}", symbol(name)),
        };
    };
    match name {
        "Add" => format!("adding {left} and {right}"),
        "Sub" => format!("subtracting {right} from {left}"),
        "Mult" => format!("multiplying {left} by {right}"),
        "Div" | "FloorDiv" => format!("dividing {left} by {right}"),
        _ => format!("applying {} to {left} and {right}", symbol(name)),
    }
}

/// An operator as it is written.
fn symbol(name: &str) -> &str {
    match name {
        "Add" => "+",
        "Sub" => "-",
        "Mult" => "*",
        "MatMult" => "@",
        "Div" => "/",
        "FloorDiv" => "//",
        "Mod" => "%",
        "Pow" => "**",
        "LShift" => "<<",
        "RShift" => ">>",
        "BitOr" => "|",
        "BitXor" => "^",
        "BitAnd" => "&",
        other => other,
    }
}

fn comparison(name: &str, operands: &[String]) -> String {
    let sign = match name {
        "Eq" => "==",
        "NotEq" => "!=",
        "Lt" => "<",
        "LtE" => "<=",
        "Gt" => ">",
        "GtE" => ">=",
        "In" => "in",
        "NotIn" => "not in",
        other => other,
    };
    match (name, operands) {
        ("In" | "NotIn", [left, right]) => format!("looking for {left} inside {right}"),
        (_, [left, right]) => format!("comparing {left} and {right} by {sign}"),
        _ => format!("comparing by {sign}"),
    }
}

fn sign(name: &str) -> &str {
    match name {
        "USub" => "-",
        "UAdd" => "+",
        "Invert" => "~",
        "Not" => "not",
        other => other,
    }
}
