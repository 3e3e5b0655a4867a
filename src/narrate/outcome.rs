//! How a run has ended.

use crate::trace::{Event, Header, Outcome, StepHead, Symbols, Trace, visible};

/// How a run has ended, as the rest of a sentence whose subject is the program; `last` is its last
/// step.
pub fn outcome(header: &Header, last: &StepHead, symbols: &Symbols) -> String {
    let code = header.exit_code;
    match &header.outcome {
        Outcome::Finished => format!("ran to the end of the script, with exit code {code}"),
        Outcome::Exit { .. } => format!("ended by SystemExit, with exit code {code}"),
        Outcome::Interrupted => format!("was interrupted, with exit code {code}"),
        Outcome::Limit { limit } => {
            format!("was recorded up to the limit of {limit}, and went on without being recorded")
        }
        Outcome::Exception {
            type_name,
            traceback,
            ..
        } => {
            let place = traceback.last().map_or_else(String::new, |last| {
                format!(" in {}, line {}", last.file, last.line)
            });
            format!("ended by {type_name}{place}, with exit code {code}")
        }
        Outcome::Killed { signal } => format!(
            "was killed by {} {}",
            signal_name(*signal),
            place(header, last, symbols)
        ),
        Outcome::Left { code } => format!(
            "ended {} with exit code {code}, without Python's own end (as os._exit does)",
            place(header, last, symbols)
        ),
        Outcome::CutOff => format!(
            "was recorded up to a moment {}: the end of the recording is missing",
            place(header, last, symbols)
        ),
    }
}

/// Where a program was after its last step: `while line 7 of a.py ran, in work()`.
fn place(header: &Header, last: &StepHead, symbols: &Symbols) -> String {
    let file = header.files.get(last.file.0 as usize);
    let file = file.map_or("a file", |file| file.path.as_str());
    let function = match symbols.text(last.function) {
        "<module>" => String::new(),
        name => format!(", in {name}()"),
    };
    let line = last.line;
    match last.event {
        Event::Exit => format!("after the last line of {file}"),
        event if event.leaves() => format!("after line {line} of {file}{function}"),
        event if event.enters() => format!("at the start of line {line} of {file}{function}"),
        _ => format!("while line {line} of {file} ran{function}"),
    }
}

/// `SIGKILL`, or `signal 64` where it has no name.
pub fn signal_name(signal: i32) -> String {
    let name = signal_hook::low_level::signal_name(signal);
    name.map_or_else(|| format!("signal {signal}"), str::to_owned)
}

/// How a run has ended, as a sentence.
pub fn run_outcome(trace: &Trace) -> String {
    let script = visible(&trace.header.script);
    let last = trace.steps.last().map(|step| &step.head);
    let words = last.map(|head| outcome(&trace.header, head, &trace.symbols));
    format!("{script} {}.", words.unwrap_or_default())
}
