//! The words above and below a picture, and in place of it.

use super::Drawing;
use crate::layout::{LegendSign, Page, PageText, Picture, PictureBox, PictureCell, Rect, TextTone};
use crate::render::xml::{Xml, rounded};
use crate::view::BoxKey;
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// The picture in words, for those who do not see it.
pub(super) fn describe(picture: &Picture) -> String {
    let boxes: FxHashMap<BoxKey, &PictureBox> =
        picture.boxes.iter().map(|one| (one.key, &**one)).collect();
    // The arrows of a box stand together.
    let mut first: FxHashMap<BoxKey, usize> = FxHashMap::default();
    for (place, arrow) in picture.arrows.iter().enumerate() {
        first.entry(arrow.from).or_insert(place);
    }
    let mut out = String::new();
    for one in &picture.boxes {
        let start = first.get(&one.key).copied();
        let arrows = &picture.arrows[start.unwrap_or(picture.arrows.len())..];
        let mut arrows = arrows.iter().filter(|arrow| arrow.from == one.key);
        describe_head(&mut out, one);
        let mut between = ": ";
        for row in &one.rows {
            if row.value == PictureCell::Empty {
                continue;
            }
            out.push_str(between);
            between = ", ";
            if let PictureCell::Text(label) = &row.label {
                out.push_str(label);
                out.push_str(": ");
            }
            match &row.value {
                PictureCell::Text(text) => out.push_str(text),
                PictureCell::Dot(_) => {
                    out.push_str("to ");
                    let to = arrows.next().and_then(|arrow| boxes.get(&arrow.to));
                    if let Some(to) = to {
                        push_title(&mut out, to);
                    }
                }
                PictureCell::Empty => {}
            }
        }
        out.push_str(". ");
    }
    out.truncate(out.trim_end().len());
    out
}

fn push_title(out: &mut String, one: &PictureBox) {
    out.push_str(&one.title);
    if let Some(serial) = one.serial {
        let _ = write!(out, " #{serial}");
    }
}

/// What a box is called, and what is said of it as a whole.
fn describe_head(out: &mut String, one: &PictureBox) {
    push_title(out, one);
    if !one.count.is_empty() {
        let _ = write!(out, " ({})", one.count);
    }
    let note = one.note();
    if !note.is_empty() {
        let _ = write!(out, ", {note}");
    }
    if !one.emphasis.label.is_empty() {
        let _ = write!(out, ", labelled “{}”", one.emphasis.label);
    }
    if one.emphasis.outlined {
        out.push_str(", outlined");
    }
}

impl Drawing {
    /// What has happened, and the small print.
    pub(super) fn caption(&self, xml: &mut Xml, page: &Page) {
        for text in page.words.iter().chain(&page.small_print) {
            self.page_text(xml, text);
        }
    }

    pub(super) fn page_text(&self, xml: &mut Xml, text: &PageText) {
        let set = match text.tone {
            TextTone::Plain => self.plain(text.size),
            TextTone::Quiet => self.quiet(text.size),
            TextTone::Strong => self.bold(text.size),
        };
        self.write(xml, text.at.x, text.at.y, &set, &text.text);
    }

    /// What the signs mean, as far as this picture uses them.
    pub(super) fn legend(&self, xml: &mut Xml, page: &Page) {
        for entry in &page.legend {
            let Rect {
                x,
                y,
                width,
                height,
            } = entry.sample;
            let [x, y, width, height] = [x, y, width, height].map(rounded);
            let middle = rounded(entry.sample.y + entry.sample.height / 2.0);
            let (way, dashes, colour) = match entry.sign {
                LegendSign::Weak => (format!("M{x} {middle}h{width}"), "2 4", self.palette.weak),
                LegendSign::Unreachable | LegendSign::NotFreed => (
                    format!("M{x} {y}h{width}v{height}h-{width}z"),
                    "7 3",
                    self.palette.garbage,
                ),
                LegendSign::OutOfReach => (
                    format!("M{x} {y}h{width}v{height}h-{width}z"),
                    "7 3 2 3",
                    self.palette.garbage,
                ),
                LegendSign::Freed => (
                    format!("M{x} {y}h{width}v{height}h-{width}z"),
                    "2 3",
                    self.palette.garbage,
                ),
            };
            let attributes = [
                ("d", (&way).into()),
                ("stroke", colour.into()),
                ("fill", "none".into()),
                ("stroke-dasharray", dashes.into()),
            ];
            xml.empty("path", &attributes);
            self.page_text(xml, &entry.text);
        }
    }
}
