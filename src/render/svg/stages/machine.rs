//! The machine at one step: the value stack before and after an instruction, what it took and left.

use super::canvas::{Canvas, Look, cut};
use super::{Paper, named};
use crate::layout::{MARGIN, ROW_HEIGHT, TITLE_HEIGHT, text_width};
use crate::layout::{ROW_FONT, SMALL_FONT};
use crate::narrate::{self, EntryWords, MachineFacts};
use crate::render::Theme;
use crate::render::svg::Drawing;
use crate::trace::StackEntry;
use crate::trace::stages::Stages;
use crate::trace::visible;
use crate::view::BoxRole;

/// A stack's width, and the room between two.
const STACK: f64 = 250.0;
const BETWEEN: f64 = 70.0;
const ENTRY: f64 = TITLE_HEIGHT + 2.0 * ROW_HEIGHT - 3.0;
const EMPTY: f64 = ROW_HEIGHT + 6.0;
const GAP: f64 = 5.0;
const INSET: f64 = 8.0;
/// Characters that stand in an entry side by side.
const LONGEST: usize = 28;

/// The picture of an instruction of a run.
pub fn machine_picture(all: &[Stages], file: usize, one: &MachineFacts, theme: Theme) -> String {
    let drawing = Drawing::new(theme);
    let engine = narrate::stages_engine(&all[file].engine);
    let line = one.line;
    let path = visible(&all[file].file.path).into_owned();
    let title = format!("Machine: {path}, step {}, line {line}", one.step.step);
    let said = one.sentences(all);
    let description = format!("{engine}. {} {}.", one.opcode, visible(&said.join(". ")));
    named(|prefix| {
        let paper = Paper {
            title: &title,
            engine: &engine,
            description: &description,
        };
        paper.picture(&drawing, prefix, |canvas| machine(one, &said, canvas))
    })
}

fn machine(one: &MachineFacts, said: &[String], canvas: &mut Canvas<'_>) {
    let end = canvas.write(MARGIN, canvas.y, Look::Bold, &one.opcode);
    let place = format!("at {} in {}", one.offset, visible(&one.code));
    canvas.write(end + 12.0, canvas.y, Look::Quiet, &place);
    canvas.y += ROW_HEIGHT;
    if let Some(words) = narrate::instruction(&one.opcode) {
        canvas.write(MARGIN, canvas.y, Look::Quiet, words);
        canvas.y += ROW_HEIGHT;
    }
    canvas.y += 6.0;
    stacks(one, canvas);
    for words in said {
        canvas.write(MARGIN, canvas.y, Look::Plain, &visible(words));
        canvas.y += ROW_HEIGHT;
    }
    if one.counts.is_empty() {
        return;
    }
    canvas.y += 6.0;
    canvas.write(MARGIN, canvas.y, Look::Bold, "Counts of references");
    canvas.y += ROW_HEIGHT;
    for count in &one.counts {
        let object = visible(&count.object.in_words()).into_owned();
        let what = format!("{} {}", count.object.type_name, cut(&object, 50));
        let end = canvas.write(MARGIN, canvas.y, Look::Plain, &what);
        let colour = canvas.drawing.palette.changed;
        canvas.coloured(end + 14.0, canvas.y, colour, &count.in_words());
        canvas.y += ROW_HEIGHT;
    }
}

/// Both stacks, standing on one line, each with its top at the top.
fn stacks(one: &MachineFacts, canvas: &mut Canvas<'_>) {
    let after = one.step.after.as_ref().map(|_| one.after.as_slice());
    let tall = |stack: &[EntryWords]| height(stack.len());
    let tallest = tall(&one.before).max(after.map_or(0.0, tall));
    let ground = canvas.y + ROW_HEIGHT + tallest;
    let right = MARGIN + STACK + BETWEEN;
    for (x, title, marked, words) in [
        (MARGIN, "Before", one.step.took, "framed: taken"),
        (right, "After", one.step.put, "framed: left"),
    ] {
        let end = canvas.write(x, canvas.y, Look::Bold, title);
        if marked > 0 {
            canvas.write(end + 10.0, canvas.y, Look::Small, words);
        }
    }
    let taken = canvas.drawing.palette.garbage;
    stack(&one.before, one.step.took, (MARGIN, ground), taken, canvas);
    match after {
        Some(after) => {
            let put = canvas.drawing.palette.next;
            stack(after, one.step.put, (right, ground), put, canvas);
        }
        None => {
            canvas.write(right, ground - ROW_HEIGHT, Look::Quiet, "not known");
        }
    }
    let (from, to) = (MARGIN + STACK + 16.0, right - 18.0);
    let middle = ground - tallest / 2.0;
    let way = format!("M{from} {middle:.1}H{to}");
    let colour = canvas.drawing.palette.arrow;
    canvas.arrow(&way, colour, "head", false);
    canvas.y = ground + 12.0;
}

fn height(entries: usize) -> f64 {
    match entries {
        0 => EMPTY,
        entries => entries as f64 * (ENTRY + GAP) + GAP,
    }
}

/// A stack that stands on a line; the uppermost `marked` entries have a border of their own.
fn stack(
    entries: &[EntryWords],
    marked: usize,
    (x, ground): (f64, f64),
    colour: &str,
    canvas: &mut Canvas<'_>,
) {
    let line = canvas.drawing.palette.quiet;
    let top = ground - height(entries.len());
    for side in [x, x + STACK] {
        canvas.line((side, top), (side, ground), line, 1.5);
    }
    canvas.line((x, ground), (x + STACK, ground), line, 1.5);
    canvas.right = canvas.right.max(x + STACK);
    if entries.is_empty() {
        let at = x + (STACK - text_width("empty", ROW_FONT)) / 2.0;
        canvas.write(at, top + 2.0, Look::Quiet, "empty");
    }
    for (at, one) in entries.iter().enumerate() {
        let y = ground - (at + 1) as f64 * (ENTRY + GAP);
        let is_marked = at >= entries.len() - marked;
        entry(one, (x + GAP, y), is_marked.then_some(colour), canvas);
    }
}

fn entry(one: &EntryWords, (x, y): (f64, f64), mark: Option<&str>, canvas: &mut Canvas<'_>) {
    let palette = &canvas.drawing.palette;
    let (row, line) = (palette.row, palette.line);
    let size = (STACK - 2.0 * GAP, ENTRY);
    let is_object = one.entry.object().is_some();
    canvas.rect((x, y), size, row, line, !is_object);
    if is_object {
        let tone = canvas.tone(one.kind.map_or(BoxRole::Instance, BoxRole::of));
        canvas.rect((x, y), (size.0, TITLE_HEIGHT), tone, line, false);
        canvas.write(
            x + INSET,
            y,
            Look::Plain,
            &cut(&visible(&one.type_name), LONGEST),
        );
    }
    if matches!(one.entry, StackEntry::Borrowed(_)) {
        let at = x + size.0 - INSET - text_width("borrowed", SMALL_FONT);
        canvas.write(at, y, Look::Small, "borrowed");
    }
    let value = cut(&visible(&one.value), LONGEST);
    let look = if is_object { Look::Bold } else { Look::Quiet };
    let row = match is_object {
        true => y + TITLE_HEIGHT - 1.0,
        false => y + (ENTRY - ROW_HEIGHT) / 2.0,
    };
    canvas.write(x + INSET, row, look, &value);
    if let Some(path) = &one.path {
        let path = cut(&visible(path), LONGEST + 6);
        canvas.write(
            x + INSET,
            y + TITLE_HEIGHT + ROW_HEIGHT - 5.0,
            Look::Small,
            &path,
        );
    }
    if let Some(colour) = mark {
        canvas.outline((x, y), size, colour);
    }
}
