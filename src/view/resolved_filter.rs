//! A choice for one trace: options and marks put together.

use super::filter::{Subset, Unknown};
use super::options::{Counts, Style, ViewOptions};
use super::sayings::{Said, Saying};
use super::scene::{Color, Shape};
use super::steps::{ChosenSteps, Moment, never_ran, script};
use super::unknown_words::{self, Word};
use crate::analyse::{Directive, DirectiveKind, Place, Target, directives};
use crate::narrate::is_about_counts;
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
    pub classes: bool,
    /// Whether counts are drawn and told.
    pub counts: bool,
    pub generations: bool,
    pub sizes: bool,
    pub steps: ChosenSteps,
    /// Steps that are drawn on one page, in their order.
    pub strip: Vec<u32>,
    strip_mark: Option<Place>,
    /// What has which colour; the last that fits holds.
    pub colors: Vec<(Selector, Color)>,
    /// The shapes that are asked for; the last that fits holds.
    pub shapes: Vec<Wish>,
    /// In the order in which it stands.
    pub said: Vec<Said>,
    /// What is wrong, beside words that lead to nothing.
    wrong: Vec<Unknown>,
    /// The words behind the targets.
    words: Vec<Word>,
}

/// A shape for what a name leads to.
#[derive(Debug)]
pub(super) struct Wish {
    pub mark: Option<Place>,
    pub target: Target,
    pub shape: Shape,
}

impl Wish {
    /// Says that what is drawn cannot take the shape.
    pub(super) fn misfit(&self) -> Unknown {
        let problem = match self.shape {
            Shape::Tree => "nothing hangs from it",
            Shape::Grid => "no lists or records of plain values are in it",
            Shape::Row => "arrows leave from it, and only plain values stand side by side",
            Shape::Rows => "every box has rows",
        };
        let wish = format!("{}({})", self.shape.name(), self.target);
        Unknown::at(self.mark, &format!("{wish} is not possible: {problem}"))
    }
}

/// Types, objects and names that are hidden or folded.
#[derive(Debug, Default)]
pub(super) struct Selector {
    pub types: BTreeSet<Symbol>,
    pub targets: Vec<Target>,
}

impl ResolvedFilter {
    pub(super) fn new(trace: &Trace, options: &ViewOptions) -> ResolvedFilter {
        let choice = &options.choice;
        let mut resolved = ResolvedFilter {
            depth: choice.depth,
            only: choice.only.clone(),
            only_changes: choice.only_changes,
            boxes: options.boxes,
            classes: options.classes,
            counts: options.counts == Counts::Always,
            generations: options.generations,
            sizes: options.sizes,
            strip: choice.strip.clone(),
            ..ResolvedFilter::default()
        };
        resolved.add_focus(None, &choice.focus);
        resolved.add_hidden(trace, None, &choice.hide);
        resolved.add_folded(trace, None, &choice.fold);
        resolved.add_highlight(None, &choice.highlight);
        for (name, words) in &choice.labels {
            resolved.add_label(None, name, words);
        }
        for (word, color) in &choice.colors {
            resolved.add_color(trace, None, std::slice::from_ref(word), *color);
        }
        for (shape, name) in &choice.shapes {
            resolved.add_shape(None, *shape, name);
        }
        let mut moments = resolved.moments_at_lines(trace, options);
        let directives = if choice.no_marks {
            Vec::new()
        } else {
            directives(trace).0
        };
        for mark in directives {
            resolved.heed(trace, options, mark, &mut moments);
        }
        if options.counts == Counts::Auto && options.style == Style::Memviz {
            resolved.counts |= is_about_counts(trace);
        }
        let wrong_steps;
        (resolved.steps, wrong_steps) = ChosenSteps::new(trace, choice, &moments);
        resolved.wrong.extend(wrong_steps);
        resolved.check_strip(trace);
        resolved
    }

    /// Takes a mark in, where no option says as much.
    fn heed(
        &mut self,
        trace: &Trace,
        options: &ViewOptions,
        mark: Directive,
        moments: &mut Vec<Moment>,
    ) {
        let choice = &options.choice;
        let place = mark.place;
        let at = Some(place);
        match mark.says {
            DirectiveKind::Picture(picture) if choice.pictures.is_empty() => moments.push(Moment {
                place,
                line: None,
                picture,
            }),
            DirectiveKind::Strip(steps) if choice.strip.is_empty() => {
                self.strip.extend(steps);
                self.strip_mark = at;
            }
            DirectiveKind::Highlight(names) if choice.highlight.is_empty() => {
                self.add_highlight(at, &names);
            }
            DirectiveKind::Label(name, words) if choice.labels.is_empty() => {
                self.add_label(at, &name, &words);
            }
            DirectiveKind::Note(words) if choice.notes.is_empty() => self.said.push(Said {
                after: at,
                line: None,
                says: Saying::Note(words),
            }),
            DirectiveKind::Color(names, color) if choice.colors.is_empty() => {
                match Color::named(&color) {
                    Ok(color) => self.add_color(trace, at, &names, color),
                    Err(problem) => self.wrong.push(Unknown::at(at, &problem)),
                }
            }
            DirectiveKind::Layout(shapes) if choice.shapes.is_empty() => {
                for (shape, name) in shapes {
                    match Shape::named(&shape) {
                        Ok(shape) => self.add_shape(at, shape, &name),
                        Err(problem) => self.wrong.push(Unknown::at(at, &problem)),
                    }
                }
            }
            DirectiveKind::Focus(names) if choice.focus.is_empty() => self.add_focus(at, &names),
            DirectiveKind::Hide(names) if choice.hide.is_empty() => {
                self.add_hidden(trace, at, &names);
            }
            DirectiveKind::Fold(names) if choice.fold.is_empty() => {
                self.add_folded(trace, at, &names);
            }
            DirectiveKind::Depth(depth) => self.depth = self.depth.or(Some(depth)),
            DirectiveKind::Boxes => self.boxes |= !options.inline,
            DirectiveKind::Classes => self.classes = true,
            DirectiveKind::Counts => {
                self.counts |= options.counts == Counts::Auto && options.style == Style::Memviz
            }
            DirectiveKind::Generations => self.generations = true,
            DirectiveKind::Sizes => self.sizes = true,
            DirectiveKind::Picture(_)
            | DirectiveKind::Strip(_)
            | DirectiveKind::Highlight(_)
            | DirectiveKind::Label(..)
            | DirectiveKind::Note(_)
            | DirectiveKind::Color(..)
            | DirectiveKind::Layout(_)
            | DirectiveKind::Focus(_)
            | DirectiveKind::Hide(_)
            | DirectiveKind::Fold(_)
            | DirectiveKind::Expect(_)
            | DirectiveKind::Ask { .. }
            | DirectiveKind::Text(_) => {}
        }
    }

    /// The moments, and the notes for moments, that options name by lines of the script.
    fn moments_at_lines(&mut self, trace: &Trace, options: &ViewOptions) -> Vec<Moment> {
        let script = script(trace);
        let mut place = |line: u32| {
            let place = Place::at_line(trace, script, line);
            if place.is_none() {
                let problem = format!("no statement stands in line {line}: name a line of one");
                self.wrong.push(Unknown::at(None, &problem));
            }
            place
        };
        let pictures = options.choice.pictures.iter();
        let moments = pictures
            .filter_map(|(line, picture)| {
                Some(Moment {
                    place: place(*line)?,
                    line: Some(*line),
                    picture: picture.clone(),
                })
            })
            .collect();
        let notes = options.choice.notes.iter();
        let notes: Vec<Said> = notes
            .filter_map(|(line, words)| {
                Some(Said {
                    after: Some(place(*line)?),
                    line: Some(*line),
                    says: Saying::Note(words.clone()),
                })
            })
            .collect();
        self.said.extend(notes);
        moments
    }

    fn check_strip(&mut self, trace: &Trace) {
        let steps = trace.header.steps;
        let beyond = |step: &&u32| **step > steps;
        if let Some(step) = self.strip.iter().find(beyond) {
            let problem = format!("there is no step {step}: the steps are 1 to {steps}");
            self.wrong.push(Unknown::at(self.strip_mark, &problem));
            self.strip.clear();
        }
        self.strip.sort_unstable();
        self.strip.dedup();
    }

    fn name(&mut self, mark: Option<Place>, text: &str) -> Target {
        self.words.push(Word {
            mark,
            text: text.to_owned(),
            or_type: false,
        });
        Target::new(text)
    }

    fn add_focus(&mut self, mark: Option<Place>, words: &[String]) {
        for text in words {
            let target = self.name(mark, text);
            self.focus.push(target);
        }
    }

    fn add_highlight(&mut self, mark: Option<Place>, words: &[String]) {
        if mark.is_none() && words.is_empty() {
            return;
        }
        let targets = words.iter().map(|text| self.name(mark, text)).collect();
        self.said.push(Said {
            after: mark,
            line: None,
            says: Saying::Highlight(targets),
        });
    }

    fn add_label(&mut self, mark: Option<Place>, name: &str, words: &str) {
        let target = self.name(mark, name);
        self.said.push(Said {
            after: mark,
            line: None,
            says: Saying::Label(target, words.to_owned()),
        });
    }

    fn add_color(&mut self, trace: &Trace, mark: Option<Place>, words: &[String], color: Color) {
        let mut which = Selector::default();
        let asked = which.add(trace, mark, words);
        self.words.extend(asked);
        self.colors.push((which, color));
    }

    fn add_shape(&mut self, mark: Option<Place>, shape: Shape, name: &str) {
        let target = self.name(mark, name);
        self.shapes.push(Wish {
            mark,
            target,
            shape,
        });
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
pub fn unknown_words(trace: &Trace, options: &ViewOptions) -> Vec<Unknown> {
    let resolved = ResolvedFilter::new(trace, options);
    let mut unknown = unknown_words::unknown(trace, &resolved.words);
    unknown.extend(never_said(trace, &resolved.said));
    unknown.extend(resolved.wrong);
    unknown
}

/// What is said behind statements that never run.
fn never_said(trace: &Trace, said: &[Said]) -> Vec<Unknown> {
    let places = said.iter().filter_map(|one| Some((one.after?, one.line)));
    let mut silent: Vec<(Place, Option<u32>)> = places
        .filter(|(place, _)| place.statement != (0, 0))
        .collect();
    if trace.steps.len() < trace.header.steps as usize {
        // Only a part of it has been read.
        silent.clear();
    }
    let mut before = None;
    for step in &trace.steps {
        silent.retain(|(place, _)| !place.has_run(&step.head, before));
        before = Some(&step.head);
    }
    silent.dedup();
    let never = |(place, line)| never_ran("nothing is said", place, line);
    silent.into_iter().map(never).collect()
}

impl Selector {
    pub(super) fn names(&self, name: &str) -> bool {
        self.targets
            .iter()
            .any(|target| matches!(target, Target::Path { name: n, rest } if rest.is_empty() && n == name))
    }
}
