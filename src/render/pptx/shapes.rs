//! Shapes and texts as DrawingML has them.

use crate::layout::{Piece, Point, Rect};
use crate::render::figure::{Align, Dashes, Group, Run, Shape, Stroke, Text};
use crate::render::xml::{Value, Xml};
use std::cell::Cell;

const FONT: &str = "Consolas";
/// English Metric Units of a point.
const POINT: f64 = 12_700.0;
/// Height of a line of text, and how far above its baseline its middle stands, by its letters' size.
const LINE: f64 = 1.3;
const MIDDLE: f64 = 0.34;

/// A slide's page: how long its units are, in English Metric Units, and where it begins.
pub(super) struct SlidePage {
    unit: f64,
    left: f64,
    top: f64,
    /// The number of the last shape; the tree itself has the first.
    last_id: Cell<u32>,
}

/// English Metric Units are whole.
fn whole(number: f64) -> String {
    format!("{:.0}", number.round() + 0.0)
}

impl SlidePage {
    pub(super) fn new(unit: f64, left: f64, top: f64) -> SlidePage {
        SlidePage {
            unit,
            left,
            top,
            last_id: Cell::new(1),
        }
    }

    /// The words at the top, as the slide's title.
    pub(super) fn title(&self, xml: &mut Xml, words: &Group) {
        let lines: Vec<&Text> = words.shapes.iter().filter_map(as_text).collect();
        let Some(area) = lines
            .iter()
            .map(|line| area_of(line))
            .reduce(|a, b| a.around(&b))
        else {
            return;
        };
        self.named(
            xml,
            "p:sp",
            "title",
            |xml| {
                xml.element("p:cNvSpPr", &[], |xml| {
                    xml.empty("a:spLocks", &[("noGrp", "1".into())])
                });
                xml.element("p:nvPr", &[], |xml| {
                    xml.empty("p:ph", &[("type", "title".into())])
                });
            },
            |xml| {
                xml.element("p:spPr", &[], |xml| self.place(xml, &area));
                xml.element("p:txBody", &[], |xml| {
                    body(xml);
                    xml.element("a:p", &[], |xml| {
                        for (i, line) in lines.iter().enumerate() {
                            if i > 0 {
                                xml.empty("a:br", &[]);
                            }
                            line.runs.iter().for_each(|run| self.run(xml, run, 1.0));
                        }
                    });
                });
            },
        );
    }

    pub(super) fn group(&self, xml: &mut Xml, group: &Group) {
        if let [shape] = &group.shapes[..] {
            self.shape(xml, &group.name, shape, group.opacity);
            return;
        }
        let Some(area) = group.shapes.iter().map(extent).reduce(|a, b| a.around(&b)) else {
            return;
        };
        self.named(
            xml,
            "p:grpSp",
            &group.name,
            |xml| {
                xml.empty("p:cNvGrpSpPr", &[]);
                xml.empty("p:nvPr", &[]);
            },
            |xml| {
                xml.element("p:grpSpPr", &[], |xml| {
                    xml.element("a:xfrm", &[], |xml| {
                        for (at, size) in [("a:off", "a:ext"), ("a:chOff", "a:chExt")] {
                            self.corner(xml, at, &area);
                            self.extent(xml, size, &area);
                        }
                    });
                });
                for shape in &group.shapes {
                    let name = match shape {
                        Shape::Text(text) => {
                            text.runs.iter().map(|run| run.text.as_str()).collect()
                        }
                        _ => group.name.clone(),
                    };
                    self.shape(xml, &name, shape, group.opacity);
                }
            },
        );
    }

    fn shape(&self, xml: &mut Xml, name: &str, shape: &Shape, opacity: f64) {
        match shape {
            Shape::Area {
                rect,
                radius,
                fill,
                stroke,
            } => self.plain(xml, name, |xml| {
                self.place(xml, rect);
                if *radius > 0.0 {
                    let share = radius / rect.width.min(rect.height) * 100_000.0;
                    let value = format!("val {}", whole(share));
                    preset(
                        xml,
                        "roundRect",
                        &[("name", "adj".into()), ("fmla", (&value).into())],
                    );
                } else {
                    preset(xml, "rect", &[]);
                }
                self.fill(xml, *fill, opacity);
                self.line(xml, stroke.as_ref(), opacity, false);
            }),
            Shape::Dot {
                middle,
                radius,
                fill,
            } => self.plain(xml, name, |xml| {
                self.place(xml, &around(*middle, *radius));
                preset(xml, "ellipse", &[]);
                self.fill(xml, Some(fill), opacity);
                self.line(xml, None, opacity, false);
            }),
            Shape::Triangle { corners, fill } => self.plain(xml, name, |xml| {
                let [start, b, c] = *corners;
                let pieces = [Piece::Line(b), Piece::Line(c)];
                self.freeform(xml, start, &pieces, true);
                self.fill(xml, Some(fill), opacity);
                self.line(xml, None, opacity, false);
            }),
            Shape::Way {
                start,
                pieces,
                stroke,
                has_head,
            } => self.plain(xml, name, |xml| {
                self.freeform(xml, *start, pieces, false);
                self.fill(xml, None, opacity);
                self.line(xml, Some(stroke), opacity, *has_head);
            }),
            Shape::Text(text) => self.text(xml, name, text, opacity),
        }
    }

    /// An element with a number and a name, what it is, and the rest of it.
    fn named(
        &self,
        xml: &mut Xml,
        element: &'static str,
        name: &str,
        kind: impl FnOnce(&mut Xml),
        rest: impl FnOnce(&mut Xml),
    ) {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        let head = match element {
            "p:grpSp" => "p:nvGrpSpPr",
            _ => "p:nvSpPr",
        };
        xml.element(element, &[], |xml| {
            xml.element(head, &[], |xml| {
                let id = id.to_string();
                xml.empty("p:cNvPr", &[("id", (&id).into()), ("name", name.into())]);
                kind(xml);
            });
            rest(xml);
        });
    }

    /// A shape without text.
    fn plain(&self, xml: &mut Xml, name: &str, looks: impl FnOnce(&mut Xml)) {
        let kind = |xml: &mut Xml| {
            xml.empty("p:cNvSpPr", &[]);
            xml.empty("p:nvPr", &[]);
        };
        self.named(xml, "p:sp", name, kind, |xml| {
            xml.element("p:spPr", &[], looks)
        });
    }

    fn text(&self, xml: &mut Xml, name: &str, text: &Text, opacity: f64) {
        let kind = |xml: &mut Xml| {
            xml.empty("p:cNvSpPr", &[("txBox", "1".into())]);
            xml.empty("p:nvPr", &[]);
        };
        let align = match text.align {
            Align::Left => "l",
            Align::Middle => "ctr",
            Align::Right => "r",
        };
        self.named(xml, "p:sp", name, kind, |xml| {
            xml.element("p:spPr", &[], |xml| {
                self.place(xml, &area_of(text));
                preset(xml, "rect", &[]);
                xml.empty("a:noFill", &[]);
            });
            xml.element("p:txBody", &[], |xml| {
                body(xml);
                xml.element("a:p", &[], |xml| {
                    xml.empty("a:pPr", &[("algn", align.into())]);
                    text.runs.iter().for_each(|run| self.run(xml, run, opacity));
                });
            });
        });
    }

    fn run(&self, xml: &mut Xml, run: &Run, opacity: f64) {
        xml.element("a:r", &[], |xml| {
            // In hundredths of a point, of which there is one at least.
            let size = whole((run.size * self.unit / POINT * 100.0).max(100.0));
            let weight = if run.is_bold { "1" } else { "0" };
            let attributes = [
                ("lang", "en-US".into()),
                ("sz", (&size).into()),
                ("b", weight.into()),
                ("noProof", "1".into()),
            ];
            xml.element("a:rPr", &attributes, |xml| {
                self.fill(xml, Some(run.colour), opacity);
                for script in ["a:latin", "a:cs"] {
                    // A font of fixed width, should this one be missing.
                    let font = [("typeface", FONT.into()), ("pitchFamily", "49".into())];
                    xml.empty(script, &font);
                }
            });
            xml.text("a:t", &[], &run.text);
        });
    }

    fn place(&self, xml: &mut Xml, area: &Rect) {
        xml.element("a:xfrm", &[], |xml| {
            self.corner(xml, "a:off", area);
            self.extent(xml, "a:ext", area);
        });
    }

    fn corner(&self, xml: &mut Xml, element: &'static str, area: &Rect) {
        let x = whole(self.left + area.x * self.unit);
        let y = whole(self.top + area.y * self.unit);
        xml.empty(element, &[("x", (&x).into()), ("y", (&y).into())]);
    }

    fn extent(&self, xml: &mut Xml, element: &'static str, area: &Rect) {
        let width = whole(area.width.max(0.0) * self.unit);
        let height = whole(area.height.max(0.0) * self.unit);
        xml.empty(
            element,
            &[("cx", (&width).into()), ("cy", (&height).into())],
        );
    }

    /// A way as a shape of its own.
    fn freeform(&self, xml: &mut Xml, start: Point, pieces: &[Piece], closed: bool) {
        let area = way_extent(start, pieces);
        self.place(xml, &area);
        let point = |xml: &mut Xml, at: Point| {
            let x = whole((at.x - area.x) * self.unit);
            let y = whole((at.y - area.y) * self.unit);
            xml.empty("a:pt", &[("x", (&x).into()), ("y", (&y).into())]);
        };
        xml.element("a:custGeom", &[], |xml| {
            for list in ["a:avLst", "a:gdLst", "a:ahLst", "a:cxnLst"] {
                xml.empty(list, &[]);
            }
            let edges = [("l", "0"), ("t", "0"), ("r", "r"), ("b", "b")];
            xml.empty("a:rect", &edges.map(|(name, value)| (name, value.into())));
            xml.element("a:pathLst", &[], |xml| {
                let width = whole(area.width * self.unit);
                let height = whole(area.height * self.unit);
                let mut path: Vec<(&str, Value<'_>)> =
                    vec![("w", (&width).into()), ("h", (&height).into())];
                if !closed {
                    path.push(("fill", "none".into()));
                }
                xml.element("a:path", &path, |xml| {
                    xml.element("a:moveTo", &[], |xml| point(xml, start));
                    for piece in pieces {
                        match *piece {
                            Piece::Line(to) => {
                                xml.element("a:lnTo", &[], |xml| point(xml, to));
                            }
                            Piece::Curve(a, b, to) => xml.element("a:cubicBezTo", &[], |xml| {
                                [a, b, to].into_iter().for_each(|at| point(xml, at));
                            }),
                        }
                    }
                    if closed {
                        xml.empty("a:close", &[]);
                    }
                });
            });
        });
    }

    pub(super) fn fill(&self, xml: &mut Xml, colour: Option<&str>, opacity: f64) {
        let Some(colour) = colour else {
            xml.empty("a:noFill", &[]);
            return;
        };
        let digits = colour.trim_start_matches('#').to_uppercase();
        xml.element("a:solidFill", &[], |xml| {
            xml.element("a:srgbClr", &[("val", (&digits).into())], |xml| {
                if opacity < 1.0 {
                    let share = whole(opacity * 100_000.0);
                    xml.empty("a:alpha", &[("val", (&share).into())]);
                }
            });
        });
    }

    fn line(&self, xml: &mut Xml, stroke: Option<&Stroke>, opacity: f64, has_head: bool) {
        let Some(stroke) = stroke else {
            xml.element("a:ln", &[], |xml| xml.empty("a:noFill", &[]));
            return;
        };
        let width = whole(stroke.width * self.unit);
        xml.element("a:ln", &[("w", (&width).into())], |xml| {
            self.fill(xml, Some(stroke.colour), opacity);
            let dashes = match stroke.dashes {
                Dashes::None => "solid",
                Dashes::Long => "dash",
                Dashes::Short => "sysDot",
                Dashes::Mixed => "dashDot",
            };
            xml.empty("a:prstDash", &[("val", dashes.into())]);
            if has_head {
                let head = [("type", "stealth"), ("w", "med"), ("len", "med")];
                xml.empty("a:tailEnd", &head.map(|(name, value)| (name, value.into())));
            }
        });
    }
}

fn preset(xml: &mut Xml, name: &str, guide: &[(&str, Value<'_>)]) {
    xml.element("a:prstGeom", &[("prst", name.into())], |xml| {
        xml.element("a:avLst", &[], |xml| {
            if !guide.is_empty() {
                xml.empty("a:gd", guide);
            }
        });
    });
}

/// Text stands where it is put: no margins, no breaks, no changes of its size.
fn body(xml: &mut Xml) {
    let attributes = [
        ("wrap", "none"),
        ("lIns", "0"),
        ("tIns", "0"),
        ("rIns", "0"),
        ("bIns", "0"),
        ("anchor", "ctr"),
    ];
    let attributes = attributes.map(|(name, value)| (name, value.into()));
    xml.element("a:bodyPr", &attributes, |xml| xml.empty("a:noAutofit", &[]));
}

fn as_text(shape: &Shape) -> Option<&Text> {
    match shape {
        Shape::Text(text) => Some(text),
        _ => None,
    }
}

/// The area of a line of text.
fn area_of(text: &Text) -> Rect {
    let size = text.size();
    Rect {
        x: text.left(),
        y: text.at.y - size * (MIDDLE + LINE / 2.0),
        width: text.width(),
        height: size * LINE,
    }
}

fn around(middle: Point, by: f64) -> Rect {
    Rect {
        x: middle.x - by,
        y: middle.y - by,
        width: 2.0 * by,
        height: 2.0 * by,
    }
}

fn way_extent(start: Point, pieces: &[Piece]) -> Rect {
    let ends = pieces.iter().flat_map(|piece| match *piece {
        Piece::Line(to) => vec![to],
        Piece::Curve(a, b, to) => vec![a, b, to],
    });
    let areas = ends.map(|at| around(at, 0.0));
    areas.fold(around(start, 0.0), |all, at| all.around(&at))
}

fn extent(shape: &Shape) -> Rect {
    match shape {
        Shape::Area { rect, .. } => *rect,
        Shape::Dot { middle, radius, .. } => around(*middle, *radius),
        Shape::Triangle { corners, .. } => {
            let [start, b, c] = *corners;
            way_extent(start, &[Piece::Line(b), Piece::Line(c)])
        }
        Shape::Way { start, pieces, .. } => way_extent(*start, pieces),
        Shape::Text(text) => area_of(text),
    }
}
