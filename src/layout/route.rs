//! The way of an arrow: through gutters in curves, across columns along lanes, to another band
//! through the corridor between; never through a box.

use super::bands::{Passage, Way};
use super::metrics::{DOT_CELL, GUTTER, TITLE_HEIGHT};
use super::picture::{Piece, Point, Rect};
use super::sheet::Sheet;
use crate::view::BoxKey;

/// How far the head of an arrow stays from its box.
const HEAD_SPACE: f64 = 2.0;
/// How far an arrow that turns round leans into a gutter.
const REACH: f64 = GUTTER * 0.42;

/// Where in its row an arrow starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellPlace {
    Label,
    Value,
}

impl Sheet {
    /// The way from a row, whose middle is `y`, to the title of a box. References that run back
    /// start at the left side of their box and end at the right side of the other.
    pub(super) fn route(
        &self,
        (from, rect): (BoxKey, Rect),
        (to, target): (BoxKey, Rect),
        cell: CellPlace,
        y: f64,
    ) -> (Point, Vec<Piece>) {
        let (from, to) = (self.slot(from), self.slot(to));
        let columns = (self.slots[from].column, self.slots[to].column);
        let passage = self.bands.passage(columns.0, columns.1);
        let back = matches!(
            passage,
            Passage::Along(Way::Back, _) | Passage::Across(Way::Back, ..)
        );
        let at = match (back, cell) {
            (true, CellPlace::Value) => Point { x: rect.x, y },
            (true, CellPlace::Label) => Point {
                x: rect.x,
                y: y - 5.0,
            },
            (false, CellPlace::Value) => Point {
                x: rect.x + rect.width - DOT_CELL / 2.0,
                y,
            },
            (false, CellPlace::Label) => Point {
                x: rect.x + DOT_CELL / 2.0,
                y: y - 5.0,
            },
        };
        let mut walk = Walk {
            at,
            pieces: Vec::new(),
            along_box: Some((y - rect.y) / rect.height),
        };
        let title = target.y + TITLE_HEIGHT / 2.0;
        // Where a reference turns towards the right side of its box, which may be as wide as its
        // column: the head must not turn back.
        let landing = (target.x + target.width + HEAD_SPACE).max(self.right(columns.1));
        match passage {
            Passage::Beside => {
                let x = self.right(columns.0);
                walk.straight(x);
                let reach = REACH * (0.5 + (walk.at.y - title).abs() / 400.0).min(1.0);
                walk.turn(
                    Point {
                        x: landing,
                        y: title,
                    },
                    reach,
                );
            }
            Passage::Along(Way::Forward, between) => {
                walk.straight(self.right(columns.0));
                for column in between {
                    let y = self.lane(column, Way::Forward, to);
                    walk.bend(self.left(column), y);
                    walk.straight(self.right(column));
                }
                walk.bend(target.x - HEAD_SPACE, title);
                return (at, walk.pieces);
            }
            Passage::Along(Way::Back, between) => {
                for column in between.rev() {
                    let y = self.lane(column, Way::Back, to);
                    walk.bend(self.right(column), y);
                    walk.straight(self.left(column));
                }
                walk.bend(landing, title);
            }
            Passage::Across(Way::Forward, first, second) => {
                let x = self.right(columns.0);
                walk.straight(x);
                let end = Point {
                    x: target.x - HEAD_SPACE,
                    y: title,
                };
                self.forward_across(&mut walk, to, (first, second), end);
                return (at, walk.pieces);
            }
            Passage::Across(Way::Back, first, second) => {
                let end = Point {
                    x: landing,
                    y: title,
                };
                self.back_across(&mut walk, to, (first, second), end);
            }
        }
        walk.straight(target.x + target.width + HEAD_SPACE);
        (at, walk.pieces)
    }

    /// From the right of a column to the left of one in a band further down.
    fn forward_across(
        &self,
        walk: &mut Walk,
        target: usize,
        (first, second): (usize, Option<usize>),
        end: Point,
    ) {
        let x = walk.at.x;
        let y = self.track(first, Way::Forward, target);
        let Some(second) = second else {
            if end.x - x >= 2.0 * GUTTER {
                walk.bend(x + GUTTER, y);
                walk.straight(end.x - GUTTER);
                walk.bend(end.x, end.y);
            } else if end.x > x {
                walk.bend((x + end.x) / 2.0, y);
                walk.bend(end.x, end.y);
            } else {
                walk.turn(Point { x, y }, REACH);
                walk.straight(end.x);
                walk.turn(end, -REACH);
            }
            return;
        };
        let spine = self.spine();
        walk.turn(Point { x, y }, REACH);
        walk.straight(spine);
        if end.x <= spine {
            walk.turn(end, -REACH);
            return;
        }
        let y = self.track(second, Way::Forward, target);
        walk.turn(Point { x: spine, y }, -REACH);
        walk.straight(end.x - GUTTER);
        walk.bend(end.x, end.y);
    }

    /// From the left of a column to the right of one in a band further up.
    fn back_across(
        &self,
        walk: &mut Walk,
        target: usize,
        (first, second): (usize, Option<usize>),
        end: Point,
    ) {
        let x = walk.at.x;
        let y = self.track(first, Way::Back, target);
        let Some(second) = second else {
            if x - end.x >= 2.0 * GUTTER {
                walk.bend(x - GUTTER, y);
                walk.straight(end.x + GUTTER);
                walk.bend(end.x, end.y);
            } else if end.x < x {
                walk.bend((x + end.x) / 2.0, y);
                walk.bend(end.x, end.y);
            } else {
                walk.turn(Point { x, y }, -REACH);
                walk.straight(end.x);
                walk.turn(end, REACH);
            }
            return;
        };
        let spine = self.spine();
        if x > spine {
            walk.bend(x - GUTTER, y);
            walk.straight(spine);
        }
        let y = self.track(second, Way::Back, target);
        walk.turn(Point { x: spine, y }, -REACH);
        walk.straight(end.x);
        walk.turn(end, REACH);
    }

    /// Left side of all bands: references to bands further off go up and down left of it.
    fn spine(&self) -> f64 {
        self.bands
            .columns
            .first()
            .and_then(|columns| self.columns.get(columns.start))
            .map_or(0.0, |column| column.0)
    }
}

struct Walk {
    at: Point,
    pieces: Vec<Piece>,
    /// How far down its box an arrow starts, until it has left it.
    along_box: Option<f64>,
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
    fn bend(&mut self, x: f64, y: f64) {
        let to = Point { x, y };
        // Of arrows from one box that go down, the lowest turns first; of those that go up, the
        // highest: so they neither cross nor lie on each other.
        let turn = match self.along_box.take() {
            Some(along) if to.y > self.at.y => 0.72 - 0.44 * along,
            Some(along) => 0.28 + 0.44 * along,
            None => 0.5,
        };
        if (self.at.y - to.y).abs() < 0.5 {
            self.pieces.push(Piece::Line(to));
        } else {
            let middle = self.at.x + (to.x - self.at.x) * turn;
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
