//! What the commands share that ask about one object of a trace.

use crate::analyse::{
    FindError, Found, Line, MOST_OTHERS, Sight, Target, Words, find, title, titled,
};
use crate::cli::args::AskArgs;
use crate::cli::problem::Problem;
use crate::cli::saved::{open, read_until, unread};
use crate::cli::say::visible_lines;
use crate::trace::{Cause, Count, Death, ReadError, State, Step, StepHead, Trace, TraceFile};
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A question with the trace that it is about, of which no more is read than it takes.
pub(super) struct Question {
    path: PathBuf,
    pub file: TraceFile,
    pub found: Found,
    /// The step of the question, and memory there.
    pub step: Step,
    pub state: State,
    /// The object in words, at the step of the question or where it was seen last: `list #3`.
    pub title: String,
    /// How the question's words lead to the object, in one line.
    pub said: String,
    target: Target,
}

impl Question {
    /// Opens the trace and finds the object.
    pub(super) fn new(args: &AskArgs) -> Result<Question, Problem> {
        let mut file = open(&args.trace)?;
        if let Some(trace) = shown(&file.trace) {
            file.trace = trace;
        }
        let target = Target::new(&args.what);
        let found = find(&file, &target, args.step).map_err(|error| match error {
            FindError::Nothing { error, hint } => Problem::new(error).hint(hint),
            FindError::Unread(error) => unread(&args.trace, error),
        })?;
        let failed = |error| unread(&args.trace, error);
        let (step, state) = step_at(&file, found.step).map_err(failed)?;
        let said = match &found.sight {
            // Most often it is seen at the step that was read.
            Some(sight) if sight.step < found.step => {
                let (step, state) = step_at(&file, sight.step).map_err(failed)?;
                said(words(&file.trace, &step, &state), &found, sight, &target)
            }
            Some(sight) => said(words(&file.trace, &step, &state), &found, sight, &target),
            None => {
                let title = title(&file.trace, &state, found.id);
                (title.clone(), title)
            }
        };
        Ok(Question {
            path: args.trace.clone(),
            file,
            found,
            step,
            state,
            title: said.0,
            said: said.1,
            target,
        })
    }

    /// Memory at the step of the question, to be spoken of.
    pub(super) fn words(&self) -> Words<'_> {
        words(&self.file.trace, &self.step, &self.state)
    }

    /// Why the trace cannot be read.
    pub(super) fn unread(&self, error: ReadError) -> Problem {
        unread(&self.path, error)
    }

    /// Says how much of the trace was read, where somebody wants to know.
    pub(super) fn log_reading(&self) {
        let (read, all) = (self.file.segments_read(), self.file.segments());
        tracing::info!("{read} of {all} segments read, beside the tables");
    }

    /// The first lines of an answer: which object, and at which step.
    pub(super) fn head(&self) -> String {
        let moment = moment(&self.file.trace, self.found.step, &self.step.head);
        format!("{}\nat {moment}\n\n", self.said)
    }

    /// What else the name led to, as a line.
    pub(super) fn others(&self) -> String {
        const SHOWN: usize = MOST_OTHERS - 1;
        let Some(sight) = self.found.sight.as_ref().filter(|s| !s.others.is_empty()) else {
            return String::new();
        };
        let shown = sight.others.iter().take(SHOWN);
        let others: Vec<String> = shown
            .map(|other| {
                let title = titled(&self.file.trace, other.id, other.name);
                format!("{title} (last at step {})", other.step)
            })
            .collect();
        let more = if sight.others.len() > SHOWN {
            ", ..."
        } else {
            ""
        };
        format!("{} led also to {}{more}\n", self.target, others.join(", "))
    }

    /// A death in words; there is none where the program merely refers to it no longer.
    pub(super) fn death_in_words(&self, death: Option<Death>) -> Result<String, Problem> {
        let Some(death) = death else {
            return Ok("out of sight: the program no longer refers to it".to_owned());
        };
        let cause = cause_in_words(death.cause);
        let step = step_at(&self.file, death.at.step).map_err(|error| self.unread(error))?;
        let file = step.0.head.file;
        let source = source_line(&self.file.trace, file.0 as usize, death.at.line)
            .map_or(String::new(), |source| format!(" `{source}`"));
        Ok(format!(
            "dead since step {}, line {}{source}: {cause}",
            death.at.step, death.at.line
        ))
    }
}

/// A step of which the trace says that it has it.
fn step_at(file: &TraceFile, number: u32) -> Result<(Step, State), ReadError> {
    let found = file.step(number)?;
    found.ok_or(ReadError::Damaged("it names a step that is not there"))
}

/// Title and way to an object, where the name led to it.
fn said(words: Words<'_>, found: &Found, sight: &Sight, target: &Target) -> (String, String) {
    let title = title(words.trace, words.state, found.id);
    let place = words.place(sight.frame);
    let said = match sight.step < found.step {
        true => format!(
            "{title}, to which {target} of {place} led last, at step {}",
            sight.step
        ),
        false => format!("{title}, {target} of {place}"),
    };
    (title, said)
}

/// The trace with its texts as they may be written to a terminal, where they are not yet.
fn shown(trace: &Trace) -> Option<Trace> {
    match trace.shown() {
        Cow::Borrowed(_) => None,
        Cow::Owned(trace) => Some(trace),
    }
}

/// Reads the steps up to `last` of a trace that is to be spoken of: its texts are written as they may go
/// to a terminal.
pub(super) fn read_to_tell(path: &Path, last: u32) -> Result<Trace, Problem> {
    let trace = read_until(path, last)?;
    Ok(shown(&trace).unwrap_or(trace))
}

fn words<'a>(trace: &'a Trace, step: &'a Step, state: &'a State) -> Words<'a> {
    Words {
        trace,
        state,
        head: &step.head,
    }
}

/// A step in words: `step 9 of 17, line 5 has run: b = a`.
fn moment(trace: &Trace, step: u32, head: &StepHead) -> String {
    let (line, word) = match head.ran {
        Some(line) => (line, "has run"),
        None => (head.line, "is next"),
    };
    let source = source_line(trace, head.file.0 as usize, line);
    let source = source.map_or(String::new(), |source| format!(": {source}"));
    format!(
        "step {step} of {}, line {line} {word}{source}",
        trace.header.steps
    )
}

/// `a.py:12  rows.append(row)`.
pub(super) fn place(trace: &Trace, line: Line) -> String {
    let file = trace.header.files.get(line.file.0 as usize);
    let path = file.map_or("?", |file| file.path.as_str());
    match line.line {
        0 => format!("{path}, no line known"),
        number => {
            let source = source_line(trace, line.file.0 as usize, number)
                .map_or(String::new(), |source| format!("  {source}"));
            format!("{path}:{number}{source}")
        }
    }
}

/// A line of source without what a script says to memviz in it, cut to a fair length.
pub(super) fn source_line(trace: &Trace, file: usize, line: u32) -> Option<String> {
    const LONGEST: usize = 56;
    let file = trace.header.files.get(file)?;
    let text = file.text.lines().nth((line as usize).checked_sub(1)?)?;
    let text = text.split("# memviz:").next().unwrap_or_default().trim();
    if text.is_empty() {
        return None;
    }
    if text.chars().count() <= LONGEST {
        return Some(text.to_owned());
    }
    let kept: String = text.chars().take(LONGEST - 1).collect();
    Some(format!("{kept}…"))
}

/// A count in words: `1 reference`.
pub(super) fn count_in_words(count: Count) -> String {
    match count {
        Count::Immortal => "immortal".to_owned(),
        Count::Unknown => "how many references there are is not known".to_owned(),
        Count::Of(1) => "1 reference".to_owned(),
        Count::Of(count) => format!("{count} references"),
    }
}

/// Why an object died, in words.
pub(super) fn cause_in_words(cause: Cause) -> &'static str {
    match cause {
        Cause::RefCount => "its count fell to 0",
        Cause::Collector => "the collector freed it",
        Cause::Exit => "the program ended",
        Cause::Unknown => "of what, is not known",
        Cause::OutOfReach => "no longer reachable; whether it is freed is not known",
    }
}

/// Writes an answer to standard output. Whoever reads may stop reading.
pub(super) fn print(answer: &str) -> Result<(), Problem> {
    match io::stdout()
        .lock()
        .write_all(visible_lines(answer).as_bytes())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::new(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}
