//! What happened behind the last line of a run, as rows.

use crate::analyse::{ExitStep, RunExit};
use crate::trace::{ObjId, Trace, visible};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndRow {
    /// What kind of thing: `called`, `finalized`, `freed`, `wrote`.
    pub kind: &'static str,
    /// In words.
    pub words: String,
}

/// Objects of a list that are named.
const NAMED: usize = 8;

/// What happened behind the last line, in its order.
pub fn end_rows(trace: &Trace, exit: &RunExit) -> Vec<EndRow> {
    let rows = exit.events.iter().map(|event| match event {
        ExitStep::Called(number) => {
            let function = exit.functions.get(*number).map(|(function, _)| function);
            let name = function.map_or("", |function| &function.name);
            let line = function.and_then(|function| function.line);
            let line = line.map_or_else(String::new, |line| format!(" of line {line}"));
            EndRow {
                kind: "called",
                words: format!(
                    "{}(){line}, which was registered with atexit",
                    visible(name)
                ),
            }
        }
        ExitStep::Finalized(object) => EndRow {
            kind: "finalized",
            words: format!("__del__ of {} runs", object_name(trace, *object)),
        },
        ExitStep::Freed(objects) => EndRow {
            kind: "freed",
            words: objects_in_words(trace, objects),
        },
        ExitStep::Wrote(text) => EndRow {
            kind: "wrote",
            words: visible(text.trim_end_matches('\n')).into_owned(),
        },
    });
    rows.collect()
}

/// An object by its type and serial: `Guard #12`.
pub fn object_name(trace: &Trace, object: ObjId) -> String {
    let name = trace.symbols.text(trace.object(object).type_name);
    format!("{} #{}", visible(name), object.0)
}

fn objects_in_words(trace: &Trace, objects: &[ObjId]) -> String {
    let names = objects.iter().take(NAMED);
    let names: Vec<String> = names.map(|object| object_name(trace, *object)).collect();
    let more = objects.len().saturating_sub(NAMED);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
