//! Instructions in the manner of `dis`: jumps as arrows at the left, what the exception table covers
//! as brackets at the right.

use super::Excerpt;
use super::canvas::{Canvas, Look, cut, lanes};
use super::code::is_in;
use crate::layout::{MARGIN, ROW_FONT, ROW_HEIGHT, SMALL_FONT, text_width};
use crate::narrate;
use crate::render::xml::rounded;
use crate::trace::stages::{Code, Instruction, Stages};
use crate::trace::visible;
use std::collections::BTreeMap;

const LANE: f64 = 8.0;

pub(super) fn bytecode(stages: &Stages, excerpt: &Excerpt, canvas: &mut Canvas<'_>) {
    for code in stages
        .codes
        .iter()
        .filter(|code| is_in(stages, code, excerpt))
    {
        let shown = code
            .instructions
            .iter()
            .filter(|one| excerpt.takes(one.span));
        let shown: Vec<&Instruction> = shown.collect();
        if !shown.is_empty() {
            listing(code, &shown, canvas);
            canvas.y += 10.0;
        }
    }
}

/// Where the parts of a row begin.
struct Columns {
    line: f64,
    name: f64,
    meaning: f64,
    words: f64,
    /// Where brackets begin.
    right: f64,
}

fn listing(code: &Code, shown: &[&Instruction], canvas: &mut Canvas<'_>) {
    let name = cut(&visible(code.shown_name()), 60);
    canvas.write(MARGIN, canvas.y, Look::Bold, &name);
    canvas.y += ROW_HEIGHT + 2.0;
    let places = shown.iter().enumerate();
    let middles: BTreeMap<u32, f64> = places
        .map(|(at, one)| (one.offset, canvas.y + (at as f64 + 0.5) * ROW_HEIGHT))
        .collect();
    let jumps: Vec<(f64, f64)> = shown
        .iter()
        .filter_map(|one| Some((*middles.get(&one.offset)?, *middles.get(&one.target?)?)))
        .collect();
    let stretches: Vec<(f64, f64)> = jumps
        .iter()
        .map(|(from, to)| (from.min(*to), from.max(*to)))
        .collect();
    let jump_lanes = lanes(&stretches);
    let room = jump_lanes
        .iter()
        .max()
        .map_or(0.0, |most| (*most as f64 + 2.0) * LANE);
    let columns = columns(shown, MARGIN + room);
    for ((from, to), lane) in jumps.iter().zip(jump_lanes) {
        let edge = columns.line - 4.0;
        let x = edge - (lane as f64 + 1.0) * LANE;
        let way = format!(
            "M{} {}H{}V{}H{}",
            rounded(edge),
            rounded(*from),
            rounded(x),
            rounded(*to),
            rounded(edge)
        );
        let colour = canvas.drawing.palette.arrow;
        canvas.arrow(&way, colour, "head", false);
    }
    brackets(code, &middles, columns.right, canvas);
    let mut line = None;
    for one in shown {
        row(one, line != Some(one.line), &columns, canvas);
        line = Some(one.line);
        canvas.y += ROW_HEIGHT;
    }
}

fn columns(shown: &[&Instruction], line: f64) -> Columns {
    let widest = |text: &dyn Fn(&Instruction) -> String, font| {
        let widths = shown.iter().map(|one| text_width(&text(one), font));
        widths.fold(0.0, f64::max)
    };
    let number = |number: Option<u32>| number.map_or_else(String::new, |one| one.to_string());
    let offset = line + widest(&|one| number(one.line), ROW_FONT) + 14.0;
    let name = offset + widest(&|one| one.offset.to_string(), ROW_FONT) + 10.0;
    let meaning = name + widest(&|one| one.name.to_string(), ROW_FONT) + 12.0;
    let words = meaning + widest(&argument, ROW_FONT) + 18.0;
    let explained = |one: &Instruction| {
        narrate::instruction(&one.name)
            .unwrap_or_default()
            .to_owned()
    };
    let right = words + widest(&explained, SMALL_FONT) + 10.0;
    Columns {
        line,
        name,
        meaning,
        words,
        right,
    }
}

/// An argument and what it means.
fn argument(one: &Instruction) -> String {
    let number = one.argument.map_or_else(String::new, |one| one.to_string());
    let meaning = match one.target {
        Some(target) => format!("to {target}"),
        None => cut(&visible(&one.meaning), 40),
    };
    match meaning.is_empty() {
        true => number,
        false => format!("{number} ({meaning})"),
    }
}

fn row(one: &Instruction, is_first: bool, columns: &Columns, canvas: &mut Canvas<'_>) {
    let y = canvas.y;
    if let (Some(line), true) = (one.line, is_first) {
        canvas.write(columns.line, y, Look::Quiet, &line.to_string());
    }
    let offset = one.offset.to_string();
    let at = columns.name - 10.0 - text_width(&offset, ROW_FONT);
    canvas.write(at, y, Look::Quiet, &offset);
    canvas.write(columns.name, y, Look::Bold, &one.name);
    canvas.write(columns.meaning, y, Look::Plain, &argument(one));
    let words = narrate::instruction(&one.name).unwrap_or_default();
    canvas.write(columns.words, y, Look::Small, words);
}

/// A bracket for each row of the exception table, and where it leads.
fn brackets(code: &Code, middles: &BTreeMap<u32, f64>, left: f64, canvas: &mut Canvas<'_>) {
    let colour = canvas.drawing.palette.garbage;
    let mut covered = Vec::new();
    for handler in &code.handlers {
        let mut rows = middles.range(handler.start..handler.end).map(|(_, y)| *y);
        if let Some(first) = rows.next() {
            covered.push((
                first - 7.0,
                rows.last().unwrap_or(first) + 7.0,
                handler.target,
            ));
        }
    }
    let stretches: Vec<(f64, f64)> = covered.iter().map(|(a, b, _)| (*a, *b)).collect();
    // Each has room for the words at its side.
    let words = |target: u32| format!("→ {target}");
    let lane_width = covered
        .iter()
        .map(|(_, _, target)| text_width(&words(*target), SMALL_FONT));
    let lane_width = lane_width.fold(0.0, f64::max) + 14.0;
    for ((top, bottom, target), lane) in covered.iter().zip(lanes(&stretches)) {
        let x = left + 5.0 + lane as f64 * lane_width;
        canvas.line((x - 4.0, *top), (x, *top), colour, 1.3);
        canvas.line((x, *top), (x, *bottom), colour, 1.3);
        canvas.line((x - 4.0, *bottom), (x, *bottom), colour, 1.3);
        let row = (top + bottom) / 2.0 - ROW_HEIGHT / 2.0;
        canvas.write(x + 4.0, row, Look::Small, &words(*target));
    }
}
