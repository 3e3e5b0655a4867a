//! The file, and its tokens.

use super::Excerpt;
use super::canvas::{Canvas, Look, cut};
use crate::layout::{MARGIN, ROW_FONT, ROW_HEIGHT, SMALL_FONT, text_width};
use crate::narrate;
use crate::trace::stages::{Stages, Token};
use crate::trace::visible;
use crate::view::Syntax;

/// Where tokens go on in the next row.
const WIDTH: f64 = 760.0;
const CHIP: f64 = 34.0;
const GAP: f64 = 4.0;

pub(super) fn file(stages: &Stages, canvas: &mut Canvas<'_>) {
    for fact in narrate::file_facts(stages) {
        canvas.write(MARGIN, canvas.y, Look::Quiet, fact.about);
        canvas.write(MARGIN + 150.0, canvas.y, Look::Plain, &visible(&fact.words));
        canvas.y += ROW_HEIGHT;
    }
}

pub(super) fn tokens(stages: &Stages, excerpt: &Excerpt, canvas: &mut Canvas<'_>) {
    let lines = stages.lines();
    let digits = lines.count().to_string().len() as f64;
    let left = MARGIN + digits * text_width("0", ROW_FONT) + 14.0;
    let (mut line, mut x) = (0, left);
    for token in stages
        .tokens
        .iter()
        .filter(|one| excerpt.takes(Some(one.span)))
    {
        let own = lines.line(token.span.start);
        let width = width(stages, token);
        if own != line {
            canvas.y += if line == 0 { 0.0 } else { CHIP + 2.0 * GAP };
            let number = own.to_string();
            let at = left - 14.0 - text_width(&number, ROW_FONT);
            canvas.write(at, canvas.y, Look::Quiet, &number);
            (line, x) = (own, left);
        } else if x + width > WIDTH {
            canvas.y += CHIP + GAP;
            x = left;
        }
        chip(stages, token, x, width, canvas);
        x += width + GAP;
    }
    canvas.y += CHIP + GAP;
}

/// What stands in a token's box, and whether it leaves no letter in the line.
fn shown(stages: &Stages, token: &Token) -> (String, bool) {
    match &*token.kind {
        "NEWLINE" | "NL" => ("↵".to_owned(), true),
        "INDENT" => ("⇥".to_owned(), true),
        "DEDENT" => ("⇤".to_owned(), true),
        _ if token.span.is_empty() => ("·".to_owned(), true),
        _ => (cut(&visible(stages.text(token.span)), 50), false),
    }
}

fn kind(token: &Token) -> &str {
    let words = token.exact.as_deref();
    let words = words.or_else(|| narrate::token_words(token));
    words.unwrap_or(&token.kind)
}

fn width(stages: &Stages, token: &Token) -> f64 {
    let text = text_width(&shown(stages, token).0, ROW_FONT);
    text.max(text_width(kind(token), SMALL_FONT)) + 12.0
}

fn chip(stages: &Stages, token: &Token, x: f64, width: f64, canvas: &mut Canvas<'_>) {
    let (text, is_ghost) = shown(stages, token);
    let palette = &canvas.drawing.palette;
    let (fill, line) = (palette.row, palette.line);
    canvas.rect((x, canvas.y), (width, CHIP), fill, line, is_ghost);
    let look = match is_ghost {
        true => Look::Quiet,
        false => syntax(token).map_or(Look::Plain, Look::Code),
    };
    let middle = |text: &str, font| x + (width - text_width(text, font)) / 2.0;
    canvas.write(middle(&text, ROW_FONT), canvas.y, look, &text);
    let kind = kind(token);
    let at = middle(kind, SMALL_FONT);
    canvas.write(at, canvas.y + 14.0, Look::Small, kind);
}

fn syntax(token: &Token) -> Option<Syntax> {
    match (&*token.kind, token.exact.as_deref()) {
        (_, Some("keyword" | "soft keyword")) => Some(Syntax::Keyword),
        ("NUMBER", _) => Some(Syntax::Number),
        ("COMMENT", _) => Some(Syntax::Comment),
        (kind, _) if kind.contains("STRING") => Some(Syntax::Text),
        _ => None,
    }
}
