//! A contact sheet: steps side by side on one page, each with its words above it.

use super::animation::with_prefix;
use super::style::Looks;
use super::svg::{Drawing, Head, Owner, parts};
use super::theme::Theme;
use super::timeline::{Group, Timeline, contains};
use super::xml::{Xml, rounded};
use crate::layout::{MARGIN, Picture, ROW_FONT, text_width};
use crate::view::Caption;

/// Width over height of a sheet, as near as whole pictures allow: paper lying on its side.
const SHAPE: f64 = 1.414;
const GAP: f64 = 24.0;
/// Height of the words above a picture.
const WORDS: f64 = 46.0;
const DRAFT: &str = "mv";

/// Writes pictures of one run as one SVG document. What they have in common stands in it once.
pub fn sheet(pictures: &[Picture], theme: Theme) -> String {
    let mut timeline = Timeline::default();
    let drawing = Drawing::new(DRAFT, theme);
    for picture in pictures {
        timeline.add(parts(&drawing, picture));
    }
    let sheet = Sheet {
        pictures,
        theme,
        // The words above each picture say what its caption says.
        groups: timeline.groups(|owner| !matches!(owner, Owner::Page | Owner::Caption)),
    };
    let draft = sheet.document(DRAFT);
    sheet.document(&format!("mv{:08x}", crc32fast::hash(draft.as_bytes())))
}

struct Sheet<'a> {
    pictures: &'a [Picture],
    theme: Theme,
    groups: Vec<Group<'a>>,
}

impl Sheet<'_> {
    fn document(&self, prefix: &str) -> String {
        let largest =
            |side: fn(&Picture) -> f64| self.pictures.iter().map(side).fold(0.0, f64::max);
        let width = largest(|picture| picture.width);
        let height = WORDS + largest(|picture| picture.height - picture.header);
        let columns = columns(self.pictures.len(), width + GAP, height + GAP);
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
                for (i, picture) in self.pictures.iter().enumerate() {
                    let x = GAP + (i % columns) as f64 * (width + GAP);
                    let y = GAP + (i / columns) as f64 * (height + GAP);
                    drawing.fill(xml, (x, y), (width, WORDS), true);
                    let room = width - 2.0 * MARGIN;
                    words(xml, &drawing, &picture.caption, (x + MARGIN, y), room);
                    self.cell(xml, prefix, i as u32, (x, y + WORDS), &bodies);
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

/// Step and event, and the line that has run.
fn words(xml: &mut Xml, drawing: &Drawing, caption: &Caption, (x, y): (f64, f64), width: f64) {
    drawing.strong(xml, (x, y + 19.0), &caption.step);
    let indent = text_width(&caption.step, ROW_FONT) + 18.0;
    let event = fitting(&caption.event, width - indent);
    drawing.words(xml, (x + indent, y + 19.0), &event);
    if let Some(line) = caption.source.iter().find(|line| line.ran) {
        let line = format!("{:>3}  {}", line.number, line.text);
        drawing.words(xml, (x, y + 37.0), &fitting(&line, width));
    }
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
