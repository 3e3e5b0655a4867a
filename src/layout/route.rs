//! The way of an arrow: through gutters in curves, across columns along lanes, to another band
//! through the corridor between; never through a box.

use super::bands::{Passage, Way};
use super::metrics::{DOT_CELL, GUTTER, TITLE_HEIGHT};
use super::picture::{BoxShape, Piece, Point, Rect};
use super::sheet::Sheet;

/// How far the head of an arrow stays from its box.
pub(super) const HEAD_SPACE: f64 = 2.0;
/// How far from a box an arrow runs that goes round it.
const AROUND: f64 = 8.0;
/// How far an arrow that turns round leans into a gutter.
const REACH: f64 = GUTTER * 0.42;

/// The cell from which an arrow starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pub rect: Rect,
    pub shape: BoxShape,
    /// Where its label or value stands.
    pub area: Rect,
    pub is_label: bool,
}

/// A box at which an arrow begins or ends, and where the way outside of its block does.
#[derive(Debug, Clone, Copy)]
struct End {
    node: usize,
    slot: usize,
    /// The number of the place where arrows to it arrive.
    port: usize,
    rect: Rect,
}

impl Start {
    /// The middle of the row.
    fn y(&self) -> f64 {
        self.area.y + self.area.height / 2.0
    }

    /// Where the dot stands: in the middle of a cell that has others beside it, else at the side
    /// to which the arrow leaves.
    pub(super) fn dot(&self, back: bool) -> Point {
        let lift = if self.is_label && back { 5.0 } else { 0.0 };
        let y = self.y() - lift;
        let rect = self.rect;
        let x = match (self.shape, back, self.is_label) {
            (BoxShape::Strip | BoxShape::Line, ..) => self.area.x + self.area.width / 2.0,
            (BoxShape::Rows, true, _) => rect.x,
            (BoxShape::Rows, false, false) => rect.x + rect.width - DOT_CELL / 2.0,
            (BoxShape::Rows, false, true) => rect.x + DOT_CELL / 2.0,
        };
        Point { x, y }
    }
}

impl Sheet {
    fn end(&self, (node, rect): (usize, Rect)) -> End {
        let slot = self.slot(node);
        End {
            node,
            slot,
            port: if self.block(node).is_some() {
                self.slots.len() + node
            } else {
                slot
            },
            rect,
        }
    }

    /// The way from a cell to a box. References that run back start at the left side of their box
    /// and end at the right side of the other.
    pub(super) fn route(
        &self,
        from: usize,
        start: &Start,
        target: (usize, Rect),
    ) -> (Point, Vec<Piece>) {
        if let (Some(a), Some(b)) = (self.outer.place[from].1, self.outer.place[target.0].1)
            && a == b
        {
            return self.within(from, start, target);
        }
        let (from, to) = (self.end((from, start.rect)), self.end(target));
        let columns = (self.slots[from.slot].column, self.slots[to.slot].column);
        let passage = self.bands.passage(columns.0, columns.1);
        let back = matches!(
            passage,
            Passage::Along(Way::Back, _) | Passage::Across(Way::Back, ..)
        );
        let at = start.dot(back);
        let mut walk = Walk {
            at,
            pieces: Vec::new(),
            along_box: Some((at.y - start.rect.y) / start.rect.height),
        };
        let is_in_block = self.block(from.node).is_some();
        if start.is_label && !back && start.shape == BoxShape::Rows && !is_in_block {
            // From a key: out at its own side, and round below the box.
            let rect = start.rect;
            let (x, y) = (rect.x - AROUND, rect.bottom() + AROUND);
            walk.along([
                Point { x, y: at.y },
                Point { x, y },
                Point { x: rect.right(), y },
            ]);
        }
        if is_in_block {
            self.leave(&mut walk, from.node, start, back);
        }
        let title = match self.block(to.node) {
            Some(block) => self.origin(to.node).1 + block.arrival(to.node),
            None => to.rect.y + TITLE_HEIGHT / 2.0,
        };
        // Where a reference turns towards the right side of its box, which may be as wide as its
        // column: the head must not turn back.
        let landing = (to.rect.right() + HEAD_SPACE).max(self.right(columns.1));
        let landing = Point {
            x: landing,
            y: title,
        };
        let port = Point {
            x: match self.block(to.node) {
                Some(_) => self.left(columns.1),
                None => to.rect.x - HEAD_SPACE,
            },
            y: title,
        };
        let mut from_left = false;
        match passage {
            Passage::Beside => {
                walk.straight(self.right(columns.0));
                let reach = REACH * (0.5 + (walk.at.y - title).abs() / 400.0).min(1.0);
                walk.turn(landing, reach);
            }
            Passage::Along(Way::Forward, between) => {
                walk.straight(self.right(columns.0));
                for column in between {
                    let y = self.lane(column, Way::Forward, to.port);
                    walk.bend(self.left(column), y);
                    walk.straight(self.right(column));
                }
                walk.bend(port.x, port.y);
                from_left = true;
            }
            Passage::Along(Way::Back, between) => {
                for column in between.rev() {
                    let y = self.lane(column, Way::Back, to.port);
                    walk.bend(self.right(column), y);
                    walk.straight(self.left(column));
                }
                walk.bend(landing.x, landing.y);
            }
            Passage::Across(Way::Forward, first, second) => {
                walk.straight(self.right(columns.0));
                self.forward_across(&mut walk, to.port, (first, second), port);
                from_left = true;
            }
            Passage::Across(Way::Back, first, second) => {
                self.back_across(&mut walk, to.port, (first, second), landing);
            }
        }
        if self.block(to.node).is_some() {
            self.arrive(&mut walk, (to.node, to.rect), from_left);
        } else if !from_left {
            walk.straight(to.rect.right() + HEAD_SPACE);
        }
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

pub(super) struct Walk {
    pub at: Point,
    pub pieces: Vec<Piece>,
    /// How far down its box an arrow starts, until it has left it.
    pub along_box: Option<f64>,
}

impl Walk {
    /// Straight to the side, up to `x`.
    pub(super) fn straight(&mut self, x: f64) {
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
