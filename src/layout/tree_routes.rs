//! The way of an arrow within a block, and out of it and into it: down from its cell, level between
//! two levels, and down to its box.

use super::blocks::{Block, SPINE, Track};
use super::metrics::{SIDE_GAP, TITLE_HEIGHT};
use super::picture::{BoxShape, Piece, Point, Rect};
use super::route::{HEAD_SPACE, Start, Walk};
use super::sheet::Sheet;

/// Radius of a corner.
const CORNER: f64 = 5.0;
/// How far beside the middle of a box arrows from outside arrive.
const BESIDE: f64 = 12.0;

impl Sheet {
    /// From a cell of a block's box to the side of the block.
    pub(super) fn leave(&self, walk: &mut Walk, node: usize, start: &Start, back: bool) {
        let Some(block) = self.block(node) else {
            return;
        };
        let (left, top) = self.origin(node);
        let y = top + block.track(Track::From(node));
        let x = self.down(walk, start);
        let side = if back { left } else { left + block.width };
        walk.along([Point { x, y }, Point { x: side, y }]);
        walk.along_box = None;
    }

    /// Out of its box: straight down from the middle of a cell, or from a row to the side at which
    /// its dot stands. Gives how far right the way down runs.
    fn down(&self, walk: &mut Walk, start: &Start) -> f64 {
        match start.shape {
            BoxShape::Rows => {
                let is_left = walk.at.x < start.rect.x + start.rect.width / 2.0;
                let x = match is_left {
                    true => start.rect.x - SIDE_GAP / 2.0,
                    false => start.rect.right() + SIDE_GAP / 2.0,
                };
                walk.straight(x);
                x
            }
            BoxShape::Strip | BoxShape::Line => walk.at.x,
        }
    }

    /// From the side of a block to one of its boxes.
    pub(super) fn arrive(&self, walk: &mut Walk, (node, rect): (usize, Rect), from_left: bool) {
        let is_root = self.member(node).is_some_and(|member| member.level == 0);
        match (is_root, from_left) {
            (true, true) => walk.straight(rect.x - HEAD_SPACE),
            (true, false) => walk.straight(rect.right() + HEAD_SPACE),
            (false, _) => {
                let aside = if from_left { -BESIDE } else { BESIDE };
                let x = rect.x + rect.width / 2.0 + aside;
                let y = walk.at.y;
                walk.along([
                    Point { x, y },
                    Point {
                        x,
                        y: rect.y - HEAD_SPACE,
                    },
                ]);
            }
        }
    }

    /// From a cell of a block's box to a box of the same block.
    pub(super) fn within(
        &self,
        from: usize,
        start: &Start,
        (to, target): (usize, Rect),
    ) -> (Point, Vec<Piece>) {
        let at = start.dot(false);
        let mut walk = Walk {
            at,
            pieces: Vec::new(),
            along_box: None,
        };
        if let Some(block) = self.block(from) {
            let x = self.down(&mut walk, start);
            self.walk_within(&mut walk, block, (from, start.rect, x), (to, target));
        }
        (at, walk.pieces)
    }

    fn walk_within(
        &self,
        walk: &mut Walk,
        block: &Block,
        (from, rect, x): (usize, Rect, f64),
        (to, target): (usize, Rect),
    ) {
        let (left, top) = self.origin(from);
        let (a, b) = (&block.members[&from], &block.members[&to]);
        let end = top + block.end_of_level(a.level);
        let above = Point {
            x: target.x + target.width / 2.0,
            y: target.y - HEAD_SPACE,
        };
        if b.level == a.level + 1 {
            walk.along([Point { x, y: end }]);
            walk.fall(above);
        } else if let Some(chain) = block.up(from, to) {
            self.climb(walk, block, rect, x, &chain);
        } else if from == to {
            let y = rect.bottom() + SIDE_GAP / 2.0;
            let side = rect.right() + SIDE_GAP / 2.0;
            walk.along([Point { x, y }, Point { x: side, y }]);
            walk.end_beside(side, target);
        } else {
            let (out, into) = (
                top + block.track(Track::From(from)),
                top + block.track(Track::To(to)),
            );
            let spine = left + block.width - SPINE / 2.0;
            let x_in = above.x + BESIDE;
            walk.along([
                Point { x, y: out },
                Point { x: spine, y: out },
                Point { x: spine, y: into },
                Point { x: x_in, y: into },
                Point { x: x_in, ..above },
            ]);
        }
    }
}

impl Sheet {
    /// Up to a box that its own hangs from, along the right sides of those between.
    fn climb(&self, walk: &mut Walk, block: &Block, own: Rect, x: f64, chain: &[usize]) {
        let (left, top) = self.origin(block.root);
        let y = own.bottom() + SIDE_GAP / 2.0;
        let side = own.right() + SIDE_GAP / 2.0;
        walk.along([
            Point { x, y },
            Point { x: side, y },
            Point { x: side, y: own.y },
        ]);
        for (i, node) in chain.iter().enumerate() {
            let member = &block.members[node];
            let side = left + member.x + member.width + SIDE_GAP / 2.0;
            walk.fall(Point {
                x: side,
                y: top + block.end_of_level(member.level),
            });
            if i + 1 < chain.len() {
                walk.along([Point {
                    x: side,
                    y: top + member.y,
                }]);
            } else {
                let target = Rect {
                    x: left + member.x,
                    y: top + member.y,
                    width: member.width,
                    height: 0.0,
                };
                walk.end_beside(side, target);
            }
        }
    }
}

impl Walk {
    /// Up beside a box and to the right side of its title.
    fn end_beside(&mut self, side: f64, target: Rect) {
        let y = target.y + TITLE_HEIGHT / 2.0;
        let x = target.right() + HEAD_SPACE;
        self.along([Point { x: side, y }, Point { x, y }]);
    }

    /// Straight from point to point, with round corners.
    pub(super) fn along<const N: usize>(&mut self, points: [Point; N]) {
        for (i, point) in points.iter().enumerate() {
            let Some(next) = points.get(i + 1) else {
                self.line(*point);
                continue;
            };
            let (before, after) = (towards(*point, self.at), towards(*point, *next));
            self.line(before);
            self.pieces.push(Piece::Curve(*point, *point, after));
            self.at = after;
        }
    }

    fn line(&mut self, to: Point) {
        if (to.x - self.at.x).abs() > 0.5 || (to.y - self.at.y).abs() > 0.5 {
            self.pieces.push(Piece::Line(to));
            self.at = to;
        }
    }

    /// Down or up to a point, leaving and arriving upright.
    fn fall(&mut self, to: Point) {
        let middle = (self.at.y + to.y) / 2.0;
        let from = self.at;
        self.pieces.push(Piece::Curve(
            Point {
                x: from.x,
                y: middle,
            },
            Point { x: to.x, y: middle },
            to,
        ));
        self.at = to;
    }
}

/// A little way from a corner towards another point, at most half of it.
fn towards(corner: Point, other: Point) -> Point {
    let (x, y) = (other.x - corner.x, other.y - corner.y);
    let length = x.hypot(y);
    if length < 1.0 {
        return corner;
    }
    let part = CORNER.min(length / 2.0) / length;
    Point {
        x: corner.x + x * part,
        y: corner.y + y * part,
    }
}
