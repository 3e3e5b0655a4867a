//! What the page is given: one JSON document, deflated. Texts stand in it once; a step holds what
//! has changed since the step before.

use super::PlayerOptions;
use super::drawn::{DrawnChange, DrawnTables};
use super::lesson::{Caption, Lesson, Prose, Question, lesson};
use super::memory::{Head, MemoryChange, ObjectEntry};
use super::texts::Texts;
use super::whole::WholeEntry;
use crate::narrate;
use crate::trace::{Outcome, RootKind, Trace};
use crate::view::{SourceLine, SourceText, Syntax};
use serde::Serialize;

const VERSION: u32 = 1;

/// What a call hands on is drawn as a row of it; exceptions hang on a box of the interpreter's.
const ROOTS: [(RootKind, &str); 4] = [
    (RootKind::ReturnValue, "call"),
    (RootKind::RaisedException, "call"),
    (RootKind::HandledException, "interpreter"),
    (RootKind::UncaughtException, "interpreter"),
];

/// Everything about one step.
#[derive(Debug, Serialize)]
pub(super) struct StepRecord {
    /// Nothing was drawn of it: it is passed over.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip: bool,
    pub caption: u32,
    /// What the step has done, in sentences.
    pub words: u32,
    #[serde(flatten)]
    pub head: Head,
    #[serde(flatten)]
    pub memory: MemoryChange,
    #[serde(flatten)]
    pub drawn: DrawnChange,
}

/// The whole document.
#[derive(Debug, Serialize)]
pub(super) struct Payload<'t> {
    version: u32,
    script: &'t str,
    engine: String,
    /// Counts, and each birth and death, are known.
    lives: bool,
    granularity: &'static str,
    quiz: bool,
    /// The page of the files' stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    stages: Option<&'t str>,
    outcome: Ending<'t>,
    /// What was written behind the last step: to standard output, and to standard error.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_exit: Option<(&'t str, &'t str)>,
    files: Vec<File<'t>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prose: Vec<Prose>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    captions: Vec<Caption>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asks: Vec<Question>,
    texts: Vec<String>,
    columns: Vec<(u32, u32)>,
    /// Where what the interpreter holds under a text is drawn.
    roots: Vec<(u32, &'static str)>,
    objects: Vec<ObjectEntry>,
    picture: DrawnTables,
    steps: Vec<StepRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<WholeEntry>,
}

#[derive(Debug, Serialize)]
struct File<'t> {
    path: &'t str,
    text: &'t str,
    /// What the parts of each line are: first and last place in it, in units of UTF-16, and kind.
    kinds: Vec<Vec<(usize, usize, u8)>>,
}

/// What the parts of each line of a file are.
fn kinds(text: &str) -> Vec<Vec<(usize, usize, u8)>> {
    let units = |text: &str| text.encode_utf16().count();
    let lines = SourceText::new(text).lines;
    let of_line = |line: &SourceLine| {
        let spans = line.spans.iter().map(|(span, syntax)| {
            let start = units(&line.text[..span.start]);
            (
                start,
                start + units(&line.text[span.clone()]),
                kind(*syntax),
            )
        });
        spans.collect()
    };
    lines.iter().map(of_line).collect()
}

/// As the page numbers them.
fn kind(syntax: Syntax) -> u8 {
    match syntax {
        Syntax::Keyword => 0,
        Syntax::Text => 1,
        Syntax::Number => 2,
        Syntax::Comment => 3,
    }
}

/// How the run ended; `kind` as the exported JSON has it.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Ending<'t> {
    Finished,
    Exit {
        code: i32,
    },
    Limit {
        limit: &'t str,
    },
    Interrupted,
    /// Goes on behind the steps that the page has, up to so many.
    Further {
        steps: u32,
    },
    /// Ended without the interpreter's own end.
    Crashed {
        words: String,
    },
    Exception {
        #[serde(rename = "type")]
        type_name: &'t str,
        message: &'t str,
        /// File, line, function; the newest last.
        traceback: Vec<(&'t str, u32, &'t str)>,
    },
}

fn ending(trace: &Trace) -> Ending<'_> {
    let header = &trace.header;
    if trace.steps.len() < header.steps as usize {
        let steps = header.steps;
        return Ending::Further { steps };
    }
    match &header.outcome {
        Outcome::Finished => Ending::Finished,
        Outcome::Exit { code } => Ending::Exit { code: *code },
        Outcome::Limit { limit } => Ending::Limit { limit },
        Outcome::Interrupted => Ending::Interrupted,
        Outcome::Killed { .. } | Outcome::Left { .. } | Outcome::CutOff => {
            let last = trace.steps.last();
            let words = last.map(|last| narrate::outcome(header, &last.head, &trace.symbols));
            Ending::Crashed {
                words: words.unwrap_or_default(),
            }
        }
        Outcome::Exception {
            type_name,
            message,
            traceback,
        } => Ending::Exception {
            type_name,
            message,
            traceback: traceback
                .iter()
                .map(|entry| (&*entry.file, entry.line, &*entry.function))
                .collect(),
        },
    }
}

/// What was written behind the last step, where the page has that step.
fn written_at_exit(trace: &Trace) -> Option<(&str, &str)> {
    let header = &trace.header;
    let written = (&*header.at_exit.stdout, &*header.at_exit.stderr);
    let is_whole = trace.steps.len() >= header.steps as usize;
    (is_whole && written != ("", "")).then_some(written)
}

impl<'t> Payload<'t> {
    pub(super) fn new(
        trace: &'t Trace,
        options: PlayerOptions,
        mut texts: Texts,
        objects: Vec<ObjectEntry>,
        picture: DrawnTables,
        steps: Vec<StepRecord>,
        stages: Option<&'t str>,
    ) -> Payload<'t> {
        let roots = ROOTS.map(|(kind, place)| (texts.intern(kind.name()), place));
        let header = &trace.header;
        let Lesson {
            prose,
            captions,
            questions,
        } = lesson(trace);
        Payload {
            version: VERSION,
            script: &header.script,
            engine: format!(
                "{} {}, Python {}",
                header.engine, header.engine_version, header.python
            ),
            lives: header.knowledge.tells_lives(),
            granularity: header.granularity.name(),
            quiz: options.quiz,
            stages,
            outcome: ending(trace),
            at_exit: written_at_exit(trace),
            files: header
                .files
                .iter()
                .map(|file| File {
                    path: &file.path,
                    text: &file.text,
                    kinds: kinds(&file.text),
                })
                .collect(),
            prose,
            captions,
            asks: questions,
            columns: texts.columns(),
            roots: roots.to_vec(),
            texts: texts.list,
            objects,
            picture,
            steps,
            whole: None,
        }
    }

    /// Adds what was counted of the whole interpreter.
    pub(super) fn with_whole(self, whole: Option<WholeEntry>) -> Payload<'t> {
        Payload { whole, ..self }
    }
}
