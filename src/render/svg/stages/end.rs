//! The end of a run: what was open over the steps, and what happened behind the last line.

use super::canvas::{Canvas, Look, cut, wrapped};
use super::run_picture;
use crate::analyse::{Resource, ResourceEnd};
use crate::layout::{MARGIN, ROW_HEIGHT, SMALL_FONT, text_width};
use crate::narrate::{self, EndRow};
use crate::render::Theme;
use crate::trace::{Trace, visible};
use crate::view::Color;

/// Where the steps begin, and how much room they have.
const LABELS: f64 = 300.0;
const STEPS: f64 = 420.0;
/// Room behind them, for the interpreter's own end.
const BEHIND: f64 = 56.0;
const BAR: f64 = 11.0;
const ROW: f64 = 38.0;
const WIDTH: f64 = 780.0;
const SMALL_ROW: f64 = 15.0;

/// What was open, and what happened behind the last line: `resources` in their order, `rows` in theirs.
pub fn end_picture(
    trace: &Trace,
    resources: &[Resource],
    rows: &[EndRow],
    outcome: &str,
    theme: Theme,
) -> String {
    run_picture("The end", trace, theme, |canvas| {
        if !resources.is_empty() {
            over_steps(trace, resources, canvas);
        }
        canvas.y += 10.0;
        canvas.write(MARGIN, canvas.y, Look::Bold, "After the last line");
        canvas.y += ROW_HEIGHT;
        canvas.write(MARGIN, canvas.y, Look::Plain, outcome);
        canvas.y += ROW_HEIGHT + 2.0;
        for (number, row) in rows.iter().enumerate() {
            behind(number + 1, row, canvas);
        }
        if rows.is_empty() {
            canvas.note("Nothing that was recorded happened there.");
        }
    })
}

/// The place of a step.
fn at(trace: &Trace, step: u32) -> f64 {
    let steps = f64::from(trace.header.steps.max(2) - 1);
    MARGIN + LABELS + STEPS * f64::from(step.saturating_sub(1)) / steps
}

fn over_steps(trace: &Trace, resources: &[Resource], canvas: &mut Canvas<'_>) {
    canvas.write(MARGIN, canvas.y, Look::Bold, "Open over the steps");
    let last = trace.header.steps;
    let (left, right) = (at(trace, 1), at(trace, last));
    canvas.write(left, canvas.y, Look::Small, "step 1");
    let words = format!("step {last}");
    let x = right - text_width(&words, SMALL_FONT);
    canvas.write(x, canvas.y, Look::Small, &words);
    canvas.write(right + 12.0, canvas.y, Look::Small, "exit");
    canvas.y += ROW_HEIGHT + 2.0;
    let top = canvas.y;
    for one in resources {
        resource(trace, one, canvas);
    }
    let line = canvas.drawing.palette.line;
    canvas.line((right, top - 4.0), (right, canvas.y), line, 1.0);
    canvas.right = canvas.right.max(right + BEHIND);
}

fn resource(trace: &Trace, one: &Resource, canvas: &mut Canvas<'_>) {
    let top = canvas.y;
    let name = one.called.as_deref().or(one.name()).unwrap_or("");
    let line = one.born().line;
    let head = match name {
        "" => format!("line {line}"),
        name => format!("{} · line {line}", cut(&visible(name), 20)),
    };
    canvas.write(MARGIN, top, Look::Plain, &head);
    let kind = narrate::resource_kind(one);
    canvas.write(MARGIN, top + SMALL_ROW, Look::Small, &kind);
    let end = match one.end {
        ResourceEnd::Closed(step, _)
        | ResourceEnd::ClosedByDeath(step, _)
        | ResourceEnd::TakenByCollector(step, _)
        | ResourceEnd::Gone(step, _) => at(trace, step),
        ResourceEnd::ClosedAtExit => at(trace, trace.header.steps) + BEHIND / 2.0,
        ResourceEnd::NeverClosed => at(trace, trace.header.steps) + BEHIND,
        ResourceEnd::Unknown | ResourceEnd::Borrowed | ResourceEnd::NeverOpen => {
            at(trace, trace.header.steps)
        }
    };
    let palette = &canvas.drawing.palette;
    let (stroke, alarm, row) = (palette.line, palette.garbage, palette.row);
    let fill = canvas.drawing.theme.named(if one.is_left_open() {
        Color::Red
    } else {
        Color::Green
    });
    let states = one.states.iter();
    let nexts = one
        .states
        .iter()
        .skip(1)
        .map(|next| at(trace, next.step))
        .chain([end]);
    for (state, next) in states.zip(nexts) {
        let x = at(trace, state.step);
        let width = (next - x).max(0.0);
        if width > 0.0 && (state.is_open || one.kind.is_lock()) {
            let fill = if state.is_open { fill } else { row };
            canvas.rect(
                (x, top + 4.0),
                (width.max(3.0), BAR),
                fill,
                stroke,
                !state.is_open,
            );
        }
    }
    if one.is_left_open() {
        for way in [-1.0, 1.0] {
            let (from, to) = (
                (end - 4.0, top + 9.5 - 4.0 * way),
                (end + 4.0, top + 9.5 + 4.0 * way),
            );
            canvas.line(from, to, alarm, 1.6);
        }
    }
    let words = narrate::resource_end(one);
    let room = STEPS - 8.0;
    let mut row = top + SMALL_ROW;
    for line in wrapped(&words, SMALL_FONT, room) {
        canvas.write(at(trace, 1), row, Look::Small, &line);
        row += SMALL_ROW;
    }
    canvas.y = (top + ROW).max(row + 8.0);
}

fn behind(number: usize, row: &EndRow, canvas: &mut Canvas<'_>) {
    let number = number.to_string();
    let x = MARGIN + 22.0;
    canvas.write(
        x - 6.0 - text_width(&number, SMALL_FONT),
        canvas.y,
        Look::Small,
        &number,
    );
    let color = match row.kind {
        "called" => Color::Blue,
        "finalized" => Color::Orange,
        "wrote" => Color::Yellow,
        _ => Color::Grey,
    };
    canvas.pill(x, canvas.y, color, row.kind);
    let from = x + 74.0;
    if row.kind != "freed" {
        canvas.write(from, canvas.y, Look::Plain, &cut(&row.words, 90));
        canvas.y += ROW_HEIGHT;
        return;
    }
    for line in wrapped(&row.words, SMALL_FONT, WIDTH - from) {
        canvas.write(from, canvas.y + 1.0, Look::Small, &line);
        canvas.y += SMALL_ROW;
    }
    canvas.y += 4.0;
}
