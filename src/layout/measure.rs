//! Figures of drawn steps, taken from their geometry: what moved, what crosses, what is crossed.

use super::picture::{Picture, Piece, Point, Rect};
use crate::view::BoxKey;
use std::collections::BTreeMap;

/// How far inside a box a point must lie to be in it: a line along a border is not inside.
const SKIN: f64 = 1.0;
/// Straight pieces that a curve is measured by.
const CURVE_PIECES: u32 = 24;
/// Shorter moves are rounding.
const STILL: f64 = 0.05;

/// A line from one box to another, as a row of points.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<K> {
    pub from: K,
    pub to: K,
    pub points: Vec<Point>,
}

/// One drawn step, whoever drew it.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn<K> {
    pub boxes: BTreeMap<K, Rect>,
    pub lines: Vec<Line<K>>,
}

/// The sums over all steps that were measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub steps: usize,
    /// Boxes that were also in the step before.
    pub survivors: usize,
    /// Of these, the ones that are not where they were, the pixels they moved all together, and
    /// the farthest move.
    pub moved: usize,
    pub movement: f64,
    pub farthest: f64,
    pub lines: usize,
    /// Length of all lines together.
    pub length: f64,
    /// Pairs of lines to different boxes that cross.
    pub crossings: usize,
    /// Pairs of a line and a box that the line neither leaves nor ends at, but runs through.
    pub through: usize,
    /// The smallest rectangle that has room for every step's boxes and lines.
    pub width: f64,
    pub height: f64,
    /// The space that the boxes of the fullest step take themselves.
    pub fullest: f64,
}

impl Figures {
    /// Square pixels that the drawing needs, without caption and legend.
    pub fn area(&self) -> f64 {
        self.width * self.height
    }
}

/// Measures steps, one after the other.
#[derive(Debug)]
pub struct Measure<K> {
    before: BTreeMap<K, Rect>,
    figures: Figures,
}

impl<K: Ord + Clone> Measure<K> {
    pub fn new() -> Measure<K> {
        Measure {
            before: BTreeMap::new(),
            figures: Figures {
                steps: 0,
                survivors: 0,
                moved: 0,
                movement: 0.0,
                farthest: 0.0,
                lines: 0,
                length: 0.0,
                crossings: 0,
                through: 0,
                width: 0.0,
                height: 0.0,
                fullest: 0.0,
            },
        }
    }

    /// Takes the next step. Where `anew` holds, boxes are not compared with the step before.
    pub fn add(&mut self, drawn: Drawn<K>, anew: bool) {
        let figures = &mut self.figures;
        figures.steps += 1;
        for (key, rect) in drawn.boxes.iter().filter(|_| !anew) {
            let Some(before) = self.before.get(key) else {
                continue;
            };
            figures.survivors += 1;
            let moved = (rect.x - before.x).hypot(rect.y - before.y);
            if moved > STILL {
                figures.moved += 1;
                figures.movement += moved;
                figures.farthest = figures.farthest.max(moved);
            }
        }
        figures.lines += drawn.lines.len();
        figures.length += drawn.lines.iter().map(|l| length(&l.points)).sum::<f64>();
        figures.crossings += crossings(&drawn.lines);
        figures.through += drawn
            .lines
            .iter()
            .map(|line| runs_through(line, &drawn.boxes).count())
            .sum::<usize>();
        let (width, height) = extent(&drawn);
        figures.width = figures.width.max(width);
        figures.height = figures.height.max(height);
        let taken = drawn.boxes.values().map(|r| r.width * r.height).sum();
        figures.fullest = figures.fullest.max(taken);
        self.before = drawn.boxes;
    }

    pub fn figures(&self) -> &Figures {
        &self.figures
    }
}

impl<K: Ord + Clone> Default for Measure<K> {
    fn default() -> Self {
        Measure::new()
    }
}

/// What a picture has drawn.
pub fn drawn(picture: &Picture) -> Drawn<BoxKey> {
    Drawn {
        boxes: picture.boxes.iter().map(|b| (b.key, b.rect)).collect(),
        lines: picture
            .arrows
            .iter()
            .map(|arrow| Line {
                from: arrow.from,
                to: arrow.to,
                points: points(arrow.start, &arrow.pieces),
            })
            .collect(),
    }
}

/// Points along a way.
pub fn points(start: Point, pieces: &[Piece]) -> Vec<Point> {
    let mut out = vec![start];
    let mut at = start;
    for piece in pieces {
        match *piece {
            Piece::Line(to) => {
                out.push(to);
                at = to;
            }
            Piece::Curve(a, b, to) => {
                for i in 1..=CURVE_PIECES {
                    let t = f64::from(i) / f64::from(CURVE_PIECES);
                    let u = 1.0 - t;
                    let mix = |p: f64, q: f64, r: f64, s: f64| {
                        u * u * u * p + 3.0 * u * u * t * q + 3.0 * u * t * t * r + t * t * t * s
                    };
                    out.push(Point {
                        x: mix(at.x, a.x, b.x, to.x),
                        y: mix(at.y, a.y, b.y, to.y),
                    });
                }
                at = to;
            }
        }
    }
    out
}

fn length(points: &[Point]) -> f64 {
    points
        .windows(2)
        .map(|w| (w[1].x - w[0].x).hypot(w[1].y - w[0].y))
        .sum()
}

fn extent<K>(drawn: &Drawn<K>) -> (f64, f64) {
    let corners = drawn.boxes.values().flat_map(|r| {
        [
            Point { x: r.x, y: r.y },
            Point {
                x: r.x + r.width,
                y: r.y + r.height,
            },
        ]
    });
    let all = corners.chain(drawn.lines.iter().flat_map(|l| l.points.iter().copied()));
    let (mut low, mut high) = (
        (f64::INFINITY, f64::INFINITY),
        (f64::NEG_INFINITY, f64::NEG_INFINITY),
    );
    for point in all {
        low = (low.0.min(point.x), low.1.min(point.y));
        high = (high.0.max(point.x), high.1.max(point.y));
    }
    if low.0 > high.0 {
        return (0.0, 0.0);
    }
    (high.0 - low.0, high.1 - low.1)
}

/// The boxes that a line runs through. It may leave its own box from within and come to the border
/// of its target, but neither may it come back into its own nor run on inside.
pub fn runs_through<'d, K: Ord>(
    line: &'d Line<K>,
    boxes: &'d BTreeMap<K, Rect>,
) -> impl Iterator<Item = &'d K> {
    boxes.iter().filter_map(|(key, rect)| {
        let inner = Rect {
            x: rect.x + SKIN,
            y: rect.y + SKIN,
            width: rect.width - 2.0 * SKIN,
            height: rect.height - 2.0 * SKIN,
        };
        let mut pieces = line.points.windows(2).peekable();
        if *key == line.from {
            // The way out.
            while pieces.next_if(|w| within(w[0], inner)).is_some() {}
        }
        pieces.any(|w| enters(w[0], w[1], inner)).then_some(key)
    })
}

fn within(point: Point, rect: Rect) -> bool {
    point.x > rect.x
        && point.x < rect.x + rect.width
        && point.y > rect.y
        && point.y < rect.y + rect.height
}

/// Whether a straight piece has a part inside the rectangle (Liang and Barsky's clipping).
fn enters(a: Point, b: Point, rect: Rect) -> bool {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let (mut first, mut last) = (0.0_f64, 1.0_f64);
    for (delta, room) in [
        (-dx, a.x - rect.x),
        (dx, rect.x + rect.width - a.x),
        (-dy, a.y - rect.y),
        (dy, rect.y + rect.height - a.y),
    ] {
        if delta == 0.0 {
            if room <= 0.0 {
                return false;
            }
        } else if delta < 0.0 {
            first = first.max(room / delta);
        } else {
            last = last.min(room / delta);
        }
    }
    first < last
}

/// Pairs of lines that cross. Lines to one box come together on purpose and are not counted.
fn crossings<K: Ord>(lines: &[Line<K>]) -> usize {
    let mut count = 0;
    for (i, a) in lines.iter().enumerate() {
        for b in &lines[i + 1..] {
            if a.to != b.to && cross(&a.points, &b.points) {
                count += 1;
            }
        }
    }
    count
}

fn cross(a: &[Point], b: &[Point]) -> bool {
    let reach = |points: &[Point]| {
        points.iter().fold(
            (
                f64::INFINITY,
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::NEG_INFINITY,
            ),
            |r, p| (r.0.min(p.x), r.1.min(p.y), r.2.max(p.x), r.3.max(p.y)),
        )
    };
    let (ra, rb) = (reach(a), reach(b));
    if ra.2 < rb.0 || rb.2 < ra.0 || ra.3 < rb.1 || rb.3 < ra.1 {
        return false;
    }
    a.windows(2)
        .any(|p| b.windows(2).any(|q| properly(p[0], p[1], q[0], q[1])))
}

/// Whether two straight pieces cross, rather than touch.
fn properly(a: Point, b: Point, c: Point, d: Point) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> Line<u8> {
        Line {
            from: 1,
            to: 2,
            points: points.iter().map(|(x, y)| Point { x: *x, y: *y }).collect(),
        }
    }

    fn square(x: f64, y: f64) -> Rect {
        Rect {
            x,
            y,
            width: 10.0,
            height: 10.0,
        }
    }

    #[test]
    fn a_line_that_runs_through_a_box_is_found() {
        let boxes = BTreeMap::from([
            (1, square(0.0, 0.0)),
            (2, square(100.0, 0.0)),
            (3, square(50.0, 0.0)),
        ]);
        let found = |points: &[(f64, f64)]| -> Vec<u8> {
            runs_through(&line(points), &boxes).copied().collect()
        };
        assert_eq!(found(&[(5.0, 5.0), (99.0, 5.0)]), [3]);
        // Long pieces whose ends lie outside are found, too; the border is not the inside.
        assert_eq!(found(&[(5.0, 5.0), (5.0, 20.0), (99.0, 20.0)]), [0_u8; 0]);
        assert_eq!(found(&[(5.0, 5.0), (12.0, 0.5), (99.0, 0.5)]), [0_u8; 0]);
        // Into its target, and back into its own box.
        assert_eq!(found(&[(5.0, 5.0), (5.0, 20.0), (105.0, 5.0)]), [2]);
        assert_eq!(found(&[(5.0, 5.0), (20.0, 5.0), (5.0, 6.0)]), [1]);
    }

    #[test]
    fn moves_and_crossings_are_counted() {
        let mut measure = Measure::new();
        let step = |x: f64| Drawn {
            boxes: BTreeMap::from([(1, square(x, 0.0)), (2, square(0.0, 30.0))]),
            lines: vec![
                line(&[(20.0, 0.0), (40.0, 20.0)]),
                Line {
                    to: 3,
                    ..line(&[(20.0, 20.0), (40.0, 0.0)])
                },
            ],
        };
        measure.add(step(0.0), false);
        measure.add(step(3.0), false);
        measure.add(step(0.0), true);
        let figures = measure.figures();
        assert_eq!((figures.survivors, figures.moved), (2, 1));
        assert_eq!((figures.movement, figures.crossings), (3.0, 3));
        assert_eq!((figures.width, figures.height), (40.0, 40.0));
    }
}
