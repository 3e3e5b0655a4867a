//! A picture as SVG: one file that any viewer draws alike.

mod boxes;
mod caption;
mod code;
mod stages;
mod writer;
mod written;

pub(super) use writer::DRAFT;
pub use writer::{SvgWriter, svg};

use crate::layout::{Picture, PictureArrow, PictureBox, Piece, Point, ROW_FONT, text_width};
use crate::render::SIGNATURE;
use crate::render::theme::{Palette, Theme};
use crate::render::xml::{Value, Xml, push_rounded, rounded};
use crate::view::{BoxKey, Mark, Status};
use std::sync::Arc;

pub use stages::{end_picture, errors_picture, imports_picture, machine_picture, stages_pictures};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SvgOptions {
    pub theme: Theme,
}

pub(crate) const FONTS: &str = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace";

/// What stands at the head of a document: its size, and what it is in words.
pub(super) struct Head<'a> {
    pub prefix: &'a str,
    /// In the units of boxes.
    pub width: f64,
    pub height: f64,
    /// Pixels of a unit.
    pub scale: f64,
    /// Of text that says nothing else.
    pub text_colour: &'a str,
    pub title: &'a str,
    pub description: &'a str,
}

impl Head<'_> {
    /// Writes an SVG document, what stands in it by `inside`.
    pub(super) fn document(&self, inside: impl FnOnce(&mut Xml)) -> String {
        self.draft(0, inside).finish()
    }

    /// The same, not yet at its end, with room for so many bytes.
    fn draft(&self, room: usize, inside: impl FnOnce(&mut Xml)) -> Xml {
        let view_box = format!("0 0 {} {}", rounded(self.width), rounded(self.height));
        let attributes = [
            ("xmlns", "http://www.w3.org/2000/svg".into()),
            ("width", (self.width * self.scale).into()),
            ("height", (self.height * self.scale).into()),
            ("viewBox", (&view_box).into()),
            ("role", "img".into()),
            (
                "aria-labelledby",
                Value::Names(&[("", "title"), (" ", "desc")], ""),
            ),
            ("font-family", FONTS.into()),
            ("font-size", ROW_FONT.into()),
            ("fill", self.text_colour.into()),
        ];
        let mut xml = Xml::named(self.prefix, room);
        xml.element("svg", &attributes, |xml| {
            let id = |name| [("id", Value::Names(name, ""))];
            xml.text("title", &id(&[("", "title")]), self.title);
            xml.text("desc", &id(&[("", "desc")]), self.description);
            xml.text("metadata", &[], SIGNATURE);
            inside(xml);
        });
        xml
    }
}

/// What a picture is made of.
#[derive(Clone, Copy)]
enum Layer<'p> {
    Page,
    Caption,
    Code,
    Arrow(&'p Arc<PictureArrow>),
    Box(&'p Arc<PictureBox>),
    Dots(&'p Arc<PictureBox>),
    Legend,
}

/// In the order in which it is painted, which is the same for what several steps show.
fn layers(picture: &Picture) -> Vec<(Owner, Layer<'_>)> {
    let mut arrows: Vec<_> = (picture.arrows.iter())
        .map(|arrow| (arrow_owner(arrow), Layer::Arrow(arrow)))
        .collect();
    arrows.sort_by_key(|(owner, _)| *owner);
    let mut boxes: Vec<&Arc<PictureBox>> = picture.boxes.iter().collect();
    boxes.sort_by_key(|picture_box| picture_box.key);
    let mut layers = vec![(Owner::Page, Layer::Page)];
    layers.extend([(Owner::Caption, Layer::Caption), (Owner::Code, Layer::Code)]);
    layers.extend(arrows);
    layers.extend(
        boxes
            .iter()
            .map(|one| (Owner::Box(one.key), Layer::Box(one))),
    );
    layers.extend(
        boxes
            .iter()
            .map(|one| (Owner::Box(one.key), Layer::Dots(one))),
    );
    layers.push((Owner::Legend, Layer::Legend));
    layers
}

/// A shape or a piece of text, or some that cannot be told apart, and what it belongs to.
pub(super) struct Part {
    /// The place of its layer in the order of painting.
    pub layer: u8,
    pub owner: Owner,
    pub svg: String,
}

/// What a part belongs to, the same over all steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Owner {
    Page,
    Caption,
    /// Source and output.
    Code,
    /// From and to which box, and from where in tenths of a pixel.
    Arrow(BoxKey, BoxKey, i64, i64),
    Box(BoxKey),
    Legend,
}

impl Layer<'_> {
    fn rank(&self) -> u8 {
        match self {
            Layer::Page => 0,
            Layer::Caption => 1,
            Layer::Code => 2,
            Layer::Arrow(_) => 3,
            Layer::Box(_) => 4,
            Layer::Dots(_) => 5,
            Layer::Legend => 6,
        }
    }
}

fn arrow_owner(arrow: &PictureArrow) -> Owner {
    let tenths = |length: f64| (length * 10.0).round() as i64;
    let Point { x, y } = arrow.start;
    Owner::Arrow(arrow.from, arrow.to, tenths(x), tenths(y))
}

/// Takes a picture apart, in the order in which it is painted.
pub(super) fn parts(drawing: &Drawing, picture: &Picture) -> Vec<Part> {
    let mut parts = Vec::new();
    for (owner, layer) in layers(picture) {
        let mut xml = Xml::named(DRAFT, 0);
        match layer {
            // Seen through as a whole.
            Layer::Box(picture_box) if opacity(picture_box) < 1.0 => {
                let attributes = [("opacity", opacity(picture_box).into())];
                xml.element("g", &attributes, |xml| drawing.boxed(xml, picture_box));
            }
            _ => drawing.layer(&mut xml, picture, layer),
        }
        parts.extend(xml.elements().map(|element| Part {
            layer: layer.rank(),
            owner,
            svg: element.replace('\n', ""),
        }));
    }
    parts
}

fn opacity(picture_box: &PictureBox) -> f64 {
    if matches!(picture_box.status, Status::Dead(_)) {
        0.6
    } else {
        1.0
    }
}

fn box_name(key: BoxKey) -> String {
    match key {
        BoxKey::Call(n) => format!("call{n}"),
        BoxKey::Object(id) => format!("object{}", id.0),
        BoxKey::MoreCalls(thread) => format!("more-calls-{thread}"),
        BoxKey::MoreObjects => "more-objects".to_owned(),
        BoxKey::Interpreter => "interpreter".to_owned(),
    }
}

/// How pictures are drawn: with which colours.
#[derive(Debug)]
pub(super) struct Drawing {
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
    pub(super) fn new(theme: Theme) -> Drawing {
        Drawing {
            theme,
            palette: theme.palette(),
        }
    }

    pub(super) fn theme(&self) -> Theme {
        self.theme
    }

    pub(super) fn text_colour(&self) -> &'static str {
        self.palette.text
    }

    fn layer(&self, xml: &mut Xml, picture: &Picture, layer: Layer<'_>) {
        match layer {
            Layer::Page => self.page(xml, picture),
            Layer::Caption => self.caption(xml, &picture.page),
            Layer::Code => self.panel(xml, &picture.page),
            Layer::Arrow(arrow) => self.arrow(xml, arrow, false),
            Layer::Box(picture_box) => self.boxed(xml, picture_box),
            Layer::Dots(picture_box) => self.dots(xml, picture_box, None),
            Layer::Legend => self.legend(xml, &picture.page),
        }
    }

    fn write(&self, xml: &mut Xml, x: f64, baseline: f64, set: &Type<'_>, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut attributes = vec![("x", x.into()), ("y", baseline.into())];
        // What most of the text has is said once, at the head.
        if set.size != ROW_FONT {
            attributes.push(("font-size", set.size.into()));
        }
        if set.colour != self.palette.text {
            attributes.push(("fill", set.colour.into()));
        }
        // In any other font, too, a text is as long as it was measured.
        attributes.push(("textLength", text_width(text, set.size).into()));
        if set.weight != "normal" {
            attributes.push(("font-weight", set.weight.into()));
        }
        // Other spaces stay by themselves.
        if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
            attributes.push(("xml:space", "preserve".into()));
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

    /// A heading.
    pub(super) fn strong(&self, xml: &mut Xml, (x, baseline): (f64, f64), text: &str) {
        self.write(xml, x, baseline, &self.bold(ROW_FONT), text);
    }

    pub(super) fn arrow_heads(&self, xml: &mut Xml) {
        self.heads(xml, |_| true);
    }

    /// The heads of the arrows of one picture.
    fn heads_of(&self, xml: &mut Xml, arrows: &[Arc<PictureArrow>]) {
        if !arrows.is_empty() {
            self.heads(xml, |name| arrows.iter().any(|one| look(one) == name));
        }
    }

    fn heads(&self, xml: &mut Xml, is_used: impl Fn(&str) -> bool) {
        let all = ["head", "weak", "moved", "faded"].into_iter();
        xml.element("defs", &[], |xml| {
            for name in all.filter(|name| is_used(name)) {
                let colour = self.look_colour(name);
                let id = [("", name)];
                let attributes = [
                    ("id", Value::Names(&id, "")),
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
        let page = &picture.page;
        self.fill(xml, (0.0, 0.0), (page.width, page.height), false);
        if let Some(panel) = page.panel {
            let size = (panel.width, panel.height);
            self.fill(xml, (panel.x, panel.y), size, true);
        }
    }

    /// An area for pictures, or the panel on which their words stand.
    pub(super) fn fill(
        &self,
        xml: &mut Xml,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        panel: bool,
    ) {
        let colour = if panel {
            self.palette.panel
        } else {
            self.palette.background
        };
        xml.empty(
            "rect",
            &[
                ("x", x.into()),
                ("y", y.into()),
                ("width", width.into()),
                ("height", height.into()),
                ("fill", colour.into()),
            ],
        );
    }

    /// A thin line around an area.
    pub(super) fn outline(&self, xml: &mut Xml, (x, y): (f64, f64), (width, height): (f64, f64)) {
        xml.empty(
            "rect",
            &[
                ("x", x.into()),
                ("y", y.into()),
                ("width", width.into()),
                ("height", height.into()),
                ("fill", "none".into()),
                ("stroke", self.palette.line.into()),
            ],
        );
    }

    fn look_colour(&self, look: &str) -> &'static str {
        match look {
            "moved" => self.palette.changed,
            "faded" => self.palette.garbage,
            "weak" => self.palette.weak,
            _ => self.palette.arrow,
        }
    }

    /// What most arrows have in common.
    fn arrow_style(&self) -> [(&'static str, Value<'static>); 3] {
        [
            ("fill", "none".into()),
            ("stroke", self.palette.arrow.into()),
            ("stroke-width", THIN.into()),
        ]
    }

    /// An arrow; by itself, or in a group that has said what most arrows have in common.
    fn arrow(&self, xml: &mut Xml, arrow: &PictureArrow, in_group: bool) {
        let look = look(arrow);
        let path = path(arrow);
        let marker = [("url(#", look)];
        let mut attributes = vec![("d", (&path).into())];
        if !in_group {
            attributes.push(("fill", "none".into()));
        }
        if !in_group || look != "head" {
            attributes.push(("stroke", self.look_colour(look).into()));
        }
        let width = if arrow.mark == Mark::None { THIN } else { 2.0 };
        if !in_group || width != THIN {
            attributes.push(("stroke-width", width.into()));
        }
        attributes.push(("marker-end", Value::Names(&marker, ")")));
        if arrow.weak {
            attributes.push(("stroke-dasharray", "2 4".into()));
        } else if arrow.faded {
            attributes.push(("stroke-dasharray", "7 3".into()));
        }
        xml.empty("path", &attributes);
    }
}

/// How wide an arrow is in which nothing is new.
const THIN: f64 = 1.3;

/// What an arrow looks like: the name of its head.
fn look(arrow: &PictureArrow) -> &'static str {
    if arrow.mark != Mark::None {
        "moved"
    } else if arrow.faded {
        "faded"
    } else if arrow.weak {
        "weak"
    } else {
        "head"
    }
}

/// An arrow's way, as SVG writes it.
pub(crate) fn path(arrow: &PictureArrow) -> String {
    let mut out = String::with_capacity(64);
    let mut command = |letter: char, points: &[Point]| {
        out.push(letter);
        for (place, at) in points.iter().enumerate() {
            if place > 0 {
                out.push(' ');
            }
            push_rounded(&mut out, at.x);
            out.push(' ');
            push_rounded(&mut out, at.y);
        }
    };
    command('M', &[arrow.start]);
    for piece in &arrow.pieces {
        match piece {
            Piece::Line(to) => command('L', &[*to]),
            Piece::Curve(a, b, to) => command('C', &[*a, *b, *to]),
        }
    }
    out
}
