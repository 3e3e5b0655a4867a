//! The exceptions of a run: the calls that each went through, what it said, the values that failed,
//! and what was printed, line by line beside what it is made from.

use super::canvas::{Canvas, Look, cut, wrapped};
use super::{Paper, named};
use crate::analyse::{
    HandlerKind, Passage, PassageOutcome, PrintedPart, RaisedError, Raising, RaisingEnd,
    shown_calls,
};
use crate::layout::{MARGIN, ROW_FONT, ROW_HEIGHT, SMALL_FONT, TITLE_HEIGHT, fit, text_width};
use crate::narrate;
use crate::render::Theme;
use crate::render::svg::Drawing;
use crate::trace::stages::{Span, Stages};
use crate::trace::{Trace, visible};
use crate::view::{BoxRole, Color};

/// Exceptions that are drawn.
const MOST: usize = 12;
const INSET: f64 = 14.0;
/// Where rows end: a picture in a page of a book is not made smaller.
const WIDTH: f64 = 860.0;
/// Where the words beside a printed line or a fact begin at the latest.
const WORDS: f64 = 570.0;
const SMALL_ROW: f64 = 15.0;

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
        let serial = format!("object {}", object.id.0);
        let room = WIDTH - MARGIN - text_width(&serial, SMALL_FONT) - 40.0;
        let title = fit(&visible(&narrate::error_title(object)), ROW_FONT, room);
        let tone = canvas.tone(match self.error.is_wanted() {
            true => BoxRole::Instance,
            false => BoxRole::Exception,
        });
        let line = canvas.drawing.palette.line;
        let size = (WIDTH - MARGIN, TITLE_HEIGHT);
        canvas.rect((MARGIN, canvas.y), size, tone, line, false);
        let end = canvas.write(MARGIN + 10.0, canvas.y, Look::Bold, &title);
        canvas.write(end + 12.0, canvas.y, Look::Small, &serial);
        canvas.y += TITLE_HEIGHT + 6.0;
    }

    /// The calls, the newest on top, with an arrow from each that has ended to the one that it was
    /// called by.
    fn search(&self, raising: &Raising, canvas: &mut Canvas<'_>) {
        let title = narrate::search_title(raising);
        heading(&visible(&title), canvas);
        let calls = shown_calls(&raising.search);
        let begins = calls
            .iter()
            .position(|one| one.calls[0].place.own.is_some());
        let (mut from, last) = (None, calls.len());
        for (number, shown) in calls.iter().enumerate() {
            if let Some(from) = from {
                let x = MARGIN + INSET + 6.0;
                let way = format!("M{x} {from}V{}", canvas.y - 1.0);
                let colour = canvas.drawing.palette.arrow;
                canvas.arrow(&way, colour, "head", false);
            }
            match shown.calls.as_slice() {
                [call] => {
                    let how = (number == begins.unwrap_or(0)).then_some(raising);
                    self.call(call, how, canvas);
                }
                several => self.library(several, canvas),
            }
            let bottom = canvas.y;
            if shown.more > 0 {
                let words = format!("… and {} more calls like this one", shown.more);
                canvas.write(MARGIN + INSET + 18.0, canvas.y, Look::Quiet, &words);
                canvas.y += ROW_HEIGHT;
            }
            let is_left = shown
                .calls
                .last()
                .is_some_and(|call| call.outcome == PassageOutcome::Left);
            from = (is_left && number + 1 < last).then_some(bottom);
            canvas.y += 12.0;
        }
        canvas.y -= 4.0;
        let words = narrate::raising_end(raising, self.errors, self.trace);
        let look = match raising.end {
            RaisingEnd::Uncaught { .. } | RaisingEnd::EndedThread { .. } => Look::Alarm,
            _ => Look::Bold,
        };
        for line in wrapped(&visible(&words), ROW_FONT, WIDTH - MARGIN - INSET) {
            canvas.write(MARGIN + INSET, canvas.y, look, &line);
            canvas.y += ROW_HEIGHT;
        }
        canvas.y += 4.0;
    }

    /// A call: where it was, its source, and what came of the exception there; how it was raised, where
    /// it begins there.
    fn call(&self, passage: &Passage, how: Option<&Raising>, canvas: &mut Canvas<'_>) {
        let place = &passage.place;
        let top = canvas.y;
        let x = MARGIN + INSET;
        let notes = self.notes(passage, how);
        let height = 2.0 * ROW_HEIGHT + notes.iter().map(Note::height).sum::<f64>() + 4.0;
        call_box(height, place.own.is_some(), canvas);
        let name = visible(&narrate::call_name(&place.function)).into_owned();
        let end = canvas.write(x + 10.0, top + 2.0, Look::Bold, &cut(&name, 40));
        let at = format!("line {} of {}", place.line, visible(&place.path));
        let at = fit(&at, SMALL_FONT, WIDTH - end - 20.0);
        canvas.write(end + 10.0, top + 2.0, Look::Small, &at);
        self.source(
            place.line,
            &place.path,
            place.span,
            (x + 10.0, top + ROW_HEIGHT),
            canvas,
        );
        canvas.y = top + 2.0 * ROW_HEIGHT + 1.0;
        for note in &notes {
            note.draw(x + 10.0, canvas);
        }
        canvas.y = top + height;
    }

    /// Calls of a library that an exception only went through.
    fn library(&self, calls: &[&Passage], canvas: &mut Canvas<'_>) {
        let top = canvas.y;
        let words = visible(&narrate::library_calls(calls)).into_owned();
        let lines = wrapped(&words, SMALL_FONT, WIDTH - MARGIN - INSET - 20.0);
        let outcome = calls.last().map(|last| self.outcome(last));
        let rows = lines.len() as f64 * SMALL_ROW;
        let more = outcome.as_ref().map_or(0.0, Note::height);
        let height = ROW_HEIGHT + rows + more + 9.0;
        call_box(height, false, canvas);
        let x = MARGIN + INSET + 10.0;
        let title = format!("{} calls inside the library", calls.len());
        canvas.write(x, top + 2.0, Look::Bold, &title);
        canvas.y = top + ROW_HEIGHT + 1.0;
        for line in lines {
            canvas.write(x, canvas.y, Look::Small, &line);
            canvas.y += SMALL_ROW;
        }
        if let Some(outcome) = outcome {
            canvas.y += 3.0;
            outcome.draw(x, canvas);
        }
        canvas.y = top + height;
    }

    /// What is said of a call below its source.
    fn notes(&self, passage: &Passage, how: Option<&Raising>) -> Vec<Note> {
        let mut notes = Vec::new();
        if let Some(raising) = how {
            let words = narrate::raised_how(self.error, raising);
            notes.push(Note::new(
                None,
                &words,
                narrate::raised_detail(&raising.how),
            ));
        }
        for handler in &passage.handlers {
            if handler.kind == HandlerKind::CleanUp {
                continue;
            }
            let color = match handler.kind {
                HandlerKind::Finally | HandlerKind::With => Color::Purple,
                _ => Color::Blue,
            };
            let words = narrate::entered_handler(handler);
            let detail = Some(narrate::handler_detail(handler));
            notes.push(Note::new(Some(color), &words, detail));
        }
        notes.push(self.outcome(passage));
        notes
    }

    fn outcome(&self, passage: &Passage) -> Note {
        let color = match passage.outcome {
            PassageOutcome::Caught if passage.is_dropped() => Color::Orange,
            PassageOutcome::Caught if passage.place.own.is_none() => Color::Grey,
            PassageOutcome::Caught => Color::Green,
            PassageOutcome::Left => Color::Grey,
            PassageOutcome::Replaced(_) => Color::Orange,
            PassageOutcome::Unknown => Color::Grey,
        };
        let words = narrate::passage_outcome(passage, self.errors);
        let entry = narrate::entry_of_call(self.error, passage);
        Note::new(Some(color), &words, entry)
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
        canvas.write(
            x,
            y,
            Look::Plain,
            &fit(&visible(shown), ROW_FONT, WIDTH - x - 10.0),
        );
        let Some(span) = span else { return };
        let from = span.start.max(whole.start + indent);
        let to = span.end.min(whole.start + text.len() as u32);
        let part = |from: u32, to: u32| {
            let text = stages.text(Span::new(from, to));
            text_width(&visible(text), ROW_FONT)
        };
        if from < to {
            let start = x + part(whole.start + indent, from);
            let end = (start + part(from, to))
                .min(x + text_width(&fit(shown, ROW_FONT, WIDTH - x - 10.0), ROW_FONT));
            let palette = &canvas.drawing.palette;
            let colour = match self.error.is_wanted() {
                true => palette.arrow,
                false => palette.garbage,
            };
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
            heading("The values behind it", canvas);
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
        let x = MARGIN + INSET;
        let lines = self.error.printed.iter();
        let texts = lines.map(|line| text_width(&shown_line(&line.text), ROW_FONT));
        let widest = texts.fold(0.0, f64::max);
        let words = (x + widest + 24.0).min(WORDS);
        let start = self.error.first_line_to_read();
        for (number, line) in self.error.printed.iter().enumerate() {
            let is_start = Some(number) == start;
            if is_start {
                let word = "read from here: your own last line";
                canvas.pill(x, canvas.y, Color::Orange, word);
                canvas.y += ROW_HEIGHT;
            }
            let look = match line.part {
                PrintedPart::Message | PrintedPart::Entry(_) => Look::Plain,
                _ => Look::Quiet,
            };
            let look = if is_start { Look::Bold } else { look };
            let text = shown_line(&line.text);
            let end = canvas.write(x, canvas.y, look, &text);
            let made = narrate::printed_part(line.part, self.error);
            let detail = narrate::printed_detail(line.part, self.error);
            let made = narrate::with_detail(made, detail);
            let mut from = words;
            if end + 12.0 > words {
                canvas.y += ROW_HEIGHT - 4.0;
                from = x + 24.0;
            }
            let made = wrapped(&visible(&made), SMALL_FONT, WIDTH - from);
            for line in &made {
                canvas.write(from, canvas.y, Look::Small, line);
                canvas.y += SMALL_ROW - 1.0;
            }
            canvas.y += ROW_HEIGHT - SMALL_ROW - 2.0;
        }
        canvas.y += 4.0;
    }
}

/// The box of a call whose top is where the canvas is.
fn call_box(height: f64, is_own: bool, canvas: &mut Canvas<'_>) {
    let palette = &canvas.drawing.palette;
    let (row, line) = (palette.row, palette.line);
    let x = MARGIN + INSET;
    let size = (WIDTH - x, height);
    canvas.rect((x, canvas.y), size, row, line, !is_own);
}

/// Something that is said of a call: plain words first, small behind them what the interpreter calls
/// it.
struct Note {
    color: Option<Color>,
    lines: Vec<String>,
    detail: Option<String>,
}

impl Note {
    fn new(color: Option<Color>, words: &str, detail: Option<String>) -> Note {
        let font = if color.is_some() {
            SMALL_FONT
        } else {
            ROW_FONT
        };
        let room = WIDTH - MARGIN - INSET - 40.0;
        let detail = detail.map(|detail| format!("[{detail}]"));
        let beside = detail.as_deref();
        let beside = beside.map_or(0.0, |detail| text_width(detail, SMALL_FONT) + 8.0);
        let mut lines = wrapped(&visible(words), font, room);
        // The detail stands behind the last line, or has one of its own.
        if lines
            .last()
            .is_some_and(|last| text_width(last, font) + beside > room)
        {
            lines.push(String::new());
        }
        Note {
            color,
            lines,
            detail,
        }
    }

    fn height(&self) -> f64 {
        self.lines.len() as f64 * (ROW_HEIGHT - 1.0)
    }

    fn draw(&self, x: f64, canvas: &mut Canvas<'_>) {
        let mut end = x;
        for line in &self.lines {
            end = match (self.color, line.is_empty()) {
                (_, true) => x,
                (Some(color), false) => canvas.pill(x, canvas.y, color, line) + 8.0,
                (None, false) => canvas.write(x, canvas.y, Look::Plain, line) + 8.0,
            };
            canvas.y += ROW_HEIGHT - 1.0;
        }
        if let Some(detail) = &self.detail {
            canvas.write(end, canvas.y - ROW_HEIGHT + 1.0, Look::Small, detail);
        }
    }
}

/// A printed line as it stands, its spaces kept.
fn shown_line(text: &str) -> String {
    let text = visible(text).replace(' ', "\u{a0}");
    fit(&text, ROW_FONT, WIDTH - MARGIN - INSET)
}

fn heading(words: &str, canvas: &mut Canvas<'_>) {
    canvas.y += 4.0;
    canvas.write(MARGIN, canvas.y, Look::Quiet, words);
    canvas.y += ROW_HEIGHT + 2.0;
}

fn table(rows: &[(&str, String)], canvas: &mut Canvas<'_>) {
    let x = MARGIN + INSET + 96.0;
    for (about, words) in rows {
        canvas.write(MARGIN + INSET, canvas.y, Look::Quiet, about);
        for line in wrapped(&visible(words), ROW_FONT, WIDTH - x) {
            canvas.write(x, canvas.y, Look::Plain, &line);
            canvas.y += ROW_HEIGHT - 2.0;
        }
    }
    canvas.y += 4.0;
}
