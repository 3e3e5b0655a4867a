//! A contact sheet: steps side by side on one page, each with its words above it.

use super::animation::with_prefix;
use super::style::Looks;
use super::svg::{Drawing, Head, Owner, parts};
use super::theme::Theme;
use super::timeline::{Group, Timeline, contains};
use super::xml::{Xml, rounded};
use crate::layout::{MARGIN, Picture, Piece, ROW_FONT, text_width};
use crate::view::Caption;

/// Width over height of a sheet, as near as whole pictures allow: paper lying on its side.
const SHAPE: f64 = 1.414;
const GAP: f64 = 24.0;
/// Height of the words above a picture: of the first line, and of each further one.
const HEADING: f64 = 28.0;
const LINE: f64 = 18.0;
/// The most pictures that stand side by side in a strip.
const MOST_ABREAST: usize = 3;
/// Width of a picture in a strip at least, so that words stand above it.
const SMALLEST: f64 = 420.0;
const DRAFT: &str = "mv";

/// Writes pictures of one run as one SVG document. What they have in common stands in it once.
pub fn sheet(pictures: &[Picture], theme: Theme) -> String {
    let (width, height) = size(pictures);
    let panels = pictures.iter().map(|picture| Panel {
        heading: picture.caption.step.clone(),
        beside: picture.caption.event.clone(),
        below: line_of(&picture.caption).into_iter().collect(),
    });
    let cell = (width + GAP, height + HEADING + LINE + GAP);
    page(
        pictures,
        &panels.collect::<Vec<_>>(),
        columns(pictures.len(), cell.0, cell.1),
        theme,
        true,
    )
}

/// Writes a few pictures of one run as one SVG document, side by side, each with all of its words
/// above it. `headings` stand in place of what says which step it is.
pub fn strip(pictures: &[Picture], headings: &[&str], theme: Theme) -> String {
    let pictures: Vec<Picture> = pictures.iter().map(cropped).collect();
    let (width, _) = size(&pictures);
    let room = width - 2.0 * MARGIN;
    let panels = pictures.iter().enumerate().map(|(i, picture)| {
        let caption = &picture.caption;
        let heading = headings
            .get(i)
            .map_or(caption.step.as_str(), |words| *words);
        let mut said = wrapped(&caption.event, room - beside(heading), room);
        said.extend(wrapped(&caption.words.join(" "), room, room));
        let mut said = said.into_iter();
        Panel {
            heading: heading.to_owned(),
            beside: said.next().unwrap_or_default(),
            below: said.chain(line_of(caption)).collect(),
        }
    });
    let columns = pictures.len().clamp(1, MOST_ABREAST);
    // The words at the boxes have to do for a legend.
    page(
        &pictures,
        &panels.collect::<Vec<_>>(),
        columns,
        theme,
        false,
    )
}

/// A picture without the room beside and below what it shows.
fn cropped(picture: &Picture) -> Picture {
    let mut picture = picture.clone();
    let mut right: f64 = SMALLEST - MARGIN;
    let mut bottom = picture.header;
    for rect in picture.boxes.iter().map(|one| one.rect) {
        right = right.max(rect.right());
        bottom = bottom.max(rect.bottom());
    }
    for piece in picture.arrows.iter().flat_map(|arrow| &arrow.pieces) {
        let (Piece::Line(to) | Piece::Curve(_, _, to)) = piece;
        right = right.max(to.x);
        bottom = bottom.max(to.y);
    }
    picture.width = right + MARGIN;
    picture.height = bottom + MARGIN;
    picture
}

/// The size of the largest picture, without its caption.
fn size(pictures: &[Picture]) -> (f64, f64) {
    let largest = |side: fn(&Picture) -> f64| pictures.iter().map(side).fold(0.0, f64::max);
    (
        largest(|picture| picture.width),
        largest(|picture| picture.height - picture.header),
    )
}

fn page(
    pictures: &[Picture],
    panels: &[Panel],
    columns: usize,
    theme: Theme,
    legend: bool,
) -> String {
    let mut timeline = Timeline::default();
    let drawing = Drawing::new(DRAFT, theme);
    for picture in pictures {
        timeline.add(parts(&drawing, picture));
    }
    let sheet = Sheet {
        pictures,
        panels,
        columns,
        theme,
        // The words above each picture say what its caption says.
        groups: timeline.groups(|owner| match owner {
            Owner::Page | Owner::Caption => false,
            Owner::Legend => legend,
            _ => true,
        }),
    };
    let draft = sheet.document(DRAFT);
    sheet.document(&format!("mv{:08x}", crc32fast::hash(draft.as_bytes())))
}

/// The words above a picture.
struct Panel {
    heading: String,
    beside: String,
    below: Vec<String>,
}

struct Sheet<'a> {
    pictures: &'a [Picture],
    panels: &'a [Panel],
    columns: usize,
    theme: Theme,
    groups: Vec<Group<'a>>,
}

impl Sheet<'_> {
    fn document(&self, prefix: &str) -> String {
        let (width, height) = size(self.pictures);
        let lines = self.panels.iter().map(|panel| panel.below.len());
        let words = HEADING + lines.max().unwrap_or(0) as f64 * LINE;
        let height = words + height;
        let columns = self.columns;
        let rows = self.pictures.len().div_ceil(columns);
        let file = self.pictures.first().map_or("", |p| &p.caption.file);
        let head = Head {
            prefix,
            width: columns as f64 * (width + GAP) + GAP,
            height: rows as f64 * (height + GAP) + GAP,
            text_colour: Drawing::new(prefix, self.theme).text_colour(),
            title: &format!("{file}, {} steps on one page", self.pictures.len()),
            description: &self
                .pictures
                .iter()
                .map(|picture| format!("{}: {}.", picture.caption.step, picture.caption.event))
                .collect::<Vec<_>>()
                .join(" "),
        };
        let drawing = Drawing::new(prefix, self.theme);
        let mut looks = Looks::default();
        let bodies: Vec<String> = self
            .groups
            .iter()
            .map(|group| looks.shorten(&with_prefix(&group.parts.concat(), prefix)))
            .collect();
        head.document(|xml| {
            xml.text("style", &[], &looks.rules(prefix));
            drawing.arrow_heads(xml);
            xml.element("g", &[("id", prefix.into())], |xml| {
                self.shared(xml, prefix, &bodies);
                drawing.fill(xml, (0.0, 0.0), (head.width, head.height), false);
                for (i, panel) in self.panels.iter().enumerate() {
                    let x = GAP + (i % columns) as f64 * (width + GAP);
                    let y = GAP + (i / columns) as f64 * (height + GAP);
                    drawing.fill(xml, (x, y), (width, words), true);
                    let room = width - 2.0 * MARGIN;
                    panel.draw(xml, &drawing, (x + MARGIN, y), room);
                    self.cell(xml, prefix, i as u32, (x, y + words), &bodies);
                    drawing.outline(xml, (x, y), (width, height));
                }
            });
        })
    }

    /// What more than one picture shows.
    fn shared(&self, xml: &mut Xml, prefix: &str, bodies: &[String]) {
        xml.element("defs", &[], |xml| {
            for (number, body) in bodies.iter().enumerate() {
                if shared(&self.groups[number]) {
                    let id = format!("{prefix}-{number}");
                    xml.element("g", &[("id", (&id).into())], |xml| xml.raw(body));
                }
            }
        });
    }

    fn cell(&self, xml: &mut Xml, prefix: &str, step: u32, (x, y): (f64, f64), bodies: &[String]) {
        let picture = &self.pictures[step as usize];
        let height = picture.height - picture.header;
        let view_box = format!(
            "0 {} {} {}",
            rounded(picture.header),
            rounded(picture.width),
            rounded(height)
        );
        let attributes = [
            ("x", x.into()),
            ("y", y.into()),
            ("width", picture.width.into()),
            ("height", height.into()),
            ("viewBox", (&view_box).into()),
        ];
        xml.element("svg", &attributes, |xml| {
            for (number, group) in self.groups.iter().enumerate() {
                if !contains(group.shown, step) {
                    continue;
                }
                if shared(group) {
                    let reference = format!("#{prefix}-{number}");
                    xml.empty("use", &[("href", (&reference).into())]);
                } else {
                    xml.raw(&bodies[number]);
                }
            }
        });
    }
}

fn shared(group: &Group<'_>) -> bool {
    group
        .shown
        .iter()
        .map(|(start, end)| end - start)
        .sum::<u32>()
        > 1
}

/// How many pictures stand side by side, so that the page is as near to its shape as can be.
fn columns(count: usize, width: f64, height: f64) -> usize {
    let off = |columns: usize| {
        let rows = count.div_ceil(columns);
        (columns as f64 * width / (rows as f64 * height) / SHAPE)
            .ln()
            .abs()
    };
    (1..=count.max(1))
        .min_by(|a, b| off(*a).total_cmp(&off(*b)))
        .unwrap_or(1)
}

impl Panel {
    fn draw(&self, xml: &mut Xml, drawing: &Drawing, (x, y): (f64, f64), width: f64) {
        drawing.strong(xml, (x, y + 19.0), &self.heading);
        let indent = beside(&self.heading);
        let words = fitting(&self.beside, width - indent);
        drawing.words(xml, (x + indent, y + 19.0), &words);
        for (i, line) in self.below.iter().enumerate() {
            let y = y + 37.0 + i as f64 * LINE;
            drawing.words(xml, (x, y), &fitting(line, width));
        }
    }
}

/// Where words begin that stand beside a heading.
fn beside(heading: &str) -> f64 {
    text_width(heading, ROW_FONT) + 18.0
}

/// The line that has run, or else the one that is next.
fn line_of(caption: &Caption) -> Option<String> {
    let mut lines = caption.source.iter();
    let next = || caption.source.iter().find(|line| line.next);
    let line = lines.find(|line| line.ran).or_else(next)?;
    Some(format!("{:>3}  {}", line.number, line.text))
}

/// Words in lines of `room` pixels, the first of `first`.
fn wrapped(words: &str, first: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        let room = if lines.len() == 1 { first } else { room };
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), ROW_FONT) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// As much of a text as stands in `width` pixels.
fn fitting(text: &str, width: f64) -> String {
    if text_width(text, ROW_FONT) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, ROW_FONT) + ROW_FONT > width {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}
