//! A choice for one trace: options and marks put together.

use super::filter::{Subset, Unknown, ViewFilter};
use super::steps::ChosenSteps;
use super::unknown_words::{self, Word};
use crate::analyse::{DirectiveKind, Place, Target, directives};
use crate::trace::{Symbol, Trace};
use std::collections::BTreeSet;

/// The choice for one trace: options and marks put together.
#[derive(Debug, Default)]
pub(super) struct ResolvedFilter {
    pub focus: Vec<Target>,
    pub depth: Option<usize>,
    pub hidden: Selector,
    pub folded: Selector,
    pub only: Option<Subset>,
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
pub(super) struct Selector {
    pub types: BTreeSet<Symbol>,
    pub targets: Vec<Target>,
}

impl ResolvedFilter {
    pub(super) fn new(trace: &Trace, choice: &ViewFilter) -> ResolvedFilter {
        let mut resolved = ResolvedFilter {
            depth: choice.depth,
            only: choice.only.clone(),
            only_changes: choice.only_changes,
            ..ResolvedFilter::default()
        };
        let (focus, hide, fold) = (&choice.focus, &choice.hide, &choice.fold);
        resolved.add_focus(None, focus);
        resolved.add_hidden(trace, None, hide);
        resolved.add_folded(trace, None, fold);
        let mut pictures: Vec<(Place, String)> = Vec::new();
        let directives = if choice.no_marks {
            Vec::new()
        } else {
            directives(trace).0
        };
        for mark in directives {
            let place = mark.place;
            match mark.says {
                DirectiveKind::Picture(caption) => pictures.push((place, caption)),
                DirectiveKind::Focus(names) if focus.is_empty() => {
                    resolved.add_focus(Some(place), &names)
                }
                DirectiveKind::Hide(names) if hide.is_empty() => {
                    resolved.add_hidden(trace, Some(place), &names);
                }
                DirectiveKind::Fold(names) if fold.is_empty() => {
                    resolved.add_folded(trace, Some(place), &names);
                }
                DirectiveKind::Depth(depth) => resolved.depth = resolved.depth.or(Some(depth)),
                DirectiveKind::Boxes => resolved.boxes = true,
                DirectiveKind::Generations => resolved.generations = true,
                DirectiveKind::Sizes => resolved.sizes = true,
                DirectiveKind::Focus(_)
                | DirectiveKind::Hide(_)
                | DirectiveKind::Fold(_)
                | DirectiveKind::Expect(_) => {}
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

impl Selector {
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
pub fn unknown_words(trace: &Trace, choice: &ViewFilter) -> Vec<Unknown> {
    let resolved = ResolvedFilter::new(trace, choice);
    let mut unknown = unknown_words::unknown(trace, &resolved.words);
    unknown.extend(resolved.wrong_steps);
    unknown
}

impl Selector {
    pub(super) fn names(&self, name: &str) -> bool {
        self.targets
            .iter()
            .any(|target| matches!(target, Target::Path { name: n, rest } if rest.is_empty() && n == name))
    }
}
