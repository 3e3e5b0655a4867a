//! A choice for one trace: options and marks put together.

use super::choice::{Choice, Only, Unknown};
use super::steps::ChosenSteps;
use super::words::{self, Word};
use crate::analyse::{Place, Says, Target, marks};
use crate::trace::{Symbol, Trace};
use std::collections::BTreeSet;

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
    pub steps: ChosenSteps,
    /// What is wrong with the choice of steps.
    wrong_steps: Vec<Unknown>,
    /// The words behind the targets.
    words: Vec<Word>,
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
        let (focus, hide, fold) = (&choice.focus, &choice.hide, &choice.fold);
        resolved.add_focus(None, focus);
        resolved.add_hidden(trace, None, hide);
        resolved.add_folded(trace, None, fold);
        let mut pictures: Vec<(Place, String)> = Vec::new();
        let marks = if choice.no_marks {
            Vec::new()
        } else {
            marks(trace).0
        };
        for mark in marks {
            let place = mark.place;
            match mark.says {
                Says::Picture(caption) => pictures.push((place, caption)),
                Says::Focus(names) if focus.is_empty() => resolved.add_focus(Some(place), &names),
                Says::Hide(names) if hide.is_empty() => {
                    resolved.add_hidden(trace, Some(place), &names);
                }
                Says::Fold(names) if fold.is_empty() => {
                    resolved.add_folded(trace, Some(place), &names);
                }
                Says::Depth(depth) => resolved.depth = resolved.depth.or(Some(depth)),
                Says::Boxes => resolved.boxes = true,
                Says::Generations => resolved.generations = true,
                Says::Sizes => resolved.sizes = true,
                Says::Focus(_) | Says::Hide(_) | Says::Fold(_) | Says::Expect(_) => {}
            }
        }
        (resolved.steps, resolved.wrong_steps) = ChosenSteps::new(trace, choice, &pictures);
        resolved
    }

    fn add_focus(&mut self, mark: Option<Place>, words: &[String]) {
        for text in words {
            self.focus.push(Target::new(text));
            self.words.push(Word {
                mark,
                text: text.clone(),
                or_type: false,
            });
        }
    }

    fn add_hidden(&mut self, trace: &Trace, mark: Option<Place>, words: &[String]) {
        let asked = self.hidden.add(trace, mark, words);
        self.words.extend(asked);
    }

    fn add_folded(&mut self, trace: &Trace, mark: Option<Place>, words: &[String]) {
        let asked = self.folded.add(trace, mark, words);
        self.words.extend(asked);
    }
}

impl Which {
    /// Takes words in: types where there are such, else targets, which are given back.
    fn add(&mut self, trace: &Trace, mark: Option<Place>, words: &[String]) -> Vec<Word> {
        let type_of = |text: &str| {
            let mut types = trace.objects.iter().map(|info| info.type_name);
            types.find(|type_name| trace.symbols.text(*type_name) == text)
        };
        let mut asked = Vec::new();
        for text in words {
            if let Some(type_name) = type_of(text) {
                self.types.insert(type_name);
            } else {
                self.targets.push(Target::new(text));
                asked.push(Word {
                    mark,
                    text: text.clone(),
                    or_type: true,
                });
            }
        }
        asked
    }
}

/// What of a choice says nothing in this trace, marks included.
pub fn unknown_words(trace: &Trace, choice: &Choice) -> Vec<Unknown> {
    let resolved = Resolved::new(trace, choice);
    let mut unknown = words::unknown(trace, &resolved.words);
    unknown.extend(resolved.wrong_steps);
    unknown
}

impl Which {
    pub(super) fn names(&self, name: &str) -> bool {
        self.targets
            .iter()
            .any(|target| matches!(target, Target::Path { name: n, rest } if rest.is_empty() && n == name))
    }
}
