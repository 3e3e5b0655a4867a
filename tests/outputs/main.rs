//! Every output is opened by a program that it is made for, and shows what the pictures show.

#[path = "../common/mod.rs"]
mod common;

mod animated;
mod composed;
mod graphviz;
mod latex;
mod pages;
mod readers;
mod safety;
mod slides;

use common::pixels::{Pixels, gif, png, ppm};
use common::{Folder, text, tools};
use memviz::render::RenderedSvg;
use roxmltree::Document;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A lesson of 70 steps: a linked list is built, walked and cut.
const LESSON: &str = r#"
class Node:
    def __init__(self, value, rest):
        self.value = value
        self.rest = rest

head = None
for value in range(6):
    head = Node(value, head)

total = 0
node = head
while node is not None:
    total += node.value
    node = node.rest
head.rest.rest = None
node = head
del head
"#;
const LESSON_STEPS: usize = 70;

/// Text that breaks what is careless with it.
const HOSTILE: &str = r#"
s = "<script>alert(1)</script> ]]> & \" ' ` \x00\x07\x1b \u202e abc \ufffe \U0001f600 " + "\ud800"
long = "x" * 1000000
wide = "漢字かな" * 5
mixed = ["שלום עולם", "مرحبا", "नमस्ते", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "e\u0301"]
d = {s: long, (1, (2, (3, (4,)))): wide, "\n": b"\x00\xff<&>", "</text>-->": "url(#mv-head)"}
big = 10 ** 5000
class 漢: pass
ü = 漢()
имя = ü
many = list(range(10000))
many.append(many)
d["d"] = d
print(s[:40].encode())
"#;

/// Runs a script; returns the folder of its products.
fn run(folder: &Folder, source: &str, options: &[&str]) -> PathBuf {
    folder.write("lesson.py", source);
    let mut arguments = vec!["lesson.py", "--out", "out"];
    arguments.extend(options);
    let done = folder.memviz(&arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    folder.path().join("out")
}

/// The lessons.
fn scenarios() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let scripts = numbered_in(&folder, "py");
    assert!(scripts.len() > 15, "{scripts:?}");
    scripts.iter().map(|path| read_text(path)).collect()
}

/// The texts of an SVG that are seen, in the order of the alphabet.
fn seen_texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("it is XML");
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let mut texts: Vec<String> = texts
        .map(|node| node.text().unwrap_or_default().trim().to_owned())
        .collect();
    texts.sort();
    texts
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_text(path: &Path) -> String {
    String::from_utf8(read(path)).expect("it is UTF-8")
}

/// The pictures of a run, in order.
fn numbered(out: &Path, extension: &str) -> Vec<PathBuf> {
    numbered_in(&out.join("frames"), extension)
}

/// The numbered files of a folder, in order.
fn numbered_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("there are files")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    paths.sort();
    paths
}

fn raster(svg: &str, scale: f64) -> Pixels {
    let raster = RenderedSvg::new(svg)
        .and_then(|typeset| typeset.raster(scale))
        .unwrap_or_else(|error| panic!("{error}: {svg:.300}"));
    Pixels {
        width: raster.width as usize,
        height: raster.height as usize,
        colours: raster.pixels,
    }
}

fn size(svg: &str) -> (usize, usize) {
    let document = Document::parse(svg).expect("it is XML");
    let side = |name| {
        let number = document.root_element().attribute(name);
        number
            .and_then(|n| n.parse::<f64>().ok())
            .expect("it has a size")
    };
    (side("width") as usize, side("height") as usize)
}

/// Every name that an SVG gives to a page: ids, classes, animations, properties.
fn names(svg: &str) -> BTreeSet<String> {
    let document = Document::parse(svg).expect("it is XML");
    let mut names = BTreeSet::new();
    for node in document.descendants() {
        names.extend(node.attribute("id").map(str::to_owned));
        let classes = node.attribute("class").unwrap_or_default();
        names.extend(classes.split_whitespace().map(str::to_owned));
        if node.has_tag_name("style") {
            let style = node.text().unwrap_or_default();
            for rule in ["@keyframes ", "@property "] {
                for found in style.split(rule).skip(1) {
                    let end = found.find('{').expect("a rule has a body");
                    names.insert(format!("{rule}{}", &found[..end]));
                }
            }
        }
    }
    names
}

#[test]
fn png_shows_what_svg_shows() {
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "svg,png", "--scale", "1"]);
    let (svgs, pngs) = (numbered(&out, "svg"), numbered(&out, "png"));
    assert_eq!(svgs.len(), pngs.len());
    for (svg, file) in svgs.iter().zip(&pngs) {
        let svg = read_text(svg);
        let picture = png(&read(file));
        assert_eq!((picture.width, picture.height), size(&svg));
        assert!(picture.distinct() > 40, "a picture is almost blank");
        assert!(picture == raster(&svg, 1.0), "{}", file.display());
    }
    let out = run(&folder, "a = [1]\n", &["--format", "svg,png"]);
    let svg = read_text(&numbered(&out, "svg")[2]);
    let twice = png(&read(&numbered(&out, "png")[2]));
    let (width, height) = size(&svg);
    assert_eq!((twice.width, twice.height), (2 * width, 2 * height));
}

#[test]
fn a_gif_shows_each_step_for_its_time() {
    let folder = Folder::new();
    let options = ["--format", "png,gif", "--scale", "1", "--delay", "0.7"];
    let out = run(&folder, LESSON, &options);
    let frames = gif(&read(&out.join("animation.gif")));
    let pngs = numbered(&out, "png");
    assert_eq!(frames.len(), pngs.len());
    for ((frame, delay), file) in frames.iter().zip(&pngs) {
        assert_eq!(*delay, 70, "hundredths of a second");
        let far = frame.far_from(&png(&read(file)), 48);
        assert!(
            far < 0.002,
            "{}: {far} of the pixels differ",
            file.display()
        );
    }
}

#[test]
fn seventy_steps_make_small_files() {
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "svg,gif,asvg,pdf,sheet"]);
    let steps = numbered(&out, "svg").len();
    let bytes = |name: &str| read(&out.join(name)).len();
    let (gif, asvg) = (bytes("animation.gif"), bytes("animation.svg"));
    let (pdf, sheet) = (bytes("steps.pdf"), bytes("sheet.svg"));
    println!("{steps} steps: GIF {gif}, animated SVG {asvg}, PDF {pdf}, sheet {sheet} bytes");
    assert_eq!(steps, LESSON_STEPS);
    assert!(gif < 380_000, "GIF of every step: {gif} bytes");
    assert!(asvg < 100_000, "animated SVG: {asvg} bytes");
    assert!(pdf < 700_000, "PDF: {pdf} bytes");
    assert!(sheet < 250_000, "sheet: {sheet} bytes");
    // As it comes, with the pictures at which something is new.
    let done = folder.memviz_by_default(&["render", "out", "--format", "gif", "--out", "few"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let gif = read(&folder.path().join("few/animation.gif")).len();
    println!("GIF as it comes: {gif} bytes");
    assert!(gif < 300_000, "GIF: {gif} bytes");
}
