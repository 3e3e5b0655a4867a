//! The way of an arrow: through gutters in curves, across columns along lanes, never through a
//! box.

use super::metrics::{GUTTER, TITLE_HEIGHT};
use super::picture::{Piece, Point, Rect};
use super::place::{Way, crossed};

/// How far the head of an arrow stays from its box.
const HEAD_SPACE: f64 = 2.0;

/// The way from a row's dot to the title of another box.
pub(super) fn route(
    dot: Point,
    (from_column, from): (usize, Rect),
    (to_column, to): (usize, Rect),
    columns: &[(f64, f64)],
    lane: &dyn Fn(usize, Way) -> f64,
) -> (Point, Vec<Piece>) {
    let right = |column: usize| columns[column].0 + columns[column].1;
    let left = |column: usize| columns[column].0;
    let end = Point {
        x: to.x - HEAD_SPACE,
        y: to.y + TITLE_HEIGHT / 2.0,
    };
    let mut way = Walk {
        at: dot,
        pieces: Vec::new(),
    };
    debug_assert!(from.x + from.width <= right(from_column) + 0.5);
    way.straight(right(from_column));
    let (direction, stations) = crossed(from_column, to_column);
    if direction == Way::Forward {
        for column in stations {
            let y = lane(column, direction);
            way.bend(Point { x: left(column), y });
            way.straight(right(column));
        }
        way.bend(end);
        return (dot, way.pieces);
    }
    for column in stations.rev() {
        let y = lane(column, direction);
        if column == from_column {
            way.turn(
                Point {
                    x: right(column),
                    y,
                },
                GUTTER * 0.42,
            );
        } else {
            way.bend(Point {
                x: right(column),
                y,
            });
        }
        way.straight(left(column));
    }
    way.turn(end, -GUTTER * 0.42);
    (dot, way.pieces)
}

struct Walk {
    at: Point,
    pieces: Vec<Piece>,
}

impl Walk {
    /// Straight to the side, up to `x`.
    fn straight(&mut self, x: f64) {
        if (self.at.x - x).abs() > 0.5 {
            self.at.x = x;
            self.pieces.push(Piece::Line(self.at));
        }
    }

    /// Across a gutter, leaving and arriving level.
    fn bend(&mut self, to: Point) {
        if (self.at.y - to.y).abs() < 0.5 {
            self.pieces.push(Piece::Line(to));
        } else {
            let middle = (self.at.x + to.x) / 2.0;
            self.pieces.push(Piece::Curve(
                Point {
                    x: middle,
                    y: self.at.y,
                },
                Point { x: middle, y: to.y },
                to,
            ));
        }
        self.at = to;
    }

    /// Back to where it came from, with a bulge of `reach` into the gutter.
    fn turn(&mut self, to: Point, reach: f64) {
        let outer = if reach > 0.0 {
            self.at.x.max(to.x) + reach
        } else {
            self.at.x.min(to.x) + reach
        };
        self.pieces.push(Piece::Curve(
            Point {
                x: outer,
                y: self.at.y,
            },
            Point { x: outer, y: to.y },
            to,
        ));
        self.at = to;
    }
}
