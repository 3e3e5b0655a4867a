//! Memory over the life of a program: a chart of types over steps, and flame graphs of calls.

mod bands;
mod chart;
mod flame;
mod lines;

pub use chart::MemoryChart;
pub use flame::{flame_graph_made, flame_graph_peak};

use super::theme::Theme;
use crate::analyse::Line;
use crate::trace::Trace;

/// Types that have a colour of their own.
const MOST_TYPES: usize = 8;

/// The colour of a type by its place among the largest; of all others together where it has none.
fn type_colour(theme: Theme, place: usize) -> (u8, u8, u8) {
    const COLOURS: [(u8, u8, u8); MOST_TYPES] = [
        (0x6f, 0x9f, 0xd8),
        (0xf2, 0xa0, 0x4e),
        (0x7c, 0xc0, 0x77),
        (0xc9, 0x9a, 0xd1),
        (0xe8, 0x84, 0x80),
        (0x6f, 0xc4, 0xc0),
        (0xe3, 0xc7, 0x4b),
        (0xb8, 0x97, 0x82),
    ];
    const OTHERS: (u8, u8, u8) = (0xa9, 0xb1, 0xba);
    match theme {
        Theme::Light | Theme::Dark => COLOURS.get(place).copied().unwrap_or(OTHERS),
        Theme::Print => {
            let grey = [0xb0, 0xe4, 0x90, 0xd0, 0xa0, 0xf0, 0x98, 0xdc];
            let grey = grey.get(place).copied().unwrap_or(0xc4);
            (grey, grey, grey)
        }
    }
}

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// `1,204`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn counted(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(number as u64))
}

/// `12`, or `helper.py:12` where the run has several files.
fn place(trace: &Trace, line: Line) -> String {
    let file = trace.header.files.get(line.file.0 as usize);
    let name = file.map_or("?", |file| file.name());
    match (trace.header.files.len(), line.line) {
        (_, 0) => format!("{name}, no line known"),
        (0 | 1, number) => format!("line {number}"),
        (_, number) => format!("{name}:{number}"),
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
