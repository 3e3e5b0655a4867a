//! Boxes as shapes.

use super::{Align, Dashes, Group, Painter, Part, Run, Shape, Stroke, text};
use crate::layout::{
    BoxShape, LABEL_BASELINE, PADDING, PictureBox, PictureCell, PictureRow, Piece, Point,
    ROW_BASELINE, ROW_FONT, Rect, SMALL_FONT, TITLE_BASELINE, TITLE_FONT,
};
use crate::trace::Cause;
use crate::view::{BoxRole, Mark, Status};

/// Of a box's corners, and of its dots.
const CORNER: f64 = 3.0;
const DOT: f64 = 3.2;
/// How faint the dead are.
const DEAD: f64 = 0.6;

/// What a box is called.
pub(super) fn name(picture_box: &PictureBox) -> String {
    match picture_box.serial {
        Some(serial) => format!("{} #{serial}", picture_box.title),
        None => picture_box.title.clone(),
    }
}

impl Painter {
    pub(super) fn boxed(&self, picture_box: &PictureBox) -> Group {
        let mut shapes = vec![self.frame(picture_box), self.title_bar(picture_box)];
        shapes.extend(self.title(picture_box));
        for (index, row) in picture_box.rows.iter().enumerate() {
            self.row(picture_box.shape, row, index, &mut shapes);
        }
        let rect = picture_box.rect;
        let note = picture_box.note();
        if !note.is_empty() {
            let colour = match picture_box.status {
                Status::Alive | Status::ReachedFromOutside => self.palette.changed,
                _ => self.palette.garbage,
            };
            let run = Run {
                colour,
                ..self.bold(note, SMALL_FONT)
            };
            shapes.push(text(rect.x, rect.y - 4.0, Align::Left, vec![run]));
        }
        let dots = picture_box.rows.iter().flat_map(|row| self.dots(row));
        shapes.extend(dots);
        Group {
            part: Part::Box,
            name: name(picture_box),
            opacity: match picture_box.status {
                Status::Dead(_) => DEAD,
                _ => 1.0,
            },
            shapes,
        }
    }

    fn frame(&self, picture_box: &PictureBox) -> Shape {
        let (edge, fill) = match picture_box.status.is_faded() {
            true => (self.palette.garbage, self.palette.garbage_fill),
            false => (self.palette.quiet, self.palette.row),
        };
        let dashes = match picture_box.status {
            Status::Alive | Status::ReachedFromOutside => Dashes::None,
            Status::Unreachable | Status::NotFreed | Status::TentativelyUnreachable => Dashes::Long,
            Status::Dead(Cause::OutOfReach) => Dashes::Mixed,
            Status::Dead(_) => Dashes::Short,
        };
        let is_strong = picture_box.tone == BoxRole::ActiveFrame || picture_box.mark == Mark::New;
        Shape::Area {
            rect: picture_box.rect,
            radius: CORNER,
            fill: Some(fill),
            stroke: Some(Stroke {
                colour: edge,
                width: if is_strong { 2.0 } else { 1.0 },
                dashes,
            }),
        }
    }

    /// Within the corners of its box.
    fn title_bar(&self, picture_box: &PictureBox) -> Shape {
        let fill = match picture_box.status.is_faded() {
            true => self.palette.garbage_fill,
            false => self.theme.title(picture_box.tone),
        };
        Shape::Area {
            rect: inside(picture_box.title_area, 1.0, 1.0),
            radius: 0.0,
            fill: Some(fill),
            stroke: None,
        }
    }

    fn title(&self, picture_box: &PictureBox) -> Vec<Shape> {
        let area = picture_box.title_area;
        let baseline = area.y + TITLE_BASELINE;
        let mut runs = vec![self.bold(&picture_box.title, TITLE_FONT)];
        if let Some(serial) = picture_box.serial {
            runs.push(self.quiet(&format!(" #{serial}"), SMALL_FONT));
        }
        let mut shapes = vec![text(area.x + PADDING, baseline, Align::Left, runs)];
        if !picture_box.count.is_empty() {
            let count = match picture_box.count_changed {
                true => Run {
                    colour: self.palette.changed,
                    ..self.bold(&picture_box.count, SMALL_FONT)
                },
                false => self.run(&picture_box.count, SMALL_FONT),
            };
            let x = area.right() - PADDING;
            shapes.push(text(x, baseline, Align::Right, vec![count]));
        }
        shapes
    }

    fn row(&self, shape: BoxShape, row: &PictureRow, index: usize, shapes: &mut Vec<Shape>) {
        let (label, value) = (row.label_area, row.value_area);
        let has_label = label.width > 0.0 && label.height > 0.0;
        let whole = match has_label {
            true => value.around(&label),
            false => value,
        };
        if row.mark != Mark::None {
            self.highlight(shape, &whole, shapes);
        }
        let across = |area: &Rect| (area.x, area.y, area.right(), area.y);
        let down = |area: &Rect| (area.x, area.y, area.x, area.bottom());
        match shape {
            BoxShape::Rows => {
                if index > 0 {
                    shapes.push(self.rule(across(&whole)));
                }
                if has_label {
                    shapes.push(self.rule(down(&value)));
                }
            }
            BoxShape::Strip if index > 0 => shapes.push(self.rule(down(&whole))),
            BoxShape::Strip => {}
            BoxShape::Line => shapes.push(self.rule(down(&value))),
        }
        let place = |area: Rect| match shape {
            BoxShape::Rows => (area.x + PADDING, Align::Left),
            BoxShape::Strip | BoxShape::Line => (area.x + area.width / 2.0, Align::Middle),
        };
        if let (PictureCell::Text(words), true) = (&row.label, has_label) {
            let (x, align) = place(label);
            let (size, baseline) = match shape {
                BoxShape::Rows => (ROW_FONT, ROW_BASELINE),
                BoxShape::Strip | BoxShape::Line => (SMALL_FONT, LABEL_BASELINE),
            };
            let run = self.quiet(words, size);
            shapes.push(text(x, label.y + baseline, align, vec![run]));
        }
        if let PictureCell::Text(words) = &row.value {
            let (x, align) = place(value);
            let run = match row.aside {
                true => self.quiet(words, ROW_FONT),
                false => self.run(words, ROW_FONT),
            };
            shapes.push(text(x, value.y + ROW_BASELINE, align, vec![run]));
        }
    }

    /// A thin line between cells.
    fn rule(&self, (x, y, to_x, to_y): (f64, f64, f64, f64)) -> Shape {
        Shape::Way {
            start: Point { x, y },
            pieces: vec![Piece::Line(Point { x: to_x, y: to_y })],
            stroke: Stroke {
                colour: self.palette.line,
                width: 1.0,
                dashes: Dashes::None,
            },
            has_head: false,
        }
    }

    /// What is new or changed, on its own colour, with a sign at its side or its foot.
    fn highlight(&self, shape: BoxShape, area: &Rect, shapes: &mut Vec<Shape>) {
        shapes.push(Shape::Area {
            rect: inside(*area, 1.0, 0.5),
            radius: 0.0,
            fill: Some(self.palette.changed_row),
            stroke: None,
        });
        let corner = |x: f64, y: f64| Point { x, y };
        let corners = match shape {
            BoxShape::Rows => {
                let (x, y) = (area.x + 0.5, area.y + area.height / 2.0);
                [corner(x, y - 4.0), corner(x + 5.0, y), corner(x, y + 4.0)]
            }
            BoxShape::Strip | BoxShape::Line => {
                let (x, y) = (area.x + area.width / 2.0, area.bottom() - 0.5);
                [corner(x - 4.0, y), corner(x, y - 5.0), corner(x + 4.0, y)]
            }
        };
        shapes.push(Shape::Triangle {
            corners,
            fill: self.palette.changed,
        });
    }

    fn dots(&self, row: &PictureRow) -> impl Iterator<Item = Shape> {
        let fill = match row.mark {
            Mark::None => self.palette.arrow,
            Mark::New | Mark::Changed => self.palette.changed,
        };
        [&row.label, &row.value]
            .into_iter()
            .filter_map(move |cell| match cell {
                PictureCell::Dot(middle) => Some(Shape::Dot {
                    middle: *middle,
                    radius: DOT,
                    fill,
                }),
                _ => None,
            })
    }
}

fn inside(rect: Rect, x: f64, y: f64) -> Rect {
    Rect {
        x: rect.x + x,
        y: rect.y + y,
        width: rect.width - 2.0 * x,
        height: rect.height - 2.0 * y,
    }
}
