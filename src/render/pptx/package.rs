//! The parts of a presentation, and how they hang together: a ZIP archive of XML files, each with
//! its relations to others (ECMA-376, parts 1 and 2).

use super::Slide;
use crate::render::SIGNATURE;
use crate::render::xml::Xml;
use std::io::{Cursor, Write};
use zip::result::ZipResult;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

pub(super) const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const KINDS: &str = "application/vnd.openxmlformats-officedocument.presentationml";
const THEME: &str = "application/vnd.openxmlformats-officedocument.theme+xml";
/// The name spaces of drawings, relations and presentations.
pub(super) const SPACES: [(&str, &str); 3] = [
    (
        "xmlns:a",
        "http://schemas.openxmlformats.org/drawingml/2006/main",
    ),
    ("xmlns:r", OFFICE),
    (
        "xmlns:p",
        "http://schemas.openxmlformats.org/presentationml/2006/main",
    ),
];
/// A slide's width and height, in English Metric Units: 914,400 an inch.
pub(super) const WIDTH: u32 = 12_192_000;
pub(super) const HEIGHT: u32 = 6_858_000;

/// The parts that are the same in every presentation.
const FIXED: [(&str, &str); 9] = [
    ("_rels/.rels", include_str!("parts/package.rels")),
    ("ppt/theme/theme1.xml", include_str!("parts/theme.xml")),
    ("ppt/theme/theme2.xml", include_str!("parts/theme.xml")),
    (
        "ppt/slideMasters/slideMaster1.xml",
        include_str!("parts/master.xml"),
    ),
    (
        "ppt/slideMasters/_rels/slideMaster1.xml.rels",
        include_str!("parts/master.rels"),
    ),
    (
        "ppt/slideLayouts/slideLayout1.xml",
        include_str!("parts/layout.xml"),
    ),
    (
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels",
        include_str!("parts/layout.rels"),
    ),
    (
        "ppt/notesMasters/notesMaster1.xml",
        include_str!("parts/notes_master.xml"),
    ),
    (
        "ppt/notesMasters/_rels/notesMaster1.xml.rels",
        include_str!("parts/notes_master.rels"),
    ),
];

pub(super) fn package(title: &str, slides: &[Slide]) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // No clock: the same trace gives the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut put = |name: &str, content: &str| -> ZipResult<()> {
        zip.start_file(name, options)?;
        zip.write_all(content.as_bytes())?;
        Ok(())
    };
    put("[Content_Types].xml", &content_types(slides.len()))?;
    for (name, content) in FIXED {
        put(name, content)?;
    }
    put("docProps/core.xml", &properties(title))?;
    put("ppt/presentation.xml", &presentation(slides.len()))?;
    put(
        "ppt/_rels/presentation.xml.rels",
        &presentation_relations(slides.len()),
    )?;
    for (number, slide) in (1..).zip(slides) {
        put(&format!("ppt/slides/slide{number}.xml"), &slide.slide)?;
        let relations = relations(&[
            ("slideLayout", "../slideLayouts/slideLayout1.xml".to_owned()),
            (
                "notesSlide",
                format!("../notesSlides/notesSlide{number}.xml"),
            ),
        ]);
        put(
            &format!("ppt/slides/_rels/slide{number}.xml.rels"),
            &relations,
        )?;
        put(
            &format!("ppt/notesSlides/notesSlide{number}.xml"),
            &slide.notes,
        )?;
        let relations = self::relations(&[
            ("notesMaster", "../notesMasters/notesMaster1.xml".to_owned()),
            ("slide", format!("../slides/slide{number}.xml")),
        ]);
        put(
            &format!("ppt/notesSlides/_rels/notesSlide{number}.xml.rels"),
            &relations,
        )?;
    }
    zip.set_comment(SIGNATURE)?;
    Ok(zip.finish()?.into_inner())
}

fn document(xml: Xml) -> String {
    format!("{XML}{}", xml.finish())
}

fn content_types(slides: usize) -> String {
    let mut xml = Xml::default();
    let space = "http://schemas.openxmlformats.org/package/2006/content-types";
    xml.element("Types", &[("xmlns", space.into())], |xml| {
        let mut default = |extension: &str, kind: &str| {
            let attributes = [
                ("Extension", extension.into()),
                ("ContentType", kind.into()),
            ];
            xml.empty("Default", &attributes);
        };
        default(
            "rels",
            "application/vnd.openxmlformats-package.relationships+xml",
        );
        default("xml", "application/xml");
        let mut part = |name: &str, kind: &str| {
            xml.empty(
                "Override",
                &[("PartName", name.into()), ("ContentType", kind.into())],
            );
        };
        let of = |kind: &str| format!("{KINDS}.{kind}+xml");
        part(
            "/docProps/core.xml",
            "application/vnd.openxmlformats-package.core-properties+xml",
        );
        part("/ppt/presentation.xml", &of("presentation.main"));
        part("/ppt/theme/theme1.xml", THEME);
        part("/ppt/theme/theme2.xml", THEME);
        part("/ppt/slideMasters/slideMaster1.xml", &of("slideMaster"));
        part("/ppt/slideLayouts/slideLayout1.xml", &of("slideLayout"));
        part("/ppt/notesMasters/notesMaster1.xml", &of("notesMaster"));
        for number in 1..=slides {
            part(&format!("/ppt/slides/slide{number}.xml"), &of("slide"));
            part(
                &format!("/ppt/notesSlides/notesSlide{number}.xml"),
                &of("notesSlide"),
            );
        }
    });
    document(xml)
}

fn properties(title: &str) -> String {
    let mut xml = Xml::default();
    let spaces = [
        (
            "xmlns:cp",
            "http://schemas.openxmlformats.org/package/2006/metadata/core-properties".into(),
        ),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/".into()),
    ];
    xml.element("cp:coreProperties", &spaces, |xml| {
        xml.text("dc:title", &[], title);
        xml.text("dc:creator", &[], SIGNATURE);
    });
    document(xml)
}

fn presentation(slides: usize) -> String {
    let mut xml = Xml::default();
    let spaces = SPACES.map(|(name, space)| (name, space.into()));
    xml.element("p:presentation", &spaces, |xml| {
        xml.element("p:sldMasterIdLst", &[], |xml| {
            xml.empty(
                "p:sldMasterId",
                &[("id", "2147483648".into()), ("r:id", "rId1".into())],
            );
        });
        xml.element("p:notesMasterIdLst", &[], |xml| {
            xml.empty("p:notesMasterId", &[("r:id", "rId2".into())]);
        });
        xml.element("p:sldIdLst", &[], |xml| {
            for number in 1..=slides {
                // Numbers below 256 are not for slides.
                let (id, relation) = ((number + 255).to_string(), format!("rId{}", number + 3));
                xml.empty(
                    "p:sldId",
                    &[("id", (&id).into()), ("r:id", (&relation).into())],
                );
            }
        });
        let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
        xml.empty("p:sldSz", &[("cx", width.into()), ("cy", height.into())]);
        xml.empty(
            "p:notesSz",
            &[("cx", height.into()), ("cy", 9_144_000.0.into())],
        );
    });
    document(xml)
}

fn presentation_relations(slides: usize) -> String {
    let mut all = vec![
        ("slideMaster", "slideMasters/slideMaster1.xml".to_owned()),
        ("notesMaster", "notesMasters/notesMaster1.xml".to_owned()),
        ("theme", "theme/theme1.xml".to_owned()),
    ];
    all.extend((1..=slides).map(|number| ("slide", format!("slides/slide{number}.xml"))));
    relations(&all)
}

/// What a part refers to, numbered from 1.
fn relations(to: &[(&str, String)]) -> String {
    let mut xml = Xml::default();
    xml.element("Relationships", &[("xmlns", RELATIONS.into())], |xml| {
        for (number, (kind, target)) in (1..).zip(to) {
            let (id, kind) = (format!("rId{number}"), format!("{OFFICE}/{kind}"));
            let attributes = [
                ("Id", (&id).into()),
                ("Type", (&kind).into()),
                ("Target", target.into()),
            ];
            xml.empty("Relationship", &attributes);
        }
    });
    document(xml)
}
