//! A step as an installed Graphviz lays it out: boxes as ours, in its places, and its arrows' ways.

mod graph;
mod program;

pub use program::GraphvizError;

use super::metrics::DOT_CELL;
use super::picture::{BoxShape, Direction, Picture, PictureArrow, PictureCell, Piece, Point, Rect};
use super::{LEGEND_HEIGHT, MARGIN, SMALLEST_WIDTH, caption_size};
use crate::view::BoxKey;
use graph::graph;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Gives a picture places by Graphviz's `dot`, and a page that fits.
///
/// # Errors
/// Where there is no `dot`, where it fails, and where it does not end.
pub fn by_graphviz(mut picture: Picture, direction: Direction) -> Result<Picture, GraphvizError> {
    set_dots(&mut picture);
    let answer = program::run(&graph(&picture, direction))?;
    let places = Places::read(&answer, picture.header + MARGIN)
        .ok_or_else(|| GraphvizError::Failed("its answer could not be read".to_owned()))?;
    let mut moves = BTreeMap::new();
    let mut right = SMALLEST_WIDTH.max(caption_size(&picture.caption)) - MARGIN;
    let mut bottom = picture.header + MARGIN;
    for (number, picture_box) in picture.boxes.iter_mut().enumerate() {
        let Some(middle) = places.boxes.get(&number) else {
            continue;
        };
        let rect = picture_box.rect;
        let by = Point {
            x: tenths(middle.x - rect.width / 2.0) - rect.x,
            y: tenths(middle.y - rect.height / 2.0) - rect.y,
        };
        moves.insert(picture_box.key, by);
        move_rect(&mut picture_box.rect, by);
        move_rect(&mut picture_box.title_area, by);
        for row in &mut picture_box.rows {
            move_rect(&mut row.label_area, by);
            move_rect(&mut row.value_area, by);
            for cell in [&mut row.label, &mut row.value] {
                if let PictureCell::Dot(at) = cell {
                    *at = moved(*at, by);
                }
            }
        }
        right = right.max(picture_box.rect.right());
        bottom = bottom.max(picture_box.rect.bottom());
    }
    for (number, arrow) in picture.arrows.iter_mut().enumerate() {
        if let Some(by) = moves.get(&arrow.from) {
            arrow.start = moved(arrow.start, *by);
        }
        lead(arrow, places.ways.get(&number), &moves);
        for piece in &arrow.pieces {
            let (Piece::Line(to) | Piece::Curve(_, _, to)) = piece;
            right = right.max(to.x);
            bottom = bottom.max(to.y);
        }
    }
    let page = places.page;
    picture.width = (right.max(page.right()) + MARGIN).ceil();
    picture.height = (bottom.max(page.bottom()) + MARGIN + LEGEND_HEIGHT).ceil();
    Ok(picture)
}

/// Sets each dot into its cell: ours stand where our own arrows leave.
fn set_dots(picture: &mut Picture) {
    let arrows = &mut picture.arrows;
    for picture_box in &mut picture.boxes {
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
                let from = |arrow: &&mut PictureArrow| arrow.from == key && arrow.start == *dot;
                arrows
                    .iter_mut()
                    .filter(from)
                    .for_each(|arrow| arrow.start = at);
                *dot = at;
            }
        }
    }
}

/// Gives pictures that are shown one after the other pages of one size.
pub fn on_pages_of_one_size(pictures: &mut [Picture]) {
    let width = pictures.iter().map(|one| one.width).fold(0.0, f64::max);
    let height = pictures.iter().map(|one| one.height).fold(0.0, f64::max);
    for picture in pictures {
        (picture.width, picture.height) = (width, height);
    }
}

fn moved(at: Point, by: Point) -> Point {
    Point {
        x: at.x + by.x,
        y: at.y + by.y,
    }
}

fn move_rect(rect: &mut Rect, by: Point) {
    rect.x += by.x;
    rect.y += by.y;
}

fn tenths(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

/// Sets an arrow on Graphviz's way, or, where that found none, straight to where it ended.
fn lead(arrow: &mut PictureArrow, way: Option<&Vec<Point>>, moves: &BTreeMap<BoxKey, Point>) {
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
    page: Rect,
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
    /// Reads Graphviz's JSON; the page is to begin below `top`.
    fn read(answer: &str, top: f64) -> Option<Places> {
        let answer: Answer = serde_json::from_str(answer).ok()?;
        let bounds: Vec<f64> = answer.bb.split(',').map_while(|n| n.parse().ok()).collect();
        let [left, low, right, high] = bounds[..] else {
            return None;
        };
        let point = |word: &str| -> Option<Point> {
            let (x, y) = word.split_once(',')?;
            let (x, y): (f64, f64) = (x.parse().ok()?, y.parse().ok()?);
            Some(Point {
                x: tenths(MARGIN + x - left),
                y: tenths(top + high - y),
            })
        };
        let mut places = Places {
            boxes: BTreeMap::new(),
            ways: BTreeMap::new(),
            page: Rect {
                x: MARGIN,
                y: top,
                width: right - left,
                height: high - low,
            },
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
