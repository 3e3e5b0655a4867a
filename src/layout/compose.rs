//! How a page is composed: of some arrangements the one that a reader sees best.

use super::areas::{Composition, Content, NUMBER_GAP, Side, WORD_WIDTH};
use super::code::{shown_lines, wanted_lines};
use super::geometry::Rect;
use super::metrics::{GUTTER, ROW_FONT, SMALL_FONT, text_width};
use super::page::{LegendSign, PageOptions, PagePart, Preset};
use super::picture::Picture;
use super::sheet::Sheet;
use crate::trace::Cause;
use crate::view::{Caption, Listing, Status};
use std::collections::{BTreeMap, BTreeSet};

/// The narrowest lines of words: in pixels of a screen, and as a share of a narrow page.
const WORDS_WIDTH: f64 = 400.0;
const WORDS_SHARE: f64 = 0.8;
/// Lines of source that are shown at least.
const FEWEST_LINES: usize = 5;
/// Numbers of lines and of letters in a line that are tried.
const LINES: [usize; 9] = [FEWEST_LINES, 7, 9, 12, 16, 20, 25, 30, 36];
const COLUMNS: [usize; 4] = [88, 72, 60, 50];
/// How much of a page's worth hangs on its showing all of the source that is wanted.
const SOURCES_SHARE: f64 = 0.4;
/// As much of the largest letters' size may be given away for more source.
const GIVEN_AWAY: f64 = 0.92;
/// Letters of less than this part of what is legible are too small.
const TOO_SMALL: f64 = 0.6;
/// So many of the longest captions are tried in every arrangement.
const TRIED: usize = 24;

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
    signs: BTreeSet<LegendSign>,
    /// Step, event and file: the widest of each.
    print: [f64; 3],
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
        wanted(PagePart::File, &caption.file)
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned(),
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

    /// Takes a picture, and the area around its boxes and arrows.
    pub(super) fn add(&mut self, picture: &Picture, extent: Option<Rect>, options: &PageOptions) {
        self.add_caption(&picture.caption, options);
        if let Some(extent) = extent {
            self.add_memory(extent);
        }
        self.signs.extend(signs(picture, options));
    }

    /// The same with the whole of these as the memory.
    pub(super) fn around(mut self, sheets: &[Sheet]) -> Needs {
        self.memory = None;
        for sheet in sheets {
            self.add_memory(Rect {
                x: 0.0,
                y: 0.0,
                width: sheet.width + GUTTER,
                height: sheet.bottom,
            });
        }
        self
    }

    /// How high the letters of rows are on the best page, in pixels of its paper.
    pub(super) fn letters(&self, options: &PageOptions) -> f64 {
        let page = self.compose(options);
        Paper::of(options.preset).letters(page.width, page.height)
    }

    /// Whether that is much less than what can be read well: a row of boxes that says something as
    /// it is, as a linked list, is not broken for a little.
    pub(super) fn are_too_small(&self, options: &PageOptions) -> bool {
        self.letters(options) < TOO_SMALL * Paper::of(options.preset).legible
    }

    /// The best page of all arrangements.
    pub(super) fn compose(&self, options: &PageOptions) -> Composition {
        let paper = Paper::of(options.preset);
        let longest = self.with_longest_words();
        let pages: Vec<(Shape, f64, f64)> = self
            .shapes()
            .into_iter()
            .map(|shape| {
                let page = longest.page(shape, paper);
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
        let best = longest.filled(shape, paper);
        let mut page = self.page(best, paper);
        if !paper.exact {
            page.scale = options.font_size.unwrap_or(ROW_FONT) / ROW_FONT;
        }
        page
    }

    /// The same with a few captions alone, those that take the most lines.
    fn with_longest_words(&self) -> Needs {
        let mut words: Vec<&String> = self.words.iter().collect();
        words.sort_by_cached_key(|words| std::cmp::Reverse(words.chars().count()));
        Needs {
            words: words.into_iter().take(TRIED).cloned().collect(),
            ..self.clone()
        }
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

    /// The page of an arrangement.
    fn page(&self, shape: Shape, paper: Paper) -> Composition {
        let content = self.content(shape, paper);
        let narrow = content.page(0.0);
        if !paper.exact {
            return narrow;
        }
        let width = match paper.height {
            // What is higher than the paper gets wider, too.
            Some(height) => narrow.width.max(narrow.height * paper.width / height),
            None => narrow.width.max(paper.width * ROW_FONT / paper.ample),
        };
        let mut page = content.page(width);
        page.scale = paper.width / page.width;
        if let Some(height) = paper.height {
            page.stretch(height / page.scale - page.height);
        }
        page
    }

    fn content(&self, shape: Shape, paper: Paper) -> Content<'_> {
        Content {
            words: &self.words,
            side: shape.side,
            lines: shape.lines,
            code_width: shape.columns as f64 * text_width("m", ROW_FONT),
            numbers: self.numbers(),
            output_lines: self.output_lines,
            output_width: self.output_width,
            memory: self.memory.unwrap_or_default(),
            signs: &self.signs,
            print: self.print,
            least_words: match paper.height {
                Some(_) => WORDS_WIDTH,
                None => paper.width * WORDS_SHARE,
            },
        }
    }
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
            Status::NotFreed => signs.insert(LegendSign::NotFreed),
            Status::Dead(Cause::OutOfReach) => signs.insert(LegendSign::OutOfReach),
            Status::Dead(_) => signs.insert(LegendSign::Freed),
            _ => false,
        };
    }
    signs
}
