//! The exceptions of a run: the calls that each went through, what it said, the values that failed,
//! and what was printed, line by line beside what it is made from.

use super::canvas::{Canvas, Look, cut};
use super::{Paper, named};
use crate::analyse::{
    HandlerKind, Passage, PassageOutcome, PrintedPart, RaisedError, Raising, RaisingEnd,
    alike_calls,
};
use crate::layout::{MARGIN, ROW_FONT, ROW_HEIGHT, SMALL_FONT, TITLE_HEIGHT, text_width};
use crate::narrate;
use crate::render::Theme;
use crate::render::svg::Drawing;
use crate::trace::stages::{Span, Stages};
use crate::trace::{Trace, visible};
use crate::view::{BoxRole, Color};

/// Exceptions that are drawn.
const MOST: usize = 12;
const INSET: f64 = 14.0;
/// Characters of a line that are drawn.
const LONGEST: usize = 78;
const CALL: f64 = 2.0 * ROW_HEIGHT + 6.0;
/// Where what is said of a call begins.
const WORDS: f64 = 486.0;
/// How wide the box of a call is.
const BOX: f64 = 440.0;

/// A picture of the exceptions of a run.
pub fn errors_picture(
    trace: &Trace,
    stages: &[Stages],
    errors: &[RaisedError],
    theme: Theme,
) -> String {
    let title = format!("Errors: {}", visible(&trace.header.script));
    let drawing = Drawing::new(theme);
    let header = &trace.header;
    let engine = format!("A run on {} {}", header.engine, header.engine_version);
    let count = errors.len();
    let description = format!("{engine}. Exceptions that were raised: {count}.");
    named(|prefix| {
        let paper = Paper {
            title: &title,
            engine: &engine,
            description: &description,
        };
        paper.picture(&drawing, prefix, |canvas| {
            all(trace, stages, errors, canvas)
        })
    })
}

fn all(trace: &Trace, stages: &[Stages], errors: &[RaisedError], canvas: &mut Canvas<'_>) {
    if errors.is_empty() {
        canvas.note("The program's own code has raised no exception, and none came to it.");
    }
    for error in errors.iter().take(MOST) {
        let picture = Picture {
            trace,
            stages,
            errors,
            error,
        };
        picture.draw(canvas);
        canvas.y += 22.0;
    }
    if let Some(more) = errors.len().checked_sub(MOST).filter(|more| *more > 0) {
        canvas.note(&format!("{more} further exceptions are left out."));
    }
}

struct Picture<'t> {
    trace: &'t Trace,
    stages: &'t [Stages],
    errors: &'t [RaisedError],
    error: &'t RaisedError,
}

impl Picture<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>) {
        self.title(canvas);
        for raising in &self.error.raisings {
            self.search(raising, canvas);
        }
        self.facts(canvas);
        self.printed(canvas);
    }

    fn title(&self, canvas: &mut Canvas<'_>) {
        let object = &self.error.object;
        let title = cut(&visible(&narrate::error_title(object)), LONGEST);
        let serial = format!("object {}", object.id.0);
        let width = text_width(&title, ROW_FONT) + text_width(&serial, SMALL_FONT) + 36.0;
        let tone = canvas.tone(BoxRole::Exception);
        let line = canvas.drawing.palette.line;
        let size = (width.max(BOX + INSET), TITLE_HEIGHT);
        canvas.rect((MARGIN, canvas.y), size, tone, line, false);
        let end = canvas.write(MARGIN + 10.0, canvas.y, Look::Bold, &title);
        canvas.write(end + 12.0, canvas.y, Look::Small, &serial);
        canvas.y += TITLE_HEIGHT + 6.0;
    }

    /// The calls, the newest on top, with an arrow from each that has ended to the one that it was
    /// called by.
    fn search(&self, raising: &Raising, canvas: &mut Canvas<'_>) {
        heading("The search for a handler, from call to call", canvas);
        let calls = alike_calls(&raising.search);
        let (mut from, last) = (None, calls.len());
        for (number, (call, more)) in calls.iter().enumerate() {
            let middle = canvas.y + CALL / 2.0;
            if let Some(from) = from {
                let x = MARGIN + INSET + 6.0;
                let way = format!("M{x} {from}V{}", canvas.y - 1.0);
                let colour = canvas.drawing.palette.arrow;
                canvas.arrow(&way, colour, "head", false);
            }
            self.call(call, number == 0, raising, canvas);
            if *more > 0 {
                let words = format!("… and {more} more calls like this one");
                canvas.write(MARGIN + INSET + 18.0, canvas.y, Look::Quiet, &words);
                canvas.y += ROW_HEIGHT;
            }
            let is_left = call.outcome == PassageOutcome::Left;
            from = (is_left && number + 1 < last).then_some(middle + CALL / 2.0);
            canvas.y += 10.0;
        }
        let words = narrate::raising_end(raising, self.errors, self.trace);
        let words = visible(&words).into_owned();
        let x = MARGIN + INSET;
        match raising.end {
            RaisingEnd::Uncaught { .. } | RaisingEnd::EndedThread { .. } => {
                canvas.write(x, canvas.y, Look::Alarm, &words)
            }
            _ => canvas.write(x, canvas.y, Look::Bold, &words),
        };
        canvas.y += ROW_HEIGHT + 4.0;
    }

    fn call(&self, passage: &Passage, is_first: bool, raising: &Raising, canvas: &mut Canvas<'_>) {
        let place = &passage.place;
        let top = canvas.y;
        let palette = &canvas.drawing.palette;
        let (row, line) = (palette.row, palette.line);
        let is_own = place.own.is_some();
        let x = MARGIN + INSET;
        canvas.rect((x, top), (BOX, CALL), row, line, !is_own);
        let name = visible(&narrate::call_name(&place.function)).into_owned();
        let end = canvas.write(x + 10.0, top + 2.0, Look::Bold, &cut(&name, 40));
        let at = format!("line {} of {}", place.line, visible(&place.path));
        canvas.write(end + 10.0, top + 2.0, Look::Small, &cut(&at, 44));
        self.source(
            place.line,
            &place.path,
            place.span,
            (x + 10.0, top + ROW_HEIGHT),
            canvas,
        );
        canvas.y = top;
        let own = raising.search.iter().find(|one| one.place.own.is_some());
        let begins = own.map_or(is_first, |own| std::ptr::eq(own, passage));
        if begins {
            let how = narrate::raised_how(&raising.how);
            canvas.write(WORDS, canvas.y, Look::Plain, &cut(&how, LONGEST));
            canvas.y += ROW_HEIGHT - 3.0;
        }
        for handler in &passage.handlers {
            if handler.kind == HandlerKind::CleanUp {
                continue;
            }
            let words = narrate::entered_handler(handler);
            let color = match handler.kind {
                HandlerKind::Finally | HandlerKind::With => Color::Purple,
                _ => Color::Blue,
            };
            let row = format!(
                "row {} of the exception table, at {}",
                handler.row, handler.target
            );
            let end = canvas.pill(WORDS, canvas.y, color, &words);
            canvas.write(end + 8.0, canvas.y, Look::Small, &row);
            canvas.y += ROW_HEIGHT - 1.0;
        }
        let outcome = narrate::passage_outcome(passage, self.errors);
        let color = match passage.outcome {
            PassageOutcome::Caught if passage.is_dropped() => Color::Orange,
            PassageOutcome::Caught => Color::Green,
            PassageOutcome::Left => Color::Grey,
            PassageOutcome::Replaced(_) => Color::Orange,
            PassageOutcome::Unknown => Color::Grey,
        };
        canvas.pill(WORDS, canvas.y, color, &visible(&outcome));
        if let Some(words) = narrate::entry_of_call(self.error, passage) {
            let end = WORDS + text_width(&outcome, SMALL_FONT) + 12.0;
            canvas.write(end + 8.0, canvas.y, Look::Small, &words);
        }
        canvas.y = (canvas.y + ROW_HEIGHT).max(top + CALL);
    }

    /// The source of a line, with a line under what was at work.
    fn source(
        &self,
        line: u32,
        path: &str,
        span: Option<Span>,
        (x, y): (f64, f64),
        canvas: &mut Canvas<'_>,
    ) {
        let mut stages = self.stages.iter();
        let Some(stages) = stages.find(|stages| stages.file.path == path) else {
            canvas.write(x, y, Look::Quiet, "its source is not the program's");
            return;
        };
        let Some(whole) = stages.lines().span(line) else {
            return;
        };
        let text = stages.text(whole).trim_end();
        let shown = text.trim_start();
        let indent = (text.len() - shown.len()) as u32;
        canvas.write(x, y, Look::Plain, &cut(&visible(shown), 54));
        let Some(span) = span else { return };
        let from = span.start.max(whole.start + indent);
        let to = span.end.min(whole.start + text.len() as u32);
        let part = |from: u32, to: u32| {
            let text = stages.text(Span::new(from, to));
            text_width(&visible(text), ROW_FONT)
        };
        if from < to {
            let start = x + part(whole.start + indent, from);
            let end = (start + part(from, to)).min(x + text_width(&cut(shown, 54), ROW_FONT));
            let colour = canvas.drawing.palette.garbage;
            if start < end {
                canvas.line(
                    (start, y + ROW_HEIGHT - 2.0),
                    (end, y + ROW_HEIGHT - 2.0),
                    colour,
                    2.0,
                );
            }
        }
    }

    /// What the object says beside its traceback, and the values that failed.
    fn facts(&self, canvas: &mut Canvas<'_>) {
        let error = self.error;
        let rows = narrate::held_by_error(error);
        if !rows.is_empty() {
            heading("What the object holds", canvas);
            table(&rows, canvas);
        }
        let mut rows: Vec<(&str, String)> = Vec::new();
        if let Some(unbound) = &error.unbound {
            rows.push(("name", narrate::unbound_name(unbound)));
        }
        for value in &error.values {
            rows.push(("value", narrate::used_value(value)));
            let origins = value.history.iter().map(narrate::value_origin);
            rows.extend(origins.map(|words| ("", words)));
            rows.extend(narrate::value_born(value).map(|words| ("", words)));
        }
        if !rows.is_empty() {
            heading("What the line that failed worked with", canvas);
            table(&rows, canvas);
        }
    }

    fn printed(&self, canvas: &mut Canvas<'_>) {
        if self.error.printed.is_empty() {
            return;
        }
        heading(
            "What was printed of it, and what each line is made from",
            canvas,
        );
        let lines = self.error.printed.iter();
        let texts = lines.map(|line| text_width(&shown_line(&line.text), ROW_FONT));
        let widest = texts.fold(0.0, f64::max);
        let words = MARGIN + INSET + widest + 24.0;
        let start = self.error.first_line_to_read();
        for (number, line) in self.error.printed.iter().enumerate() {
            let x = MARGIN + INSET;
            let is_start = Some(number) == start;
            let look = match line.part {
                PrintedPart::Message | PrintedPart::Entry(_) => Look::Plain,
                _ => Look::Quiet,
            };
            let look = if is_start { Look::Bold } else { look };
            canvas.write(x, canvas.y, look, &shown_line(&line.text));
            let made = narrate::printed_part(line.part, self.error);
            let end = canvas.write(words, canvas.y, Look::Small, &visible(&made));
            if is_start {
                canvas.pill(
                    end + 8.0,
                    canvas.y,
                    Color::Orange,
                    "read from here: your own last line",
                );
            }
            canvas.y += ROW_HEIGHT - 3.0;
        }
        canvas.y += 4.0;
    }
}

/// A printed line as it stands, its spaces kept.
fn shown_line(text: &str) -> String {
    cut(&visible(text).replace(' ', "\u{a0}"), LONGEST)
}

fn heading(words: &str, canvas: &mut Canvas<'_>) {
    canvas.y += 4.0;
    canvas.write(MARGIN, canvas.y, Look::Quiet, words);
    canvas.y += ROW_HEIGHT + 2.0;
}

fn table(rows: &[(&str, String)], canvas: &mut Canvas<'_>) {
    for (about, words) in rows {
        canvas.write(MARGIN + INSET, canvas.y, Look::Quiet, about);
        canvas.write(
            MARGIN + INSET + 90.0,
            canvas.y,
            Look::Plain,
            &cut(&visible(words), 130),
        );
        canvas.y += ROW_HEIGHT - 2.0;
    }
    canvas.y += 4.0;
}
