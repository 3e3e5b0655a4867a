//! What Graphviz is asked: boxes of our sizes, with ports where arrows leave and end. A pixel of
//! ours is a point of Graphviz's.

use crate::layout::metrics::{DOT_CELL, GAP, GUTTER};
use crate::layout::picture::{
    Direction, Picture, PictureArrow, PictureBox, PictureCell, Point, Rect,
};
use crate::view::BoxKey;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const POINTS_PER_INCH: f64 = 72.0;
/// A cell's border that is as near as this to the box's is the box's.
const NEAR: f64 = 1.5;
/// Length of a port along the border of its box, in points.
const PORT: i64 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    East,
    West,
    North,
    South,
}

/// A place on the border of a box, in whole points from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct BoxPort {
    side: Side,
    at: i64,
}

impl BoxPort {
    fn new(side: Side, rect: Rect, at: Point) -> BoxPort {
        let (at, length) = match side {
            Side::East | Side::West => (at.y - rect.y, rect.height),
            Side::North | Side::South => (at.x - rect.x, rect.width),
        };
        let at = (at.round() as i64).clamp(1, (length.round() as i64 - 1).max(1));
        BoxPort { side, at }
    }

    fn letter(self) -> char {
        match self.side {
            Side::East => 'e',
            Side::West => 'w',
            Side::North => 'n',
            Side::South => 's',
        }
    }

    /// Its name, and the side from which it is met. To the right, Graphviz chooses the side: an
    /// arrow that runs back leaves below then.
    fn written(self, direction: Direction) -> String {
        let letter = self.letter();
        match (self.side, direction) {
            (Side::East, Direction::Right) => format!("{letter}{}", self.at),
            _ => format!("{letter}{}:{letter}", self.at),
        }
    }
}

/// The graph of a picture; arrows carry their place in the picture as `id`.
pub(super) fn graph(picture: &Picture, direction: Direction) -> String {
    let numbers = picture.boxes.iter().zip(0..).map(|(one, i)| (one.key, i));
    let numbers: BTreeMap<BoxKey, usize> = numbers.collect();
    let mut ports: Vec<BTreeSet<BoxPort>> = vec![BTreeSet::new(); picture.boxes.len()];
    let mut edges = String::new();
    for (id, arrow) in picture.arrows.iter().enumerate() {
        let (Some(&from), Some(&to)) = (numbers.get(&arrow.from), numbers.get(&arrow.to)) else {
            continue;
        };
        let tail = tail(&picture.boxes[from], arrow);
        let head = head(&picture.boxes[to], direction);
        let _ = writeln!(
            edges,
            "n{from}:{} -> n{to}:{} [id={id}]",
            tail.written(direction),
            head.written(direction)
        );
        ports[from].insert(tail);
        ports[to].insert(head);
    }
    let rankdir = match direction {
        Direction::Right => "LR",
        Direction::Down => "TB",
    };
    let mut out = format!(
        "digraph {{\ngraph [rankdir={rankdir}, nodesep={:.3}, ranksep={:.3}]\n\
         node [shape=plain]\nedge [dir=none]\n",
        GAP / POINTS_PER_INCH,
        GUTTER / POINTS_PER_INCH
    );
    for (number, picture_box) in picture.boxes.iter().enumerate() {
        let table = table(picture_box.rect, &ports[number]);
        let _ = writeln!(out, "n{number} [label=<{table}>]");
    }
    out.push_str(&order(picture, &numbers));
    out + &edges + "}\n"
}

/// What keeps the frames in one column, in their order, and left of it no object that none of them
/// leads to.
fn order(picture: &Picture, numbers: &BTreeMap<BoxKey, usize>) -> String {
    let mut out = String::new();
    let is_call = |key: BoxKey| matches!(key, BoxKey::Call(_) | BoxKey::MoreCalls(_));
    let keys = || picture.boxes.iter().map(|one| one.key);
    let name = |key: &BoxKey| format!("n{}", numbers[key]);
    let frames: Vec<BoxKey> = keys().filter(|key| is_call(*key)).collect();
    let Some(first) = frames.first() else {
        return out;
    };
    if frames.len() > 1 {
        let names: Vec<String> = frames.iter().map(name).collect();
        let _ = writeln!(out, "{{ rank=same; {} [style=invis] }}", names.join(" -> "));
    }
    let mut reached: BTreeSet<BoxKey> = BTreeSet::new();
    let mut reach = |from: BoxKey| {
        let mut open = vec![from];
        let is_new = !reached.contains(&from);
        while let Some(key) = open.pop() {
            if reached.insert(key) {
                let arrows = picture.arrows.iter().filter(|arrow| arrow.from == key);
                open.extend(arrows.map(|arrow| arrow.to));
            }
        }
        is_new
    };
    for key in &frames {
        reach(*key);
    }
    for key in keys() {
        if reach(key) {
            let _ = writeln!(
                out,
                "{} -> {} [style=invis, weight=0]",
                name(first),
                name(&key)
            );
        }
    }
    out
}

/// Where an arrow leaves its box: at the side that its dot's cell stands at.
fn tail(owner: &PictureBox, arrow: &PictureArrow) -> BoxPort {
    let rect = owner.rect;
    let dot = PictureCell::Dot(arrow.start);
    let side = owner.rows.iter().find_map(|row| {
        if row.value == dot {
            let ends_right = row.value_area.right() > rect.right() - NEAR;
            let ends_below = row.value_area.bottom() > rect.bottom() - NEAR;
            Some(if ends_below && !ends_right {
                Side::South
            } else {
                Side::East
            })
        } else if row.label == dot {
            Some(if row.label_area.x < rect.x + NEAR {
                Side::West
            } else {
                Side::South
            })
        } else {
            None
        }
    });
    BoxPort::new(side.unwrap_or(Side::East), rect, arrow.start)
}

/// Where all arrows to a box end: at its title.
fn head(target: &PictureBox, direction: Direction) -> BoxPort {
    let title = target.title_area;
    let side = match direction {
        Direction::Right => Side::West,
        Direction::Down => Side::North,
    };
    let middle = Point {
        x: title.x + title.width / 2.0,
        y: title.y + title.height / 2.0,
    };
    BoxPort::new(side, target.rect, middle)
}

/// A table of a box's size in which each port is a cell.
fn table(rect: Rect, ports: &BTreeSet<BoxPort>) -> String {
    let (width, height) = (rect.width.round() as i64, rect.height.round() as i64);
    let at = |sides: [Side; 2]| -> Vec<i64> {
        let on = ports.iter().filter(|port| sides.contains(&port.side));
        let on: BTreeSet<i64> = on.map(|port| port.at).collect();
        on.into_iter().collect()
    };
    let cell = |side: Side, at: Option<i64>, width: i64, height: i64| {
        let port = at.map(|at| BoxPort { side, at });
        let port = port.filter(|port| ports.contains(port));
        let name = port.map_or(String::new(), |port| {
            format!(" PORT=\"{}{}\"", port.letter(), port.at)
        });
        format!("<TD{name} FIXEDSIZE=\"TRUE\" WIDTH=\"{width}\" HEIGHT=\"{height}\"></TD>")
    };
    let east_width = DOT_CELL as i64;
    let mut rows = String::new();
    let edge = |side: Side| -> String {
        let cells = bands(width, &at([side, side]));
        let cells: String = cells
            .iter()
            .map(|(length, at)| cell(side, *at, *length, 1))
            .collect();
        format!("<TR><TD COLSPAN=\"3\">{TABLE}<TR>{cells}</TR></TABLE></TD></TR>")
    };
    rows.push_str(&edge(Side::North));
    for (length, at) in bands(height - 2, &at([Side::East, Side::West])) {
        let west = cell(Side::West, at, 1, length);
        let middle = cell(Side::North, None, (width - 1 - east_width).max(1), length);
        let east = cell(Side::East, at, east_width, length);
        let _ = write!(rows, "<TR>{west}{middle}{east}</TR>");
    }
    rows.push_str(&edge(Side::South));
    format!("{TABLE}{rows}</TABLE>")
}

const TABLE: &str = "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\">";

/// A length cut into pieces, those around `ports` with their number.
fn bands(length: i64, ports: &[i64]) -> Vec<(i64, Option<i64>)> {
    let mut bands = Vec::new();
    let mut at = 0;
    for &port in ports {
        let start = (port - PORT / 2).max(at);
        if start > at {
            bands.push((start - at, None));
        }
        bands.push((PORT, Some(port)));
        at = start + PORT;
    }
    if length > at {
        bands.push((length - at, None));
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_stand_where_they_are_wanted() {
        assert_eq!(bands(40, &[]), [(40, None)]);
        assert_eq!(
            bands(40, &[10, 30]),
            [
                (9, None),
                (2, Some(10)),
                (18, None),
                (2, Some(30)),
                (9, None)
            ]
        );
    }
}
