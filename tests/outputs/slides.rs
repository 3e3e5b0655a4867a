//! What programs for presentations read.

use super::*;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The parts of a presentation, by name.
fn parts(file: &[u8]) -> BTreeMap<String, String> {
    let mut archive = ZipArchive::new(Cursor::new(file)).expect("it is an archive");
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("it is there");
        let name = entry.name().expect("it has a name").into_owned();
        let mut content = String::new();
        entry.read_to_string(&mut content).expect("it is text");
        parts.insert(name, content);
    }
    parts
}

/// The texts of a part, in the order of the alphabet; what is set in several colours is one text.
fn paragraphs(part: &str) -> Vec<String> {
    let document = Document::parse(part).expect("it is XML");
    let mut texts: Vec<String> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "p" && node.tag_name().namespace() == DRAWING)
        .map(|paragraph| {
            let runs = paragraph
                .descendants()
                .filter(|node| node.tag_name().name() == "t");
            runs.filter_map(|run| run.text()).collect()
        })
        .collect();
    texts.sort();
    texts
}

const DRAWING: Option<&str> = Some("http://schemas.openxmlformats.org/drawingml/2006/main");

/// Every part that another refers to is there, and what kind each is stands in the list.
fn hangs_together(parts: &BTreeMap<String, String>) {
    let types = Document::parse(&parts["[Content_Types].xml"]).expect("it is XML");
    let listed: BTreeSet<&str> = types
        .descendants()
        .filter_map(|node| node.attribute("PartName"))
        .map(|name| name.trim_start_matches('/'))
        .collect();
    for (name, content) in parts {
        let document = Document::parse(content).unwrap_or_else(|error| panic!("{name}: {error}"));
        let Some(folder) = name.strip_suffix(".rels") else {
            assert!(
                listed.contains(name.as_str()) || name.starts_with('['),
                "{name}"
            );
            continue;
        };
        let (folder, _) = folder
            .split_once("_rels/")
            .expect("relations stand in _rels");
        for target in document
            .descendants()
            .filter_map(|node| node.attribute("Target"))
        {
            let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
            for step in target.split('/') {
                match step {
                    ".." => drop(path.pop()),
                    step => path.push(step),
                }
            }
            assert!(
                parts.contains_key(&path.join("/")),
                "{name} refers to {target}"
            );
        }
    }
    for name in listed {
        assert!(parts.contains_key(name), "{name} is listed");
    }
}

#[test]
fn a_slide_shows_what_a_picture_of_its_size_shows() {
    let folder = Folder::new();
    let options = ["--format", "svg,pptx", "--preset", "slide"];
    for script in [LESSON, HOSTILE] {
        let out = run(&folder, script, &options);
        let file = read(&out.join("steps.pptx"));
        let parts = parts(&file);
        hangs_together(&parts);
        let svgs = numbered(&out, "svg");
        for (number, svg) in (1..).zip(&svgs) {
            let slide = &parts[&format!("ppt/slides/slide{number}.xml")];
            let document = Document::parse(slide).expect("it is XML");
            let ids: Vec<&str> = document
                .descendants()
                .filter(|node| node.tag_name().name() == "cNvPr")
                .filter_map(|node| node.attribute("id"))
                .collect();
            assert_eq!(
                ids.iter().collect::<BTreeSet<_>>().len(),
                ids.len(),
                "numbers are one's own"
            );
            // The same letters: lines of source are cut differently there.
            let letters = |texts: Vec<String>| -> Vec<char> {
                let mut all: Vec<char> = texts.concat().chars().filter(|c| *c != ' ').collect();
                all.sort_unstable();
                all
            };
            assert_eq!(
                letters(paragraphs(slide)),
                letters(seen_texts(&read_text(svg))),
                "{number}"
            );
            let notes = paragraphs(&parts[&format!("ppt/notesSlides/notesSlide{number}.xml")]);
            let step = format!("step {number} of {}", svgs.len());
            assert!(
                notes.iter().any(|line| line.starts_with(&step)),
                "{notes:?}"
            );
        }
        assert!(!parts.contains_key(&format!("ppt/slides/slide{}.xml", svgs.len() + 1)));
        let again = run(&folder, script, &options);
        assert!(
            read(&again.join("steps.pptx")) == file,
            "the same run, the same bytes"
        );
    }
}

#[test]
fn impress_opens_the_slides() {
    let Some(soffice) = tools::find("soffice") else {
        return;
    };
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "pptx", "--steps", "30-33"]);
    let profile = format!(
        "-env:UserInstallation=file://{}/office",
        folder.path().display()
    );
    let done = std::process::Command::new(soffice)
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder.path())
        .arg(out.join("steps.pptx"))
        .output()
        .expect("it starts");
    assert!(done.status.success(), "{}", text(&done.stderr));
    let pdf = folder.path().join("steps.pdf");
    assert!(pdf.exists(), "{}{}", text(&done.stdout), text(&done.stderr));
    let Some(pdftotext) = tools::find("pdftotext") else {
        return;
    };
    let words = tools::run(
        &pdftotext,
        &["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()],
    );
    let pages: Vec<&str> = words.split_terminator('\u{c}').collect();
    assert_eq!(pages.len(), 4);
    for (step, page) in (30..).zip(pages) {
        assert!(
            page.contains(&format!("step {step} of {LESSON_STEPS}")),
            "{page}"
        );
        assert!(page.contains("Node #"), "{page}");
    }
}
