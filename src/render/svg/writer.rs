//! Writes one picture after the other as SVG documents.

use super::written::Written;
use super::{Drawing, Head, Layer, Owner, SvgOptions, box_name, caption, layers, opacity};
use crate::layout::{CodeLine, Page, Picture, PictureArrow, PictureBox};
use crate::render::xml::{Value, Xml};
use crate::view::BoxKey;
use std::fmt::Write;

/// What the names of a document begin with until it is known what they are to begin with.
pub(in crate::render) const DRAFT: &str = "mv";

/// Writes pictures as SVG documents. What a picture has in common with the one before is not made
/// anew; the documents do not depend on that.
#[derive(Debug)]
pub struct SvgWriter {
    drawing: Drawing,
    boxes: Written<BoxKey, PictureBox>,
    dots: Written<BoxKey, PictureBox>,
    arrows: Written<Owner, PictureArrow>,
    /// By their place on the page.
    code: Written<usize, CodeLine>,
    /// Bytes of the last document.
    length: usize,
}

/// Writes a picture as an SVG document. Its names begin with a hash of what it shows, so that any
/// two pictures can stand on one page.
pub fn svg(picture: &Picture, options: &SvgOptions) -> String {
    SvgWriter::new(options).write(picture)
}

impl SvgWriter {
    pub fn new(options: &SvgOptions) -> SvgWriter {
        SvgWriter {
            drawing: Drawing::new(options.theme),
            boxes: Written::default(),
            dots: Written::default(),
            arrows: Written::default(),
            code: Written::default(),
            length: 0,
        }
    }

    /// Writes a picture as [`svg`] does.
    pub fn write(&mut self, picture: &Picture) -> String {
        let xml = self.draft(picture);
        self.boxes.end_picture();
        self.dots.end_picture();
        self.arrows.end_picture();
        self.code.end_picture();
        let document = xml.finish_named(|draft| {
            let mut more = String::new();
            let hash = crc32fast::hash(draft.as_bytes());
            let _ = write!(more, "{}x{hash:08x}", picture.number);
            more
        });
        self.length = document.len();
        document
    }

    fn draft(&mut self, picture: &Picture) -> Xml {
        let said = &picture.caption;
        let head = Head {
            prefix: DRAFT,
            width: picture.page.width,
            height: picture.page.height,
            scale: picture.page.scale,
            text_colour: self.drawing.palette.text,
            title: &format!("{}, {}: {}", said.file, said.step, said.event),
            description: &caption::describe(picture),
        };
        head.draft(self.length, |xml| {
            self.drawing.heads_of(xml, &picture.arrows);
            let layers = layers(picture);
            for group in layers.chunk_by(|(_, a), (_, b)| a.rank() == b.rank()) {
                self.group(xml, picture, group);
            }
        })
    }

    /// Layers of one kind, in a group that says what they have in common.
    fn group(&mut self, xml: &mut Xml, picture: &Picture, group: &[(Owner, Layer<'_>)]) {
        let colour = self.drawing.palette.arrow;
        let common = match group.first() {
            Some((_, Layer::Arrow(_))) => self.drawing.arrow_style().to_vec(),
            Some((_, Layer::Dots(_))) if !picture.arrows.is_empty() => {
                vec![("fill", colour.into())]
            }
            Some((_, Layer::Dots(_))) => return,
            _ => Vec::new(),
        };
        if common.is_empty() {
            for (owner, layer) in group {
                self.layer(xml, picture, *owner, *layer);
            }
            return;
        }
        xml.element("g", &common, |xml| {
            for (owner, layer) in group {
                self.layer(xml, picture, *owner, *layer);
            }
        });
    }

    fn layer(&mut self, xml: &mut Xml, picture: &Picture, owner: Owner, layer: Layer<'_>) {
        let drawing = &self.drawing;
        let colour = drawing.palette.arrow;
        match layer {
            Layer::Box(part) => self.boxes.write(xml, part.key, part, |xml| {
                let name = box_name(part.key);
                let id = [("", &*name)];
                let mut attributes = vec![("id", Value::Names(&id, ""))];
                if opacity(part) < 1.0 {
                    attributes.push(("opacity", opacity(part).into()));
                }
                xml.element("g", &attributes, |xml| drawing.boxed(xml, part));
            }),
            Layer::Dots(part) => {
                let dots = &mut self.dots;
                dots.write(xml, part.key, part, |xml| {
                    drawing.dots(xml, part, Some(colour))
                });
            }
            Layer::Arrow(part) => {
                let arrows = &mut self.arrows;
                arrows.write(xml, owner, part, |xml| drawing.arrow(xml, part, true));
            }
            Layer::Code => self.panel(xml, &picture.page),
            Layer::Page | Layer::Caption | Layer::Legend => drawing.layer(xml, picture, layer),
        }
    }

    fn panel(&mut self, xml: &mut Xml, page: &Page) {
        let drawing = &self.drawing;
        drawing.bands(xml, page);
        for (place, line) in page.code.iter().enumerate() {
            let code = &mut self.code;
            code.write(xml, place, line, |xml| drawing.code_line(xml, line));
        }
        drawing.output(xml, page);
    }
}
