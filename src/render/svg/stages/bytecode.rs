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

/// Instructions of one code object that are drawn.
struct Listing<'s> {
    code: &'s Code,
    shown: Vec<&'s Instruction>,
    /// Rows from which and to which it jumps, and the lane of each jump.
    jumps: Vec<(usize, usize, usize)>,
}

pub(super) fn bytecode(stages: &Stages, excerpt: &Excerpt, canvas: &mut Canvas<'_>) {
    let codes = stages.codes.iter();
    let codes = codes.filter(|code| is_in(stages, code, excerpt));
    let listings: Vec<Listing<'_>> = codes
        .filter_map(|code| Listing::of(code, excerpt))
        .collect();
    let most = listings.iter().flat_map(|one| &one.jumps);
    let room = most.map(|(_, _, lane)| (*lane as f64 + 2.0) * LANE);
    let room = room.fold(0.0, f64::max);
    let all = listings.iter().flat_map(|one| one.shown.iter().copied());
    let columns = columns(&all.collect::<Vec<_>>(), MARGIN + room);
    for listing in &listings {
        listing.draw(&columns, canvas);
        canvas.y += 10.0;
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

impl<'s> Listing<'s> {
    fn of(code: &'s Code, excerpt: &Excerpt) -> Option<Listing<'s>> {
        let shown = code.instructions.iter();
        let shown: Vec<_> = shown.filter(|one| excerpt.takes(one.span)).collect();
        let row = |offset| shown.binary_search_by_key(&offset, |one| one.offset).ok();
        let jumps = shown.iter().enumerate();
        let jumps: Vec<(usize, usize)> = jumps
            .filter_map(|(from, one)| Some((from, row(one.target?)?)))
            .collect();
        let stretches: Vec<(f64, f64)> = jumps
            .iter()
            .map(|(from, to)| (*from.min(to) as f64, *from.max(to) as f64))
            .collect();
        let jumps = jumps.iter().zip(lanes(&stretches));
        let jumps = jumps.map(|((from, to), lane)| (*from, *to, lane)).collect();
        (!shown.is_empty()).then_some(Listing { code, shown, jumps })
    }

    fn draw(&self, columns: &Columns, canvas: &mut Canvas<'_>) {
        let name = cut(&visible(self.code.shown_name()), 60);
        canvas.write(MARGIN, canvas.y, Look::Bold, &name);
        canvas.y += ROW_HEIGHT + 2.0;
        let top = canvas.y;
        let middle = |row: usize| top + (row as f64 + 0.5) * ROW_HEIGHT;
        for (from, to, lane) in &self.jumps {
            let edge = columns.line - 4.0;
            let way = format!(
                "M{} {}H{}V{}H{}",
                rounded(edge),
                rounded(middle(*from)),
                rounded(edge - (*lane as f64 + 1.0) * LANE),
                rounded(middle(*to)),
                rounded(edge)
            );
            let colour = canvas.drawing.palette.arrow;
            canvas.arrow(&way, colour, "head", false);
        }
        let rows = self.shown.iter().enumerate();
        let middles = rows.map(|(row, one)| (one.offset, middle(row))).collect();
        brackets(self.code, &middles, columns.right, canvas);
        let mut line = None;
        for one in &self.shown {
            row(one, line != Some(one.line), columns, canvas);
            line = Some(one.line);
            canvas.y += ROW_HEIGHT;
        }
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
                rows.next_back().unwrap_or(first) + 7.0,
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
