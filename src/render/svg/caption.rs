//! The words above and below a picture, and in place of it.

use super::Drawing;
use crate::layout::{LegendSign, Page, PageText, Picture, PictureCell, Rect, TextTone};
use crate::render::xml::{Xml, rounded};

/// The picture in words, for those who do not see it.
pub(super) fn describe(picture: &Picture) -> String {
    let mut out = String::new();
    for picture_box in &picture.boxes {
        let serial = picture_box
            .serial
            .map_or(String::new(), |n| format!(" #{n}"));
        out.push_str(&format!("{}{serial}", picture_box.title));
        if !picture_box.count.is_empty() {
            out.push_str(&format!(" ({})", picture_box.count));
        }
        let note = picture_box.note();
        if !note.is_empty() {
            out.push_str(&format!(", {note}"));
        }
        if !picture_box.emphasis.label.is_empty() {
            out.push_str(&format!(", labelled “{}”", picture_box.emphasis.label));
        }
        if picture_box.emphasis.outlined {
            out.push_str(", outlined");
        }
        let mut parts = Vec::new();
        let mut arrows = picture
            .arrows
            .iter()
            .filter(|arrow| arrow.from == picture_box.key);
        for row in &picture_box.rows {
            let label = match &row.label {
                PictureCell::Text(text) => format!("{text}: "),
                _ => String::new(),
            };
            match &row.value {
                PictureCell::Text(text) => parts.push(format!("{label}{text}")),
                PictureCell::Dot(_) => {
                    let to = arrows
                        .next()
                        .and_then(|arrow| picture.boxes.iter().find(|other| other.key == arrow.to));
                    let to = to.map_or(String::new(), |to| match to.serial {
                        Some(serial) => format!("{} #{serial}", to.title),
                        None => to.title.clone(),
                    });
                    parts.push(format!("{label}to {to}"));
                }
                PictureCell::Empty => {}
            }
        }
        if !parts.is_empty() {
            out.push_str(&format!(": {}", parts.join(", ")));
        }
        out.push_str(". ");
    }
    out.trim_end().to_owned()
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
                LegendSign::Unreachable => (
                    format!("M{x} {y}h{width}v{height}h-{width}z"),
                    "7 3",
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
