//! The words above and below a picture, and in place of it.

use super::{Drawing, LINE, Type, note};
use crate::layout::{MARGIN, Picture, PictureCell, ROW_FONT, SMALL_FONT, text_width};
use crate::render::xml::{Xml, rounded};
use crate::view::{Mark, Status};

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
        let note = note(picture_box);
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
    /// Step and event, the source around the line, and what the program has printed.
    pub(super) fn caption(&self, xml: &mut Xml, picture: &Picture) {
        let caption = &picture.caption;
        self.write(xml, MARGIN, 24.0, &self.bold(ROW_FONT), &caption.step);
        let x = MARGIN + text_width(&caption.step, ROW_FONT) + 18.0;
        self.write(xml, x, 24.0, &self.plain(ROW_FONT), &caption.event);
        let file_width = text_width(&caption.file, SMALL_FONT);
        let file_x = picture.width - MARGIN - file_width;
        self.write(xml, file_x, 24.0, &self.quiet(SMALL_FONT), &caption.file);
        let digits = caption
            .source
            .last()
            .map_or(1, |line| line.number.to_string().len());
        for (i, line) in caption.words.iter().enumerate() {
            let y = 28.0 + (i + 1) as f64 * LINE;
            self.write(xml, MARGIN, y, &self.plain(ROW_FONT), line);
        }
        let top = 54.0 + picture.caption_words as f64 * LINE;
        let mut y = top;
        let code_x = MARGIN + 118.0;
        let mut widest: f64 = 0.0;
        for line in &caption.source {
            let word = match (line.ran, line.next) {
                (true, true) => "ran, next",
                (true, false) => "just ran",
                (false, true) => "next",
                (false, false) => "",
            };
            if line.ran || line.next {
                let width = text_width(&line.text, ROW_FONT) + 12.0;
                xml.empty(
                    "rect",
                    &[
                        ("x", (code_x - 6.0).into()),
                        ("y", (y - 12.5).into()),
                        ("width", width.into()),
                        ("height", LINE.into()),
                        ("rx", 2.0.into()),
                        ("fill", self.palette.changed_row.into()),
                    ],
                );
            }
            let set = Type {
                size: SMALL_FONT,
                colour: self.palette.changed,
                weight: "bold",
            };
            self.write(xml, MARGIN, y, &set, word);
            if line.next {
                let at = MARGIN + 66.0;
                let triangle = format!("M{} {}l7 4l-7 4z", rounded(at), rounded(y - 8.5));
                xml.empty(
                    "path",
                    &[
                        ("d", (&triangle).into()),
                        ("fill", self.palette.changed.into()),
                    ],
                );
            }
            let number = match line.number {
                0 => format!("{:>digits$}", "…"),
                number => format!("{number:>digits$}"),
            };
            let number_x = code_x - 10.0 - text_width(&number, ROW_FONT);
            self.write(xml, number_x, y, &self.quiet(ROW_FONT), &number);
            self.write(xml, code_x, y, &self.plain(ROW_FONT), &line.text);
            widest = widest.max(text_width(&line.text, ROW_FONT));
            y += LINE;
        }
        if !caption.output.is_empty() {
            let x = (code_x + widest + 40.0).max(picture.width * 0.6).min(
                picture.width
                    - MARGIN
                    - caption
                        .output
                        .iter()
                        .map(|line| text_width(line, ROW_FONT))
                        .fold(60.0, f64::max),
            );
            self.write(xml, x - 58.0, top, &self.quiet(SMALL_FONT), "printed");
            for (i, line) in caption.output.iter().enumerate() {
                let y = top + i as f64 * LINE;
                self.write(xml, x, y, &self.plain(ROW_FONT), line);
            }
        }
    }

    /// What the signs mean, as far as this picture uses them.
    pub(super) fn legend(&self, xml: &mut Xml, picture: &Picture) {
        let y = picture.height - 14.0;
        let mut x = MARGIN;
        let any_status =
            |wanted: fn(Status) -> bool| picture.boxes.iter().any(|b| wanted(b.status));
        let mut entry = |sample: &str, dashes: &str, colour: &str, words: &str| {
            let mut attributes = vec![
                (
                    "d",
                    sample
                        .replace("{x}", &rounded(x))
                        .replace("{y}", &rounded(y - 4.0)),
                ),
                ("stroke", colour.to_owned()),
                ("fill", "none".to_owned()),
            ];
            if !dashes.is_empty() {
                attributes.push(("stroke-dasharray", dashes.to_owned()));
            }
            let attributes: Vec<_> = attributes
                .iter()
                .map(|(key, value)| (*key, value.into()))
                .collect();
            xml.empty("path", &attributes);
            self.write(xml, x + 34.0, y, &self.quiet(SMALL_FONT), words);
            x += 34.0 + text_width(words, SMALL_FONT) + 22.0;
        };
        const SAMPLE_LINE: &str = "M{x} {y}h26";
        const SAMPLE_BOX: &str = "M{x} {y}m2 -6h22v12h-22z";
        if picture.arrows.iter().any(|arrow| arrow.weak) {
            entry(
                SAMPLE_LINE,
                "2 4",
                self.palette.weak,
                "weak reference: adds nothing to the count",
            );
        }
        if picture
            .boxes
            .iter()
            .any(|b| b.mark != Mark::None || b.rows.iter().any(|r| r.mark != Mark::None))
        {
            entry(SAMPLE_LINE, "", self.palette.changed, "new or changed");
        }
        if any_status(|status| status == Status::Unreachable) {
            entry(
                SAMPLE_BOX,
                "7 3",
                self.palette.garbage,
                "unreachable: waiting for the collector",
            );
        }
        if any_status(|status| matches!(status, Status::Dead(_))) {
            entry(SAMPLE_BOX, "2 3", self.palette.garbage, "just freed");
        }
    }
}
