//! What is drawn unasked: the pictures at which something is new, none of them empty, none twice, and each
//! tells what has happened since the one before.

mod common;

use common::{Folder, text};
use std::collections::BTreeSet;
use std::path::Path;

/// The pictures of a folder, by number.
fn pictures(folder: &Path) -> Vec<(u32, String)> {
    let frames = std::fs::read_dir(folder.join("frames")).expect("they are drawn");
    let mut all: Vec<(u32, String)> = frames
        .flatten()
        .map(|entry| {
            let path = entry.path();
            let number = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse().ok());
            let svg = std::fs::read_to_string(&path).expect("it is text");
            (number.expect("it is a number"), svg)
        })
        .collect();
    all.sort();
    all
}

fn drawn(source: &str, more: &[&str]) -> (Folder, Vec<(u32, String)>, String) {
    let folder = Folder::new();
    folder.write("script.py", source);
    let mut arguments = vec!["script.py", "--out", "out"];
    arguments.extend(more);
    let done = folder.memviz_by_default(&arguments);
    let said = text(&done.stderr);
    assert!(done.status.success(), "{said}");
    let pictures = pictures(&folder.path().join("out"));
    (folder, pictures, said)
}

/// All texts of a picture: a sentence may go over lines.
fn texts(svg: &str) -> String {
    let document = roxmltree::Document::parse(svg).expect("it is XML");
    let all = document.descendants();
    let texts = all.filter(|node| node.has_tag_name("text"));
    let texts: Vec<&str> = texts.filter_map(|node| node.text()).collect();
    texts.join(" ")
}

/// The words of a picture: what stands in its description.
fn description(svg: &str) -> &str {
    let start = svg.find("<desc").expect("each has one");
    let end = svg.find("</desc>").expect("it ends");
    &svg[start..end]
}

const TREE: &str = "\
class Node:
    def __init__(self, key):
        self.key = key
        self.left = None
        self.right = None

def insert(node, key):
    if node is None:
        return Node(key)
    if key < node.key:
        node.left = insert(node.left, key)
    else:
        node.right = insert(node.right, key)
    return node

root = None
for key in [8, 3, 10, 1, 6, 14]:
    root = insert(root, key)
print('done')
";

#[test]
fn a_search_tree_takes_few_pictures_and_all_steps_stay_in_the_trace() {
    let (folder, pictures, said) = drawn(TREE, &["--format", "svg"]);
    assert!(said.contains("126 steps"), "{said}");
    assert!(pictures.len() <= 30, "{} pictures", pictures.len());
    let kinds: BTreeSet<&str> = pictures.iter().map(|(_, svg)| description(svg)).collect();
    assert_eq!(kinds.len(), pictures.len(), "two pictures show the same");
    let done = folder.memviz_by_default(&["render", "out", "--format", "svg", "--steps", "all"]);
    assert!(done.status.success());
    assert_eq!(count_of(&folder), 126);
}

fn count_of(folder: &Folder) -> usize {
    pictures(&folder.path().join("out")).len()
}

#[test]
fn what_was_passed_over_is_told_with_the_next_picture() {
    let source = "class P:\n    def __init__(self, x):\n        self.x = x\n        self.y = [x]\np = P(1)\nq = P(2)\n";
    let (_folder, pictures, _) = drawn(source, &["--format", "svg"]);
    let all: String = pictures.iter().map(|(_, svg)| texts(svg)).collect();
    // One picture for the making of an object, which tells all of it.
    assert!(
        all.contains("P.__init__() is called for a new P with x = 1."),
        "{}",
        pictures.len()
    );
    assert!(all.contains("self.x is 1."));
    assert!(pictures.len() <= 6, "{}", pictures.len());
    assert!(!all.contains("body of class"));
}

#[test]
fn a_step_at_which_nothing_changes_has_no_picture() {
    let source = "a = [1]\nif a:\n    pass\nif not a:\n    pass\nb = a\n";
    let (_folder, pictures, _) = drawn(source, &["--format", "svg"]);
    assert_eq!(pictures.len(), 2);
}

#[test]
fn more_than_three_hundred_pictures_are_not_drawn_unasked() {
    let source = "kept = []\nfor i in range(400):\n    kept.append(i)\n";
    let (folder, pictures, said) = drawn(source, &["--format", "svg"]);
    assert_eq!(pictures.len(), 300);
    assert!(said.contains("--steps all"), "{said}");
    let done = folder.memviz_by_default(&["render", "out", "--format", "svg", "--steps", "1-700"]);
    assert!(done.status.success());
    assert_eq!(count_of(&folder), 700);
}

#[test]
fn what_only_a_waiting_expression_holds_stays_in_the_picture() {
    let source = "def make():\n    box = [1, 2, 3]\n    return box\ndef show(a, b):\n    return a\nshow(make(), make())\n";
    let (_folder, pictures, _) = drawn(source, &["--format", "svg"]);
    let in_second_call = pictures
        .iter()
        .filter(|(_, svg)| svg.contains(">(unnamed)<"));
    assert!(in_second_call.count() >= 1);
}

#[test]
fn tasks_stay_in_the_picture_while_another_one_runs() {
    let source = "\
import asyncio

async def worker(name):
    await asyncio.sleep(0)
    return [name]

async def main():
    a = asyncio.create_task(worker('A'))
    b = asyncio.create_task(worker('B'))
    return await asyncio.gather(a, b)

result = asyncio.run(main())
";
    let (_folder, pictures, _) = drawn(source, &["--format", "svg", "--steps", "all"]);
    let all: Vec<&str> = pictures.iter().map(|(_, svg)| description(svg)).collect();
    let in_worker: Vec<_> = all
        .iter()
        .filter(|one| one.contains("worker() ("))
        .collect();
    assert!(in_worker.len() >= 8, "{}", in_worker.len());
    for one in in_worker {
        let drawn = ["event loop #", "running: to Task 'Task-", "coroutine main"];
        assert!(drawn.iter().all(|part| one.contains(part)), "{one}");
    }
    let shows = |parts: &[&str]| {
        let mut all = all.iter();
        all.any(|one| parts.iter().all(|part| one.contains(part)))
    };
    assert!(shows(&[
        "waiting: to Task 'Task-1'",
        "ready: to Task 'Task-3'"
    ]));
    assert!(shows(&[
        "waits for: to _GatheringFuture",
        "result: to list"
    ]));
    assert!(!all.last().expect("there are some").contains("event loop"));
}

#[test]
fn what_only_objects_of_the_librarys_hold_stays_in_the_picture() {
    let source = "class Manager:\n    def __enter__(self): pass\n    def __exit__(self, *a): pass\nwith Manager():\n    x = 1\ny = 2\n";
    let (_folder, pictures, _) = drawn(source, &["--format", "svg", "--steps", "all"]);
    let within = pictures
        .iter()
        .find(|(_, svg)| description(svg).contains("x: 1"));
    let within = description(&within.expect("x gets a value").1);
    assert!(within.contains("(unnamed): to Manager #"), "{within}");
    let last = description(&pictures.last().expect("there are some").1);
    assert!(
        !last.contains("(unnamed)") && !last.contains(". Manager #"),
        "{last}"
    );
}

#[test]
fn a_thread_is_called_by_its_name() {
    let source = "import threading\ndef work():\n    x = 1\nt = threading.Thread(target=work, name='squarer')\nt.start()\nt.join()\n";
    let (_folder, pictures, _) = drawn(source, &["--format", "svg", "--steps", "all"]);
    let in_thread = pictures
        .iter()
        .filter(|(_, svg)| svg.contains(">work() in squarer<"));
    assert!(in_thread.count() >= 3);
    assert!(!pictures.iter().any(|(_, svg)| svg.contains("in thread 2")));
}

#[test]
fn characters_that_nobody_would_see_are_written_out_and_endless_names_cut() {
    let source =
        "o = type('A' * 10240, (), {})()\nsetattr(o, 'a\\u202eb\\u200b', 1)\nprint('x\\u202ey')\n";
    let (folder, pictures, _) = drawn(source, &["--format", "svg,json,dot", "--steps", "all"]);
    let last = &pictures.last().expect("there are some").1;
    assert!(last.contains(r">a\u202eb\u200b<"), "{last}");
    assert!(last.contains("… (10,240 characters)"));
    let out = folder.path().join("out");
    let read = |path| std::fs::read_to_string(out.join(path)).expect("it is text");
    let frames = std::fs::read_dir(out.join("dot")).expect("they are drawn");
    let dot = frames
        .flatten()
        .map(|frame| std::fs::read_to_string(frame.path()));
    let dot: Vec<String> = dot.map(|text| text.expect("it is text")).collect();
    assert!(dot.iter().any(|text| text.contains(r"a\u202eb\u200b")));
    let unseen = |text: &str| text.contains(['\u{202e}', '\u{200b}']);
    let svgs = pictures.iter().map(|(_, svg)| svg);
    assert!(!svgs.chain(&dot).any(|text| unseen(text)));
    assert!(unseen(&read("trace.json")));
}

#[test]
fn a_class_with_nothing_but_methods_is_named_in_its_row() {
    let plain = "class A:\n    def f(self): pass\na = A()\n";
    let (_folder, pictures, _) = drawn(plain, &["--format", "svg"]);
    let last = &pictures.last().expect("there are some").1;
    assert!(
        last.contains(">class A<") && !last.contains(">class A #"),
        "{last}"
    );
    let telling = "class A:\n    count = 0\nclass B:\n    __slots__ = ('x',)\nclass C:\n    def __hash__(self): return 1\nx = 1\n";
    let (_folder, pictures, _) = drawn(telling, &["--format", "svg"]);
    let last = &pictures.last().expect("there are some").1;
    for wanted in [">count<", ">__slots__<", ">__hash__<"] {
        assert!(last.contains(wanted), "{wanted}");
    }
}

#[test]
fn the_insides_of_library_objects_are_left_out_unless_asked_for() {
    let source = "import threading\nclass Own:\n    def __init__(self):\n        self._mine = [1]\nt = threading.Thread(target=print)\no = Own()\n";
    let (folder, pictures, _) = drawn(source, &["--format", "svg"]);
    let last = &pictures.last().expect("there are some").1;
    assert!(
        last.contains(">Thread<") && last.contains("its insides are left out"),
        "{last}"
    );
    assert!(
        last.contains(">_mine<") && !last.contains(">_target<"),
        "{last}"
    );
    let done = folder.memviz_by_default(&["render", "out", "--format", "svg", "--internals"]);
    assert!(done.status.success());
    let pictures = self::pictures(&folder.path().join("out"));
    let last = &pictures.last().expect("there are some").1;
    assert!(last.contains(">_target<") && !last.contains("its insides are left out"));
}

#[test]
fn what_is_printed_last_is_in_a_picture() {
    let source = "total = 1 + 2\nprint('total:', total)\n";
    let (_folder, pictures, _) = drawn(source, &["--format", "svg"]);
    let last = &pictures.last().expect("there are some").1;
    assert!(last.contains(">total: 3<"), "{last}");
}

#[test]
fn named_tuples_and_enums_show_what_they_are_made_of() {
    let source = "from collections import namedtuple\nfrom enum import Enum\nPoint = namedtuple('Point', 'x y')\np = Point(3, 4)\nclass Color(Enum):\n    RED = 1\nred = Color.RED\n";
    let (_folder, pictures, _) = drawn(source, &["--format", "svg"]);
    let last = &pictures.last().expect("there are some").1;
    for wanted in [">x<", ">3<", ">class Point(tuple)<", ">name<", ">value<"] {
        assert!(last.contains(wanted), "{wanted}: {last}");
    }
    for inside in ["_make", "_member_map_", "_sort_order_", "_tuplegetter"] {
        assert!(!last.contains(inside), "{inside}");
    }
}

/// The script that README shows, and what it shows of it; and what moves above both.
#[test]
fn the_readme_shows_what_is_drawn_now() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(project.join("README.md")).expect("it is text");
    let script = readme.split("```python\n").nth(1).expect("it has a script");
    let script = script.split("```\n").next().expect("the script ends");
    let folder = Folder::new();
    folder.write("trap.py", script);
    let lesson = std::fs::read(project.join("scenarios/two_node_cycle.py"));
    folder.write("two_node_cycle.py", lesson.expect("it is a lesson"));
    let said = text(
        &folder
            .memviz_by_default(&["trap.py", "--out", "trap"])
            .stderr,
    );
    let pictures = pictures(&folder.path().join("trap"));
    assert_eq!(pictures.len(), 1, "{said}");
    let file = format!("`output/trap/frames/{:04}.svg`", pictures[0].0);
    assert!(readme.contains(&file), "{file} is drawn");
    let moving = ["--from-line", "14", "--format", "asvg", "--out", "moving"];
    let said = folder.memviz_by_default(&[&["two_node_cycle.py"], &moving[..]].concat());
    let moving = std::fs::read_to_string(folder.path().join("moving/animation.svg"));
    let moving = moving.unwrap_or_else(|error| panic!("{error}: {}", text(&said.stderr)));
    for (name, now) in [("trap.svg", &pictures[0].1), ("animation.svg", &moving)] {
        let path = project.join("output/gallery").join(name);
        if std::env::var_os("MEMVIZ_BLESS").is_some() {
            std::fs::write(&path, now).expect("it can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == *now,
            "{name} is not what is drawn now; where that is right: .ci/gallery"
        );
    }
}
