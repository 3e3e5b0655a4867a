//! How a page is composed: of some arrangements the one that a reader sees best.

use super::code::{shown_lines, wanted_lines};
use super::metrics::{MARGIN, ROW_FONT, SMALL_FONT, text_width};
use super::page::{LegendSign, PageOptions, PagePart, Preset};
use super::picture::{Picture, Rect};
use super::text::{flow, wrap};
use crate::view::{Caption, Listing, Status};
use std::collections::{BTreeMap, BTreeSet};

/// Letters of the words at the top, and the height of their lines.
pub(super) const WORDS_FONT: f64 = 14.0;
pub(super) const WORDS_LINE: f64 = 20.0;
/// Height of a line of source or output.
pub(super) const CODE_LINE: f64 = 17.0;
/// Height of a line in small letters.
pub(super) const SMALL_LINE: f64 = 16.0;
/// Space between areas, and inside the panel's edge.
pub(super) const SPACE: f64 = 16.0;
pub(super) const INSET: f64 = 9.0;
/// Space between pieces of small print.
pub(super) const PIECE_GAP: f64 = 20.0;
/// Width of the words left of a line's number, and space between number and text.
pub(super) const WORD_WIDTH: f64 = 32.0;
pub(super) const NUMBER_GAP: f64 = 9.0;
/// Width of a sign in the legend, with the space behind it.
pub(super) const SAMPLE: f64 = 34.0;
/// Words take at most the room of so many letters.
const WORDS_LETTERS: f64 = 288.0;
/// The narrowest line of words.
const WORDS_WIDTH: f64 = 400.0;
/// Lines of source that are shown at least.
const FEWEST_LINES: usize = 5;
/// Numbers of lines and of letters in a line that are tried.
const LINES: [usize; 9] = [FEWEST_LINES, 7, 9, 12, 16, 20, 25, 30, 36];
const COLUMNS: [usize; 4] = [88, 72, 60, 50];
/// How much of a page's worth hangs on its showing all of the source that is wanted.
const SOURCES_SHARE: f64 = 0.4;
/// As much of the largest letters' size may be given away for more source.
const GIVEN_AWAY: f64 = 0.92;

/// Where the source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Above,
}

/// An arrangement: where the source stands, and how many lines and columns of it.
#[derive(Debug, Clone, Copy)]
struct Shape {
    side: Side,
    lines: usize,
    columns: usize,
}

/// A page's paper, in pixels, and which letters are good enough and large enough on it.
#[derive(Debug, Clone, Copy)]
struct Paper {
    width: f64,
    /// None where the page is as high as it needs.
    height: Option<f64>,
    legible: f64,
    ample: f64,
    /// Whether the page has this size, or what it needs of it.
    exact: bool,
}

impl Paper {
    fn of(preset: Option<Preset>) -> Paper {
        let screen = Paper {
            width: 1920.0,
            height: Some(1080.0),
            legible: 28.0,
            ample: 36.0,
            exact: false,
        };
        match preset {
            None => screen,
            Some(Preset::Slide) => Paper {
                exact: true,
                ..screen
            },
            Some(Preset::Post) => Paper {
                width: 720.0,
                height: None,
                legible: 13.0,
                ample: 16.0,
                exact: true,
            },
            // 3.4 inches; 6 and 8 points.
            Some(Preset::Print) => Paper {
                width: 326.4,
                height: None,
                legible: 8.0,
                ample: 10.5,
                exact: true,
            },
        }
    }

    /// How high the letters of rows are on it, for a page of so many units.
    fn letters(&self, width: f64, height: f64) -> f64 {
        let scale = self.width / width;
        let scale = self.height.map_or(scale, |high| scale.min(high / height));
        ROW_FONT * scale
    }
}

/// What the pictures of a product need.
#[derive(Debug, Clone, Default)]
pub(super) struct Needs {
    memory: Option<Rect>,
    words: BTreeSet<String>,
    listings: BTreeMap<(String, u32, Option<u32>, Option<u32>), Listing>,
    output_lines: usize,
    output_width: f64,
    pub(super) signs: BTreeSet<LegendSign>,
    /// Step, event and file: the widest of each.
    print: [f64; 3],
}

/// A page's areas; what does not stand on it has no height.
#[derive(Debug, Clone)]
pub(super) struct Composition {
    pub width: f64,
    pub height: f64,
    pub scale: f64,
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

/// What the caption of a picture says at its top.
pub(super) fn words_of(caption: &Caption) -> String {
    match caption.words.is_empty() {
        true => caption.event.clone(),
        false => caption.words.join("  "),
    }
}

/// The small print: step, event and file, as far as they are wanted.
pub(super) fn print_of(caption: &Caption, options: &PageOptions) -> [String; 3] {
    let wanted = |part, text: &String| match options.has(part) {
        true => text.clone(),
        false => String::new(),
    };
    let event = match caption.words.is_empty() && options.has(PagePart::Caption) {
        // It stands in the place of the words.
        true => String::new(),
        false => wanted(PagePart::Step, &caption.event),
    };
    [
        wanted(PagePart::Step, &caption.step),
        event,
        wanted(PagePart::File, &caption.file),
    ]
}

impl Needs {
    pub(super) fn add_caption(&mut self, caption: &Caption, options: &PageOptions) {
        if options.has(PagePart::Caption) {
            self.words.insert(words_of(caption));
        }
        let listing = &caption.source;
        if options.has(PagePart::Code) && !listing.source.lines.is_empty() {
            let key = (caption.file.clone(), listing.at, listing.ran, listing.next);
            self.listings.entry(key).or_insert_with(|| listing.clone());
        }
        if options.has(PagePart::Output) {
            self.output_lines = self.output_lines.max(caption.output.len());
            let widths = caption.output.iter().map(|line| text_width(line, ROW_FONT));
            self.output_width = widths.fold(self.output_width, f64::max);
        }
        for (widest, text) in self.print.iter_mut().zip(print_of(caption, options)) {
            *widest = widest.max(text_width(&text, SMALL_FONT));
        }
    }

    pub(super) fn add_memory(&mut self, area: Rect) {
        self.memory = Some(self.memory.map_or(area, |memory| memory.around(&area)));
    }

    pub(super) fn add(&mut self, picture: &Picture, options: &PageOptions) {
        self.add_caption(&picture.caption, options);
        if let Some(extent) = picture.extent() {
            self.add_memory(extent);
        }
        self.signs.extend(signs(picture, options));
    }

    /// The best page of all arrangements.
    pub(super) fn compose(&self, options: &PageOptions) -> Composition {
        let paper = Paper::of(options.preset);
        let pages: Vec<(Shape, f64, f64)> = self
            .shapes()
            .into_iter()
            .map(|shape| {
                let page = self.page(shape, paper);
                let letters = paper.letters(page.width, page.height);
                (shape, letters, self.share(shape))
            })
            .collect();
        let largest = pages.iter().map(|page| page.1).fold(0.0, f64::max);
        let floor = paper.legible.min(largest * GIVEN_AWAY);
        let worth = |(shape, letters, share): &(Shape, f64, f64)| {
            let small = if *letters < floor { -1e3 } else { 0.0 };
            let worth = letters.min(paper.ample) * (1.0 - SOURCES_SHARE + SOURCES_SHARE * share);
            // Of equals, the one with more lines, and the larger letters.
            small + worth + letters * 1e-3 + shape.lines as f64 * 1e-5
        };
        let best = pages.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)));
        let shape = best.map_or(
            Shape {
                side: Side::Left,
                lines: 0,
                columns: 0,
            },
            |best| best.0,
        );
        let mut page = self.page(self.filled(shape, paper), paper);
        if !paper.exact {
            page.scale = options.font_size.unwrap_or(ROW_FONT) / ROW_FONT;
        }
        page
    }

    fn shapes(&self) -> Vec<Shape> {
        let wanted = self.listings.values().map(wanted_lines).max().unwrap_or(0);
        let mut lines: Vec<usize> = LINES.into_iter().filter(|n| *n < wanted).collect();
        lines.push(wanted);
        let mut shapes = Vec::new();
        for lines in lines {
            let natural = self.columns(lines);
            let mut columns: Vec<usize> = COLUMNS.into_iter().filter(|n| *n < natural).collect();
            columns.push(natural);
            for columns in columns {
                for side in [Side::Left, Side::Above] {
                    shapes.push(Shape {
                        side,
                        lines,
                        columns,
                    });
                }
            }
        }
        shapes
    }

    /// Columns of the longest line, where so many lines are shown.
    fn columns(&self, lines: usize) -> usize {
        let letter = text_width("m", ROW_FONT);
        let widths = self.shown(lines).map(|text| text_width(text, ROW_FONT));
        (widths.fold(0.0, f64::max) / letter).ceil() as usize
    }

    fn shown(&self, lines: usize) -> impl Iterator<Item = &str> {
        self.listings.values().flat_map(move |listing| {
            let numbers = shown_lines(listing, lines).into_iter();
            numbers
                .filter_map(|number| listing.line(number))
                .map(|line| line.text.as_str())
        })
    }

    /// How much of the wanted source an arrangement shows, from 0 to 1.
    fn share(&self, shape: Shape) -> f64 {
        let wanted = self.listings.values().map(wanted_lines).max().unwrap_or(0);
        let (mut all, mut cut) = (0.0, 0.0);
        let width = shape.columns as f64 * text_width("m", ROW_FONT) + 0.1;
        for text in self.shown(shape.lines) {
            all += 1.0;
            cut += f64::from(u8::from(text_width(text, ROW_FONT) > width));
        }
        let lines = shape.lines.min(wanted) as f64 / wanted.max(1) as f64;
        lines * (1.0 - cut / f64::max(all, 1.0))
    }

    /// The same arrangement with all the source that its page has room for.
    fn filled(&self, shape: Shape, paper: Paper) -> Shape {
        let fits = |fuller: Shape| {
            let (before, after) = (self.page(shape, paper), self.page(fuller, paper));
            after.width <= before.width && after.height <= before.height
        };
        let mut best = shape;
        let most = self.listings.values().map(|one| one.source.lines.len());
        let most = most.max().unwrap_or(0).min(3 * LINES[LINES.len() - 1]);
        for lines in shape.lines + 1..=most {
            let columns = self.columns(lines).max(best.columns);
            let fuller = Shape {
                lines,
                columns,
                ..best
            };
            if !fits(fuller) {
                break;
            }
            best = fuller;
        }
        let output = self.output_width - WORD_WIDTH - self.numbers() - NUMBER_GAP;
        let output = (output / text_width("m", ROW_FONT)).ceil().max(0.0) as usize;
        let natural = self.columns(best.lines).max(output);
        while best.columns < natural {
            let wider = Shape {
                columns: best.columns + 1,
                ..best
            };
            if !fits(wider) {
                break;
            }
            best = wider;
        }
        best
    }

    fn numbers(&self) -> f64 {
        let last = self.listings.values().map(|one| one.source.lines.len());
        let digits = last.max().unwrap_or(0).to_string().len();
        text_width(&"0".repeat(digits), ROW_FONT)
    }

    /// Width and height of source and of output, without the panel's edge.
    fn panel_parts(&self, shape: Shape) -> [(f64, f64); 2] {
        let code = match self.listings.is_empty() {
            true => (0.0, 0.0),
            false => (
                WORD_WIDTH
                    + self.numbers()
                    + NUMBER_GAP
                    + shape.columns as f64 * text_width("m", ROW_FONT),
                shape.lines as f64 * CODE_LINE,
            ),
        };
        let output = match self.output_lines {
            0 => (0.0, 0.0),
            lines => (
                self.output_width.max(text_width("printed", SMALL_FONT)),
                SMALL_LINE + lines as f64 * CODE_LINE,
            ),
        };
        [code, output]
    }

    /// The page of an arrangement.
    fn page(&self, shape: Shape, paper: Paper) -> Composition {
        let narrow = self.page_of_width(shape, paper, 0.0);
        if !paper.exact {
            return narrow;
        }
        let width = match paper.height {
            // What is higher than the paper gets wider, too.
            Some(height) => narrow.width.max(narrow.height * paper.width / height),
            None => narrow.width.max(paper.width * ROW_FONT / paper.ample),
        };
        let mut page = self.page_of_width(shape, paper, width);
        page.scale = paper.width / page.width;
        if let Some(height) = paper.height {
            let lower = height / page.scale - page.height;
            page.lower(lower);
        }
        page
    }

    /// The page of an arrangement, at least so wide.
    fn page_of_width(&self, shape: Shape, paper: Paper, least: f64) -> Composition {
        let memory = self.memory.unwrap_or(Rect {
            x: 0.0,
            y: 0.0,
            width: 0.0,
            height: 0.0,
        });
        let [code, output] = self.panel_parts(shape);
        let has_panel = code.1 + output.1 > 0.0;
        let between = if code.1 > 0.0 && output.1 > 0.0 {
            INSET
        } else {
            0.0
        };
        // Output is cut rather than make the panel wider, but for its heading.
        let least_panel = code.0.max(output.0.min(20.0 * ROW_FONT));
        let beside = if has_panel && shape.side == Side::Left {
            least_panel + 2.0 * INSET + SPACE
        } else {
            0.0
        };
        let content = match shape.side {
            Side::Left => beside + memory.width,
            Side::Above if has_panel => memory.width.max(least_panel + 2.0 * INSET),
            Side::Above => memory.width,
        };
        let words_width = self
            .words
            .iter()
            .map(|words| text_width(words, WORDS_FONT))
            .fold(0.0, f64::max);
        let content = content.max(words_width.min(match paper.height {
            Some(_) => WORDS_WIDTH,
            None => paper.width * 0.8,
        }));
        let width = (content + 2.0 * MARGIN).max(least).ceil();
        let inner = width - 2.0 * MARGIN;

        let most_words = (WORDS_LETTERS * text_width("m", WORDS_FONT) / inner).ceil();
        let most_words = most_words.max(3.0) as usize;
        let lines = self
            .words
            .iter()
            .map(|words| wrap(words, WORDS_FONT, inner, most_words).len())
            .max()
            .unwrap_or(0);
        let mut y = MARGIN / 2.0;
        let words = area(MARGIN, y, inner, lines as f64 * WORDS_LINE);
        y = words.bottom() + MARGIN / 2.0;

        // What is left of the width is the source's, as far as it needs it.
        let top = y;
        let (mut code_area, mut output_area) = (area(0.0, 0.0, 0.0, 0.0), area(0.0, 0.0, 0.0, 0.0));
        let mut panel = None;
        let (mut memory_left, mut memory_top) = (MARGIN, y);
        if has_panel {
            let x = MARGIN + INSET;
            let side_by_side =
                shape.side == Side::Above && code.0 + SPACE + output.0 <= inner - 2.0 * INSET;
            let panel_width = match shape.side {
                Side::Left => least_panel + 2.0 * INSET,
                Side::Above => inner,
            };
            let inside = panel_width - 2.0 * INSET;
            let height = if side_by_side {
                code.1.max(output.1)
            } else {
                code.1 + between + output.1
            };
            code_area = area(x, y + INSET, inside, code.1);
            output_area = if side_by_side && code.1 > 0.0 {
                code_area.width = code.0.max(inside - output.0 - SPACE);
                area(x + inside - output.0, y + INSET, output.0, output.1)
            } else {
                area(x, y + INSET + code.1 + between, inside, output.1)
            };
            let whole = area(MARGIN, y, panel_width, height + 2.0 * INSET);
            match shape.side {
                Side::Left => memory_left = whole.right() + SPACE,
                Side::Above => memory_top = whole.bottom() + SPACE,
            }
            panel = Some(whole);
        }
        let room = MARGIN + inner - memory_left;
        let memory_area = area(
            (memory_left + (room - memory.width) / 2.0)
                .max(memory_left)
                .round(),
            memory_top.round(),
            memory.width,
            memory.height,
        );
        let signs = self.signs.iter().map(|sign| sign_width(*sign));
        let places = flow(&signs.collect::<Vec<_>>(), PIECE_GAP, room);
        let legend_lines = places.last().map_or(0, |(line, _)| line + 1) as f64;
        let space = if legend_lines > 0.0 && memory.height > 0.0 {
            SPACE / 2.0
        } else {
            0.0
        };
        let legend = area(
            memory_left,
            memory_area.bottom() + space,
            room,
            legend_lines * SMALL_LINE,
        );
        let mut bottom = legend.bottom();
        if let Some(panel) = &mut panel {
            bottom = bottom.max(panel.bottom());
            if shape.side == Side::Left {
                panel.height = bottom - top;
            }
        }
        let pieces: Vec<f64> = self
            .print
            .into_iter()
            .filter(|width| *width > 0.0)
            .collect();
        let pieces: Vec<f64> = pieces.into_iter().map(|width| width.min(inner)).collect();
        let places = flow(&pieces, PIECE_GAP, inner);
        let print_lines = places.last().map_or(0, |(line, _)| line + 1) as f64;
        let print = area(
            MARGIN,
            bottom + MARGIN / 2.0,
            inner,
            print_lines * SMALL_LINE,
        );
        Composition {
            width,
            height: (print.bottom() + MARGIN / 2.0).ceil(),
            scale: 1.0,
            words,
            most_words,
            panel,
            code: code_area,
            code_lines: shape.lines,
            numbers: self.numbers(),
            output: output_area,
            memory: memory_area,
            shift: (
                memory_area.x - memory.x.floor(),
                memory_area.y - memory.y.floor(),
            ),
            legend,
            print,
        }
    }
}

impl Composition {
    /// Makes the page higher: what lies below comes to its foot, the memory to the middle of what
    /// is free.
    fn lower(&mut self, by: f64) {
        if by <= 0.0 {
            return;
        }
        self.height += by;
        self.print.y += by;
        let half = (by / 2.0).round();
        self.memory.y += half;
        self.shift.1 += half;
        self.legend.y += half;
        if let Some(panel) = &mut self.panel
            && panel.right() < self.memory.x
        {
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

/// Width of an entry of the legend.
pub(super) fn sign_width(sign: LegendSign) -> f64 {
    SAMPLE + text_width(sign.words(), SMALL_FONT)
}

/// The signs of a picture that are not plain.
pub(super) fn signs(picture: &Picture, options: &PageOptions) -> BTreeSet<LegendSign> {
    let mut signs = BTreeSet::new();
    if !options.has(PagePart::Legend) {
        return signs;
    }
    if picture.arrows.iter().any(|arrow| arrow.weak) {
        signs.insert(LegendSign::Weak);
    }
    for picture_box in &picture.boxes {
        match picture_box.status {
            Status::Unreachable => signs.insert(LegendSign::Unreachable),
            Status::Dead(_) => signs.insert(LegendSign::Freed),
            _ => false,
        };
    }
    signs
}
