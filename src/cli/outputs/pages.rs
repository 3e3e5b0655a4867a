//! A few pictures of a run on one page: before and after, and the strip that the author wants.

use crate::layout::{PageOptions, Picture, plan_towards};
use crate::render::{Theme, strip};
use crate::trace::Trace;
use crate::view::{Scene, Scenes, ViewOptions};

/// A moment and the one before its statement ran, side by side.
pub(super) fn pair_page(
    trace: &Trace,
    view: &ViewOptions,
    (before, after): (u32, u32),
    page: &PageOptions,
    theme: Theme,
) -> String {
    let mut scenes: Vec<Scene> = Scenes::page(trace, view, &[before, after]).collect();
    if let Some(first) = scenes.first_mut() {
        // What led there is not the matter; the line is what runs now.
        first.caption.event.clear();
        first.caption.words.clear();
    }
    let line = scenes.last().map(|after| &after.caption.source);
    let line = line.and_then(|source| Some((source.ran?, source.ran_text()?)));
    let before = match line {
        Some((number, text)) => format!("before line {number}: {text}"),
        None => "before".to_owned(),
    };
    strip(&laid_out(scenes, page), &[&before, "after"], theme)
}

/// The steps that the author wants on one page, where all of them have been read.
pub(super) fn strip_page(
    trace: &Trace,
    view: &ViewOptions,
    page: &PageOptions,
    theme: Theme,
) -> Option<String> {
    let steps = Scenes::new(trace, view).strip().to_vec();
    let scenes: Vec<Scene> = Scenes::page(trace, view, &steps).collect();
    if steps.is_empty() || scenes.len() < steps.len() {
        return None;
    }
    Some(strip(&laid_out(scenes, page), &[], theme))
}

/// Only what they show takes place.
fn laid_out(scenes: Vec<Scene>, page: &PageOptions) -> Vec<Picture> {
    let scenes: Vec<Scene> = scenes
        .into_iter()
        .map(|scene| page.stripped(scene))
        .collect();
    let plan = plan_towards(scenes.iter().cloned(), page.direction);
    let plan = plan.on_pages(|| scenes.iter().cloned(), page.on_a_sheet());
    scenes.iter().map(|scene| plan.picture(scene)).collect()
}
