//! A picture as SVG: one file that any viewer draws alike.

mod caption;

use crate::layout::{
    PADDING, Picture, PictureArrow, PictureBox, PictureCell, PictureRow, Piece, ROW_FONT,
    ROW_HEIGHT, SMALL_FONT, TITLE_FONT, TITLE_HEIGHT, text_width,
};
use crate::render::theme::{Palette, Theme};
use crate::render::xml::{Xml, rounded};
use crate::trace::Cause;
use crate::view::{Mark, Status, Tone};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SvgOptions {
    pub theme: Theme,
}

pub(crate) const FONTS: &str = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace";
const LINE: f64 = 17.0;

/// Writes a picture as an SVG document.
pub fn svg(picture: &Picture, options: &SvgOptions) -> String {
    let drawing = Drawing {
        prefix: format!("mv{}", picture.number),
        theme: options.theme,
        palette: options.theme.palette(),
    };
    let mut xml = Xml::default();
    let view_box = format!("0 0 {} {}", rounded(picture.width), rounded(picture.height));
    let name = |part: &str| format!("{}-{part}", drawing.prefix);
    let labelled = format!("{} {}", name("title"), name("desc"));
    let attributes = [
        ("xmlns", "http://www.w3.org/2000/svg".into()),
        ("width", picture.width.into()),
        ("height", picture.height.into()),
        ("viewBox", (&view_box).into()),
        ("role", "img".into()),
        ("aria-labelledby", (&labelled).into()),
        ("font-family", FONTS.into()),
    ];
    xml.element("svg", &attributes, |xml| {
        let caption = &picture.caption;
        let title = format!("{}, {}: {}", caption.file, caption.step, caption.event);
        xml.text("title", &[("id", (&name("title")).into())], &title);
        let description = caption::describe(picture);
        xml.text("desc", &[("id", (&name("desc")).into())], &description);
        drawing.arrow_heads(xml);
        drawing.page(xml, picture);
        drawing.caption(xml, picture);
        for arrow in &picture.arrows {
            drawing.arrow(xml, arrow);
        }
        for picture_box in &picture.boxes {
            drawing.boxed(xml, picture_box);
        }
        for picture_box in &picture.boxes {
            drawing.dots(xml, picture_box);
        }
        drawing.legend(xml, picture);
    });
    xml.finish()
}

/// The words above a box.
pub(crate) fn note(picture_box: &PictureBox) -> &'static str {
    match (picture_box.status, picture_box.mark) {
        (Status::Unreachable, _) => "unreachable",
        (Status::Dead(Cause::RefCount), _) => "freed: count fell to 0",
        (Status::Dead(Cause::Collector), _) => "freed by the collector",
        (Status::Dead(Cause::Exit), _) => "freed at exit",
        (Status::Suspect, _) => "tentatively unreachable",
        (Status::Rescued, _) => "rescued: reached from outside",
        (Status::Alive, Mark::New) => "new",
        (Status::Alive, _) => "",
    }
}

struct Drawing {
    prefix: String,
    theme: Theme,
    palette: Palette,
}

/// How a piece of text is set.
struct Type<'a> {
    size: f64,
    colour: &'a str,
    weight: &'a str,
}

impl Drawing {
    fn write(&self, xml: &mut Xml, x: f64, baseline: f64, set: &Type<'_>, text: &str) {
        if text.is_empty() {
            return;
        }
        let width = text_width(text, set.size);
        let mut attributes = vec![
            ("x", x.into()),
            ("y", baseline.into()),
            ("font-size", set.size.into()),
            ("fill", set.colour.into()),
            ("textLength", width.into()),
            ("lengthAdjust", "spacingAndGlyphs".into()),
            ("xml:space", "preserve".into()),
        ];
        if set.weight != "normal" {
            attributes.push(("font-weight", set.weight.into()));
        }
        xml.text("text", &attributes, text);
    }

    fn quiet(&self, size: f64) -> Type<'_> {
        Type {
            size,
            colour: self.palette.quiet,
            weight: "normal",
        }
    }

    fn plain(&self, size: f64) -> Type<'_> {
        Type {
            size,
            colour: self.palette.text,
            weight: "normal",
        }
    }

    fn bold(&self, size: f64) -> Type<'_> {
        Type {
            weight: "bold",
            ..self.plain(size)
        }
    }

    fn arrow_heads(&self, xml: &mut Xml) {
        xml.element("defs", &[], |xml| {
            for (name, colour) in [
                ("head", self.palette.arrow),
                ("weak", self.palette.weak),
                ("moved", self.palette.changed),
                ("faded", self.palette.garbage),
            ] {
                let id = format!("{}-{name}", self.prefix);
                let attributes = [
                    ("id", (&id).into()),
                    ("viewBox", "0 0 8 8".into()),
                    ("refX", 7.0.into()),
                    ("refY", 4.0.into()),
                    ("markerWidth", 7.0.into()),
                    ("markerHeight", 7.0.into()),
                    ("orient", "auto".into()),
                ];
                xml.element("marker", &attributes, |xml| {
                    xml.empty(
                        "path",
                        &[
                            ("d", "M0 0.5L8 4L0 7.5L1.8 4Z".into()),
                            ("fill", colour.into()),
                        ],
                    );
                });
            }
        });
    }

    fn page(&self, xml: &mut Xml, picture: &Picture) {
        xml.empty(
            "rect",
            &[
                ("width", picture.width.into()),
                ("height", picture.height.into()),
                ("fill", self.palette.background.into()),
            ],
        );
        xml.empty(
            "rect",
            &[
                ("width", picture.width.into()),
                ("height", picture.header.into()),
                ("fill", self.palette.panel.into()),
            ],
        );
    }

    fn arrow(&self, xml: &mut Xml, arrow: &PictureArrow) {
        let (colour, head) = if arrow.mark != Mark::None {
            (self.palette.changed, "moved")
        } else if arrow.faded {
            (self.palette.garbage, "faded")
        } else if arrow.weak {
            (self.palette.weak, "weak")
        } else {
            (self.palette.arrow, "head")
        };
        let path = path(arrow);
        let marker = format!("url(#{}-{head})", self.prefix);
        let mut attributes = vec![
            ("d", (&path).into()),
            ("fill", "none".into()),
            ("stroke", colour.into()),
            (
                "stroke-width",
                if arrow.mark == Mark::None { 1.3 } else { 2.0 }.into(),
            ),
            ("marker-end", (&marker).into()),
        ];
        if arrow.weak {
            attributes.push(("stroke-dasharray", "2 4".into()));
        } else if arrow.faded {
            attributes.push(("stroke-dasharray", "7 3".into()));
        }
        xml.empty("path", &attributes);
    }

    fn boxed(&self, xml: &mut Xml, picture_box: &PictureBox) {
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
            Status::Alive | Status::Rescued => "",
            Status::Unreachable | Status::Suspect => "7 3",
            Status::Dead(_) => "2 3",
        };
        let outline = if picture_box.tone == Tone::ActiveFrame || picture_box.mark == Mark::New {
            2.0
        } else {
            1.0
        };
        let opacity = if matches!(picture_box.status, Status::Dead(_)) {
            0.6
        } else {
            1.0
        };
        let id = format!(
            "{}-{}",
            self.prefix,
            match picture_box.key {
                crate::view::BoxKey::Call(n) => format!("call{n}"),
                crate::view::BoxKey::Object(id) => format!("object{}", id.0),
                crate::view::BoxKey::MoreCalls(thread) => format!("more-calls-{thread}"),
                crate::view::BoxKey::MoreObjects => "more-objects".to_owned(),
                crate::view::BoxKey::Interpreter => "interpreter".to_owned(),
            }
        );
        xml.element(
            "g",
            &[("id", (&id).into()), ("opacity", opacity.into())],
            |xml| {
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
                    Status::Alive | Status::Rescued => self.palette.changed,
                    _ => self.palette.garbage,
                };
                let set = Type {
                    size: SMALL_FONT,
                    colour,
                    weight: "bold",
                };
                self.write(xml, rect.x, rect.y - 4.0, &set, words);
            },
        );
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
    fn dots(&self, xml: &mut Xml, picture_box: &PictureBox) {
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

pub(crate) fn path(arrow: &PictureArrow) -> String {
    let mut out = format!("M{} {}", rounded(arrow.start.x), rounded(arrow.start.y));
    for piece in &arrow.pieces {
        match piece {
            Piece::Line(to) => out.push_str(&format!("L{} {}", rounded(to.x), rounded(to.y))),
            Piece::Curve(a, b, to) => out.push_str(&format!(
                "C{} {} {} {} {} {}",
                rounded(a.x),
                rounded(a.y),
                rounded(b.x),
                rounded(b.y),
                rounded(to.x),
                rounded(to.y)
            )),
        }
    }
    out
}
