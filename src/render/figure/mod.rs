//! A picture as plain shapes in the order of painting, for formats that have shapes of their own.

mod boxes;
mod page;

use crate::layout::{Picture, PictureArrow, Piece, Point, Rect, text_width};
use crate::render::theme::{Palette, Theme};
use crate::view::Mark;

/// Shapes that belong together, and what they stand for.
pub(super) struct Group {
    pub part: Part,
    pub name: String,
    /// From 0 to 1.
    pub opacity: f64,
    pub shapes: Vec<Shape>,
}

/// What of a picture a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The paper.
    Page,
    /// The words at the top.
    Words,
    /// Source, output, small print, legend.
    Around,
    Arrow,
    Box,
}

pub(super) enum Shape {
    Area {
        rect: Rect,
        /// Of its corners.
        radius: f64,
        fill: Option<&'static str>,
        stroke: Option<Stroke>,
    },
    Triangle {
        corners: [Point; 3],
        fill: &'static str,
    },
    Dot {
        middle: Point,
        radius: f64,
        fill: &'static str,
    },
    Way {
        start: Point,
        pieces: Vec<Piece>,
        stroke: Stroke,
        /// Whether it ends in an arrow's head.
        has_head: bool,
    },
    Text(Text),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub colour: &'static str,
    pub width: f64,
    pub dashes: Dashes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dashes {
    None,
    Long,
    Short,
    /// A long one, a short one.
    Mixed,
}

/// A line of text.
pub(super) struct Text {
    /// Where it begins, has its middle or ends, on its baseline.
    pub at: Point,
    pub align: Align,
    pub runs: Vec<Run>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Middle,
    Right,
}

/// A part of a line that is set alike.
pub(super) struct Run {
    pub text: String,
    pub size: f64,
    pub colour: &'static str,
    pub is_bold: bool,
}

impl Text {
    pub(super) fn width(&self) -> f64 {
        let widths = self.runs.iter().map(|run| text_width(&run.text, run.size));
        widths.sum()
    }

    /// The size of its largest letters.
    pub(super) fn size(&self) -> f64 {
        self.runs.iter().map(|run| run.size).fold(0.0, f64::max)
    }

    /// Where it begins.
    pub(super) fn left(&self) -> f64 {
        match self.align {
            Align::Left => self.at.x,
            Align::Middle => self.at.x - self.width() / 2.0,
            Align::Right => self.at.x - self.width(),
        }
    }
}

/// Takes a picture apart into shapes.
pub(super) fn figure(picture: &Picture, theme: Theme) -> Vec<Group> {
    let painter = Painter {
        theme,
        palette: theme.palette(),
    };
    let mut groups = painter.page(&picture.page);
    groups.extend(
        picture
            .arrows
            .iter()
            .map(|arrow| painter.arrow(picture, arrow)),
    );
    groups.extend(picture.boxes.iter().map(|one| painter.boxed(one)));
    groups.extend(painter.legend(&picture.page));
    groups
}

struct Painter {
    theme: Theme,
    palette: Palette,
}

impl Painter {
    fn run(&self, text: &str, size: f64) -> Run {
        Run {
            text: text.to_owned(),
            size,
            colour: self.palette.text,
            is_bold: false,
        }
    }

    fn bold(&self, text: &str, size: f64) -> Run {
        Run {
            is_bold: true,
            ..self.run(text, size)
        }
    }

    fn quiet(&self, text: &str, size: f64) -> Run {
        Run {
            colour: self.palette.quiet,
            ..self.run(text, size)
        }
    }

    fn arrow(&self, picture: &Picture, arrow: &PictureArrow) -> Group {
        let name = |key| {
            let found = picture.boxes.iter().find(|one| one.key == key);
            found.map_or(String::new(), |found| boxes::name(found))
        };
        let colour = if arrow.mark != Mark::None {
            self.palette.changed
        } else if arrow.faded {
            self.palette.garbage
        } else if arrow.weak {
            self.palette.weak
        } else {
            self.palette.arrow
        };
        let dashes = match (arrow.weak, arrow.faded) {
            (true, _) => Dashes::Short,
            (false, true) => Dashes::Long,
            (false, false) => Dashes::None,
        };
        let width = if arrow.mark == Mark::None { 1.3 } else { 2.0 };
        let kind = if arrow.weak {
            "weak reference"
        } else {
            "reference"
        };
        Group {
            part: Part::Arrow,
            name: format!("{kind} from {} to {}", name(arrow.from), name(arrow.to)),
            opacity: 1.0,
            shapes: vec![Shape::Way {
                start: arrow.start,
                pieces: arrow.pieces.clone(),
                stroke: Stroke {
                    colour,
                    width,
                    dashes,
                },
                has_head: true,
            }],
        }
    }
}

fn text(x: f64, baseline: f64, align: Align, runs: Vec<Run>) -> Shape {
    Shape::Text(Text {
        at: Point { x, y: baseline },
        align,
        runs,
    })
}
