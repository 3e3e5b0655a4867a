//! Every output is opened by a program that it is made for, and shows what the pictures show.

mod common;

use common::pixels::{Pixels, gif, png, ppm};
use common::{Folder, text, tools};
use memviz::render::Typeset;
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

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_text(path: &Path) -> String {
    String::from_utf8(read(path)).expect("it is UTF-8")
}

/// The numbered files of a folder, in order.
fn numbered(out: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(out.join("frames"))
        .expect("there are frames")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    paths.sort();
    paths
}

fn raster(svg: &str, scale: f64) -> Pixels {
    let raster = Typeset::new(svg)
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
    assert!(gif < 300_000, "GIF: {gif} bytes");
    assert!(asvg < 100_000, "animated SVG: {asvg} bytes");
    assert!(pdf < 700_000, "PDF: {pdf} bytes");
    assert!(sheet < 250_000, "sheet: {sheet} bytes");
}

/// What an animated SVG shows late in a step: its head, and the groups that are seen then.
struct Animated<'d> {
    head: &'d str,
    groups: Vec<(&'d str, Option<usize>, f64, f64)>,
    /// For each step, the times that are on.
    on: Vec<BTreeSet<usize>>,
}

impl<'d> Animated<'d> {
    fn read(source: &'d str, document: &Document<'_>, steps: usize) -> Animated<'d> {
        let all = document
            .root_element()
            .children()
            .find(|node| node.has_tag_name("g"))
            .expect("there is a group around everything");
        let groups = all
            .children()
            .filter(|node| node.is_element())
            .map(|node| {
                let style = node.attribute("style").unwrap_or_default();
                let after = |name: &str| {
                    let (_, rest) = style.split_once(name)?;
                    let end = rest.find(|c: char| !c.is_ascii_digit());
                    rest[..end.unwrap_or(rest.len())].parse::<usize>().ok()
                };
                (
                    &source[node.range()],
                    after("var(--t"),
                    after("--mc:").map_or(-1.0, |step| step as f64),
                    after("--md:").map_or(f64::INFINITY, |step| step as f64),
                )
            })
            .collect();
        let style = document
            .descendants()
            .find(|node| node.has_tag_name("style"))
            .and_then(|node| node.text())
            .expect("there is a style sheet");
        Animated {
            head: &source[..all.range().start],
            groups,
            on: ticks(style, steps),
        }
    }

    fn at(&self, step: usize) -> String {
        let now = step as f64;
        let seen = self.groups.iter().filter(|(_, time, comes, goes)| {
            time.is_none_or(|time| self.on[step].contains(&time)) && now >= *comes && now < *goes
        });
        // The still picture's signs are not wanted: everything that is here is seen.
        let prefix = self.head.split_once("id=\"").expect("there are names").1;
        let prefix = &prefix[..prefix.find('-').expect("names have two parts")];
        let groups: String = seen.map(|(text, ..)| *text).collect();
        format!("{}<g id=\"{prefix}\">{groups}</g></svg>", self.head)
    }
}

/// Which times are on at each step, from the ticks of the style sheet's clock.
fn ticks(style: &str, steps: usize) -> Vec<BTreeSet<usize>> {
    let clock = style.split_once("-s{").expect("there is a clock").1;
    let clock = &clock[..clock.find("}}").expect("it ends")];
    let mut changes: BTreeMap<usize, Vec<(usize, bool)>> = BTreeMap::new();
    for tick in clock.split('}') {
        let (percent, times) = tick.split_once("%{").expect("a tick has a moment");
        let moment: f64 = percent.parse().expect("in percent");
        let step = (moment * steps as f64 / 100.0).round() as usize;
        for time in times.split(';') {
            let (name, value) = time.split_once(':').expect("a time is on or off");
            let number = name.trim_start_matches("--t").parse().expect("a number");
            changes
                .entry(step)
                .or_default()
                .push((number, value == "1"));
        }
    }
    let mut now = BTreeSet::new();
    (0..steps)
        .map(|step| {
            for (number, on) in changes.get(&step).into_iter().flatten() {
                if *on {
                    now.insert(*number);
                } else {
                    now.remove(number);
                }
            }
            now.clone()
        })
        .collect()
}

#[test]
fn an_animated_svg_shows_each_step_as_its_picture() {
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "svg,asvg"]);
    let frames = numbered(&out, "svg");
    let source = read_text(&out.join("animation.svg"));
    let document = Document::parse(&source).expect("it is XML");
    let animated = Animated::read(&source, &document, frames.len());
    for (step, frame) in frames.iter().enumerate() {
        assert!(
            raster(&animated.at(step), 0.5) == raster(&read_text(frame), 0.5),
            "step {}",
            step + 1
        );
    }
    // A viewer in which nothing moves shows one of the steps.
    let still = raster(&source, 0.5);
    assert!(
        frames
            .iter()
            .any(|frame| raster(&read_text(frame), 0.5) == still),
        "the still picture is no step"
    );
    assert!(!source.contains("<script"));
    assert!(source.contains("prefers-reduced-motion"));
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
fn two_animated_svgs_share_no_name() {
    let folder = Folder::new();
    let first = run(&folder, LESSON, &["--format", "asvg"]);
    let first = read_text(&first.join("animation.svg"));
    let slower = run(&folder, LESSON, &["--format", "asvg", "--delay", "3"]);
    let slower = read_text(&slower.join("animation.svg"));
    let other = run(&folder, "a = [1]\nb = a\n", &["--format", "asvg"]);
    let other = read_text(&other.join("animation.svg"));
    let all = [names(&first), names(&slower), names(&other)];
    for names in &all {
        assert!(names.len() > 8, "{names:?}");
    }
    assert!(all[0].is_disjoint(&all[1]));
    assert!(all[0].is_disjoint(&all[2]));
    // Every rule is for the elements of its own document.
    for (svg, names) in [&first, &slower, &other].into_iter().zip(&all) {
        let document = Document::parse(svg).expect("it is XML");
        let style = document
            .descendants()
            .find(|node| node.has_tag_name("style"))
            .and_then(|node| node.text())
            .expect("there is a style sheet");
        let selectors = style.split(['{', '}']).filter(|part| part.starts_with('#'));
        for selector in selectors {
            let end = selector.find([' ', '>', ':']).unwrap_or(selector.len());
            assert!(names.contains(&selector[1..end]), "{selector}");
        }
    }
}

#[test]
fn a_contact_sheet_holds_every_step() {
    let folder = Folder::new();
    let options = ["--format", "svg,png,sheet", "--scale", "1"];
    let out = run(&folder, LESSON, &options);
    let frames = numbered(&out, "svg");
    let source = read_text(&out.join("sheet.svg"));
    let sheet = png(&read(&out.join("sheet.png")));
    assert!(sheet == raster(&source, 1.0));
    let document = Document::parse(&source).expect("it is XML");
    let cells: Vec<[usize; 5]> = document
        .descendants()
        .filter(|node| node.has_tag_name("svg") && node.attribute("x").is_some())
        .map(|cell| {
            let number = |text: &str| text.parse::<f64>().expect("a number") as usize;
            let [x, y, width, height] =
                ["x", "y", "width", "height"].map(|name| number(cell.attribute(name).unwrap()));
            let view = cell.attribute("viewBox").expect("it has a part to show");
            let top = number(view.split(' ').nth(1).expect("four numbers"));
            [x, y, width, height, top]
        })
        .collect();
    assert_eq!(cells.len(), frames.len());
    for ([x, y, width, height, top], frame) in cells.into_iter().zip(&frames) {
        let picture = raster(&read_text(frame), 1.0);
        // The line around a cell covers the outermost pixels.
        let (width, height) = (width - 2, height - 2);
        // At another place, a line's pixels are rounded otherwise.
        let cell = sheet.part(x + 1, y + 1, width, height);
        let far = cell.far_from(&picture.part(1, top + 1, width, height), 8);
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

#[test]
fn poppler_reads_the_pdf() {
    let Some(pdftoppm) = tools::find("pdftoppm") else {
        return;
    };
    let folder = Folder::new();
    let options = ["--format", "png,pdf", "--scale", "1"];
    let out = run(&folder, LESSON, &options);
    let pdf = out.join("steps.pdf");
    let pages = folder.path().join("page");
    tools::run(
        &pdftoppm,
        &[
            "-r".as_ref(),
            "96".as_ref(),
            pdf.as_os_str(),
            pages.as_os_str(),
        ],
    );
    let pngs = numbered(&out, "png");
    for (step, file) in pngs.iter().enumerate() {
        let page = ppm(&read(
            &folder.path().join(format!("page-{:02}.ppm", step + 1)),
        ));
        let picture = png(&read(file));
        assert_eq!((page.width, page.height), (picture.width, picture.height));
        let far = page.far_from(&picture, 96);
        assert!(far < 0.02, "page {}: {far} of the pixels differ", step + 1);
    }
    let past_the_end = folder.path().join(format!("page-{}.ppm", pngs.len() + 1));
    assert!(!past_the_end.exists());
    if let Some(pdftotext) = tools::find("pdftotext") {
        let words = tools::run(
            &pdftotext,
            &["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()],
        );
        for step in 1..=pngs.len() {
            assert!(words.contains(&format!("step {step} of {}", pngs.len())));
        }
        assert!(words.contains("self.value = value"));
    }
    if let Some(pdffonts) = tools::find("pdffonts") {
        let fonts = tools::run(&pdffonts, &[pdf.as_os_str()]);
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert_eq!(fonts.len(), 2, "{fonts:?}");
        for font in fonts {
            // Embedded, a subset, with its characters.
            assert!(font.contains("yes yes yes"), "{font}");
        }
    }
}

/// Middle, width and height of each box, in inches, upwards.
fn boxes(svg: &str) -> BTreeMap<String, [f64; 4]> {
    const INCH: f64 = 96.0;
    let document = Document::parse(svg).expect("it is XML");
    let number = |node: roxmltree::Node<'_, '_>, name| {
        let text: &str = node.attribute(name).expect("a box has a size");
        text.parse::<f64>().expect("a number") / INCH
    };
    let bottom = number(document.root_element(), "height");
    document
        .descendants()
        .filter(|node| node.has_tag_name("g"))
        .filter_map(|group| {
            let name = group.attribute("id")?.split_once('-')?.1.replace('-', "_");
            let rect = group.children().find(|child| child.has_tag_name("rect"))?;
            let [x, y, width, height] =
                ["x", "y", "width", "height"].map(|name| number(rect, name));
            let middle = [x + width / 2.0, bottom - y - height / 2.0];
            Some((name, [middle[0], middle[1], width, height]))
        })
        .collect()
}

#[test]
fn graphviz_draws_our_layout() {
    let (Some(dot), Some(neato)) = (tools::find("dot"), tools::find("neato")) else {
        return;
    };
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "svg,dot"]);
    let mut edges = 0;
    for frame in numbered(&out, "svg").iter().step_by(9) {
        let graph = out
            .join("dot")
            .join(frame.file_name().expect("it has a name"))
            .with_extension("dot");
        let ours = boxes(&read_text(frame));
        tools::run(&dot, &["-Tsvg".as_ref(), graph.as_os_str()]);
        let plain = tools::run(
            &neato,
            &["-n2".as_ref(), "-Tplain".as_ref(), graph.as_os_str()],
        );
        let numbers = |line: &str, from: usize| -> Vec<f64> {
            let words = line.split(' ').skip(from);
            words.map_while(|word| word.parse().ok()).collect()
        };
        let name = |line: &str, at| line.split(' ').nth(at).expect("a name").to_owned();
        let lines = |kind: &'static str| plain.lines().filter(move |line| line.starts_with(kind));
        let nodes: BTreeMap<String, Vec<f64>> = lines("node ")
            .map(|line| (name(line, 1), numbers(line, 2)))
            .collect();
        assert_eq!(nodes.len(), ours.len());
        // neato moves the whole drawing to the corner.
        let (first, node) = nodes.iter().next().expect("there are boxes");
        let shift = [node[0] - ours[first][0], node[1] - ours[first][1]];
        for (name, node) in &nodes {
            let [x, y, width, height] = ours[name];
            assert!((node[0] - x - shift[0]).abs() < 0.02, "{name} has moved");
            assert!((node[1] - y - shift[1]).abs() < 0.02, "{name} has moved");
            // In another font a box may be somewhat larger.
            assert!(node[2] > width - 0.05 && node[2] < width * 1.3, "{name}");
            assert!(node[3] > height - 0.05 && node[3] < height * 1.3, "{name}");
        }
        for line in lines("edge ") {
            edges += 1;
            let way = numbers(line, 4);
            let at = |from: usize| [way[from] - shift[0], way[from + 1] - shift[1]];
            // From a dot inside the box to the left side of the other, less the arrow's head.
            let [x, y, width, height] = ours[&name(line, 1)];
            let [from_x, from_y] = at(0);
            assert!((from_x - x).abs() < width / 2.0, "{line}");
            assert!((from_y - y).abs() < height / 2.0, "{line}");
            let [x, y, width, height] = ours[&name(line, 2)];
            let [to_x, to_y] = at(way.len() - 2);
            let space = x - width / 2.0 - to_x;
            assert!(space > 0.0 && space < 0.2, "{line}");
            assert!((to_y - y).abs() < height / 2.0, "{line}");
        }
    }
    assert!(edges > 20, "only {edges} edges");
}

/// A page on which the animations stand still in the middle of a step.
fn paused(svg: &str, delay: f64, step: usize) -> String {
    let prefix = svg.split_once("id=\"").expect("there are names").1;
    let prefix = &prefix[..prefix.find('-').expect("names have two parts")];
    let gone = delay * (step as f64 + 0.6);
    svg.replacen(
        "</style>",
        &format!(
            "#{prefix}{{animation-delay:-{gone}s!important;animation-play-state:paused!important}}</style>"
        ),
        1,
    )
}

#[test]
fn a_browser_plays_two_animations_on_one_page() {
    let Some(chromium) = tools::find("chromium") else {
        return;
    };
    let folder = Folder::new();
    let mut movies = Vec::new();
    for (source, steps) in [
        (LESSON, [6, 30, 61]),
        (
            "a = [[1], 2]\nb = a[0]\ndel a\nb.append(b)\ndel b\n",
            [2, 4, 7],
        ),
    ] {
        let out = run(&folder, source, &["--format", "svg,asvg", "--delay", "2"]);
        let movie = read_text(&out.join("animation.svg"));
        let frames = numbered(&out, "svg");
        let frames: Vec<String> = steps.iter().map(|step| read_text(&frames[*step])).collect();
        movies.push((movie, steps, frames));
    }
    let (mut moving, mut still) = (String::new(), String::new());
    let (mut width, mut height) = (0, 0);
    let mut add = |play: String, frame: &str| {
        let file = |kind: &str, svg: &str| {
            let name = format!("{kind}{height}.svg");
            folder.write(&name, svg);
            format!("<img style=\"display:block\" src=\"{name}\">")
        };
        // Once inline and once as an image, which is another way to draw it.
        moving += &format!("<div style=\"height:{}px\">{play}</div>", size(frame).1);
        moving += &file("moving", &play);
        still += &format!("<div style=\"height:{}px\">{frame}</div>", size(frame).1);
        still += &file("still", frame);
        width = width.max(size(frame).0);
        height += 2 * size(frame).1;
    };
    for at in 0..3 {
        for (movie, steps, frames) in &movies {
            // The same animation at three moments, each by itself: names are made to differ.
            let prefix = movie.split_once("id=\"").expect("names").1;
            let prefix = &prefix[..prefix.find('-').expect("names have two parts")];
            let play = paused(movie, 2.0, steps[at]);
            let play = play.replace(prefix, &format!("{prefix}at{at}"));
            add(play, &frames[at]);
        }
    }
    let page = |body: &str| {
        format!("<!doctype html><meta charset=\"utf-8\"><body style=\"margin:0\">{body}")
    };
    let moving = tools::screenshot(&chromium, &folder, &page(&moving), width, height);
    let still = tools::screenshot(&chromium, &folder, &page(&still), width, height);
    assert!(still.distinct() > 100, "the page is almost blank");
    let far = moving.far_from(&still, 0);
    assert!(far == 0.0, "{far} of the pixels differ");
}

#[test]
fn a_browser_draws_svg_as_we_do() {
    let Some(chromium) = tools::find("chromium") else {
        return;
    };
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "svg,sheet,html-snippet"]);
    let svg = read_text(&numbered(&out, "svg")[40]);
    let (width, height) = size(&svg);
    let page = format!("<!doctype html><meta charset=\"utf-8\"><body style=\"margin:0\">{svg}");
    let shown = tools::screenshot(&chromium, &folder, &page, width, height);
    let far = shown.far_from(&raster(&svg, 1.0), 128);
    assert!(far < 0.02, "{far} of the pixels differ");
    // A browser makes of a snippet what we put into it.
    let snippet = read_text(&out.join("snippet.html"));
    let dom = tools::dom(
        &chromium,
        &folder,
        &format!("<!doctype html><body>{snippet}"),
    );
    let count = |what: &str| dom.matches(what).count();
    assert_eq!(count("<figure"), LESSON_STEPS);
    assert_eq!(count("<figcaption>"), LESSON_STEPS);
    assert_eq!(count("<svg "), LESSON_STEPS);
    assert_eq!(count("<script"), 0);
}

const EVERY_FORMAT: &str = "svg,png,gif,asvg,pdf,dot,html-snippet,sheet,json,html";

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(below).expect("it is a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is below").to_owned();
                files.insert(name, read(&path));
            }
        }
    }
    files
}

#[test]
fn a_trace_gives_the_same_bytes_in_every_format() {
    let folder = Folder::new();
    run(&folder, HOSTILE, &["--format", "none"]);
    let mut made = Vec::new();
    for out in ["first", "again"] {
        let done = folder.memviz(&[
            "render",
            "out/trace.memviz",
            "--out",
            out,
            "--format",
            EVERY_FORMAT,
        ]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        made.push(files(&folder.path().join(out)));
    }
    assert!(made[0].len() > 30, "{:?}", made[0].keys());
    for (name, content) in &made[0] {
        assert!(made[1].get(name) == Some(content), "{}", name.display());
    }
    assert_eq!(made[0].len(), made[1].len());
}

#[test]
fn hostile_values_are_harmless_in_every_format() {
    let folder = Folder::new();
    let out = run(&folder, HOSTILE, &["--format", EVERY_FORMAT, "--boxes"]);
    let frames = numbered(&out, "svg");
    for (name, content) in files(&out) {
        let extension = name
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        match extension {
            "svg" => {
                let svg = String::from_utf8(content).expect("it is UTF-8");
                let document = Document::parse(&svg).expect("it is XML");
                let scripts = document
                    .descendants()
                    .filter(|node| node.has_tag_name("script"));
                assert_eq!(scripts.count(), 0, "{}", name.display());
                let most = if name.starts_with("frames") {
                    60_000
                } else {
                    300_000
                };
                assert!(svg.len() < most, "{}: {}", name.display(), svg.len());
                raster(&svg, 0.2);
            }
            "png" => {
                assert!(png(&content).distinct() > 40);
                let most = if name.starts_with("frames") {
                    600_000
                } else {
                    3_000_000
                };
                assert!(
                    content.len() < most,
                    "{}: {}",
                    name.display(),
                    content.len()
                );
            }
            "gif" => {
                assert_eq!(gif(&content).len(), frames.len());
                assert!(content.len() < 600_000, "GIF: {}", content.len());
            }
            "pdf" => {
                assert!(content.starts_with(b"%PDF-"));
                assert!(content.len() < 1_500_000, "PDF: {}", content.len());
            }
            _ => {}
        }
    }
    if let Some(dot) = tools::find("dot") {
        for graph in std::fs::read_dir(out.join("dot"))
            .expect("there are graphs")
            .flatten()
        {
            tools::run(&dot, &["-Tsvg".as_ref(), graph.path().as_os_str()]);
        }
    }
    if let Some(pdftotext) = tools::find("pdftotext") {
        let pdf = out.join("steps.pdf");
        let words = tools::run(&pdftotext, &[pdf.as_os_str(), "-".as_ref()]);
        assert!(words.contains("<script>alert(1)</script>"));
    }
}

#[test]
fn only_what_memviz_made_is_written_over() {
    let folder = Folder::new();
    let out = run(&folder, "a = [1]\n", &["--format", "none"]);
    // Other people's files beside a trace.
    std::fs::create_dir(out.join("frames")).expect("it can be made");
    let foreign = [
        ("frames/0002.png", "png"),
        ("frames/0900.svg", "svg"),
        ("animation.gif", "gif"),
        ("animation.svg", "asvg"),
        ("steps.pdf", "pdf"),
        ("sheet.svg", "sheet"),
        ("snippet.md", "html-snippet"),
        ("trace.json", "json"),
        ("index.html", "html"),
    ];
    for (name, _) in foreign {
        std::fs::write(out.join(name), "mine").expect("it can be written");
    }
    for (name, format) in foreign {
        for arguments in [
            ["render", "out/trace.memviz", "--format", format].as_slice(),
            &["lesson.py", "--out", "out", "--format", format],
        ] {
            let done = folder.memviz(arguments);
            assert_eq!(done.status.code(), Some(2), "{format}");
            let said = text(&done.stderr);
            assert!(said.contains(&format!("{name} is not memviz's")), "{said}");
            assert!(said.contains("--force"), "{said}");
        }
        assert_eq!(read(&out.join(name)), b"mine");
    }
    let force = [
        "render",
        "out/trace.memviz",
        "--force",
        "--format",
        EVERY_FORMAT,
    ];
    let done = folder.memviz(&force);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    for (name, _) in foreign {
        // Said to be written over; a number that is not among the steps is left alone.
        assert_eq!(
            read(&out.join(name)) == b"mine",
            name.contains("0900"),
            "{name}"
        );
    }
    std::fs::remove_file(out.join("frames/0900.svg")).expect("it is there");
    // What memviz made is replaced unasked, and what an earlier, longer run made is taken away.
    run(&folder, "a = 1\n", &["--format", EVERY_FORMAT]);
    assert_eq!(numbered(&out, "svg").len(), numbered(&out, "png").len());
    let steps = numbered(&out, "svg").len();
    run(
        &folder,
        "a = 1\nb = 2\nc = 3\n",
        &["--format", EVERY_FORMAT],
    );
    run(&folder, "a = 1\n", &["--format", EVERY_FORMAT]);
    assert_eq!(numbered(&out, "svg").len(), steps);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let folder = Folder::new();
    run(&folder, "a = [1]\n", &["--format", "none"]);
    for (options, said) in [
        (
            ["--format", "png", "--scale", "0"],
            "a number from 0.1 to 10",
        ),
        (
            ["--format", "gif", "--delay", "1e9"],
            "a number from 0.05 to 600",
        ),
        (["--format", "gif", "--engine", "dot"], "--engine dot"),
    ] {
        let mut arguments = vec!["render", "out/trace.memviz"];
        arguments.extend(options);
        let done = folder.memviz(&arguments);
        assert_eq!(done.status.code(), Some(2), "{options:?}");
        let errors = text(&done.stderr);
        assert!(errors.starts_with("error: "), "{errors}");
        assert!(errors.contains("\nhint: "), "{errors}");
        assert!(errors.contains(said), "{errors}");
    }
}
