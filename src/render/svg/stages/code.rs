//! Code objects: what each holds beside its instructions.

use super::Excerpt;
use super::canvas::{Canvas, Look, cut};
use crate::layout::{MARGIN, ROW_HEIGHT, TITLE_HEIGHT};
use crate::trace::stages::{Code, Stages};
use crate::trace::visible;
use crate::view::BoxRole;

const INSET: f64 = 10.0;
const WIDTH: f64 = 620.0;
/// Where what stands behind a row's word begins.
const INDENT: f64 = 120.0;
/// Characters of a row, so that it stays in its box.
const LONGEST: usize = 60;

pub(super) fn codes(stages: &Stages, excerpt: &Excerpt, canvas: &mut Canvas<'_>) {
    for code in stages
        .codes
        .iter()
        .filter(|code| is_in(stages, code, excerpt))
    {
        let rows = rows(code);
        let height = TITLE_HEIGHT + 8.0 + rows.len() as f64 * ROW_HEIGHT;
        let palette = &canvas.drawing.palette;
        let (row, line, top) = (palette.row, palette.line, canvas.y);
        canvas.rect((MARGIN, top), (WIDTH, height), row, line, false);
        let tone = canvas.tone(BoxRole::Function);
        canvas.rect((MARGIN, top), (WIDTH, TITLE_HEIGHT), tone, line, false);
        let name = cut(&visible(code.shown_name()), LONGEST);
        let end = canvas.write(MARGIN + INSET, top, Look::Bold, &name);
        let from = format!("from line {}", code.first_line);
        canvas.write(end + 12.0, top, Look::Small, &from);
        canvas.y += TITLE_HEIGHT + 4.0;
        for (about, words) in rows {
            canvas.write(MARGIN + INSET, canvas.y, Look::Quiet, about);
            canvas.write(MARGIN + INSET + INDENT, canvas.y, Look::Plain, &words);
            canvas.y += ROW_HEIGHT;
        }
        canvas.y = top + height + 12.0;
    }
}

/// Whether a code object is made of something that is drawn. The module's own is always there.
pub(super) fn is_in(stages: &Stages, code: &Code, excerpt: &Excerpt) -> bool {
    let made = || code.instructions.iter().any(|one| excerpt.takes(one.span));
    excerpt.within.is_none() || code.parent.is_none() || {
        let scope = code.scope.and_then(|at| stages.scopes.get(at as usize));
        let node = scope.and_then(|scope| stages.tree.get(scope.node? as usize));
        node.map_or_else(made, |node| excerpt.takes(node.span))
    }
}

/// What is said of a code object; a list that is long goes on in the next row.
fn rows(code: &Code) -> Vec<(&'static str, String)> {
    let plain = |words: &[String]| {
        words
            .iter()
            .map(|word| visible(word).into_owned())
            .collect()
    };
    let flags = code.flags.iter().map(ToString::to_string).collect();
    let constants = code.constants.iter();
    let constants = constants.map(|one| cut(&visible(&one.repr), 40)).collect();
    let lines = code.lines.iter().map(|one| {
        let line = one
            .line
            .map_or_else(|| "none".to_owned(), |line| line.to_string());
        format!("{}–{}: {line}", one.start, one.end)
    });
    let handlers = code.handlers.iter().map(|row| {
        let pushed = if row.pushes_offset {
            ", with the offset"
        } else {
            ""
        };
        format!(
            "{}–{} → {}, depth {}{pushed}",
            row.start, row.end, row.target, row.depth
        )
    });
    let parameters = format!("{}", code.arguments + code.keyword_only);
    let lists: [(&'static str, Vec<String>); 10] = [
        ("parameters", vec![parameters]),
        ("flags", flags),
        ("value stack", vec![format!("up to {}", code.stack_size)]),
        ("constants", constants),
        ("names", plain(&code.names)),
        ("locals", plain(&code.local_names)),
        ("cells", plain(&code.cell_names)),
        ("free", plain(&code.free_names)),
        ("line table", lines.collect()),
        ("exceptions", handlers.collect()),
    ];
    let mut rows = Vec::new();
    for (about, words) in lists {
        let mut about = about;
        let mut row = String::new();
        for word in words {
            if !row.is_empty() && row.chars().count() + word.chars().count() > LONGEST {
                rows.push((about, std::mem::take(&mut row)));
                about = "";
            }
            if !row.is_empty() {
                row.push_str("   ");
            }
            row.push_str(&word);
        }
        if !row.is_empty() {
            rows.push((about, row));
        }
    }
    rows
}
