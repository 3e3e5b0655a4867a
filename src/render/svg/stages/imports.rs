//! The imports of a run: each statement with what it asked for and what came.

use super::canvas::{Canvas, Look, wrapped};
use super::run_picture;
use crate::layout::{MARGIN, ROW_FONT, ROW_HEIGHT, SMALL_FONT, text_width};
use crate::narrate::{ImportRow, ImportRowKind};
use crate::render::Theme;
use crate::trace::{Trace, visible};
use crate::view::{Color, Syntax};

const INDENT: f64 = 26.0;
/// Room for a line's number.
const NUMBERS: f64 = 34.0;
/// Where words go on in the next row.
const WIDTH: f64 = 820.0;
/// Names of folded modules that are written out: the text has all.
const FEW: usize = 5;
const SMALL_ROW: f64 = 15.0;

/// The imports of a run, from their rows.
pub fn imports_picture(trace: &Trace, rows: &[ImportRow], theme: Theme) -> String {
    run_picture("Imports", trace, theme, |canvas| {
        // Where the row of each depth stands to which the next ones belong.
        let mut above: Vec<f64> = Vec::new();
        for row in rows {
            above.truncate(row.depth as usize);
            let x = MARGIN + NUMBERS + f64::from(row.depth) * INDENT;
            if row.kind == ImportRowKind::Statement {
                canvas.y += 6.0;
                place(trace, row, x, canvas);
            }
            if let Some(top) = above.last() {
                branch(x, *top, canvas);
            }
            above.push(canvas.y + ROW_HEIGHT);
            draw(row, x, canvas);
        }
    })
}

/// Where a statement stands: the number of its line at the side, or, where it is not the script's own,
/// file and line above it.
fn place(trace: &Trace, row: &ImportRow, x: f64, canvas: &mut Canvas<'_>) {
    let Some((file, line)) = row.place else {
        return;
    };
    if row.depth == 0 && file.0 == 0 {
        let number = line.to_string();
        let at = x - 8.0 - text_width(&number, ROW_FONT);
        canvas.write(at, canvas.y, Look::Quiet, &number);
        return;
    }
    let file = trace.header.files.get(usize::from(file.0));
    let file = file.map_or("", |file| file.path.as_str());
    canvas.write(
        x,
        canvas.y,
        Look::Small,
        &format!("{}:{line}", visible(file)),
    );
    canvas.y += SMALL_ROW;
}

/// The way from what stands above to the row that belongs to it.
fn branch(x: f64, top: f64, canvas: &mut Canvas<'_>) {
    let line = canvas.drawing.palette.line;
    let (from, middle) = (x - INDENT + 8.0, canvas.y + ROW_HEIGHT / 2.0);
    canvas.line((from, top), (from, middle), line, 1.0);
    canvas.line((from, middle), (x - 4.0, middle), line, 1.0);
}

fn draw(row: &ImportRow, x: f64, canvas: &mut Canvas<'_>) {
    let (look, color) = match row.kind {
        ImportRowKind::Statement => (Look::Bold, None),
        ImportRowKind::There => (Look::Plain, Some(Color::Grey)),
        ImportRowKind::Missing => (Look::Alarm, Some(Color::Red)),
        ImportRowKind::Own => (Look::Bold, Some(Color::Green)),
        ImportRowKind::Library => (Look::Plain, Some(Color::Blue)),
        ImportRowKind::Note => (Look::Quiet, None),
    };
    let mut end = x;
    if row.kind == ImportRowKind::Statement {
        for (at, word) in row.head.split(' ').enumerate() {
            let is_keyword = matches!(word, "import" | "from" | "as");
            let look = if is_keyword {
                Look::Code(Syntax::Keyword)
            } else {
                Look::Plain
            };
            let gap = if at == 0 {
                0.0
            } else {
                text_width(" ", ROW_FONT)
            };
            end = canvas.write(end + gap, canvas.y, look, word);
        }
    } else {
        end = canvas.write(x, canvas.y, look, &row.head);
    }
    if let Some(color) = color {
        end = canvas.pill(end + 8.0, canvas.y, color, row.kind.word());
    }
    let mut said = row.words.clone();
    if let Some(last) = said.last_mut().filter(|_| !row.folded.is_empty()) {
        let few: Vec<&str> = row.folded.iter().take(FEW).map(String::as_str).collect();
        let names = match row.folded.len() > FEW {
            true => format!("{}, …", few.join(", ")),
            false => few.join(", "),
        };
        last.push_str(&format!(": {names}"));
    }
    let words = said.join("; ");
    if row.kind == ImportRowKind::Statement || said.len() == 1 && fits(&words, end) {
        canvas.write(end + 10.0, canvas.y + 1.0, Look::Small, &words);
        canvas.y += ROW_HEIGHT;
        return;
    }
    canvas.y += ROW_HEIGHT;
    for words in &said {
        for line in wrapped(words, SMALL_FONT, WIDTH - x - INDENT) {
            canvas.write(x + INDENT - 12.0, canvas.y - 2.0, Look::Small, &line);
            canvas.y += SMALL_ROW;
        }
    }
    canvas.y += if said.is_empty() { 0.0 } else { 3.0 };
}

fn fits(words: &str, from: f64) -> bool {
    from + 10.0 + text_width(words, SMALL_FONT) <= WIDTH
}
