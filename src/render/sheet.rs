//! A contact sheet: steps side by side on one page, each with its words above it.

use super::animation::with_prefix;
use super::style::Looks;
use super::svg::{DRAFT, Drawing, Head, Owner, parts};
use super::theme::Theme;
use super::timeline::{Group, Timeline, contains};
use super::xml::{Xml, rounded};
use crate::layout::Picture;

/// Width over height of a sheet, as near as whole pictures allow: paper lying on its side.
const SHAPE: f64 = 1.414;
const GAP: f64 = 24.0;
/// Height of a heading above a picture.
const HEADING: f64 = 28.0;
/// The most pictures that stand side by side in a strip.
const MOST_ABREAST: usize = 3;

/// Writes pictures of one run and one size as one SVG document. What they have in common stands in
/// it once.
pub fn sheet(pictures: &[Picture], theme: Theme) -> String {
    let (width, height) = size(pictures);
    let columns = columns(pictures.len(), width + GAP, height + GAP);
    page(pictures, &[], columns, theme)
}

/// Writes a few pictures of one run as one SVG document, side by side, some with a heading.
pub fn strip(pictures: &[Picture], headings: &[&str], theme: Theme) -> String {
    let columns = pictures.len().clamp(1, MOST_ABREAST);
    page(pictures, headings, columns, theme)
}

/// The size of the largest picture.
fn size(pictures: &[Picture]) -> (f64, f64) {
    let largest = |side: fn(&Picture) -> f64| pictures.iter().map(side).fold(0.0, f64::max);
    (
        largest(|picture| picture.page.width),
        largest(|picture| picture.page.height),
    )
}

fn page(pictures: &[Picture], headings: &[&str], columns: usize, theme: Theme) -> String {
    let mut timeline = Timeline::default();
    let drawing = Drawing::new(theme);
    for picture in pictures {
        timeline.add(parts(&drawing, picture));
    }
    let sheet = Sheet {
        pictures,
        headings,
        columns,
        theme,
        groups: timeline.groups(|owner| owner != Owner::Page),
    };
    let draft = sheet.document(DRAFT);
    sheet.document(&format!("mv{:08x}", crc32fast::hash(draft.as_bytes())))
}

struct Sheet<'a> {
    pictures: &'a [Picture],
    headings: &'a [&'a str],
    columns: usize,
    theme: Theme,
    groups: Vec<Group<'a>>,
}

impl Sheet<'_> {
    fn document(&self, prefix: &str) -> String {
        let (width, height) = size(self.pictures);
        let heading = if self.headings.is_empty() {
            0.0
        } else {
            HEADING
        };
        let height = height + heading;
        let columns = self.columns;
        let rows = self.pictures.len().div_ceil(columns);
        let file = self.pictures.first().map_or("", |p| &p.caption.file);
        let head = Head {
            prefix,
            width: columns as f64 * (width + GAP) + GAP,
            height: rows as f64 * (height + GAP) + GAP,
            scale: self.pictures.first().map_or(1.0, |p| p.page.scale),
            text_colour: Drawing::new(self.theme).text_colour(),
            title: &format!("{file}, {} steps on one page", self.pictures.len()),
            description: &self
                .pictures
                .iter()
                .map(|picture| format!("{}: {}.", picture.caption.step, picture.caption.event))
                .collect::<Vec<_>>()
                .join(" "),
        };
        let drawing = Drawing::new(self.theme);
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
                    if let Some(words) = self.headings.get(i) {
                        drawing.strong(xml, (x + GAP / 2.0, y + 20.0), words);
                    }
                    let at = (x, y + heading);
                    self.cell(xml, prefix, (i as u32, picture), at, &bodies);
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

    fn cell(
        &self,
        xml: &mut Xml,
        prefix: &str,
        (step, picture): (u32, &Picture),
        (x, y): (f64, f64),
        bodies: &[String],
    ) {
        let (width, height) = (picture.page.width, picture.page.height);
        let view_box = format!("0 0 {} {}", rounded(width), rounded(height));
        let attributes = [
            ("x", x.into()),
            ("y", y.into()),
            ("width", width.into()),
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
