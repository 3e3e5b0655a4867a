//! The words of a picture: step, event, the source, what the program has written.

use super::source::{Listing, Sources};
use crate::narrate::raised_before;
use crate::trace::{Event, FileId, State, Step, Trace};

/// The words of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// `step 3 of 12`
    pub step: String,
    /// What happens at this step, in words.
    pub event: String,
    /// What the step has done, in sentences; none where nothing has happened that is drawn, or
    /// where the author has said what happens.
    pub words: Vec<String>,
    pub file: String,
    pub source: Listing,
    /// The last lines that the program has written.
    pub output: Vec<String>,
}

/// Lines of output that are kept for a picture.
const OUTPUT_LINES: usize = 6;

pub(super) fn caption(
    trace: &Trace,
    sources: &mut Sources,
    number: u32,
    (step, state): (&Step, &State),
    output: &str,
) -> Caption {
    let head = &step.head;
    let file = trace.header.files.get(head.file.0 as usize);
    let event = event_in_words(trace, number, step, state);
    let next = matches!(head.event, Event::Line | Event::Instruction).then_some(head.line);
    let ran = match head.event {
        event if event.enters() || event == Event::Exit => None,
        _ => head.ran,
    };
    let source = sources.text(trace, head.file);
    Caption {
        step: format!("step {number} of {}", trace.header.steps),
        event,
        words: Vec::new(),
        file: file.map_or(String::new(), |file| file.path.clone()),
        source: Listing {
            scope: source.scope(trace.symbols.text(head.function), head.line),
            source,
            at: head.line,
            ran,
            next,
        },
        output: last_lines(output),
    }
}

/// What happens at a step.
fn event_in_words(trace: &Trace, number: u32, step: &Step, state: &State) -> String {
    let head = &step.head;
    let line = head.line;
    let running = state.frames.last();
    let is_module = trace.symbols.text(head.function) == "<module>";
    // The script itself, or a file that it imports.
    let module = match trace.header.files.get(head.file.0 as usize) {
        Some(file) if head.file != FileId(0) => file.name(),
        _ => "the script",
    };
    let call = running.map_or(String::new(), |frame| frame.in_words(&trace.symbols));
    let place = match running {
        Some(_) if is_module => String::new(),
        _ => format!(" in {call}"),
    };
    match head.event {
        Event::Call if is_module => format!("{module} starts"),
        Event::Call => format!("{call} is entered"),
        Event::Resume => format!("{call} goes on where it was suspended"),
        Event::Throw => format!("an exception is thrown into {call}"),
        Event::Line if raised_just_now(trace, number) => format!(
            "line {} has raised, line {line} is next{place}",
            head.ran.unwrap_or(line)
        ),
        Event::Line => match head.ran {
            Some(ran) => format!("line {ran} has run, line {line} is next{place}"),
            None => format!("line {line} is next{place}"),
        },
        Event::Return if is_module => format!("the last line of {module} has run"),
        Event::Return if running.is_some_and(|frame| frame.class_body) => {
            format!("{call} is at its end")
        }
        Event::Return => format!("{call} is about to return"),
        Event::Yield => format!("{call} is about to be suspended"),
        Event::Unwind if is_module => format!("the exception leaves {module}"),
        Event::Unwind => format!("the exception is about to leave {call}"),
        Event::Exception if raised_before(trace, number) => {
            format!("the exception comes to line {line}{place}")
        }
        Event::Exception => format!("an exception is raised in line {line}{place}"),
        Event::Instruction => {
            let opcode = head.opcode.map_or("", |opcode| trace.symbols.text(opcode));
            format!("line {line}: {opcode} is next{place}")
        }
        Event::Exit => "the script has ended; this is what is left".to_owned(),
    }
}

/// Whether the step before is the raise of an exception in the same function.
fn raised_just_now(trace: &Trace, number: u32) -> bool {
    let at = number as usize - 1;
    let Some(before) = at.checked_sub(1).map(|before| &trace.steps[before].head) else {
        return false;
    };
    let head = &trace.steps[at].head;
    before.event == Event::Exception && (before.function, before.file) == (head.function, head.file)
}

/// The sentences as they stand in a caption.
pub(super) fn sentences(told: &[String]) -> Vec<String> {
    told.iter().map(|sentence| format!("{sentence}.")).collect()
}

fn last_lines(output: &str) -> Vec<String> {
    let mut lines: Vec<&str> = output.lines().rev().take(OUTPUT_LINES).collect();
    lines.reverse();
    let lines = lines.into_iter().map(|line| line.replace('\t', "    "));
    lines.collect()
}
