//! Puts a picture's words, source, output and legend into the areas of its page.

use super::areas::{
    CODE_LINE, Composition, NUMBER_GAP, PIECE_GAP, SAMPLE, SMALL_LINE, WORD_WIDTH, WORDS_FONT,
    WORDS_LINE, sign_width,
};
use super::code::{GAP, shown_lines};
use super::compose::{print_of, signs, words_of};
use super::geometry::{Point, Rect};
use super::metrics::{ROW_FONT, SMALL_FONT, text_width};
use super::page::{CodeLine, LegendEntry, Page, PageOptions, PagePart, PageText, TextTone};
use super::picture::Picture;
use super::text::{fit, flow, wrap};
use crate::view::{Caption, Listing, Syntax};
use std::ops::Range;

/// Space around the text of a line that is marked.
const BAND: f64 = 4.0;

/// The page of a picture. An area without height stays empty.
pub(super) fn page(picture: &Picture, made: &Composition, options: &PageOptions) -> Page {
    let caption = &picture.caption;
    Page {
        width: made.width,
        height: made.height,
        scale: made.scale,
        words: match options.has(PagePart::Caption) {
            true => words(caption, made),
            false => Vec::new(),
        },
        panel: made.panel,
        code: match options.has(PagePart::Code) {
            true => code(&caption.source, made),
            false => Vec::new(),
        },
        output: match options.has(PagePart::Output) {
            true => output(caption, made),
            false => Vec::new(),
        },
        memory: made.memory,
        legend: legend(picture, made, options),
        small_print: small_print(caption, made, options),
    }
}

fn text(x: f64, y: f64, size: f64, tone: TextTone, text: String) -> PageText {
    PageText {
        at: Point { x, y },
        size,
        tone,
        text,
    }
}

fn words(caption: &Caption, made: &Composition) -> Vec<PageText> {
    let area = made.words;
    let lines = wrap(&words_of(caption), WORDS_FONT, area.width, made.most_words);
    let baseline = |line: usize| area.y + line as f64 * WORDS_LINE + 15.0;
    lines
        .into_iter()
        .enumerate()
        .map(|(i, line)| text(area.x, baseline(i), WORDS_FONT, TextTone::Plain, line))
        .collect()
}

fn code(listing: &Listing, made: &Composition) -> Vec<CodeLine> {
    let area = made.code;
    let numbers = shown_lines(listing, made.code_lines);
    numbers
        .into_iter()
        .enumerate()
        .map(|(i, number)| {
            let top = area.y + i as f64 * CODE_LINE;
            code_line(listing, number, top, made)
        })
        .collect()
}

fn code_line(listing: &Listing, number: u32, top: f64, made: &Composition) -> CodeLine {
    let area = made.code;
    let baseline = top + 13.0;
    let right = area.x + WORD_WIDTH + made.numbers;
    let (ran, next) = match number {
        GAP => (false, false),
        _ => (listing.ran == Some(number), listing.next == Some(number)),
    };
    let shown = match number {
        GAP => "…".to_owned(),
        _ => number.to_string(),
    };
    let number_x = right - text_width(&shown, ROW_FONT);
    let x = right + NUMBER_GAP;
    let whole = listing.line(number).map_or("", |line| line.text.as_str());
    let kept = fit(whole, ROW_FONT, area.right() - x);
    let word = match (ran, next) {
        (true, _) => "ran",
        (false, true) => "next",
        (false, false) => "",
    };
    CodeLine {
        band: Rect {
            x: x - BAND,
            y: top,
            width: text_width(&kept, ROW_FONT) + 2.0 * BAND,
            height: CODE_LINE,
        },
        number: text(number_x, baseline, ROW_FONT, TextTone::Quiet, shown),
        at: Point { x, y: baseline },
        spans: listing
            .line(number)
            .map_or(Vec::new(), |line| clipped(&line.spans, whole, &kept)),
        text: kept,
        ran,
        next,
        word: (!word.is_empty()).then(|| {
            let word = word.to_owned();
            text(area.x, baseline, SMALL_FONT, TextTone::Strong, word)
        }),
    }
}

/// The parts of a line that may have been cut.
fn clipped(
    spans: &[(Range<usize>, Syntax)],
    whole: &str,
    kept: &str,
) -> Vec<(Range<usize>, Syntax)> {
    // What is cut can be as long as the sign that says so.
    let end = match kept == whole {
        true => whole.len(),
        false => kept.len() - "…".len(),
    };
    spans
        .iter()
        .filter(|(range, _)| range.start < end)
        .map(|(range, syntax)| (range.start..range.end.min(end), *syntax))
        .collect()
}

fn output(caption: &Caption, made: &Composition) -> Vec<PageText> {
    let area = made.output;
    if caption.output.is_empty() {
        return Vec::new();
    }
    let heading = text(
        area.x,
        area.y + 11.0,
        SMALL_FONT,
        TextTone::Quiet,
        "printed".to_owned(),
    );
    let lines = caption.output.iter().enumerate().map(|(i, line)| {
        let y = area.y + SMALL_LINE + i as f64 * CODE_LINE + 12.5;
        let line = fit(line, ROW_FONT, area.width);
        text(area.x, y, ROW_FONT, TextTone::Plain, line)
    });
    std::iter::once(heading).chain(lines).collect()
}

fn legend(picture: &Picture, made: &Composition, options: &PageOptions) -> Vec<LegendEntry> {
    let area = made.legend;
    let signs: Vec<_> = signs(picture, options).into_iter().collect();
    let widths: Vec<f64> = signs.iter().map(|sign| sign_width(*sign)).collect();
    let places = flow(&widths, PIECE_GAP, area.width);
    signs
        .into_iter()
        .zip(places)
        .map(|(sign, (line, x))| {
            let (x, y) = (area.x + x, area.y + line as f64 * SMALL_LINE);
            let words = fit(sign.words(), SMALL_FONT, area.width - SAMPLE);
            LegendEntry {
                sign,
                sample: Rect {
                    x,
                    y: y + 2.0,
                    width: SAMPLE - 8.0,
                    height: SMALL_LINE - 4.0,
                },
                text: text(x + SAMPLE, y + 12.0, SMALL_FONT, TextTone::Quiet, words),
            }
        })
        .collect()
}

fn small_print(caption: &Caption, made: &Composition, options: &PageOptions) -> Vec<PageText> {
    let area = made.print;
    let pieces = print_of(caption, options).into_iter();
    let pieces: Vec<String> = pieces
        .filter(|piece| !piece.is_empty())
        .map(|piece| fit(&piece, SMALL_FONT, area.width))
        .collect();
    let widths: Vec<f64> = pieces
        .iter()
        .map(|piece| text_width(piece, SMALL_FONT))
        .collect();
    let places = flow(&widths, PIECE_GAP, area.width);
    pieces
        .into_iter()
        .zip(places)
        .map(|(piece, (line, x))| {
            let y = area.y + line as f64 * SMALL_LINE + 11.5;
            text(area.x + x, y, SMALL_FONT, TextTone::Quiet, piece)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Syntax, clipped};

    #[test]
    fn parts_end_before_the_sign_of_a_cut_of_the_same_length() {
        let parts = clipped(
            &[(0..3, Syntax::Text), (3..8, Syntax::Text)],
            "abcdefgh",
            "abcde…",
        );
        let ends: Vec<usize> = parts.iter().map(|(range, _)| range.end).collect();
        assert_eq!(ends, [3, 5]);
    }
}
