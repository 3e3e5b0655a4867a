//! The areas of a page, for an arrangement and a width.

use super::geometry::Rect;
use super::metrics::{MARGIN, ROW_FONT, SMALL_FONT, text_width};
use super::page::LegendSign;
use super::text::{flow, wrap};
use std::collections::BTreeSet;

/// Letters of the words at the top, and the height of their lines.
pub(super) const WORDS_FONT: f64 = 14.0;
pub(super) const WORDS_LINE: f64 = 20.0;
/// Height of a line of source or output.
pub(super) const CODE_LINE: f64 = 17.0;
/// Height of a line in small letters.
pub(super) const SMALL_LINE: f64 = 16.0;
/// Space between pieces of small print.
pub(super) const PIECE_GAP: f64 = 20.0;
/// Width of the words left of a line's number, and space between number and text.
pub(super) const WORD_WIDTH: f64 = 30.0;
pub(super) const NUMBER_GAP: f64 = 9.0;
/// Width of a sign in the legend, with the space behind it.
pub(super) const SAMPLE: f64 = 34.0;
/// Space between areas, and inside the panel's edge.
const SPACE: f64 = 16.0;
const HALF_SPACE: f64 = SPACE / 2.0;
const INSET: f64 = 9.0;
/// Words take at most the room of so many letters, and three lines at least.
const WORDS_LETTERS: f64 = 288.0;
const WORDS_LINES: f64 = 3.0;
/// The widest output that a panel is made wider for.
const OUTPUT_WIDTH: f64 = 20.0 * ROW_FONT;

/// Where the source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Above,
}

/// What stands on a page, and how large it is.
#[derive(Debug, Clone)]
pub(super) struct Content<'n> {
    pub words: &'n BTreeSet<String>,
    pub side: Side,
    /// Lines of source.
    pub lines: usize,
    /// Width of the text of a line, and of the numbers before it.
    pub code_width: f64,
    pub numbers: f64,
    pub output_lines: usize,
    pub output_width: f64,
    /// As it was laid out.
    pub memory: Rect,
    pub signs: &'n BTreeSet<LegendSign>,
    /// Widths of step, event and file.
    pub print: [f64; 3],
    /// The narrowest lines that words are broken into.
    pub least_words: f64,
}

/// A page's areas; what does not stand on it has no height.
#[derive(Debug, Clone)]
pub(super) struct Composition {
    pub width: f64,
    pub height: f64,
    pub scale: f64,
    side: Side,
    pub words: Rect,
    pub most_words: usize,
    pub panel: Option<Rect>,
    pub code: Rect,
    pub code_lines: usize,
    /// Width of the numbers.
    pub numbers: f64,
    pub output: Rect,
    /// Where the memory stands, and how far it is moved to there.
    pub memory: Rect,
    pub shift: (f64, f64),
    pub legend: Rect,
    pub print: Rect,
}

/// The panel with source and output.
#[derive(Debug, Default)]
struct Panel {
    whole: Option<Rect>,
    code: Rect,
    output: Rect,
}

impl Content<'_> {
    /// The page, at least so wide.
    pub(super) fn page(&self, least: f64) -> Composition {
        let width = (self.least_width() + 2.0 * MARGIN).max(least).ceil();
        let inner = width - 2.0 * MARGIN;
        let (words, most_words) = self.words(inner);
        let top = words.bottom() + HALF_SPACE;
        let mut panel = self.panel(top, inner);
        let (left, below) = match (self.side, panel.whole) {
            (_, None) => (MARGIN, top),
            (Side::Left, Some(whole)) => (whole.right() + SPACE, top),
            (Side::Above, Some(whole)) => (MARGIN, whole.bottom() + SPACE),
        };
        let room = MARGIN + inner - left;
        let Rect {
            width: memory_width,
            height: memory_height,
            ..
        } = self.memory;
        let aside = ((room - memory_width) / 2.0).max(0.0);
        let memory = area(
            (left + aside).round(),
            below.round(),
            memory_width,
            memory_height,
        );
        let signs: Vec<f64> = self.signs.iter().map(|sign| sign_width(*sign)).collect();
        let signs = lines(&signs, room) * SMALL_LINE;
        let space = if signs > 0.0 { HALF_SPACE } else { 0.0 };
        let legend = area(left, memory.bottom() + space, room, signs);
        let mut bottom = legend.bottom();
        if let Some(whole) = &mut panel.whole {
            bottom = bottom.max(whole.bottom());
            if self.side == Side::Left {
                whole.height = bottom - whole.y;
            }
        }
        let print = lines(&self.print, inner) * SMALL_LINE;
        let print = area(MARGIN, bottom + HALF_SPACE, inner, print);
        Composition {
            width,
            height: (print.bottom() + HALF_SPACE).ceil(),
            scale: 1.0,
            side: self.side,
            words,
            most_words,
            panel: panel.whole,
            code: panel.code,
            code_lines: self.lines,
            numbers: self.numbers,
            output: panel.output,
            memory,
            shift: (
                memory.x - self.memory.x.floor(),
                memory.y - self.memory.y.floor(),
            ),
            legend,
            print,
        }
    }

    /// Width and height of the source.
    fn code(&self) -> (f64, f64) {
        match self.lines {
            0 => (0.0, 0.0),
            lines => (
                WORD_WIDTH + self.numbers + NUMBER_GAP + self.code_width,
                lines as f64 * CODE_LINE,
            ),
        }
    }

    /// Width and height of the output.
    fn output(&self) -> (f64, f64) {
        match self.output_lines {
            0 => (0.0, 0.0),
            lines => (
                self.output_width.max(text_width("printed", SMALL_FONT)),
                SMALL_LINE + lines as f64 * CODE_LINE,
            ),
        }
    }

    /// Width of the panel, if there is one. Output is cut rather than make it much wider.
    fn panel_width(&self) -> Option<f64> {
        let (code, output) = (self.code(), self.output());
        let inside = code.0.max(output.0.min(OUTPUT_WIDTH));
        (code.1 + output.1 > 0.0).then_some(inside + 2.0 * INSET)
    }

    /// Width of all that is not cut or broken.
    fn least_width(&self) -> f64 {
        let content = match (self.side, self.panel_width()) {
            (_, None) => self.memory.width,
            (Side::Left, Some(panel)) => panel + SPACE + self.memory.width,
            (Side::Above, Some(panel)) => panel.max(self.memory.width),
        };
        let words = self.words.iter();
        let words = words.map(|words| text_width(words, WORDS_FONT));
        content.max(words.fold(0.0, f64::max).min(self.least_words))
    }

    /// The place of the words, and how many lines of them there are at most.
    fn words(&self, inner: f64) -> (Rect, usize) {
        let most = (WORDS_LETTERS * text_width("m", WORDS_FONT) / inner).ceil();
        let most = most.max(WORDS_LINES) as usize;
        let words = self.words.iter();
        let lines = words.map(|words| wrap(words, WORDS_FONT, inner, most).len());
        let height = lines.max().unwrap_or(0) as f64 * WORDS_LINE;
        (area(MARGIN, HALF_SPACE, inner, height), most)
    }

    /// Source and output, one below the other; side by side where they stand above the memory and
    /// the page is wide enough.
    fn panel(&self, top: f64, inner: f64) -> Panel {
        let Some(least) = self.panel_width() else {
            return Panel::default();
        };
        let (code, output) = (self.code(), self.output());
        let width = match self.side {
            Side::Left => least,
            Side::Above => inner,
        };
        let inside = width - 2.0 * INSET;
        let (x, y) = (MARGIN + INSET, top + INSET);
        let has_both = code.1 > 0.0 && output.1 > 0.0;
        let apart = code.0 + SPACE + output.0 <= inside;
        let (code_area, output_area) = if has_both && self.side == Side::Above && apart {
            let at = x + inside - output.0;
            (
                area(x, y, at - SPACE - x, code.1),
                area(at, y, output.0, output.1),
            )
        } else {
            let between = if has_both { INSET } else { 0.0 };
            (
                area(x, y, inside, code.1),
                area(x, y + code.1 + between, inside, output.1),
            )
        };
        let bottom = code_area.bottom().max(output_area.bottom()) + INSET;
        Panel {
            whole: Some(area(MARGIN, top, width, bottom - top)),
            code: code_area,
            output: output_area,
        }
    }
}

impl Composition {
    /// Makes the page higher: the small print comes to its foot, the memory to the middle of what is
    /// free.
    pub(super) fn stretch(&mut self, by: f64) {
        if by <= 0.0 {
            return;
        }
        self.height += by;
        self.print.y += by;
        let half = (by / 2.0).round();
        self.memory.y += half;
        self.shift.1 += half;
        self.legend.y += half;
        if let (Side::Left, Some(panel)) = (self.side, &mut self.panel) {
            panel.height += by;
        }
    }
}

fn area(x: f64, y: f64, width: f64, height: f64) -> Rect {
    Rect {
        x,
        y,
        width,
        height,
    }
}

/// How many lines pieces of these widths take, those without width left out.
fn lines(widths: &[f64], width: f64) -> f64 {
    let widths = widths.iter().filter(|piece| **piece > 0.0);
    let widths: Vec<f64> = widths.map(|piece| piece.min(width)).collect();
    let places = flow(&widths, PIECE_GAP, width);
    places.last().map_or(0, |(line, _)| line + 1) as f64
}

/// Width of an entry of the legend.
pub(super) fn sign_width(sign: LegendSign) -> f64 {
    SAMPLE + text_width(sign.words(), SMALL_FONT)
}
