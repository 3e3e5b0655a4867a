//! A step as an installed Graphviz lays it out: boxes as ours, in its places, and its arrows' ways.

mod graph;
mod program;

pub use program::GraphvizError;

use super::compose::Needs;
use super::metrics::DOT_CELL;
use super::page::{Crop, Page, PageOptions};
use super::picture::{BoxShape, Direction, Picture, PictureArrow, PictureCell, Piece, Point};
use super::typeset::{self, CodeLines};
use crate::view::BoxKey;
use graph::graph;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Gives a picture places by Graphviz's `dot`; it has no page then.
///
/// # Errors
/// Where there is no `dot`, where it fails, and where it does not end.
pub fn by_graphviz(mut picture: Picture, direction: Direction) -> Result<Picture, GraphvizError> {
    set_dots(&mut picture);
    let answer = program::run(&graph(&picture, direction))?;
    let places = Places::read(&answer)
        .ok_or_else(|| GraphvizError::Failed("its answer could not be read".to_owned()))?;
    let mut moves = BTreeMap::new();
    for (number, picture_box) in picture.boxes.iter_mut().enumerate() {
        if let Some(middle) = places.boxes.get(&number) {
            let rect = picture_box.rect;
            let by = (
                tenths(middle.x - rect.width / 2.0) - rect.x,
                tenths(middle.y - rect.height / 2.0) - rect.y,
            );
            moves.insert(picture_box.key, by);
            Arc::make_mut(picture_box).move_by(by);
        }
    }
    let arrows = picture.arrows.iter_mut().map(Arc::make_mut);
    for (number, arrow) in arrows.enumerate() {
        if let Some(by) = moves.get(&arrow.from) {
            arrow.start = moved(arrow.start, *by);
        }
        lead(arrow, places.ways.get(&number), &moves);
    }
    picture.page = Page::default();
    Ok(picture)
}

/// Sets pictures that Graphviz has laid out on pages.
pub fn set_on_pages(pictures: Vec<Picture>, options: &PageOptions) -> Vec<Picture> {
    let mut all = Needs::default();
    for picture in &pictures {
        all.add(picture, picture.extent(), options);
    }
    let all = all.compose(options);
    let on_page = |mut picture: Picture| {
        let own;
        let composition = match options.crop {
            Crop::Run => &all,
            Crop::Step => {
                let mut needs = Needs::default();
                needs.add(&picture, picture.extent(), options);
                own = needs.compose(options);
                &own
            }
        };
        picture.move_by(composition.shift);
        picture.page = typeset::page(&picture, composition, options, &mut CodeLines::default());
        picture
    };
    pictures.into_iter().map(on_page).collect()
}

/// Sets each dot into its cell: ours stand where our own arrows leave.
fn set_dots(picture: &mut Picture) {
    let arrows = &mut picture.arrows;
    for picture_box in picture.boxes.iter_mut().map(Arc::make_mut) {
        let (key, is_list) = (picture_box.key, picture_box.shape == BoxShape::Rows);
        for row in &mut picture_box.rows {
            let label_x = row.label_area.x + DOT_CELL / 2.0;
            let value_x = row.value_area.right() - DOT_CELL / 2.0;
            for (cell, area, x) in [
                (&mut row.label, row.label_area, label_x),
                (&mut row.value, row.value_area, value_x),
            ] {
                let PictureCell::Dot(dot) = cell else {
                    continue;
                };
                let at = Point {
                    x: if is_list {
                        x
                    } else {
                        area.x + area.width / 2.0
                    },
                    y: area.y + area.height / 2.0,
                };
                let from =
                    |arrow: &&mut Arc<PictureArrow>| arrow.from == key && arrow.start == *dot;
                arrows
                    .iter_mut()
                    .filter(from)
                    .for_each(|arrow| Arc::make_mut(arrow).start = at);
                *dot = at;
            }
        }
    }
}

fn moved(at: Point, (x, y): (f64, f64)) -> Point {
    Point {
        x: at.x + x,
        y: at.y + y,
    }
}

fn tenths(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

/// Sets an arrow on Graphviz's way, or, where that found none, straight to where it ended.
fn lead(arrow: &mut PictureArrow, way: Option<&Vec<Point>>, moves: &BTreeMap<BoxKey, (f64, f64)>) {
    match way.map(Vec::as_slice) {
        Some([border, way @ ..]) => {
            let curves = way.chunks_exact(3).map(|c| Piece::Curve(c[0], c[1], c[2]));
            arrow.pieces = std::iter::once(Piece::Line(*border))
                .chain(curves)
                .collect();
        }
        _ => {
            let end = arrow.pieces.last().map_or(arrow.start, |piece| {
                let (Piece::Line(to) | Piece::Curve(_, _, to)) = piece;
                moves.get(&arrow.to).map_or(*to, |by| moved(*to, *by))
            });
            arrow.pieces = vec![Piece::Line(end)];
        }
    }
}

/// What Graphviz answers, in pixels, downwards: middles of boxes and ways of arrows by number.
struct Places {
    boxes: BTreeMap<usize, Point>,
    ways: BTreeMap<usize, Vec<Point>>,
}

#[derive(Deserialize)]
struct Answer {
    bb: String,
    #[serde(default)]
    objects: Vec<AnsweredNode>,
    #[serde(default)]
    edges: Vec<AnsweredEdge>,
}

#[derive(Deserialize)]
struct AnsweredNode {
    name: String,
    pos: Option<String>,
}

#[derive(Deserialize)]
struct AnsweredEdge {
    /// Not there where an edge only keeps frames in order.
    id: Option<String>,
    pos: Option<String>,
}

impl Places {
    /// Reads Graphviz's JSON.
    fn read(answer: &str) -> Option<Places> {
        let answer: Answer = serde_json::from_str(answer).ok()?;
        let bounds: Vec<f64> = answer.bb.split(',').map_while(|n| n.parse().ok()).collect();
        let [left, _, _, high] = bounds[..] else {
            return None;
        };
        let point = |word: &str| -> Option<Point> {
            let (x, y) = word.split_once(',')?;
            let (x, y): (f64, f64) = (x.parse().ok()?, y.parse().ok()?);
            Some(Point {
                x: tenths(x - left),
                y: tenths(high - y),
            })
        };
        let mut places = Places {
            boxes: BTreeMap::new(),
            ways: BTreeMap::new(),
        };
        for node in &answer.objects {
            if let (Some(number), Some(pos)) = (node.name.strip_prefix('n'), &node.pos) {
                places.boxes.insert(number.parse().ok()?, point(pos)?);
            }
        }
        for edge in &answer.edges {
            if let (Some(id), Some(pos)) = (&edge.id, &edge.pos) {
                let way: Option<Vec<Point>> = pos.split_whitespace().map(point).collect();
                places.ways.insert(id.parse().ok()?, way?);
            }
        }
        Some(places)
    }
}
