//! Shapes that an author asks for and that what is drawn cannot take.

use super::filter::Unknown;
use super::options::ViewOptions;
use super::scene::{Arrow, BoxKey, BoxKind, Cell, Scene, SceneBox, Shape};
use super::scenes::Scenes;
use crate::trace::Trace;
use std::collections::BTreeMap;

/// The wishes for shapes that come to nothing in the pictures of a trace.
pub fn misfits(trace: &Trace, options: &ViewOptions) -> Vec<Unknown> {
    let mut scenes = Scenes::new(trace, options);
    // Whether it fits what has been drawn.
    let mut fits: BTreeMap<usize, bool> = BTreeMap::new();
    while scenes.wishes_for_shapes() {
        let Some(scene) = scenes.next() else { break };
        for one in &scene.boxes {
            let (BoxKey::Object(id), Some(shape)) = (one.key, one.emphasis.shape) else {
                continue;
            };
            let Some(number) = scenes.wish_number(id) else {
                continue;
            };
            let fit = fits.entry(number).or_insert(shape == Shape::Row);
            match shape {
                Shape::Row => *fit &= arrows(one).next().is_none(),
                Shape::Grid => *fit |= has_lines(&scene, one),
                Shape::Tree => *fit |= led_to(&scene, one).any(|below| below.depth.is_none()),
                Shape::Rows => *fit = true,
            }
        }
    }
    let wrong = fits.into_iter().filter(|(_, fits)| !fits);
    wrong.map(|(number, _)| scenes.misfit(number)).collect()
}

fn arrows(from: &SceneBox) -> impl Iterator<Item = &Arrow> {
    let cells = from.rows.iter().flat_map(|row| [&row.label, &row.value]);
    cells.filter_map(|cell| match cell {
        Cell::Arrow(arrow) => Some(arrow),
        Cell::Text(_) => None,
    })
}

fn led_to<'s>(scene: &'s Scene, from: &'s SceneBox) -> impl Iterator<Item = &'s SceneBox> {
    let arrows = arrows(from).filter(|arrow| !arrow.weak);
    let boxes = || scene.boxes.iter().map(|one| &**one);
    arrows.filter_map(move |arrow| boxes().find(|one| one.key == arrow.to))
}

fn has_lines(scene: &Scene, from: &SceneBox) -> bool {
    led_to(scene, from).any(|one| {
        let is_kind = matches!(
            one.kind,
            BoxKind::Sequence | BoxKind::Mapping | BoxKind::Fields
        );
        is_kind && arrows(one).next().is_none()
    })
}
