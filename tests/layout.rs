//! The layout, measured on the pictures themselves: what lives on stays where it is, no line runs
//! through a box, and the shapes that programs build are seen.

mod common;

use common::{Folder, text};
use memviz::layout::{
    BoxShape, Direction, Figures, Measure, Picture, Piece, drawn, plan, plan_towards, runs_through,
};
use memviz::trace::{Trace, TraceFile};
use memviz::view::{BoxKey, Scenes, ViewOptions};
use std::path::{Path, PathBuf};

fn scripts(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut scripts: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("there is such a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "py"))
        .collect();
    scripts.sort();
    scripts
}

fn recorded(script: &Path) -> Trace {
    let folder = Folder::new();
    let script = script.to_str().expect("names are text");
    let done = folder.memviz(&["--format", "none", "--out", "out", script]);
    // A lesson may end as it likes; 2 is memviz's own failure.
    assert_ne!(done.status.code(), Some(2), "{}", text(&done.stderr));
    TraceFile::open(&folder.path().join("out/trace.memviz"))
        .and_then(|file| file.read())
        .expect("a trace was written")
}

fn shape(name: &str) -> Trace {
    recorded(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/shapes/{name}.py")))
}

/// Draws every step; gives the figures, the steps at which boxes are laid out anew, and all
/// pictures.
fn laid_out(trace: &Trace, view: &ViewOptions) -> (Figures, Vec<u32>, Vec<Picture>) {
    let plan = plan(Scenes::new(trace, view));
    let mut measure = Measure::new();
    let (mut anew, mut pictures) = (Vec::new(), Vec::new());
    for scene in Scenes::new(trace, view) {
        let picture = plan.picture(&scene);
        let drawn = drawn(&picture);
        for line in &drawn.lines {
            let hit: Vec<&BoxKey> = runs_through(line, &drawn.boxes).collect();
            assert!(
                hit.is_empty(),
                "{}, step {}: the line from {:?} to {:?} runs through {hit:?}",
                trace.header.script,
                picture.number,
                line.from,
                line.to,
            );
        }
        let starts = plan.starts_anew(scene.number);
        anew.extend(starts.then_some(scene.number));
        measure.add(drawn, starts);
        pictures.push(picture);
    }
    (measure.figures().clone(), anew, pictures)
}

/// The last picture of a shape.
fn last(name: &str) -> Picture {
    let (.., mut pictures) = laid_out(&shape(name), &ViewOptions::default());
    pictures.pop().expect("there is a step")
}

#[test]
fn nothing_moves_and_no_line_runs_through_a_box() {
    let (mut lines, mut survivors) = (0, 0);
    for script in scripts("scenarios").iter().chain(&scripts("tests/shapes")) {
        let trace = recorded(script);
        for boxes in [false, true] {
            let view = ViewOptions {
                boxes,
                ..ViewOptions::default()
            };
            let (figures, anew, pictures) = laid_out(&trace, &view);
            assert_eq!(figures.moved, 0, "{}", script.display());
            assert_eq!(figures.through, 0, "{}", script.display());
            let lesson = script.parent().is_some_and(|p| p.ends_with("scenarios"));
            assert!(
                anew.is_empty() || !lesson,
                "{} is laid out anew at {anew:?}",
                script.display()
            );
            for picture in &pictures {
                let size = (picture.page.width, picture.page.height);
                assert_eq!(size, (pictures[0].page.width, pictures[0].page.height));
            }
            no_boxes_overlap(&pictures, script);
            heads_point_at_their_boxes(&pictures, script);
            lines += figures.lines;
            survivors += figures.survivors;
        }
    }
    assert!(
        lines > 10_000 && survivors > 10_000,
        "only {lines} lines and {survivors} comparisons"
    );
}

fn no_boxes_overlap(pictures: &[Picture], script: &Path) {
    for picture in pictures {
        for (i, a) in picture.boxes.iter().enumerate() {
            for b in &picture.boxes[i + 1..] {
                let (ra, rb) = (a.rect, b.rect);
                let apart = ra.x + ra.width <= rb.x
                    || rb.x + rb.width <= ra.x
                    || ra.y + ra.height <= rb.y
                    || rb.y + rb.height <= ra.y;
                assert!(
                    apart,
                    "{}, step {}: {:?} lies on {:?}",
                    script.display(),
                    picture.number,
                    a.key,
                    b.key
                );
            }
            assert!(
                a.rect.x + a.rect.width <= picture.page.width
                    && a.rect.y + a.rect.height <= picture.page.height,
                "{:?} leaves the page",
                a.key
            );
        }
    }
}

/// Every arrow ends beside its box and runs towards it, so that its head is seen.
fn heads_point_at_their_boxes(pictures: &[Picture], script: &Path) {
    for picture in pictures {
        for arrow in &picture.arrows {
            let rect = picture
                .boxes
                .iter()
                .find(|one| one.key == arrow.to)
                .map(|one| one.rect)
                .expect("an arrow leads to a box");
            let mut ends = vec![arrow.start];
            let (mut towards, mut down) = (0.0, 0.0);
            for piece in &arrow.pieces {
                let (from, to) = match piece {
                    Piece::Line(to) => (ends[ends.len() - 1], *to),
                    Piece::Curve(_, by, to) => (*by, *to),
                };
                (towards, down) = (to.x - from.x, to.y - from.y);
                ends.push(to);
            }
            let end = ends[ends.len() - 1];
            let right = rect.x + rect.width;
            let above = rect.x < end.x && end.x < right;
            let touches = (above && end.y <= rect.y && rect.y - end.y < 4.0 && down > 0.0)
                || (end.x <= rect.x && rect.x - end.x < 4.0 && towards > 0.0)
                || (end.x >= right && end.x - right < 4.0 && towards < 0.0);
            assert!(
                touches,
                "{}, step {}: the arrow from {:?} to {:?} ends at {end:?}, beside {rect:?}",
                script.display(),
                picture.number,
                arrow.from,
                arrow.to,
            );
        }
    }
}

/// Left and top of the boxes with a title, in the order of their births.
fn places(picture: &Picture, title: &str) -> Vec<(f64, f64)> {
    picture
        .boxes
        .iter()
        .filter(|b| b.title == title)
        .map(|b| (b.rect.x, b.rect.y))
        .collect()
}

/// Nearly as high: an arrow between the two is short.
fn level(places: &[(f64, f64)]) -> bool {
    places.windows(2).all(|w| (w[0].1 - w[1].1).abs() < 25.0)
}

fn rightwards(places: &[(f64, f64)]) -> bool {
    places.windows(2).all(|w| w[0].0 < w[1].0)
}

#[test]
fn a_linked_list_reads_from_left_to_right() {
    let picture = last("linked_list");
    // Built from its end, and the second node taken out.
    let mut nodes = places(&picture, "Node");
    nodes.reverse();
    assert_eq!(nodes.len(), 3);
    assert!(rightwards(&nodes) && level(&nodes), "{nodes:?}");
}

#[test]
fn a_doubly_linked_list_reads_from_left_to_right() {
    let picture = last("doubly_linked");
    let nodes = places(&picture, "Node");
    assert_eq!(nodes.len(), 3);
    assert!(rightwards(&nodes) && level(&nodes), "{nodes:?}");
    assert!(places(&picture, "List")[0].0 < nodes[0].0);
}

#[test]
fn a_tree_stands_as_a_tree() {
    let picture = last("tree");
    // Keys 50, 30, 70, 20, 40, 60, 80.
    let [root, left, right, a, b, c, d] = places(&picture, "Tree")[..] else {
        panic!("there are seven");
    };
    assert!(root.1 < left.1 && left.1 < a.1);
    assert_eq!(left.1, right.1);
    assert!([b, c, d].iter().all(|leaf| leaf.1 == a.1));
    assert!(a.0 < left.0 && left.0 < b.0 && b.0 < root.0);
    assert!(root.0 < c.0 && c.0 < right.0 && right.0 < d.0);
    no_arrows_cross(&picture);
}

#[test]
fn what_is_linked_leads_where_it_is_asked_to() {
    let towards = |name: &str, direction: Direction, title: &str| {
        let trace = shape(name);
        let view = ViewOptions::default();
        let scenes: Vec<_> = Scenes::new(&trace, &view).collect();
        let plan = plan_towards(scenes.iter(), Some(direction));
        places(
            &plan.picture(scenes.last().expect("there are scenes")),
            title,
        )
    };
    let downwards = |places: &[(f64, f64)]| places.windows(2).all(|w| w[0].1 < w[1].1);
    let mut chain = towards("linked_list", Direction::Down, "Node");
    chain.reverse();
    assert!(chain.len() == 3 && downwards(&chain), "{chain:?}");
    let mut chain = towards("linked_list", Direction::Right, "Node");
    chain.reverse();
    assert!(rightwards(&chain) && level(&chain), "{chain:?}");
    let tree = towards("tree", Direction::Right, "Tree");
    let [root, left, right, a, b, c, d] = tree[..] else {
        panic!("there are seven");
    };
    assert!(root.0 < left.0 && left.0 < a.0, "{tree:?}");
    assert_eq!(left.0, right.0);
    assert!([b, c, d].iter().all(|leaf| leaf.0 == a.0), "{tree:?}");
    let tree = towards("tree", Direction::Down, "Tree");
    assert!(downwards(&[tree[0], tree[1], tree[3]]), "{tree:?}");
}

/// No two arrows to different boxes cross.
fn no_arrows_cross(picture: &Picture) {
    let tree = memviz::layout::Drawn {
        boxes: Default::default(),
        lines: drawn(picture).lines,
    };
    let mut measure = Measure::new();
    measure.add(tree, false);
    assert_eq!(measure.figures().crossings, 0);
}

#[test]
fn a_matrix_stands_as_rows() {
    let picture = last("matrix");
    let lists = places(&picture, "list");
    // `rows` and its rows, `shared` and its only row, `turned` and its rows.
    assert_eq!(lists.len(), 3 + 3 + 1 + 3);
    let columns: std::collections::BTreeSet<i64> = lists.iter().map(|l| l.0 as i64).collect();
    assert_eq!(columns.len(), 2, "{lists:?}");
    let right = lists.iter().map(|l| l.0).fold(0.0, f64::max);
    let rows: Vec<_> = lists.iter().filter(|l| l.0 == right).collect();
    assert!(rows.windows(2).all(|w| w[0].1 < w[1].1), "{rows:?}");
}

#[test]
fn a_graph_stands_in_the_order_of_its_roads() {
    let picture = last("graph");
    let [a, b, c, d, e] = places(&picture, "City")[..] else {
        panic!("there are five");
    };
    assert_eq!(b.0, c.0);
    assert!(a.0 < b.0 && b.0 < d.0 && d.0 < e.0);
}

#[test]
fn an_object_stands_by_the_row_that_holds_it() {
    let trace = shape("frames");
    let (_, _, pictures) = laid_out(&trace, &ViewOptions::default());
    // The list that only the innermost call holds.
    let (picture, arrow) = pictures
        .iter()
        .rev()
        .find_map(|picture| {
            let inner = picture.boxes.iter().find(|b| b.title == "inner()")?;
            let list = inner.rows.iter().position(
                |row| matches!(&row.label, memviz::layout::PictureCell::Text(t) if t == "local"),
            )?;
            let y = inner.rows[list].value_area.y;
            let arrow = picture
                .arrows
                .iter()
                .find(|a| a.from == inner.key && (a.start.y - y).abs() < 20.0 && a.start.y > y)?;
            Some((picture, arrow))
        })
        .expect("inner() has a list of its own");
    let list = picture
        .boxes
        .iter()
        .find(|b| b.key == arrow.to)
        .expect("it is drawn");
    assert!(
        (list.rect.y - arrow.start.y).abs() < 40.0,
        "{} is far from {}",
        list.rect.y,
        arrow.start.y
    );
}

#[test]
fn a_long_chain_is_wrapped() {
    let view = ViewOptions {
        max_objects: 200,
        ..ViewOptions::default()
    };
    let (figures, _, pictures) = laid_out(&shape("chain"), &view);
    assert_eq!((figures.moved, figures.through), (0, 0));
    let picture = pictures.last().expect("there is a step");
    assert!(picture.page.width < 2_100.0, "{} wide", picture.page.width);
    let nodes = places(picture, "Node");
    assert_eq!(nodes.len(), 70);
    // The first born is the last of the chain. It reads like a page: to the right, then down.
    let mut reading: Vec<_> = nodes.into_iter().rev().collect();
    let given = reading.clone();
    reading.sort_by(|a, b| {
        let line = |p: &(f64, f64)| (p.1 / 60.0).round() as i64;
        line(a).cmp(&line(b)).then(a.0.total_cmp(&b.0))
    });
    let strays = given.iter().zip(&reading).filter(|(a, b)| a != b).count();
    assert!(strays == 0, "{strays} stand out of order: {given:?}");
}

#[test]
fn a_long_run_does_not_make_the_page_grow() {
    let trace = shape("sliding");
    assert!(trace.steps.len() > 1_000);
    let (figures, anew, _) = laid_out(&trace, &ViewOptions::default());
    assert_eq!(figures.moved, 0);
    assert!(figures.area() < 10.0 * figures.fullest, "{figures:?}");
    // Where boxes are laid out anew, the reader has had time to get used to them.
    let fewest = anew.windows(2).map(|w| w[1] - w[0]).min();
    assert!(fewest.is_none_or(|steps| steps >= 40), "{anew:?}");
}

/// Shape and top of each box with a title, in the order of their births.
fn shapes(picture: &Picture, title: &str) -> Vec<(BoxShape, f64)> {
    let boxes = picture.boxes.iter().filter(|b| b.title == title);
    let mut boxes: Vec<_> = boxes.map(|b| (b.key, b.shape, b.rect.y)).collect();
    boxes.sort_by_key(|(key, ..)| *key);
    let shapes = boxes.into_iter();
    shapes.map(|(_, shape, top)| (shape, top)).collect()
}

#[test]
fn a_tree_that_was_built_from_its_leaves_stands_as_a_tree() {
    let picture = last("huffman");
    let nodes = shapes(&picture, "H");
    assert_eq!(nodes.len(), 7);
    assert!(nodes.iter().all(|(shape, _)| *shape == BoxShape::Strip));
    // The last that was made stands above all, also above what the heap has held for longer.
    assert!(nodes[..6].iter().all(|(_, top)| *top > nodes[6].1));
}

#[test]
fn what_holds_a_tree_with_parents_stands_above_it() {
    let picture = last("red_black");
    let (tree, nodes) = (places(&picture, "Tree"), places(&picture, "Node"));
    assert_eq!((tree.len(), nodes.len()), (1, 6));
    assert!(nodes.iter().all(|node| node.1 > tree[0].1 + 30.0));
}

#[test]
fn an_author_chooses_shapes() {
    let source = "class Leaf:\n    def __init__(self, v):\n        self.v = v\nclass Pair:\n    def __init__(self, l, r):\n        self.l = l\n        self.r = r\np = Pair(Leaf(1), Leaf(2))\nd = {'a': 1, 'b': 2}\nwide = list(range(1000000, 1000011))\none = [[1, 2]]\ns = [1, 2]\nm = [[1, 2], [3, 4]]\np.l, p.r = p.r, p.l\ndef walk(p):\n    if type(p) is Pair:\n        walk(p.l)\nwalk(p)\ns.append(3)\nq = p\np = None\n";
    let folder = Folder::new();
    let mut seen = Vec::new();
    let marks = "# memviz: layout tree(p), row(d), row(wide)\n# memviz: layout grid(one), rows(s), rows(m)\n";
    for source in [source.to_owned(), format!("{source}{marks}")] {
        folder.write("a.py", source);
        let script = folder.path().join("a.py");
        let trace = recorded(&script);
        let (figures, anew, pictures) = laid_out(&trace, &ViewOptions::default());
        assert_eq!((figures.moved, figures.through), (0, 0));
        assert!(anew.is_empty());
        no_boxes_overlap(&pictures, &script);
        heads_point_at_their_boxes(&pictures, &script);
        // No box changes its shape, also after its name is gone.
        let mut known = std::collections::BTreeMap::new();
        for one in pictures.iter().flat_map(|picture| &picture.boxes) {
            let shape = known.entry(one.key).or_insert(one.shape);
            assert_eq!(*shape, one.shape, "{:?}", one.key);
        }
        let picture = &pictures[pictures.len() - 2];
        let (pair, leaves) = (shapes(picture, "Pair"), shapes(picture, "Leaf"));
        let hangs = leaves.iter().all(|(_, top)| *top > pair[0].1 + 30.0);
        let of = |title| -> Vec<BoxShape> {
            let shapes = shapes(picture, title).into_iter();
            shapes.map(|(shape, _)| shape).collect()
        };
        seen.push((hangs, of("dict"), of("list")));
    }
    use BoxShape::{Line, Rows, Strip};
    // wide; one and its list; s; m and its lists.
    let by_memviz = vec![Rows, Rows, Strip, Strip, Rows, Line, Line];
    let by_author = vec![Strip, Rows, Line, Rows, Rows, Strip, Strip];
    assert_eq!(seen[0], (false, vec![Rows], by_memviz));
    assert_eq!(seen[1], (true, vec![Strip], by_author));
}

#[test]
fn the_figures_are_printed_beside_those_of_dot() {
    let folder = Folder::new();
    folder.write("a.py", "a = [1]\nb = [a, a]\na = None\n");
    let done = folder.memviz(&["measure", "a.py"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let table = text(&done.stdout);
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    // Script, who, steps, survivors, moved, movement, arrows, mean length, crossings, through.
    assert_eq!(lines[1][..3], ["a.py", "memviz", "6"], "{table}");
    assert_eq!((lines[1][4], lines[1][5], lines[1][9]), ("0", "0", "0"));
    assert_ne!(lines[1][6], "0");
    // The tests' path has no Graphviz on it.
    assert!(text(&done.stderr).contains("no Graphviz"));
    let wrong = folder.memviz(&["measure", "missing.py"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("hint:"));
}

#[test]
fn a_deep_recursion_and_its_return_take_no_more_room_than_a_shallow_one() {
    let height = |depth: u32| {
        let folder = Folder::new();
        let source = format!(
            "def down(n):\n    if n == 0:\n        return 0\n    return 1 + down(n - 1)\ndown({depth})\n"
        );
        folder.write("a.py", source);
        folder.memviz(&["a.py"]);
        let picture = std::fs::read_to_string(folder.path().join("output/a/frames/0001.svg"));
        let picture = picture.expect("it is drawn");
        let height = picture.split("height=\"").nth(1).expect("a height");
        let height = height.split('"').next().expect("it ends");
        height.parse::<u32>().expect("a number")
    };
    assert!(height(40).abs_diff(height(20)) < 20);
}
