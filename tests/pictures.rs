//! The pictures: nothing moves that need not, text fits, lines keep off boxes, bytes repeat.

mod common;

use common::{Folder, text};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::path::Path;

const SEVENTY_STEPS: &str = r#"
class Node:
    def __init__(self, v, rest=None):
        self.v = v
        self.rest = rest
def walk(node):
    total = 0
    while node:
        total += node.v
        node = node.rest
    return total
head = None
boxes = {}
for i in range(5):
    head = Node(i, head)
    boxes[i] = [head, (i, i * 1.5)]
boxes[0].append(boxes)
for i in range(3):
    boxes.pop(i)
print(walk(head))
head.rest.rest = head
del boxes
head = None
x = [[j] for j in range(3)]
x[0] = x
"#;

fn frames(folder: &Folder, source: &str, options: &[&str]) -> Vec<String> {
    folder.write("script.py", source);
    let mut arguments = vec!["script.py", "--out", "out"];
    arguments.extend(options);
    let done = folder.memviz(&arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    read_frames(&folder.path().join("out/frames"))
}

fn read_frames(folder: &Path) -> Vec<String> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("there are frames")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("frames are text"))
        .collect()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name)
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| panic!("no number {name}"))
}

/// Left, top, width and height of every box, by its name.
fn boxes(document: &Document<'_>) -> BTreeMap<String, [f64; 4]> {
    document
        .descendants()
        .filter(|node| node.has_tag_name("g"))
        .filter_map(|group| {
            let id = group.attribute("id")?.split_once('-')?.1.to_owned();
            let rect = group.children().find(|child| child.has_tag_name("rect"))?;
            Some((
                id,
                ["x", "y", "width", "height"].map(|name| number(rect, name)),
            ))
        })
        .collect()
}

#[test]
fn no_surviving_box_moves_by_a_pixel() {
    let folder = Folder::new();
    let frames = frames(&folder, SEVENTY_STEPS, &[]);
    assert!(frames.len() >= 70, "only {} steps", frames.len());
    let mut places: BTreeMap<String, [f64; 3]> = BTreeMap::new();
    let mut seen_twice = 0;
    for frame in &frames {
        let document = Document::parse(frame).expect("frames are XML");
        for (id, [x, y, width, _]) in boxes(&document) {
            let place = [x, y, width];
            if let Some(before) = places.insert(id.clone(), place) {
                seen_twice += 1;
                assert_eq!(before, place, "{id} has moved");
            }
        }
    }
    assert!(seen_twice > 300, "only {seen_twice} comparisons");
    let sizes: std::collections::BTreeSet<_> = frames
        .iter()
        .map(|frame| {
            let document = Document::parse(frame).expect("frames are XML");
            document
                .root_element()
                .attribute("viewBox")
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(sizes.len(), 1, "one view box for all steps");
}

/// Points along a path of `M`, `L` and `C`.
fn points(path: &str) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::new();
    for piece in path
        .split_inclusive(|c: char| c.is_ascii_digit())
        .collect::<String>()
        .split(['M', 'L', 'C'])
    {
        let numbers: Vec<f64> = piece
            .split_whitespace()
            .filter_map(|n| n.parse().ok())
            .collect();
        match numbers[..] {
            [x, y] => {
                if let Some(&(x0, y0)) = out.last() {
                    out.extend((1..=20).map(|i| {
                        let t = f64::from(i) / 20.0;
                        (x0 + (x - x0) * t, y0 + (y - y0) * t)
                    }));
                } else {
                    out.push((x, y));
                }
            }
            [ax, ay, bx, by, x, y] => {
                let (x0, y0) = *out.last().expect("a curve starts somewhere");
                out.extend((1..=40).map(|i| {
                    let t = f64::from(i) / 40.0;
                    let u = 1.0 - t;
                    let at = |p0: f64, p1: f64, p2: f64, p3: f64| {
                        u * u * u * p0
                            + 3.0 * u * u * t * p1
                            + 3.0 * u * t * t * p2
                            + t * t * t * p3
                    };
                    (at(x0, ax, bx, x), at(y0, ay, by, y))
                }));
            }
            _ => {}
        }
    }
    out
}

#[test]
fn no_line_runs_through_a_box_and_all_text_fits() {
    let folder = Folder::new();
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut sources: Vec<String> = std::fs::read_dir(scenarios)
        .expect("there are scenarios")
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "py"))
        .map(|entry| std::fs::read_to_string(entry.path()).expect("scenarios are text"))
        .collect();
    sources.push(SEVENTY_STEPS.to_owned());
    let (mut lines, mut texts) = (0, 0);
    for source in sources {
        for frame in frames(&folder, &source, &[]) {
            let document = Document::parse(&frame).expect("frames are XML");
            let boxes = boxes(&document);
            for arrow in document
                .descendants()
                .filter(|node| node.attribute("marker-end").is_some())
            {
                let points = points(arrow.attribute("d").expect("an arrow has a way"));
                lines += 1;
                for (id, [x, y, width, height]) in &boxes {
                    let inside = |(px, py): (f64, f64)| {
                        px > x + 1.0
                            && px < x + width - 1.0
                            && py > y + 1.0
                            && py < y + height - 1.0
                    };
                    // An arrow leaves its own box from within.
                    if inside(points[0]) {
                        continue;
                    }
                    let hit = points.iter().find(|point| inside(**point));
                    assert!(
                        hit.is_none(),
                        "a line runs through {id} at {hit:?}:\n{source}"
                    );
                }
            }
            let page = number(document.root_element(), "width");
            for node in document
                .descendants()
                .filter(|node| node.has_tag_name("text"))
            {
                let (x, length) = (number(node, "x"), number(node, "textLength"));
                texts += 1;
                assert!(
                    x >= 0.0 && x + length <= page,
                    "text leaves the page: {:?}",
                    node.text()
                );
                let Some(group) = node.parent().filter(|parent| parent.has_tag_name("g")) else {
                    continue;
                };
                let rect = group
                    .children()
                    .find(|child| child.has_tag_name("rect"))
                    .expect("a box");
                let right = number(rect, "x") + number(rect, "width");
                let above = number(node, "y") < number(rect, "y");
                assert!(
                    above || x + length <= right + 0.2,
                    "text leaves its box: {:?}",
                    node.text()
                );
            }
        }
    }
    assert!(
        lines > 1000 && texts > 5000,
        "only {lines} lines and {texts} texts"
    );
}

#[test]
fn the_same_script_and_trace_give_the_same_bytes() {
    let folder = Folder::new();
    let first = frames(&folder, SEVENTY_STEPS, &[]);
    let again = frames(&folder, SEVENTY_STEPS, &[]);
    // Addresses differ from run to run; pictures do not show them.
    assert!(
        first == again,
        "two runs of one script are drawn differently"
    );
}

#[test]
fn hostile_values_stay_text() {
    let folder = Folder::new();
    let source = r#"
s = "<script>alert(1)</script> ]]> & \" ' \x00\x07\x1b \u202e abc \ufffe \U0001f600 " + "\ud800"
long = "x" * 1000000
wide = "漢字かな" * 5
d = {s: long, (1, (2, (3, (4,)))): wide, "\n": b"\x00\xff<&>"}
big = 10 ** 5000
class 漢: pass
ü = 漢()
many = list(range(10000))
many.append(many)
"#;
    for theme in ["light", "dark", "print"] {
        for frame in frames(&folder, source, &["--theme", theme, "--boxes"]) {
            let document = Document::parse(&frame).expect("frames are well-formed XML");
            assert!(
                document
                    .descendants()
                    .all(|node| !node.has_tag_name("script"))
            );
            assert!(frame.len() < 60_000, "{} bytes", frame.len());
            let options = resvg::usvg::Options::default();
            resvg::usvg::Tree::from_str(&frame, &options).expect("a viewer draws it");
        }
    }
}

#[test]
fn two_pictures_on_one_page_share_no_name() {
    let folder = Folder::new();
    let frames = frames(&folder, "a = [1]\nb = a\n", &[]);
    let names = |frame: &str| -> Vec<String> {
        let document = Document::parse(frame).expect("frames are XML");
        document
            .descendants()
            .filter_map(|node| node.attribute("id"))
            .map(str::to_owned)
            .collect()
    };
    let (a, b) = (names(&frames[2]), names(&frames[3]));
    assert!(!a.is_empty());
    assert!(a.iter().all(|name| !b.contains(name)));
}

#[test]
fn a_picture_says_in_words_what_it_shows() {
    let folder = Folder::new();
    let frames = frames(&folder, "a = [1]\nb = a\n", &[]);
    let last = frames.last().expect("there are frames");
    let document = Document::parse(last).expect("frames are XML");
    let words = |tag| {
        document
            .descendants()
            .find(|node| node.has_tag_name(tag))
            .and_then(|node| node.text())
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        words("title").contains("script.py, step 5 of 5"),
        "{}",
        words("title")
    );
    let description = words("desc");
    assert!(
        description.contains("a: to list #1, b: to list #1"),
        "{description}"
    );
    assert!(description.contains("list #1: 0: 1"), "{description}");
}

/// What a picture says of itself: title, and its boxes with their rows.
fn in_words(picture: &str) -> (String, String) {
    let document = Document::parse(picture).expect("well-formed XML");
    let words = |name: &str| {
        let mut all = document.descendants();
        let found = all.find(|node| node.has_tag_name(name));
        let found = found.expect("it is there").text();
        found.unwrap_or_default().to_owned()
    };
    (words("title"), words("desc"))
}

#[test]
fn an_exception_is_drawn_from_where_it_is_raised_to_where_it_ends() {
    let folder = Folder::new();
    let source = "def inner():\n    raise KeyError\ndef outer():\n    inner()\ntry:\n    outer()\nexcept KeyError:\n    a = 1\nouter()\n";
    folder.write("script.py", source);
    folder.memviz(&["script.py", "--out", "out"]);
    let pictures = read_frames(&folder.path().join("out/frames"));
    let mut holders = Vec::new();
    for (title, boxes) in pictures.iter().map(|picture| in_words(picture)) {
        let holder = |row: &str| {
            let before = boxes.split(&format!("{row}: to KeyError #")).next();
            let before = before.filter(|before| before.len() < boxes.len())?;
            before.rsplit(". ").next().map(|of| of.to_owned())
        };
        for row in ["raise", "handles", "uncaught"] {
            if let Some(of) = holder(row) {
                let of = of.split([' ', ':']).next().unwrap_or_default().to_owned();
                holders.push(format!("{row} {of}"));
            }
        }
        let is_shown = boxes.contains(". KeyError #");
        let is_thrown = title.contains("exception");
        assert!(!is_thrown || is_shown, "{title}: {boxes}");
    }
    let passage = [
        "raise inner()",
        "raise inner()",
        "raise outer()",
        "raise outer()",
        "raise globals",
    ];
    // Handled while the clause is entered and runs.
    let handled = ["handles the", "handles the"];
    let last = ["raise globals", "uncaught the"];
    let wanted = [&passage[..], &handled[..], &passage[..], &last[..]].concat();
    assert_eq!(holders, wanted);
}

#[test]
fn what_a_call_hands_on_is_a_row_of_its_frame() {
    let folder = Folder::new();
    let source =
        "def f():\n    return [1]\ndef g():\n    yield {2}\nf()\nfor x in g():\n    pass\n";
    let said: Vec<String> = frames(&folder, source, &[])
        .iter()
        .map(|picture| in_words(picture).1)
        .collect();
    let rows = |row: &str| said.iter().filter(|words| words.contains(row)).count();
    assert_eq!(rows("f() (line 2): return: to list #"), 1);
    assert_eq!(rows("g() (line 4): yield: to set #"), 1);
    assert_eq!(rows("return: None"), 1, "g's end");
    let focused = frames(&folder, source, &["--focus", "x", "--force"]);
    let rows = |row: &str| {
        let words = focused.iter().map(|picture| in_words(picture).1);
        words.filter(|words| words.contains(row)).count()
    };
    assert_eq!(rows("return: "), 0, "no focus leads there");
}
