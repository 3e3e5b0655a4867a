//! Sizes, in pixels. Text is set in a monospace font, so its width follows from its columns.

use crate::view::{Cell, Row, SceneBox};
use unicode_width::UnicodeWidthStr;

/// Advance of DejaVu Sans Mono in ems (1233 / 2048); every text carries its length, so another
/// monospace font is stretched to it.
const ADVANCE: f64 = 1233.0 / 2048.0;

pub const ROW_FONT: f64 = 13.0;
pub const TITLE_FONT: f64 = 12.0;
pub const SMALL_FONT: f64 = 10.5;
pub const TITLE_HEIGHT: f64 = 20.0;
pub const ROW_HEIGHT: f64 = 20.0;
/// Height of the label above a value, in boxes whose rows stand side by side.
pub const LABEL_HEIGHT: f64 = 15.0;
/// Where text stands, below the top of a row, a title or such a label.
pub const ROW_BASELINE: f64 = 14.5;
pub const TITLE_BASELINE: f64 = 14.0;
pub const LABEL_BASELINE: f64 = 11.5;
pub const PADDING: f64 = 6.0;
/// Width of a cell that holds the dot of an arrow.
pub const DOT_CELL: f64 = 18.0;
const SMALLEST_BOX: f64 = 64.0;
/// Space between boxes that stand side by side.
pub const SIDE_GAP: f64 = 14.0;
/// Space between the lines of a grid.
pub const LINE_GAP: f64 = 13.0;

/// Space between boxes of one column: the words above a box stand there.
pub const GAP: f64 = 22.0;
/// Space below a lane for the words above a box.
pub const NOTE_HEIGHT: f64 = 17.0;
/// Space around a lane.
pub const LANE_GAP: f64 = 9.0;
pub const LANE_HEIGHT: f64 = 3.0;
/// Space between columns, in which the arrows turn.
pub const GUTTER: f64 = 44.0;
pub const MARGIN: f64 = 16.0;

/// Width of `text` at `font` pixels.
pub fn text_width(text: &str, font: f64) -> f64 {
    columns(text) as f64 * font * ADVANCE
}

fn columns(text: &str) -> usize {
    // Most texts are plain: each letter of these takes a column.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    text.width()
}

/// What a box needs at one step.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct BoxSize {
    pub width: f64,
    pub height: f64,
    /// Width of the title with serial and count.
    pub title: f64,
    /// Width of the label cells, and of the value cells.
    pub labels: f64,
    pub values: f64,
    /// Width of each cell where the rows stand side by side.
    pub cells: Vec<f64>,
    /// Whether any of these has a label.
    pub labelled: bool,
}

/// Space around what stands in the middle of a cell.
const CELL_PADDING: f64 = 5.0;
const SMALLEST_CELL: f64 = 26.0;

fn cell_width(cell: &Cell) -> f64 {
    match cell {
        Cell::Text(text) if text.is_empty() => 0.0,
        Cell::Text(text) => text_width(text, ROW_FONT) + 2.0 * PADDING,
        Cell::Arrow(_) => DOT_CELL,
    }
}

fn value_width(row: &Row) -> f64 {
    cell_width(&row.value)
}

/// Width of a row that stands beside others.
fn strip_cell(row: &Row) -> f64 {
    let width = |cell: &Cell, font: f64| match cell {
        Cell::Text(text) => text_width(text, font) + 2.0 * CELL_PADDING,
        Cell::Arrow(_) => DOT_CELL,
    };
    width(&row.label, SMALL_FONT)
        .max(width(&row.value, ROW_FONT))
        .max(SMALLEST_CELL)
        .ceil()
}

/// How high a box is at one step, its rows below each other.
pub(super) fn height(scene_box: &SceneBox) -> f64 {
    TITLE_HEIGHT + scene_box.rows.len() as f64 * ROW_HEIGHT
}

/// Measures a box as it stands at one step.
pub(super) fn measure(scene_box: &SceneBox) -> BoxSize {
    let plain = scene_box.rows.iter().filter(|row| !row.aside);
    let labels = plain
        .clone()
        .map(|row| cell_width(&row.label))
        .fold(0.0, f64::max);
    let values = plain.map(value_width).fold(0.0, f64::max);
    let asides = scene_box
        .rows
        .iter()
        .filter(|row| row.aside)
        .map(value_width)
        .fold(0.0, f64::max);
    let serial = scene_box
        .serial
        .map_or(0.0, |serial| text_width(&format!(" #{serial}"), SMALL_FONT));
    let title = text_width(&scene_box.title, TITLE_FONT)
        + serial
        + text_width(&scene_box.count, SMALL_FONT)
        + 3.0 * PADDING
        + 4.0;
    BoxSize {
        width: (labels + values)
            .max(asides)
            .max(title)
            .max(text_width(&scene_box.emphasis.label, SMALL_FONT))
            .max(SMALLEST_BOX)
            .ceil(),
        height: height(scene_box),
        title: title.ceil(),
        labels: labels.ceil(),
        values: values.ceil(),
        cells: scene_box.rows.iter().map(strip_cell).collect(),
        labelled: (scene_box.rows.iter())
            .any(|row| !row.aside && row.label != Cell::Text(String::new())),
    }
}

impl BoxSize {
    /// Takes in what the box needs at another step.
    pub(super) fn grow(&mut self, other: &BoxSize) {
        for (mine, theirs) in [
            (&mut self.width, other.width),
            (&mut self.height, other.height),
            (&mut self.title, other.title),
            (&mut self.labels, other.labels),
            (&mut self.values, other.values),
        ] {
            *mine = mine.max(theirs);
        }
        for (at, width) in other.cells.iter().enumerate() {
            match self.cells.get_mut(at) {
                Some(cell) => *cell = cell.max(*width),
                None => self.cells.push(*width),
            }
        }
        self.labelled |= other.labelled;
    }
}
