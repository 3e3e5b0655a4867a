//! What the user wants to see: focus, hidden and folded things, chosen steps. Options of the
//! command line come first; where they say nothing, the marks in the script's comments do.

use super::only::Only;
use crate::analyse::{Place, Says, Target, follow, instead, known, marks, named};
use crate::trace::{FileId, NameKind, Symbol, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// What to draw, as the user says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Draw these and what they reach.
    pub focus: Vec<String>,
    /// Draw only what is at most this many references away from a name, or from the focus.
    pub depth: Option<usize>,
    /// Leave these out: names, objects or types.
    pub hide: Vec<String>,
    /// Draw these without their contents: names, objects or types.
    pub fold: Vec<String>,
    /// Draw these steps, first and last of each run.
    pub steps: Vec<(u32, u32)>,
    /// Draw the steps at which a line from here on has run.
    pub from_line: Option<u32>,
    /// Draw the steps at which a line up to here has run.
    pub to_line: Option<u32>,
    /// Draw only steps at which what is drawn has changed.
    pub only_changes: bool,
    /// Pay no heed to marks in the script's comments.
    pub no_marks: bool,
    /// Draw these objects alone.
    pub only: Option<Only>,
}

/// A word of the user's that says nothing in this trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The line of the mark; `None`: it stands on the command line.
    pub mark: Option<Place>,
    pub error: String,
    pub hint: String,
}

/// A word and where it comes from.
#[derive(Debug, Clone)]
struct Word {
    mark: Option<Place>,
    text: String,
}

/// The choice for one trace: options and marks put together.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub focus: Vec<Target>,
    pub depth: Option<usize>,
    pub hidden: Which,
    pub folded: Which,
    pub only: Option<Only>,
    pub only_changes: bool,
    pub boxes: bool,
    pub generations: bool,
    pub sizes: bool,
    /// By step, from 1: whether it is chosen.
    chosen: Vec<bool>,
    /// By step: what the marks say of it.
    pub captions: BTreeMap<u32, String>,
    pub unknown: Vec<Unknown>,
}

/// Types, objects and names that are hidden or folded.
#[derive(Debug, Default)]
pub(super) struct Which {
    pub types: BTreeSet<Symbol>,
    pub targets: Vec<Target>,
}

impl Resolved {
    pub(super) fn new(trace: &Trace, choice: &Choice) -> Resolved {
        let mut resolved = Resolved {
            depth: choice.depth,
            only: choice.only.clone(),
            only_changes: choice.only_changes,
            ..Resolved::default()
        };
        let given = |words: &[String]| -> Vec<Word> {
            let word = |text: &String| Word {
                mark: None,
                text: text.clone(),
            };
            words.iter().map(word).collect()
        };
        let (mut focus, mut hide, mut fold) = (
            given(&choice.focus),
            given(&choice.hide),
            given(&choice.fold),
        );
        let mut pictures: Vec<(Place, String)> = Vec::new();
        let marks = if choice.no_marks {
            Vec::new()
        } else {
            marks(trace).0
        };
        for mark in marks {
            let place = mark.place;
            let words = |words: Vec<String>| {
                words.into_iter().map(move |text| Word {
                    mark: Some(place),
                    text,
                })
            };
            match mark.says {
                Says::Picture(caption) => pictures.push((place, caption)),
                Says::Focus(names) if choice.focus.is_empty() => focus.extend(words(names)),
                Says::Hide(names) if choice.hide.is_empty() => hide.extend(words(names)),
                Says::Fold(names) if choice.fold.is_empty() => fold.extend(words(names)),
                Says::Depth(depth) => resolved.depth = resolved.depth.or(Some(depth)),
                Says::Boxes => resolved.boxes = true,
                Says::Generations => resolved.generations = true,
                Says::Sizes => resolved.sizes = true,
                Says::Focus(_) | Says::Hide(_) | Says::Fold(_) | Says::Expect(_) => {}
            }
        }
        resolved.choose_steps(trace, choice, &pictures);
        resolved.resolve_words(trace, focus, hide, fold);
        resolved
    }

    pub(super) fn is_chosen(&self, number: u32) -> bool {
        self.chosen
            .get(number as usize - 1)
            .copied()
            .unwrap_or(false)
    }

    fn choose_steps(&mut self, trace: &Trace, choice: &Choice, pictures: &[(Place, String)]) {
        let by_line = choice.from_line.is_some() || choice.to_line.is_some();
        let by_options = by_line || !choice.steps.is_empty();
        let mut before = None;
        for (number, step) in (1..).zip(&trace.steps) {
            let head = &step.head;
            let here: Vec<&str> = pictures
                .iter()
                .filter(|(place, _)| place.has_run(head, before))
                .map(|(_, caption)| caption.as_str())
                .collect();
            let marked = !here.is_empty();
            let said: Vec<&str> = here.into_iter().filter(|said| !said.is_empty()).collect();
            if !said.is_empty() {
                self.captions.insert(number, said.join(" · "));
            }
            let line = head.ran.unwrap_or(head.line);
            let in_lines = !by_line
                || head.file == FileId(0)
                    && choice.from_line.is_none_or(|from| from <= line)
                    && choice.to_line.is_none_or(|to| line <= to);
            let in_steps = choice.steps.is_empty()
                || choice
                    .steps
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&number));
            let by_marks = by_options || pictures.is_empty() || marked;
            self.chosen.push(in_lines && in_steps && by_marks);
            before = Some(head);
        }
        self.note_steps_that_are_not(trace, choice);
    }

    fn note_steps_that_are_not(&mut self, trace: &Trace, choice: &Choice) {
        let steps = trace.steps.len() as u32;
        let beyond = choice
            .steps
            .iter()
            .map(|(first, last)| if *last == u32::MAX { first } else { last })
            .find(|step| **step > steps);
        if let Some(step) = beyond {
            self.unknown.push(Unknown {
                mark: None,
                error: format!("there is no step {step}"),
                hint: format!("the steps are 1 to {steps}"),
            });
        } else if !self.chosen.contains(&true) && steps > 0 {
            let lines = |line: Option<u32>| line.map_or(String::new(), |line| line.to_string());
            let by_line = choice.from_line.is_some() || choice.to_line.is_some();
            let (error, hint) = if by_line {
                let range = format!("{}-{}", lines(choice.from_line), lines(choice.to_line));
                (
                    format!("no chosen step has run a line of {range}"),
                    "name lines of the script that run, without --steps to see them all",
                )
            } else {
                (
                    "no marked line has run, so there is nothing to draw".to_owned(),
                    "mark a line that runs, or choose steps with --steps 1-",
                )
            };
            self.unknown.push(Unknown {
                mark: None,
                error,
                hint: hint.to_owned(),
            });
        }
    }

    fn resolve_words(&mut self, trace: &Trace, focus: Vec<Word>, hide: Vec<Word>, fold: Vec<Word>) {
        let symbols = &trace.symbols;
        let types: BTreeMap<&str, Symbol> = trace
            .objects
            .iter()
            .map(|info| (symbols.text(info.type_name), info.type_name))
            .collect();
        let mut asked: Vec<(Word, Target)> = Vec::new();
        for word in focus {
            let target = Target::new(&word.text);
            self.focus.push(target.clone());
            asked.push((word, target));
        }
        let mut targets = Vec::new();
        for (words, which) in [(hide, &mut self.hidden), (fold, &mut self.folded)] {
            for word in words {
                if let Some(type_name) = types.get(word.text.as_str()) {
                    which.types.insert(*type_name);
                } else {
                    let target = Target::new(&word.text);
                    which.targets.push(target.clone());
                    targets.push((word, target));
                }
            }
        }
        let types: Vec<&str> = types.into_keys().collect();
        self.unknown.extend(unknown(trace, asked, &[]));
        self.unknown.extend(unknown(trace, targets, &types));
    }
}

/// Which of the words never lead to anything, and what may have been meant.
fn unknown(trace: &Trace, asked: Vec<(Word, Target)>, types: &[&str]) -> Vec<Unknown> {
    let mut open: Vec<(Word, Target, Option<String>)> = asked
        .into_iter()
        .map(|(word, target)| (word, target, None))
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let mut names: BTreeSet<&str> = types.iter().copied().collect();
    let mut replay = trace.replay();
    while let Some((_, _, state)) = replay.next() {
        for frame in &state.frames {
            let own = frame.names.iter().filter(|n| n.kind != NameKind::Stack);
            names.extend(own.map(|name| trace.symbols.text(name.name)));
            open.retain_mut(|(_, target, why)| {
                let Target::Path { name, rest } = target else {
                    return true;
                };
                match named(trace, frame, name).map(|from| follow(trace, state, from, rest)) {
                    Some(Ok(_)) => false,
                    Some(Err(problem)) => {
                        *why = Some(problem);
                        true
                    }
                    None => true,
                }
            });
        }
    }
    let names: Vec<&str> = names.into_iter().collect();
    open.into_iter()
        .filter_map(|(word, target, why)| {
            let (error, hint) = match &target {
                Target::Object(id) => {
                    let problem = known(trace, *id).err()?;
                    let (error, hint) = problem.split_once(": ")?;
                    (error.to_owned(), hint.to_owned())
                }
                Target::Path { name, .. } => match why {
                    Some(problem) => (
                        format!("{} never leads to anything", word.text),
                        format!("at its last sight {problem}"),
                    ),
                    None => {
                        let what = if types.is_empty() {
                            "name"
                        } else {
                            "name or type"
                        };
                        (
                            format!("there is no {what} {name} at any step"),
                            instead(name, &format!("{what}s"), &names),
                        )
                    }
                },
            };
            Some(Unknown {
                mark: word.mark,
                error,
                hint,
            })
        })
        .collect()
}

/// What the words of a choice that say nothing in this trace are, those of marks included.
pub fn unknown_words(trace: &Trace, choice: &Choice) -> Vec<Unknown> {
    Resolved::new(trace, choice).unknown
}
