//! Boxes: title, rows, and the dots from which references leave.

use super::{Drawing, Type, note};
use crate::layout::{
    PADDING, PictureBox, PictureCell, PictureRow, ROW_FONT, ROW_HEIGHT, SMALL_FONT, TITLE_FONT,
    TITLE_HEIGHT, text_width,
};
use crate::render::xml::{Xml, rounded};
use crate::view::{BoxRole, Mark, Status};

impl Drawing {
    pub(super) fn boxed(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let rect = picture_box.rect;
        let faded = picture_box.status.is_faded();
        let (edge, fill, title) = if faded {
            (
                self.palette.garbage,
                self.palette.garbage_fill,
                self.palette.garbage_fill,
            )
        } else {
            (
                self.palette.quiet,
                self.palette.row,
                self.theme.title(picture_box.tone),
            )
        };
        let dashes = match picture_box.status {
            Status::Alive | Status::ReachedFromOutside => "",
            Status::Unreachable | Status::TentativelyUnreachable => "7 3",
            Status::Dead(_) => "2 3",
        };
        let outline = if picture_box.tone == BoxRole::ActiveFrame || picture_box.mark == Mark::New {
            2.0
        } else {
            1.0
        };
        let mut frame = vec![
            ("x", rect.x.into()),
            ("y", rect.y.into()),
            ("width", rect.width.into()),
            ("height", rect.height.into()),
            ("rx", 3.0.into()),
            ("fill", fill.into()),
            ("stroke", edge.into()),
            ("stroke-width", outline.into()),
        ];
        if !dashes.is_empty() {
            frame.push(("stroke-dasharray", dashes.into()));
        }
        xml.empty("rect", &frame);
        xml.empty(
            "path",
            &[
                ("d", (&title_bar(picture_box)).into()),
                ("fill", title.into()),
            ],
        );
        self.title(xml, picture_box);
        for (i, row) in picture_box.rows.iter().enumerate() {
            self.row(xml, picture_box, row, i);
        }
        let words = note(picture_box);
        let colour = match picture_box.status {
            Status::Alive | Status::ReachedFromOutside => self.palette.changed,
            _ => self.palette.garbage,
        };
        let set = Type {
            size: SMALL_FONT,
            colour,
            weight: "bold",
        };
        self.write(xml, rect.x, rect.y - 4.0, &set, words);
    }

    fn title(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let rect = picture_box.rect;
        let baseline = rect.y + 14.0;
        let x = rect.x + PADDING;
        self.write(xml, x, baseline, &self.bold(TITLE_FONT), &picture_box.title);
        if let Some(serial) = picture_box.serial {
            let x = x + text_width(&picture_box.title, TITLE_FONT);
            let text = format!(" #{serial}");
            self.write(xml, x, baseline, &self.quiet(SMALL_FONT), &text);
        }
        let width = text_width(&picture_box.count, SMALL_FONT);
        let x = rect.x + rect.width - PADDING - width;
        let mut set = self.plain(SMALL_FONT);
        if picture_box.count_changed {
            set = Type {
                colour: self.palette.changed,
                ..self.bold(SMALL_FONT)
            };
        }
        self.write(xml, x, baseline, &set, &picture_box.count);
    }

    fn row(&self, xml: &mut Xml, picture_box: &PictureBox, row: &PictureRow, index: usize) {
        let rect = picture_box.rect;
        let baseline = row.y + 14.5;
        if row.mark != Mark::None {
            xml.empty(
                "rect",
                &[
                    ("x", (rect.x + 1.0).into()),
                    ("y", (row.y + 0.5).into()),
                    ("width", (rect.width - 2.0).into()),
                    ("height", (ROW_HEIGHT - 1.0).into()),
                    ("fill", self.palette.changed_row.into()),
                ],
            );
            let triangle = format!(
                "M{} {}l5 4l-5 4z",
                rounded(rect.x + 0.5),
                rounded(row.y + ROW_HEIGHT / 2.0 - 4.0)
            );
            xml.empty(
                "path",
                &[
                    ("d", (&triangle).into()),
                    ("fill", self.palette.changed.into()),
                ],
            );
        }
        if index > 0 {
            let line = format!(
                "M{} {}h{}",
                rounded(rect.x),
                rounded(row.y),
                rounded(rect.width)
            );
            xml.empty(
                "path",
                &[("d", (&line).into()), ("stroke", self.palette.line.into())],
            );
        }
        if picture_box.labels > 0.0 && !row.aside {
            let x = rect.x + picture_box.labels;
            let line = format!("M{} {}v{}", rounded(x), rounded(row.y), rounded(ROW_HEIGHT));
            xml.empty(
                "path",
                &[("d", (&line).into()), ("stroke", self.palette.line.into())],
            );
        }
        if let PictureCell::Text(text) = &row.label {
            self.write(xml, rect.x + PADDING, baseline, &self.quiet(ROW_FONT), text);
        }
        if let PictureCell::Text(text) = &row.value {
            if row.aside {
                self.write(xml, rect.x + PADDING, baseline, &self.quiet(ROW_FONT), text);
            } else {
                let x = rect.x + picture_box.labels + PADDING;
                self.write(xml, x, baseline, &self.plain(ROW_FONT), text);
            }
        }
    }

    /// The dots from which arrows leave, above everything else.
    pub(super) fn dots(&self, xml: &mut Xml, picture_box: &PictureBox) {
        for row in &picture_box.rows {
            for cell in [&row.label, &row.value] {
                if let PictureCell::Dot(at) = cell {
                    let colour = if row.mark == Mark::None {
                        self.palette.arrow
                    } else {
                        self.palette.changed
                    };
                    xml.empty(
                        "circle",
                        &[
                            ("cx", at.x.into()),
                            ("cy", at.y.into()),
                            ("r", 3.2.into()),
                            ("fill", colour.into()),
                        ],
                    );
                }
            }
        }
    }
}

/// The title bar, rounded above and straight below.
fn title_bar(picture_box: &PictureBox) -> String {
    let rect = picture_box.rect;
    format!(
        "M{} {}v-{}q0 -2.5 2.5 -2.5h{}q2.5 0 2.5 2.5v{}z",
        rounded(rect.x + 0.5),
        rounded(rect.y + TITLE_HEIGHT),
        rounded(TITLE_HEIGHT - 3.0),
        rounded(rect.width - 6.0),
        rounded(TITLE_HEIGHT - 3.0),
    )
}
