//! What Graphviz reads, and what it lays out.

use super::*;
use std::ffi::OsStr;

const PROGRAMS: [&str; 8] = [
    "dot",
    "neato",
    "fdp",
    "sfdp",
    "circo",
    "twopi",
    "osage",
    "patchwork",
];

/// A weak reference, garbage, a count that falls to 0, a call, keys with boxes of their own.
const KINDS: &str = r#"
import gc, weakref
class Node:
    pass
def call(given):
    given.append(1)
a = Node()
w = weakref.ref(a)
b = [a]
call(b)
d = {(1, a): b}
a.own = a
del w, d
b = None
del a
gc.collect()
"#;

/// The names of all boxes and the ends of all arrows of a file.
fn written(dot: &str) -> (BTreeSet<String>, Vec<(String, String)>) {
    let name = |text: &str| {
        text.split([':', ' ', '['])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let nodes = dot.lines().filter(|line| line.contains("[label=<<TABLE"));
    let edges = dot.lines().filter(|line| line.contains(":title"));
    let edges = edges.filter_map(|line| line.trim().split_once(" -> "));
    (
        nodes.map(|line| name(line.trim())).collect(),
        edges.map(|(from, to)| (name(from), name(to))).collect(),
    )
}

#[test]
fn every_program_of_graphviz_draws_every_step_without_a_word() {
    let programs: Vec<PathBuf> = PROGRAMS.into_iter().filter_map(tools::find).collect();
    let scripts = scenarios();
    let scripts = scripts.iter().map(String::as_str).chain([KINDS, HOSTILE]);
    let folders: Vec<(Folder, PathBuf)> = scripts
        .map(|script| {
            let folder = Folder::new();
            let out = run(&folder, script, &["--format", "dot"]);
            (folder, out)
        })
        .collect();
    let files = folders.iter().map(|(_, out)| out.join("dot"));
    let files: Vec<PathBuf> = files.flat_map(|dot| numbered_in(&dot, "dot")).collect();
    // Boxes and arrows of each file, and the arrows that are not seen.
    let mut wanted = Vec::new();
    for file in &files {
        let text = read_text(file);
        let (names, edges) = written(&text);
        for (from, to) in &edges {
            assert!(names.contains(from) && names.contains(to), "{from} -> {to}");
        }
        wanted.push((names.len(), edges.len(), count_of_order(&text)));
    }
    // A program is started once for all files: starting it takes longer than a drawing.
    let mut arguments: Vec<&OsStr> = vec!["-Tplain".as_ref()];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    for program in &programs {
        let drawn = tools::run(program, &arguments);
        let graphs: Vec<&str> = drawn.split_inclusive("stop\n").collect();
        assert_eq!(graphs.len(), files.len(), "{}", program.display());
        for ((graph, file), (boxes, arrows, order)) in graphs.iter().zip(&files).zip(&wanted) {
            let count = |kind: &str| graph.lines().filter(|line| line.starts_with(kind)).count();
            let name = format!("{} of {}", program.display(), file.display());
            assert_eq!(count("graph "), 1, "{name}");
            assert_eq!(count("node "), *boxes, "{name}");
            if !program.ends_with("patchwork") {
                assert_eq!(count("edge ") - order, *arrows, "{name}");
            }
        }
    }
}

/// Arrows that are not seen and keep the frames in their order.
fn count_of_order(dot: &str) -> usize {
    let orders = dot.lines().filter(|line| line.contains("style=invis"));
    orders.map(|line| line.matches(" -> ").count()).sum()
}

#[test]
fn a_dot_file_can_be_read() {
    let folder = Folder::new();
    let out = run(&folder, KINDS, &["--format", "dot"]);
    let files: Vec<String> = numbered_in(&out.join("dot"), "dot")
        .iter()
        .map(|file| read_text(file))
        .collect();
    let has = |words: &[&str]| {
        let found = |text: &&String| {
            text.lines()
                .any(|line| words.iter().all(|word| line.contains(word)))
        };
        assert!(files.iter().any(|text| found(&text)), "{words:?}");
    };
    for group in ["// call frames", "// objects", "// references"] {
        has(&[group]);
    }
    has(&["rankdir=LR"]);
    has(&["call_call2[label=", "<B>call()</B>"]);
    has(&["Node_", "<B>Node</B> #", "1 ref"]);
    has(&["globals_call0:", " -> Node_", ":title:w"]);
    has(&[
        "ReferenceType_",
        " -> Node_",
        "style=dashed",
        "arrowhead=vee",
    ]);
    has(&["Node_", "STYLE=\"DASHED\"", "unreachable"]);
    has(&["Node_", " -> Node_", "style=dashed"]);
    has(&["STYLE=\"DOTTED\"", "freed by the collector"]);
    has(&["BGCOLOR=\"#fff1dc\"", "▸"]);
    has(&["{ rank=same; globals_call0 -> call_call2 [style=invis] }"]);
    for text in &files {
        // To be laid out anew after a change.
        assert!(!text.contains("pos=") && !text.contains("WIDTH="), "{text}");
        let (names, _) = written(text);
        let nodes = text.matches("[label=<").count();
        assert_eq!(names.len(), nodes, "each box in a line: {text}");
    }
    let options = ["--format", "dot", "--direction", "down", "--theme", "dark"];
    let out = run(&folder, KINDS, &options);
    let down = read_text(&numbered_in(&out.join("dot"), "dot")[9]);
    assert!(
        down.contains("rankdir=TB") && down.contains(":title:n"),
        "{down}"
    );
    assert!(down.contains("#15181d"), "{down}");
}

/// A picture's boxes: name, left, top, width, height.
fn boxes(svg: &str) -> Vec<(String, [f64; 4])> {
    let document = Document::parse(svg).expect("it is XML");
    let groups = document.descendants().filter(|node| node.has_tag_name("g"));
    let boxes = groups.filter_map(|group| {
        let name = group.attribute("id")?.split_once('-')?.1.to_owned();
        let rect = group.children().find(|child| child.has_tag_name("rect"))?;
        let number = |name| rect.attribute(name)?.parse::<f64>().ok();
        Some((
            name,
            [
                number("x")?,
                number("y")?,
                number("width")?,
                number("height")?,
            ],
        ))
    });
    boxes.collect()
}

/// Where the arrows of a picture begin and end.
fn ways(svg: &str) -> Vec<[f64; 4]> {
    let document = Document::parse(svg).expect("it is XML");
    let arrows = document
        .descendants()
        .filter(|node| node.has_tag_name("path") && node.has_attribute("marker-end"));
    let ways = arrows.map(|arrow| {
        let way = arrow.attribute("d").expect("it has a way");
        let numbers: Vec<f64> = way
            .split(['M', 'L', 'C', ' '])
            .filter_map(|word| word.parse().ok())
            .collect();
        let end = numbers.len() - 2;
        [numbers[0], numbers[1], numbers[end], numbers[end + 1]]
    });
    ways.collect()
}

/// How far a point is out of a box.
fn distance(at: [f64; 2], [x, y, width, height]: [f64; 4]) -> f64 {
    let out = |at: f64, from: f64, length: f64| (from - at).max(at - from - length).max(0.0);
    out(at[0], x, width).max(out(at[1], y, height))
}

#[test]
fn graphviz_lays_out_what_memviz_draws() {
    let Some(dot) = tools::find("dot") else {
        return;
    };
    let folder = Folder::new();
    let own = run(&folder, KINDS, &["--format", "svg"]);
    let own: Vec<String> = numbered(&own, "svg")
        .iter()
        .map(|file| read_text(file))
        .collect();
    for direction in ["right", "down"] {
        let done = folder
            .command(&[
                "render",
                "out",
                "--out",
                direction,
                "--layout",
                "dot",
                "--direction",
                direction,
                "--format",
                "svg,png,gif,asvg,pdf,sheet,html-snippet",
            ])
            .env("PATH", dot.parent().expect("it stands in a folder"))
            .output()
            .expect("it starts");
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        let out = folder.path().join(direction);
        let svgs: Vec<String> = numbered(&out, "svg")
            .iter()
            .map(|file| read_text(file))
            .collect();
        assert_eq!(svgs.len(), own.len());
        for (theirs, ours) in svgs.iter().zip(&own) {
            assert_eq!(size(theirs), size(&svgs[0]), "the page of an animation");
            let (boxes, wanted) = (boxes(theirs), boxes(ours));
            let named = |boxes: &[(String, [f64; 4])]| -> Vec<(String, [f64; 2])> {
                let sizes = boxes
                    .iter()
                    .map(|(name, [_, _, w, h])| (name.clone(), [*w, *h]));
                sizes.collect()
            };
            assert_eq!(named(&boxes), named(&wanted));
            for (i, (name, a)) in boxes.iter().enumerate() {
                for (other, b) in &boxes[i + 1..] {
                    let apart = a[0] + a[2] <= b[0]
                        || b[0] + b[2] <= a[0]
                        || a[1] + a[3] <= b[1]
                        || b[1] + b[3] <= a[1];
                    assert!(apart, "{name} on {other}");
                }
            }
            let ways = ways(theirs);
            assert_eq!(ways.len(), self::ways(ours).len());
            for [x, y, to_x, to_y] in ways {
                let nearest = |at: [f64; 2]| {
                    let distances = boxes.iter().map(|(_, area)| distance(at, *area));
                    distances.fold(f64::MAX, f64::min)
                };
                assert_eq!(nearest([x, y]), 0.0, "an arrow leaves from within a box");
                assert!(nearest([to_x, to_y]) < 3.0, "an arrow ends at a box");
            }
        }
        let frames = gif(&read(&out.join("animation.gif")));
        assert_eq!(frames.len(), svgs.len());
        for product in ["animation.svg", "sheet.svg", "snippet.html", "steps.pdf"] {
            assert!(out.join(product).exists(), "{product}");
        }
    }
}
