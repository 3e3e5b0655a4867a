//! What the commands share that ask about one object of a trace.

use crate::analyse::{Found, Line, Target, Words, find, title};
use crate::cli::args::AskArgs;
use crate::cli::problem::Problem;
use crate::cli::saved::read_until;
use crate::cli::say::visible_lines;
use crate::trace::{Cause, Count, Death, State, Trace};
use std::io::{self, Write};
use std::path::Path;

/// A question with the trace that it is about.
pub(super) struct Question {
    pub trace: Trace,
    pub found: Found,
    target: Target,
}

impl Question {
    /// Reads the trace and finds the object.
    pub(super) fn new(args: &AskArgs) -> Result<Question, Problem> {
        let target = Target::new(&args.what);
        // What comes after the step that is asked about matters only where nothing is found.
        let early = match args.step {
            Some(step) if step > 0 => {
                let trace = read_to_tell(&args.trace, step)?;
                let found = find(&trace, &target, args.step).ok();
                found.map(|found| (trace, found))
            }
            _ => None,
        };
        let (trace, found) = match early {
            Some(found) => found,
            None => {
                let trace = read_to_tell(&args.trace, u32::MAX)?;
                let found = find(&trace, &target, args.step)
                    .map_err(|unfound| Problem::new(&unfound).hint(&unfound.hint))?;
                (trace, found)
            }
        };
        Ok(Question {
            trace,
            found,
            target,
        })
    }

    /// The object in words, at the step of the question or where it was seen last: `list #3`.
    pub(super) fn title(&self) -> String {
        let step = self
            .found
            .sight
            .as_ref()
            .map_or(self.found.step, |s| s.step);
        title(&self.trace, &self.trace.state_at(step), self.found.id)
    }

    /// How the question's words lead to the object, in one line.
    pub(super) fn said(&self) -> String {
        let title = self.title();
        let Some(sight) = &self.found.sight else {
            return title;
        };
        let state = self.trace.state_at(sight.step);
        let place = words(&self.trace, &state, sight.step).place(sight.frame);
        let target = &self.target;
        if sight.step < self.found.step {
            format!(
                "{title}, to which {target} of {place} led last, at step {}",
                sight.step
            )
        } else {
            format!("{title}, {target} of {place}")
        }
    }

    /// The first lines of an answer: which object, and at which step.
    pub(super) fn head(&self) -> String {
        format!(
            "{}\nat {}\n\n",
            self.said(),
            moment(&self.trace, self.found.step)
        )
    }

    /// What else the name led to, as a line.
    pub(super) fn others(&self) -> String {
        const SHOWN: usize = 5;
        let Some(sight) = self.found.sight.as_ref().filter(|s| !s.others.is_empty()) else {
            return String::new();
        };
        let others: Vec<String> = sight
            .others
            .iter()
            .rev()
            .take(SHOWN)
            .map(|(id, step)| {
                let state = self.trace.state_at(*step);
                format!("{} (last at step {step})", title(&self.trace, &state, *id))
            })
            .collect();
        let more = if sight.others.len() > SHOWN {
            ", ..."
        } else {
            ""
        };
        format!("{} led also to {}{more}\n", self.target, others.join(", "))
    }
}

/// Reads the steps up to `last` of a trace that is to be spoken of: its texts are written as they may go
/// to a terminal.
pub(super) fn read_to_tell(path: &Path, last: u32) -> Result<Trace, Problem> {
    Ok(read_until(path, last)?.shown().into_owned())
}

/// Memory at a step, to be spoken of.
pub(super) fn words<'a>(trace: &'a Trace, state: &'a State, step: u32) -> Words<'a> {
    Words {
        trace,
        state,
        head: &trace.steps[step as usize - 1].head,
    }
}

/// A step in words: `step 9 of 17, line 5 has run: b = a`.
fn moment(trace: &Trace, step: u32) -> String {
    let head = &trace.steps[step as usize - 1].head;
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
    }
}

/// A death in words; there is none where the program merely refers to it no longer.
pub(super) fn death_in_words(trace: &Trace, death: Option<Death>) -> String {
    let Some(death) = death else {
        return "out of sight: the program no longer refers to it".to_owned();
    };
    let cause = cause_in_words(death.cause);
    let file = trace.steps[death.at.step as usize - 1].head.file;
    let source = source_line(trace, file.0 as usize, death.at.line)
        .map_or(String::new(), |source| format!(" `{source}`"));
    format!(
        "dead since step {}, line {}{source}: {cause}",
        death.at.step, death.at.line
    )
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
