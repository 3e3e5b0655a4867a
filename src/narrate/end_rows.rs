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
        ExitStep::Called(number) => EndRow {
            kind: "called",
            words: exit_function(exit, *number),
        },
        ExitStep::Finalized(object) => EndRow {
            kind: "finalized",
            words: format!("__del__ of {} runs", object_name(trace, exit, *object)),
        },
        ExitStep::Freed(objects) => EndRow {
            kind: "freed",
            words: objects_in_words(trace, exit, objects),
        },
        ExitStep::Wrote(text) => EndRow {
            kind: "wrote",
            words: visible(text.trim_end_matches('\n')).into_owned(),
        },
    });
    rows.collect()
}

/// A function that was registered to be called at the end; of several alike, which.
pub fn exit_function(exit: &RunExit, number: usize) -> String {
    let function = exit.functions.get(number).map(|(function, _)| function);
    let name = function.map_or("", |function| &function.name);
    let line = function.and_then(|function| function.line);
    let line = line.map_or_else(String::new, |line| format!(" of line {line}"));
    let which = match exit.registered(number) {
        Some((at, all)) if all > 1 => {
            format!(
                ", registered with atexit, number {at} of {all} alike: the last one is called first"
            )
        }
        _ => ", which was registered with atexit".to_owned(),
    };
    format!("{}(){line}{which}", visible(name))
}

/// An object by what the program calls it, its type and serial: `guard, a Guard #12`.
pub fn object_name(trace: &Trace, exit: &RunExit, object: ObjId) -> String {
    let kind = trace.symbols.text(trace.object(object).type_name);
    let kind = format!("{} #{}", visible(kind), object.0);
    match exit.names.get(&object) {
        Some(last) if last.is_held => format!("{} ({kind})", visible(&last.name)),
        Some(last) => format!("what was {} ({kind})", visible(&last.name)),
        None => kind,
    }
}

fn objects_in_words(trace: &Trace, exit: &RunExit, objects: &[ObjId]) -> String {
    let names = objects.iter().take(NAMED);
    let names = names.map(|object| object_name(trace, exit, *object));
    let names: Vec<String> = names.collect();
    let more = objects.len().saturating_sub(NAMED);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
