//! The options that choose what to see.

use crate::analyse::{DirectiveError, directives, split_outside};
use crate::cli::args::ProductArgs;
use crate::cli::problem::Problem;
use crate::cli::say::say;
use crate::trace::{FileId, Trace};
use crate::view::{ViewFilter, ViewOptions, misfits, unknown_words};

/// What to draw of a trace, by the options and by the script's marks.
///
/// Says of marks that cannot be read; a word of an option that means nothing is an error.
pub(super) fn view_options(trace: &Trace, args: &ProductArgs) -> Result<ViewOptions, Problem> {
    let words = |given: &[String]| -> Vec<String> {
        let parts = given.iter().flat_map(|words| split_outside(words, ','));
        parts
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let chosen = &args.choice;
    let choice = ViewFilter {
        focus: words(&chosen.focus),
        depth: chosen.depth.map(|depth| depth as usize),
        hide: words(&chosen.hide),
        fold: words(&chosen.fold),
        highlight: words(&chosen.highlight),
        labels: chosen.label.clone(),
        colors: chosen.color.clone(),
        shapes: chosen.shape.iter().flatten().cloned().collect(),
        notes: chosen.note.clone(),
        pictures: chosen.picture.iter().chain(&chosen.pair).cloned().collect(),
        strip: chosen.strip.clone(),
        steps: chosen.steps.clone(),
        from_line: chosen.from_line,
        to_line: chosen.to_line,
        only_changes: chosen.only_changes,
        no_marks: chosen.no_marks,
        only: None,
    };
    if !chosen.no_marks {
        warn(trace, &directives(trace).1);
    }
    let options = ViewOptions {
        style: args.style.into(),
        boxes: chosen.boxes,
        inline: chosen.inline,
        internals: chosen.internals,
        classes: chosen.classes,
        counts: chosen.counts.into(),
        generations: args.generations,
        sizes: args.sizes,
        max_objects: chosen.max_objects,
        choice,
        ..ViewOptions::default()
    };
    for unknown in unknown_words(trace, &options) {
        match unknown.mark {
            Some(place) => say!(
                "{}: warning: {}: {}",
                at(trace, place.file, place.line),
                unknown.error,
                unknown.hint
            ),
            None => return Err(Problem::new(unknown.error).hint(unknown.hint)),
        }
    }
    for misfit in misfits(trace, &options) {
        let place = misfit.mark.map(|mark| at(trace, mark.file, mark.line));
        let place = place.unwrap_or_else(|| "memviz".to_owned());
        say!("{place}: warning: {}: {}", misfit.error, misfit.hint);
    }
    Ok(options)
}

/// Names the marks that could not be read.
pub(in crate::cli) fn warn(trace: &Trace, misread: &[DirectiveError]) {
    for mark in misread {
        say!(
            "{}: warning: {}",
            at(trace, mark.file, mark.line),
            mark.problem
        );
    }
}

fn at(trace: &Trace, file: FileId, line: u32) -> String {
    format!("{}:{line}", trace.header.files[file.0 as usize].path)
}
