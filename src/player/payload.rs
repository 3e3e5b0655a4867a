//! What the page is given: one JSON document, deflated. Texts stand in it once; a step holds what
//! has changed since the step before.

use super::PlayerOptions;
use super::drawn::{DrawnChange, DrawnTables};
use super::memory::{Head, MemoryChange, ObjectEntry};
use super::texts::Texts;
use super::whole::WholeEntry;
use crate::narrate;
use crate::trace::{Outcome, RootKind, Trace};
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
    files: Vec<File<'t>>,
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
            files: header
                .files
                .iter()
                .map(|file| File {
                    path: &file.path,
                    text: &file.text,
                })
                .collect(),
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
