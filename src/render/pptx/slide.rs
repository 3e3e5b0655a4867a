//! A picture as a slide: a group of shapes for each box, the page's words as its title, and the
//! words of the step as notes.

use super::package::{HEIGHT, SPACES, WIDTH, XML};
use super::shapes::SlidePage;
use crate::layout::Picture;
use crate::render::figure::{Part, figure};
use crate::render::theme::Theme;
use crate::render::xml::Xml;

/// The slide's XML.
pub(super) fn slide(picture: &Picture, theme: Theme) -> String {
    let page = &picture.page;
    let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
    let unit = (width / page.width).min(height / page.height);
    let left = (width - unit * page.width) / 2.0;
    let top = (height - unit * page.height) / 2.0;
    let slide = SlidePage::new(unit, left, top);
    document("p:sld", |xml| {
        xml.element("p:bg", &[], |xml| {
            xml.element("p:bgPr", &[], |xml| {
                slide.fill(xml, Some(theme.palette().background), 1.0);
                xml.empty("a:effectLst", &[]);
            });
        });
        xml.element("p:spTree", &[], |xml| {
            tree_head(xml);
            for group in &figure(picture, theme) {
                match group.part {
                    Part::Page => {}
                    Part::Words => slide.title(xml, group),
                    _ => slide.group(xml, group),
                }
            }
        });
    })
}

/// The notes' XML.
pub(super) fn notes(picture: &Picture) -> String {
    let lines = spoken(picture);
    document("p:notes", |xml| {
        xml.element("p:spTree", &[], |xml| {
            tree_head(xml);
            placeholder(xml, ("2", "Slide"), "sldImg", |_| {});
            placeholder(xml, ("3", "Notes"), "body", |xml| {
                xml.element("p:txBody", &[], |xml| {
                    xml.empty("a:bodyPr", &[]);
                    for line in &lines {
                        xml.element("a:p", &[], |xml| {
                            xml.element("a:r", &[], |xml| {
                                xml.empty("a:rPr", &[("lang", "en-US".into())]);
                                xml.text("a:t", &[], line);
                            });
                        });
                    }
                });
            });
        });
    })
}

/// What is to be said: step and event, what has happened, which line has run, which is next.
fn spoken(picture: &Picture) -> Vec<String> {
    let caption = &picture.caption;
    let mut lines = vec![format!("{}: {}", caption.step, caption.event)];
    lines.extend(caption.words.iter().cloned());
    for line in &picture.page.code {
        let word = match (line.ran, line.next) {
            (true, _) => "has run",
            (false, true) => "is next",
            (false, false) => continue,
        };
        lines.push(format!("{word}: {}", line.text.trim()));
    }
    lines.extend(caption.output.iter().map(|line| format!("printed: {line}")));
    lines
}

fn document(root: &'static str, inside: impl FnOnce(&mut Xml)) -> String {
    let mut xml = Xml::default();
    let spaces = SPACES.map(|(name, space)| (name, space.into()));
    xml.element(root, &spaces, |xml| {
        xml.element("p:cSld", &[], inside);
        xml.element("p:clrMapOvr", &[], |xml| {
            xml.empty("a:masterClrMapping", &[])
        });
    });
    format!("{XML}{}", xml.finish())
}

/// What every tree of shapes begins with.
fn tree_head(xml: &mut Xml) {
    xml.element("p:nvGrpSpPr", &[], |xml| {
        xml.empty("p:cNvPr", &[("id", "1".into()), ("name", "".into())]);
        xml.empty("p:cNvGrpSpPr", &[]);
        xml.empty("p:nvPr", &[]);
    });
    xml.empty("p:grpSpPr", &[]);
}

/// Something whose place the master of the notes says.
fn placeholder(xml: &mut Xml, (id, name): (&str, &str), kind: &str, inside: impl FnOnce(&mut Xml)) {
    xml.element("p:sp", &[], |xml| {
        xml.element("p:nvSpPr", &[], |xml| {
            xml.empty("p:cNvPr", &[("id", id.into()), ("name", name.into())]);
            xml.element("p:cNvSpPr", &[], |xml| {
                xml.empty("a:spLocks", &[("noGrp", "1".into())])
            });
            xml.element("p:nvPr", &[], |xml| {
                xml.empty("p:ph", &[("type", kind.into()), ("idx", id.into())]);
            });
        });
        xml.empty("p:spPr", &[]);
        inside(xml);
    });
}
