//! The words above a picture: step, event, the source around the line.

use crate::narrate::raised_before;
use crate::trace::{Event, FileId, State, Step, Trace};

/// A line of source and its part in the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// From 1; 0 where lines are left out.
    pub number: u32,
    pub text: String,
    /// This line has just run.
    pub ran: bool,
    /// This line runs next.
    pub next: bool,
}

/// The words above a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// `step 3 of 12`
    pub step: String,
    /// What happens at this step, in words.
    pub event: String,
    /// What the step has done, in sentences, cut into lines.
    pub words: Vec<String>,
    pub file: String,
    pub source: Vec<SourceLine>,
    /// The last lines that the program has written.
    pub output: Vec<String>,
}

const LINES_AROUND: u32 = 2;
const OUTPUT_LINES: usize = 5;
const LINE_LIMIT: usize = 76;
/// Characters in a line of words, and lines of them.
pub(super) const WORDS_LIMIT: usize = 96;
/// Characters beside the step.
pub(super) const EVENT_LIMIT: usize = 72;
pub(crate) const WORDS_LINES: usize = 3;

pub(super) fn caption(
    trace: &Trace,
    number: u32,
    step: &Step,
    state: &State,
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
    Caption {
        step: format!("step {number} of {}", trace.header.steps),
        event,
        words: Vec::new(),
        file: file.map_or(String::new(), |file| file.path.clone()),
        source: source_lines(file.map_or("", |file| &file.text), head.line, ran, next),
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

/// Sentences as lines of a caption.
pub(super) fn lines_of(sentences: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for sentence in sentences {
        let sentence = format!("{sentence}.");
        for (i, word) in sentence.split(' ').enumerate() {
            let first_of_sentence = i == 0;
            match lines.last_mut() {
                Some(line) if line.chars().count() + word.chars().count() < WORDS_LIMIT => {
                    line.push_str(if first_of_sentence { "  " } else { " " });
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
    }
    if lines.len() > WORDS_LINES {
        lines.truncate(WORDS_LINES);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}

/// An author's words as lines of a caption, all of them.
pub(super) fn cut_into_lines(words: &str, limit: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn source_lines(text: &str, around: u32, ran: Option<u32>, next: Option<u32>) -> Vec<SourceLine> {
    let lines: Vec<&str> = text.lines().collect();
    let count = lines.len() as u32;
    let shown = 2 * LINES_AROUND + 1;
    let first = around
        .saturating_sub(LINES_AROUND)
        .clamp(1, count.saturating_sub(shown - 1).max(1));
    let mut wanted: Vec<u32> = (first..first + shown).filter(|n| *n <= count).collect();
    // The line that has run may stand far from the one that is next.
    if let Some(ran) = ran
        && ran >= 1
        && ran <= count
        && !wanted.contains(&ran)
    {
        let far_end = if ran < first { wanted.len() - 1 } else { 0 };
        wanted.remove(far_end);
        wanted.push(ran);
        wanted.sort_unstable();
    }
    let mut shown: Vec<SourceLine> = Vec::new();
    for number in wanted {
        if shown.last().is_some_and(|last| last.number + 1 < number) {
            shown.push(SourceLine {
                number: 0,
                text: String::new(),
                ran: false,
                next: false,
            });
        }
        shown.push(SourceLine {
            number,
            text: cut(lines[number as usize - 1]),
            ran: ran == Some(number),
            next: next == Some(number),
        });
    }
    // The mark takes a line of its own.
    if shown.len() > 2 * LINES_AROUND as usize + 1 {
        let far = |line: &SourceLine| line.number > 0 && !line.ran && !line.next;
        let at = match shown.iter().position(|line| line.number == 0) {
            Some(gap) if gap > shown.len() / 2 => shown.iter().position(far),
            _ => shown.iter().rposition(far),
        };
        if let Some(at) = at {
            shown.remove(at);
        }
    }
    shown
}

fn cut(line: &str) -> String {
    let mut line = line.replace('\t', "    ");
    // What a script says to memviz is not part of the lesson.
    if let Some(at) = line.find("# memviz:") {
        line.truncate(at);
        line.truncate(line.trim_end().len());
    }
    if line.chars().count() <= LINE_LIMIT {
        return line;
    }
    let kept: String = line.chars().take(LINE_LIMIT - 1).collect();
    format!("{kept}…")
}

fn last_lines(output: &str) -> Vec<String> {
    let mut lines: Vec<&str> = output.lines().rev().take(OUTPUT_LINES).collect();
    lines.reverse();
    lines.into_iter().map(cut).collect()
}
