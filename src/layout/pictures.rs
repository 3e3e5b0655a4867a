//! Pictures of scenes, one after the other: what stands as in the picture before is not made anew.

use super::Plan;
use super::compose::Needs;
use super::page::{Crop, Page};
use super::picture::{Picture, PictureArrow, PictureBox, PictureCell, PictureRow, Rect};
use super::route::Start;
use super::sheet::Sheet;
use super::typeset::{self, CodeLines};
use crate::view::{BoxKey, Cell, Scene, SceneBox};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Makes the pictures of scenes that a plan was made for. The pictures do not depend on those before.
#[derive(Debug)]
pub struct Pictures<'p> {
    plan: &'p Plan,
    /// How far all is moved from where it was laid out.
    shift: (f64, f64),
    /// The boxes of the scene that is drawn.
    standing: FxHashMap<BoxKey, Standing>,
    made: FxHashMap<BoxKey, Made>,
    scenes: u32,
    lines: CodeLines,
}

/// Where a box stands.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Standing {
    node: usize,
    rect: Rect,
    /// It is unreachable or dead.
    faded: bool,
}

/// A box with the arrows that leave it, as they were made last.
#[derive(Debug)]
struct Made {
    of: Arc<SceneBox>,
    own: Standing,
    /// The number of the sheet that it stands on.
    sheet: usize,
    /// What its rows lead to, and where these stand.
    ends: Vec<(BoxKey, Option<Standing>)>,
    parts: Parts,
    /// The scene that it stood in last.
    scene: u32,
}

#[derive(Debug, Clone)]
struct Parts {
    boxed: Arc<PictureBox>,
    arrows: Vec<Arc<PictureArrow>>,
    /// The smallest area around all of it.
    extent: Rect,
}

/// As many boxes as this are kept for each one of a scene: a box may come back.
const KEPT: usize = 2;

impl<'p> Pictures<'p> {
    pub(super) fn new(plan: &'p Plan) -> Pictures<'p> {
        let shift = match plan.options.crop {
            Crop::Run => plan.composition.shift,
            Crop::Step => (0.0, 0.0),
        };
        Pictures {
            shift,
            ..Pictures::unmoved(plan)
        }
    }

    /// Pictures of the memory as it was laid out.
    pub(super) fn unmoved(plan: &'p Plan) -> Pictures<'p> {
        Pictures {
            plan,
            shift: (0.0, 0.0),
            standing: FxHashMap::default(),
            made: FxHashMap::default(),
            scenes: 0,
            lines: CodeLines::default(),
        }
    }

    /// The picture of a scene.
    pub fn picture(&mut self, scene: &Scene) -> Picture {
        let (mut picture, extent) = self.memory(scene);
        let options = &self.plan.options;
        let composed;
        let composition = match options.crop {
            Crop::Run => &self.plan.composition,
            Crop::Step => {
                let mut needs = Needs::default();
                needs.add(&picture, extent, options);
                composed = needs.compose(options);
                self.lines = CodeLines::default();
                picture.move_by(composed.shift);
                &composed
            }
        };
        picture.page = typeset::page(&picture, composition, options, &mut self.lines);
        picture
    }

    /// The boxes and arrows of a scene, without a page, and the area around them.
    pub(super) fn memory(&mut self, scene: &Scene) -> (Picture, Option<Rect>) {
        let number = self.plan.sheet_number(scene.number);
        let sheet = &self.plan.sheets[number];
        self.standing.clear();
        for scene_box in &scene.boxes {
            if let Some((node, rect)) = sheet.rect(scene_box) {
                let faded = scene_box.status.is_faded();
                let standing = Standing { node, rect, faded };
                self.standing.insert(scene_box.key, standing);
            }
        }
        let mut boxes = Vec::with_capacity(scene.boxes.len());
        let mut arrows = Vec::with_capacity(2 * scene.boxes.len());
        let mut extent: Option<Rect> = None;
        for scene_box in &scene.boxes {
            let Some(own) = self.standing.get(&scene_box.key).copied() else {
                continue;
            };
            let parts = self.parts(scene_box, own, (number, sheet));
            boxes.push(Arc::clone(&parts.boxed));
            arrows.extend(parts.arrows.iter().map(Arc::clone));
            extent = Some(extent.map_or(parts.extent, |all| all.around(&parts.extent)));
        }
        if self.made.len() > KEPT * boxes.len() {
            let now = self.scenes;
            self.made.retain(|_, made| made.scene == now);
        }
        self.scenes += 1;
        let picture = Picture {
            number: scene.number,
            name: scene.name.clone(),
            before: scene.before,
            caption: scene.caption.clone(),
            page: Page::default(),
            boxes,
            arrows,
        };
        (picture, extent)
    }

    fn parts(
        &mut self,
        scene_box: &Arc<SceneBox>,
        own: Standing,
        (number, sheet): (usize, &Sheet),
    ) -> &Parts {
        let standing = &self.standing;
        let holds = |made: &Made| {
            made.sheet == number
                && made.own == own
                && (Arc::ptr_eq(&made.of, scene_box) || made.of == *scene_box)
                && (made.ends.iter()).all(|(to, end)| standing.get(to) == end.as_ref())
        };
        if !self.made.get(&scene_box.key).is_some_and(holds) {
            let mut drawing = Drawing {
                sheet,
                standing,
                own,
                arrows: Vec::new(),
            };
            let mut boxed = drawing.boxed(scene_box);
            let mut arrows = drawing.arrows;
            boxed.move_by(self.shift);
            arrows.iter_mut().for_each(|one| one.move_by(self.shift));
            let around = |all: Rect, arrow: &PictureArrow| all.around(&arrow.extent());
            let extent = arrows.iter().fold(boxed.extent(), around);
            let ends = targets(scene_box).map(|to| (to, standing.get(&to).copied()));
            let made = Made {
                of: Arc::clone(scene_box),
                own,
                sheet: number,
                ends: ends.collect(),
                parts: Parts {
                    boxed: Arc::new(boxed),
                    arrows: arrows.into_iter().map(Arc::new).collect(),
                    extent,
                },
                scene: self.scenes,
            };
            self.made.insert(scene_box.key, made);
        }
        let made = self.made.get_mut(&scene_box.key);
        let made = made.expect("it is there or was put there");
        made.scene = self.scenes;
        // The scenes behind this one share their box with it, not with an equal one before.
        made.of = Arc::clone(scene_box);
        &made.parts
    }
}

fn targets(scene_box: &SceneBox) -> impl Iterator<Item = BoxKey> {
    let cells = (scene_box.rows.iter()).flat_map(|row| [&row.label, &row.value]);
    cells.filter_map(|cell| match cell {
        Cell::Arrow(arrow) => Some(arrow.to),
        Cell::Text(_) => None,
    })
}

/// One box, as it is put together.
struct Drawing<'d> {
    sheet: &'d Sheet,
    standing: &'d FxHashMap<BoxKey, Standing>,
    own: Standing,
    arrows: Vec<PictureArrow>,
}

impl Drawing<'_> {
    fn boxed(&mut self, scene_box: &SceneBox) -> PictureBox {
        let rect = self.own.rect;
        let node = &self.sheet.union.nodes[self.own.node];
        let rows = scene_box
            .rows
            .iter()
            .zip(node.areas(&rect, scene_box))
            .map(|(row, (label_area, value_area))| {
                let start = |area: Rect, is_label: bool| Start {
                    rect,
                    shape: node.shape,
                    area,
                    is_label,
                };
                PictureRow {
                    label_area,
                    value_area,
                    label: self.cell(scene_box.key, &row.label, &start(label_area, true)),
                    value: self.cell(scene_box.key, &row.value, &start(value_area, false)),
                    mark: row.mark,
                    aside: row.aside,
                }
            })
            .collect();
        PictureBox {
            key: scene_box.key,
            rect,
            shape: node.shape,
            title_area: node.title_area(&rect),
            title: scene_box.title.clone(),
            serial: scene_box.serial,
            count: scene_box.count.clone(),
            count_changed: scene_box.count_changed,
            tone: scene_box.tone,
            heading: scene_box.heading,
            status: scene_box.status,
            mark: scene_box.mark,
            emphasis: scene_box.emphasis.clone(),
            rows,
        }
    }

    fn cell(&mut self, from: BoxKey, cell: &Cell, start: &Start) -> PictureCell {
        let arrow = match cell {
            Cell::Text(text) if text.is_empty() => return PictureCell::Empty,
            Cell::Text(text) => return PictureCell::Text(text.clone()),
            Cell::Arrow(arrow) => arrow,
        };
        let Some(to) = self.standing.get(&arrow.to) else {
            return PictureCell::Empty;
        };
        let (start, pieces) = self.sheet.route(self.own.node, start, (to.node, to.rect));
        self.arrows.push(PictureArrow {
            from,
            to: arrow.to,
            start,
            pieces,
            weak: arrow.weak,
            mark: arrow.mark,
            faded: self.own.faded || to.faded,
        });
        PictureCell::Dot(start)
    }
}
