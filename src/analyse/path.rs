//! From what the user writes to an object: `a`, `a.b[0]`, `d['k']`, `#12`.

use super::near::instead;
use super::words::title;
use crate::trace::{CallFrame, Label, NameKind, ObjId, State, Trace};

/// What the user points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Object(ObjId),
    /// A name, and the labels of references from there on.
    Path {
        name: String,
        rest: String,
    },
}

impl Target {
    /// Reads a target. Whether there is such a thing shows where it is looked for.
    pub fn new(text: &str) -> Target {
        let text = text.trim();
        // A serial may go without its `#`, which shells take for the start of a comment.
        if let Ok(serial) = text.strip_prefix('#').unwrap_or(text).parse() {
            return Target::Object(ObjId(serial));
        }
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        Target::Path {
            name: name.trim().to_owned(),
            rest: rest.trim().replace('"', "'"),
        }
    }

    /// The name that it starts from.
    pub fn name(&self) -> Option<&str> {
        match self {
            Target::Object(_) => None,
            Target::Path { name, .. } => Some(name),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Object(id) => write!(f, "#{}", id.0),
            Target::Path { name, rest } => write!(f, "{name}{rest}"),
        }
    }
}

/// An object's serial, if the trace has such an object.
///
/// # Errors
/// Which serials there are.
pub fn known(trace: &Trace, id: ObjId) -> Result<ObjId, String> {
    let count = trace.objects.len();
    if (1..=count).contains(&(id.0 as usize)) {
        Ok(id)
    } else {
        Err(format!(
            "there is no object #{}: the objects are #1 to #{count}",
            id.0
        ))
    }
}

/// What a name of a call frame leads to. Entries of the value stack have no name of the program's.
pub fn named(trace: &Trace, frame: &CallFrame, name: &str) -> Option<ObjId> {
    frame
        .names
        .iter()
        .find(|candidate| {
            candidate.kind != NameKind::Stack && trace.symbols.text(candidate.name) == name
        })
        .map(|found| found.to)
}

/// Follows labels of references from an object on: `.b[0]`, `.__closure__[0].cell_contents`.
///
/// # Errors
/// What is not there, in words.
pub fn follow(trace: &Trace, state: &State, from: ObjId, labels: &str) -> Result<ObjId, String> {
    let mut at = from;
    let mut rest = labels;
    while !rest.is_empty() {
        let Some(object) = state.heap.get(&at) else {
            return Err(format!("#{} is dead", at.0));
        };
        let next = object
            .refs
            .iter()
            .filter_map(|reference| {
                let label = written(trace, reference.label);
                let left = rest
                    .strip_prefix(&label)
                    .or_else(|| rest.strip_prefix('.')?.strip_prefix(&label))?;
                let whole = left.is_empty() || left.starts_with(['.', '[']);
                whole.then_some((reference.to, left))
            })
            .min_by_key(|(_, left)| left.len());
        let Some((to, left)) = next else {
            let labels: Vec<String> = object
                .refs
                .iter()
                .filter(|reference| !matches!(reference.label, Label::Key(_) | Label::Element))
                .map(|reference| written(trace, reference.label))
                .filter(|label| label != "__class__")
                .collect();
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            return Err(format!(
                "{} has no {rest}: {}",
                title(trace, state, at),
                instead(rest, "references from it", &labels)
            ));
        };
        at = to;
        rest = left;
    }
    Ok(at)
}

/// A label as Python itself would write it.
fn written(trace: &Trace, label: Label) -> String {
    match label {
        Label::Cell(_) => "cell_contents".to_owned(),
        label => label.display(&trace.symbols),
    }
}
