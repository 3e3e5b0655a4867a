//! What goes into pages of others: contact sheets and snippets.

use super::*;

#[test]
fn a_contact_sheet_holds_every_step() {
    let folder = Folder::new();
    // A sheet's pictures are those without what stands beside the memory.
    let options = ["--format", "svg,png,sheet", "--scale", "1"];
    let without = ["--without", "code,output,file"];
    let out = run(&folder, LESSON, &[&options[..], &without[..]].concat());
    let frames = numbered(&out, "svg");
    let source = read_text(&out.join("sheet.svg"));
    let sheet = png(&read(&out.join("sheet.png")));
    assert!(sheet == raster(&source, 1.0));
    let document = Document::parse(&source).expect("it is XML");
    let cells: Vec<[usize; 4]> = document
        .descendants()
        .filter(|node| node.has_tag_name("svg") && node.attribute("x").is_some())
        .map(|cell| {
            let number = |text: &str| text.parse::<f64>().expect("a number") as usize;
            ["x", "y", "width", "height"].map(|name| number(cell.attribute(name).unwrap()))
        })
        .collect();
    assert_eq!(cells.len(), frames.len());
    for ([x, y, width, height], frame) in cells.into_iter().zip(&frames) {
        let picture = raster(&read_text(frame), 1.0);
        // The line around a cell covers the outermost pixels.
        let (width, height) = (width - 2, height - 2);
        // At another place, a line's pixels are rounded otherwise.
        let cell = sheet.part(x + 1, y + 1, width, height);
        let far = cell.far_from(&picture.part(1, 1, width, height), 8);
        assert!(
            far == 0.0,
            "{}: {far} of the pixels differ",
            frame.display()
        );
    }
    let words: String = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text())
        .collect();
    for step in 1..=frames.len() {
        assert!(words.contains(&format!("step {step} of {}", frames.len())));
    }
}

#[test]
fn a_snippet_can_be_pasted() {
    let folder = Folder::new();
    let out = run(&folder, HOSTILE, &["--format", "html-snippet"]);
    let html = read_text(&out.join("snippet.html"));
    assert!(html.is_ascii());
    assert!(!html.contains("<script"));
    let figures: Vec<&str> = html.split("<figure").skip(1).collect();
    let frames = numbered(&out, "svg");
    assert_eq!(figures.len(), frames.len());
    let mut ids = BTreeSet::new();
    for figure in &figures {
        let (svg, rest) = figure.split_once("</svg>").expect("a figure has a picture");
        let svg = format!("{}</svg>", &svg[svg.find("<svg").expect("it begins")..]);
        let document = Document::parse(&svg).expect("it is XML");
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        let labelled = root.attribute("aria-labelledby").expect("it has a label");
        for label in labelled.split(' ') {
            assert!(
                document
                    .descendants()
                    .any(|node| node.attribute("id") == Some(label))
            );
        }
        for name in names(&svg) {
            assert!(ids.insert(name.clone()), "{name} is there twice");
        }
        let caption = rest.split("<figcaption>").nth(1).expect("it has a caption");
        assert!(caption.contains("</figcaption>"));
    }
    let markdown = read_text(&out.join("snippet.md"));
    for line in markdown
        .lines()
        .skip(1)
        .filter(|line| !line.starts_with('`'))
    {
        assert!(
            line.match_indices('<')
                .all(|(at, _)| line[..at].ends_with('\\')),
            "{line}"
        );
    }
    let links: Vec<&str> = markdown
        .split("](")
        .skip(1)
        .map(|rest| &rest[..rest.find(')').expect("a link ends")])
        .filter(|link| link.starts_with("frames/"))
        .collect();
    assert_eq!(links.len(), frames.len());
    for link in links {
        assert!(out.join(link).is_file(), "{link}");
    }
}
