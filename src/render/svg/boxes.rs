//! Boxes: title, rows, and the dots from which references leave.

use super::{Drawing, Type};
use crate::layout::{
    BoxShape, LABEL_BASELINE, PADDING, PictureBox, PictureCell, PictureRow, ROW_BASELINE, ROW_FONT,
    Rect, SMALL_FONT, TITLE_BASELINE, TITLE_FONT, text_width,
};
use crate::render::xml::{Xml, push_rounded, rounded};
use crate::trace::Cause;
use crate::view::{BoxRole, Heading, Mark, Status};

impl Drawing {
    pub(super) fn boxed(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let rect = framed(picture_box);
        let faded = picture_box.status.is_faded();
        let (edge, fill, title) = if faded {
            (
                self.palette.garbage,
                self.palette.garbage_fill,
                (picture_box.heading != Heading::Above).then_some(self.palette.garbage_fill),
            )
        } else {
            (
                self.palette.quiet,
                self.palette.row,
                self.title_colour(picture_box),
            )
        };
        let dashes = match picture_box.status {
            Status::Alive | Status::ReachedFromOutside => "",
            Status::Unreachable | Status::NotFreed | Status::TentativelyUnreachable => "7 3",
            Status::Dead(Cause::OutOfReach) => "7 3 2 3",
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
        if rect.height > 0.0 {
            xml.empty("rect", &frame);
        }
        if let Some(title) = title {
            xml.empty(
                "path",
                &[
                    ("d", (&title_bar(picture_box)).into()),
                    ("fill", title.into()),
                ],
            );
        }
        self.title(xml, picture_box);
        self.cells(xml, picture_box);
        for row in &picture_box.rows {
            self.row(xml, picture_box, row);
        }
        self.above(xml, picture_box);
        self.outlines(xml, picture_box);
    }

    /// The colour of a title bar, where there is one.
    fn title_colour(&self, picture_box: &PictureBox) -> Option<&'static str> {
        let meant = picture_box.emphasis.color;
        let meant = meant.map(|color| self.theme.named(color));
        meant.or_else(|| {
            (picture_box.heading == Heading::Bar).then(|| self.theme.title(picture_box.tone))
        })
    }

    /// The author's words above a box, and behind them what has become of it.
    fn above(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let rect = picture_box.rect;
        let emphasis = &picture_box.emphasis;
        let baseline = rect.y - if emphasis.outlined { 9.0 } else { 4.0 };
        let label = self.bold(SMALL_FONT);
        self.write(xml, rect.x, baseline, &label, &emphasis.label);
        let x = match emphasis.label.as_str() {
            "" => rect.x,
            label => rect.x + text_width(&format!("{label}  "), SMALL_FONT),
        };
        let words = picture_box.note();
        let colour = match picture_box.status {
            Status::Alive | Status::ReachedFromOutside => self.palette.changed,
            _ => self.palette.garbage,
        };
        let set = Type {
            size: SMALL_FONT,
            colour,
            weight: "bold",
        };
        self.write(xml, x, baseline, &set, words);
    }

    /// Lines around what the author points at: a box, or rows of it.
    fn outlines(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let mut outline = |area: Rect, by: f64, round: f64| {
            xml.empty(
                "rect",
                &[
                    ("x", (area.x - by).into()),
                    ("y", (area.y - by).into()),
                    ("width", (area.width + 2.0 * by).into()),
                    ("height", (area.height + 2.0 * by).into()),
                    ("rx", round.into()),
                    ("fill", "none".into()),
                    ("stroke", self.palette.highlight.into()),
                    ("stroke-width", 2.5.into()),
                ],
            );
        };
        if picture_box.emphasis.outlined {
            outline(picture_box.rect, 4.0, 6.0);
        }
        for place in &picture_box.emphasis.rows {
            if let Some(row) = picture_box.rows.get(*place) {
                outline(whole(row), -1.5, 3.0);
            }
        }
    }

    fn title(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let area = picture_box.title_area;
        let baseline = area.y + TITLE_BASELINE;
        let x = match picture_box.heading {
            Heading::Above => area.x,
            Heading::Bar | Heading::Plain => area.x + PADDING,
        };
        let set = match picture_box.heading {
            Heading::Above => self.plain(TITLE_FONT),
            Heading::Bar | Heading::Plain => self.bold(TITLE_FONT),
        };
        self.write(xml, x, baseline, &set, &picture_box.title);
        if let Some(serial) = picture_box.serial {
            let x = x + text_width(&picture_box.title, TITLE_FONT);
            let text = format!(" #{serial}");
            self.write(xml, x, baseline, &self.quiet(SMALL_FONT), &text);
        }
        let width = text_width(&picture_box.count, SMALL_FONT);
        let x = area.right() - PADDING - width;
        let mut set = self.plain(SMALL_FONT);
        if picture_box.count_changed {
            set = Type {
                colour: self.palette.changed,
                ..self.bold(SMALL_FONT)
            };
        }
        self.write(xml, x, baseline, &set, &picture_box.count);
    }

    /// Where a row stands, for its lines and its colour. The labels of a strip stand above its line.
    fn area(picture_box: &PictureBox, row: &PictureRow) -> Rect {
        match is_bare_strip(picture_box) {
            true => row.value_area,
            false => whole(row),
        }
    }

    /// What the rows stand on: the colour of what is new, and thin lines between rows and cells. Lines
    /// that nothing is painted between are one path.
    fn cells(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let mut way = String::new();
        for (index, row) in picture_box.rows.iter().enumerate() {
            let (area, value) = (Self::area(picture_box, row), row.value_area);
            if row.mark != Mark::None {
                self.lines(xml, &mut way);
                self.highlight(xml, picture_box.shape, &area);
            }
            match picture_box.shape {
                BoxShape::Rows => {
                    if index > 0 {
                        add_line(&mut way, (area.x, area.y), 'h', area.width);
                    }
                    if has_label(row) {
                        add_line(&mut way, (value.x, value.y), 'v', value.height);
                    }
                }
                BoxShape::Strip if index > 0 => {
                    add_line(&mut way, (area.x, area.y), 'v', area.height);
                }
                BoxShape::Strip => {}
                BoxShape::Line => add_line(&mut way, (value.x, value.y), 'v', value.height),
            }
        }
        self.lines(xml, &mut way);
    }

    /// Writes the lines that were collected, if there are any.
    fn lines(&self, xml: &mut Xml, way: &mut String) {
        if !way.is_empty() {
            let stroke = self.palette.line.into();
            xml.empty("path", &[("d", way.as_str().into()), ("stroke", stroke)]);
            way.clear();
        }
    }

    fn row(&self, xml: &mut Xml, picture_box: &PictureBox, row: &PictureRow) {
        let (label, value) = (row.label_area, row.value_area);
        let has_label = has_label(row);
        if let PictureCell::Text(text) = &row.label {
            if picture_box.shape == BoxShape::Rows {
                let baseline = label.y + ROW_BASELINE;
                self.write(
                    xml,
                    label.x + PADDING,
                    baseline,
                    &self.quiet(ROW_FONT),
                    text,
                );
            } else if has_label {
                let x = label.x + (label.width - text_width(text, SMALL_FONT)) / 2.0;
                let baseline = label.y + LABEL_BASELINE;
                self.write(xml, x, baseline, &self.quiet(SMALL_FONT), text);
            }
        }
        if let PictureCell::Text(text) = &row.value {
            let x = if picture_box.shape == BoxShape::Rows {
                value.x + PADDING
            } else {
                value.x + (value.width - text_width(text, ROW_FONT)) / 2.0
            };
            let set = if row.aside {
                self.quiet(ROW_FONT)
            } else {
                self.plain(ROW_FONT)
            };
            self.write(xml, x, value.y + ROW_BASELINE, &set, text);
        }
    }

    /// What is new or changed, on its own colour, with a sign at its side or below it.
    fn highlight(&self, xml: &mut Xml, shape: BoxShape, area: &Rect) {
        let Rect {
            x,
            y,
            width,
            height,
        } = *area;
        xml.empty(
            "rect",
            &[
                ("x", (x + 1.0).into()),
                ("y", (y + 0.5).into()),
                ("width", (width - 2.0).into()),
                ("height", (height - 1.0).into()),
                ("fill", self.palette.changed_row.into()),
            ],
        );
        let sign = if shape == BoxShape::Rows {
            format!(
                "M{} {}l5 4l-5 4z",
                rounded(x + 0.5),
                rounded(y + height / 2.0 - 4.0)
            )
        } else {
            format!(
                "M{} {}h{}v2.5h-{}z",
                rounded(x + 1.0),
                rounded(y + height - 3.0),
                rounded(width - 2.0),
                rounded(width - 2.0)
            )
        };
        xml.empty(
            "path",
            &[("d", (&sign).into()), ("fill", self.palette.changed.into())],
        );
    }

    /// The dots from which arrows leave, above everything else; `said` is the colour that is said of all.
    pub(super) fn dots(&self, xml: &mut Xml, picture_box: &PictureBox, said: Option<&str>) {
        for row in &picture_box.rows {
            for cell in [&row.label, &row.value] {
                if let PictureCell::Dot(at) = cell {
                    let colour = if row.mark == Mark::None {
                        self.palette.arrow
                    } else {
                        self.palette.changed
                    };
                    let mut attributes =
                        vec![("cx", at.x.into()), ("cy", at.y.into()), ("r", 3.2.into())];
                    if said != Some(colour) {
                        attributes.push(("fill", colour.into()));
                    }
                    xml.empty("circle", &attributes);
                }
            }
        }
    }
}

/// A line that goes from a place across (`h`) or down (`v`).
fn add_line(way: &mut String, (x, y): (f64, f64), letter: char, length: f64) {
    way.push('M');
    push_rounded(way, x);
    way.push(' ');
    push_rounded(way, y);
    way.push(letter);
    push_rounded(way, length);
}

/// What the line of a box goes around.
fn framed(picture_box: &PictureBox) -> Rect {
    let rect = picture_box.rect;
    if picture_box.heading != Heading::Above {
        return rect;
    }
    let top = match picture_box.rows.first() {
        Some(row) if is_bare_strip(picture_box) => row.value_area.y,
        _ => picture_box.title_area.bottom(),
    };
    Rect {
        y: top,
        height: rect.bottom() - top,
        ..rect
    }
}

/// Whether nothing but the values of a strip stands within its line.
fn is_bare_strip(picture_box: &PictureBox) -> bool {
    picture_box.heading == Heading::Above && picture_box.shape == BoxShape::Strip
}

fn has_label(row: &PictureRow) -> bool {
    row.label_area.width > 0.0 && row.label_area.height > 0.0
}

/// Where a row stands, with its label.
fn whole(row: &PictureRow) -> Rect {
    match has_label(row) {
        true => row.value_area.around(&row.label_area),
        false => row.value_area,
    }
}

/// The title bar, with the corners of its box.
fn title_bar(picture_box: &PictureBox) -> String {
    let area = picture_box.title_area;
    let (x, y) = (rounded(area.x + 0.5), rounded(area.bottom()));
    if picture_box.shape == BoxShape::Line {
        return format!(
            "M{} {}h-{}q-2.5 0 -2.5 -2.5v-{}q0 -2.5 2.5 -2.5h{}z",
            rounded(area.right()),
            rounded(area.bottom() - 0.5),
            rounded(area.width - 3.0),
            rounded(area.height - 6.0),
            rounded(area.width - 3.0),
        );
    }
    format!(
        "M{x} {y}v-{}q0 -2.5 2.5 -2.5h{}q2.5 0 2.5 2.5v{}z",
        rounded(area.height - 3.0),
        rounded(area.width - 6.0),
        rounded(area.height - 3.0),
    )
}
