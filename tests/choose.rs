//! Choosing what to see: options, marks in comments, and questions about a trace.

mod common;

use common::{Folder, find_object, global, steps, text, type_of};
use roxmltree::Document;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const LIBRARY: &str = r#"class Book:
    def __init__(self, title, pages):
        self.title = title
        self.pages = pages
        self.borrower = None

class Shelf:
    def __init__(self):
        self.books = []
        self.index = {}

    def add(self, book):
        self.books.append(book)
        self.index[book.title] = book

shelf = Shelf()
for t in ["Emma", "Ulysses", "Middlemarch"]:
    shelf.add(Book(t, [1, 2, 3]))
reader = {"name": "Ann", "loans": []}
emma = shelf.index["Emma"]
emma.borrower = reader
reader["loans"].append(emma)
del emma
del shelf
"#;

/// A recorded script.
struct Recorded {
    folder: Folder,
    json: Value,
}

impl Recorded {
    fn new(source: &str) -> Recorded {
        let folder = Folder::new();
        let json = folder.trace(source);
        Recorded { folder, json }
    }

    fn lesson(name: &str) -> Recorded {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.py"));
        Recorded::new(&std::fs::read_to_string(path).expect("the lesson is there"))
    }

    /// Its JSON with each instance's reference to its class.
    fn with_classes(&self) -> Value {
        let arguments = ["export", "out", "--format", "json", "--class-references"];
        serde_json::from_str(&self.ask(&arguments)).expect("it is JSON")
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let done = self.folder.memviz(arguments);
        let code = done.status.code().expect("it ends by itself");
        (code, text(&done.stdout), text(&done.stderr))
    }

    /// The pictures that `render` draws with these options, by step.
    fn frames(&self, options: &[&str]) -> BTreeMap<u32, String> {
        let mut arguments = vec!["render", "out", "--out", "pictures", "--force"];
        arguments.extend(options);
        let (code, _, errors) = self.run(&arguments);
        assert_eq!(code, 0, "{options:?}: {errors}");
        frames_in(&self.folder.path().join("pictures/frames"))
    }

    /// What a question about the trace is answered with.
    fn ask(&self, arguments: &[&str]) -> String {
        let (code, answer, errors) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {errors}");
        answer
    }

    /// The error and hint with which something is refused.
    fn refused(&self, arguments: &[&str]) -> String {
        let (code, _, errors) = self.run(arguments);
        assert_eq!(code, 2, "{arguments:?}: {errors}");
        let words = errors.contains("error: ") && errors.contains("hint: ");
        assert!(words && !errors.contains("panicked"), "{errors}");
        errors
    }

    /// The step, counted from 1, after a line of the module has run.
    fn after(&self, line: u64) -> u32 {
        number(common::after_line(&self.json, line))
    }

    fn step(&self, number: u32) -> &Value {
        &steps(&self.json)[number as usize - 1]
    }
}

fn number(step: &Value) -> u32 {
    step["step"].as_u64().expect("steps have numbers") as u32
}

fn frames_in(folder: &Path) -> BTreeMap<u32, String> {
    std::fs::read_dir(folder)
        .expect("there are frames")
        .flatten()
        .map(|entry| {
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let number = stem.and_then(|stem| stem.parse().ok());
            let picture = std::fs::read_to_string(&path).expect("frames are text");
            (number.expect("frames are numbered"), picture)
        })
        .collect()
}

/// The texts of each box of a picture, by the box's name: `object12`, `call0`, `more-objects`.
fn boxes(picture: &str) -> BTreeMap<String, Vec<String>> {
    let document = Document::parse(picture).expect("pictures are XML");
    document
        .descendants()
        .filter(|node| node.has_tag_name("g"))
        .filter_map(|group| {
            let name = group.attribute("id")?.split_once('-')?.1.to_owned();
            let texts = group.descendants().filter(|node| node.has_tag_name("text"));
            let texts = texts.filter_map(|node| node.text().map(str::to_owned));
            Some((name, texts.collect()))
        })
        .collect()
}

/// The serials of the objects that are drawn.
fn drawn(picture: &str) -> BTreeSet<u64> {
    let names = boxes(picture).into_keys();
    names
        .filter_map(|name| name.strip_prefix("object")?.parse().ok())
        .collect()
}

fn drawn_types(json: &Value, picture: &str) -> Vec<String> {
    drawn(picture)
        .into_iter()
        .map(|id| type_of(json, id).to_owned())
        .collect()
}

/// What an object reaches by strong and weak references, itself included, in the JSON of a step.
fn reached(step: &Value, from: u64) -> BTreeSet<u64> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        let refs = find_object(step, id).and_then(|object| object["refs"].as_array());
        for reference in refs.into_iter().flatten() {
            let to = reference["to"].as_u64().expect("references lead somewhere");
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

/// The objects that have no value of their own to stand in a row.
fn containers(step: &Value, ids: &BTreeSet<u64>) -> BTreeSet<u64> {
    let is_container = |id: &u64| find_object(step, *id).is_some_and(|o| o["value"].is_null());
    ids.iter().copied().filter(is_container).collect()
}

#[test]
fn a_focus_draws_a_names_object_and_what_it_reaches() {
    let library = Recorded::new(LIBRARY);
    let after = library.after(22);
    let step = library.step(after);
    for name in ["shelf", "reader"] {
        let picture = &library.frames(&["--focus", name])[&after];
        let wanted = containers(step, &reached(step, global(step, name)));
        assert_eq!(drawn(picture), wanted, "{name}");
    }
    // Both at once, and a path.
    let both = &library.frames(&["--focus", "reader,shelf.books"])[&after];
    let shelf = global(step, "shelf");
    let books = common::follow(step, shelf, ".books");
    let mut wanted = reached(step, books);
    wanted.extend(reached(step, global(step, "reader")));
    assert_eq!(drawn(both), containers(step, &wanted));
    assert!(!drawn(both).contains(&shelf));
    // The path's first step stands in words; names that lead elsewhere are counted.
    let rows = &boxes(both)["call0"];
    assert!(rows.contains(&format!("Shelf #{shelf}")), "{rows:?}");
    assert!(rows.contains(&"… 3 more names".to_owned()), "{rows:?}");
    assert!(rows.contains(&"emma".to_owned()), "{rows:?}");
}

#[test]
fn a_focus_stays_with_what_its_name_led_to_last() {
    let cycle = Recorded::lesson("two_node_cycle");
    let frames = cycle.frames(&["--focus", "a"]);
    let (del_b, collected) = (cycle.after(19), cycle.after(20));
    let pair = drawn(&frames[&cycle.after(17)]);
    assert_eq!(pair.len(), 2);
    // Garbage of a name that is gone, then its ghosts, then nothing.
    assert_eq!(drawn(&frames[&del_b]), pair);
    assert!(frames[&del_b].contains("unreachable"));
    assert!(frames[&collected].contains("freed by the collector"));
    assert!(drawn(&frames[&(collected + 1)]).is_empty());
}

#[test]
fn a_focus_holds_in_every_call_that_has_the_name() {
    let recorded = Recorded::new(
        "def walk(node):\n    if node:\n        walk(node[1])\nwalk([1, [2, None]])\nother = {}\n",
    );
    let last_call = steps(&recorded.json)
        .iter()
        .rfind(|step| step["event"] == "call")
        .expect("walk is called");
    let picture = &recorded.frames(&["--focus", "node"])[&number(last_call)];
    assert_eq!(drawn_types(&recorded.json, picture), ["list", "list"]);
    let names = boxes(picture);
    for call in ["call1", "call2", "call3"] {
        assert!(names[call].contains(&"node".to_owned()), "{call}");
    }
}

#[test]
fn an_object_may_be_named_by_its_serial() {
    let library = Recorded::new(LIBRARY);
    let after = library.after(22);
    let step = library.step(after);
    let reader = global(step, "reader");
    let by_name = library.frames(&["--focus", "reader"]);
    let by_serial = library.frames(&["--focus", &format!("#{reader}")]);
    assert_eq!(drawn(&by_name[&after]), drawn(&by_serial[&after]));
    // Even a small value, which is no box of its own else.
    let title = common::follow(step, global(step, "emma"), ".title");
    let alone = library.frames(&["--focus", &title.to_string()]);
    assert_eq!(drawn(&alone[&after]), BTreeSet::from([title]));
}

#[test]
fn depth_counts_references_from_the_names_and_the_rest_is_counted() {
    let library = Recorded::new(LIBRARY);
    let after = library.after(22);
    let json = &library.json;
    let at = |depth: &str| library.frames(&["--focus", "shelf", "--depth", depth])[&after].clone();
    assert_eq!(drawn_types(json, &at("1")), ["Shelf"]);
    assert_eq!(drawn_types(json, &at("2")), ["Shelf", "list", "dict"]);
    let three = drawn_types(json, &at("3"));
    assert_eq!(three.iter().filter(|name| *name == "Book").count(), 3);
    let all = drawn(&library.frames(&["--focus", "shelf"])[&after]).len();
    let note = boxes(&at("2"))["more-objects"].clone();
    assert_eq!(note[0], format!("… {} more objects", all - 3));
    let pairs: Vec<&[String]> = note[1..].chunks(2).collect();
    assert_eq!(pairs[0], ["list", "4"]);
    assert_eq!(pairs[1], ["Book", "3"]);
    assert_eq!(pairs[2], ["dict", "1"]);
    // What is beyond stands in words.
    let serials = drawn(&at("1"));
    let shelf = serials.first().expect("the shelf is drawn");
    let rows = &boxes(&at("1"))[&format!("object{shelf}")];
    assert!(
        rows.iter().any(|text| text.starts_with("list #")),
        "{rows:?}"
    );
}

#[test]
fn a_full_picture_says_how_many_objects_of_which_types_it_leaves_out() {
    let recorded = Recorded::new(
        "class A: pass\nxs = [[] for _ in range(7)] + [A() for _ in range(3)] + [{}, (1, []), {1}, bytearray()]\n",
    );
    let last = steps(&recorded.json).len() as u32;
    let full = &recorded.frames(&["--max-objects", "500"])[&last];
    let few = &recorded.frames(&["--max-objects", "2"])[&last];
    assert_eq!(drawn(few).len(), 2);
    let note = boxes(few)["more-objects"].clone();
    let left: BTreeSet<u64> = drawn(full).difference(&drawn(few)).copied().collect();
    assert_eq!(note[0], format!("… {} more objects", left.len()));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for id in &left {
        *counts
            .entry(type_of(&recorded.json, *id).to_owned())
            .or_default() += 1;
    }
    let mut said = 0;
    for pair in note[1..].chunks(2) {
        let count: usize = pair[1].parse().expect("a number stands beside the type");
        said += count;
        if let Some(real) = counts.get(&pair[0]) {
            assert_eq!(count, *real, "{}", pair[0]);
        } else {
            assert!(pair[0].ends_with(" other types"), "{pair:?}");
        }
    }
    assert_eq!(said, left.len(), "{note:?}");
    assert!(note.contains(&"list".to_owned()), "{note:?}");
}

#[test]
fn what_is_hidden_is_named_in_words_and_a_hidden_name_is_gone() {
    let library = Recorded::new(LIBRARY);
    let after = library.after(22);
    let step = library.step(after);
    let picture = &library.frames(&["--hide", "Book,type"])[&after];
    let types = drawn_types(&library.json, picture);
    assert!(!types.contains(&"Book".to_owned()) && !types.contains(&"type".to_owned()));
    assert!(types.contains(&"Shelf".to_owned()));
    let emma = global(step, "emma");
    assert!(boxes(picture)["call0"].contains(&format!("Book #{emma}")));
    let picture = &library.frames(&["--hide", "emma", "--hide", "t"])[&after];
    let rows = &boxes(picture)["call0"];
    assert!(!rows.contains(&"emma".to_owned()) && !rows.contains(&"t".to_owned()));
    assert!(!drawn(picture).contains(&emma));
}

#[test]
fn a_folded_object_is_a_closed_box_that_says_what_it_holds() {
    let library = Recorded::new(LIBRARY);
    let after = library.after(22);
    let step = library.step(after);
    let (shelf, emma) = (global(step, "shelf"), global(step, "emma"));
    let picture = &library.frames(&["--fold", "shelf"])[&after];
    let closed = &boxes(picture)[&format!("object{shelf}")];
    assert!(
        closed.contains(&"folded: 2 attributes".to_owned()),
        "{closed:?}"
    );
    // Emma is drawn, for a name leads to her; the two other books are inside.
    assert!(
        closed.contains(&"holds 3 list, 2 Book, 1 dict".to_owned()),
        "{closed:?}"
    );
    assert!(drawn(picture).contains(&emma));
    let picture = &library.frames(&["--fold", "Book"])[&after];
    let closed = &boxes(picture)[&format!("object{emma}")];
    assert!(
        closed.contains(&"folded: 3 attributes".to_owned()),
        "{closed:?}"
    );
    assert!(closed.contains(&"holds 1 list".to_owned()), "{closed:?}");
}

#[test]
fn values_are_boxes_or_stand_in_rows_as_asked() {
    let recorded = Recorded::new("# memviz: boxes\na = [1234, 'text']\n");
    let last = steps(&recorded.json).len() as u32;
    let types = |options: &[&str]| drawn_types(&recorded.json, &recorded.frames(options)[&last]);
    assert_eq!(types(&[]).len(), 3);
    assert_eq!(types(&["--inline"]), ["list"]);
    assert_eq!(types(&["--no-marks"]), ["list"]);
    assert_eq!(types(&["--no-marks", "--boxes"]).len(), 3);
    let mixed = types(&["--hide", "int"]);
    assert!(mixed.contains(&"str".to_owned()) && !mixed.contains(&"int".to_owned()));
}

/// What is drawn of a box: its texts and how many shapes of which kind, marks included.
fn shapes(picture: &str, name: &str) -> (Vec<String>, BTreeMap<String, usize>) {
    let document = Document::parse(picture).expect("pictures are XML");
    let group = document
        .descendants()
        .find(|node| {
            node.attribute("id")
                .is_some_and(|id| id.ends_with(&format!("-{name}")))
        })
        .unwrap_or_else(|| panic!("no {name} is drawn"));
    let mut count = BTreeMap::new();
    for node in group.descendants().filter(|node| node.is_element()) {
        *count.entry(node.tag_name().name().to_owned()).or_default() += 1;
    }
    (boxes(picture)[name].clone(), count)
}

#[test]
fn what_merely_comes_into_the_picture_has_not_changed() {
    let library = Recorded::new(LIBRARY);
    // Emma comes into the focus on Ann's dict, by its list.
    let after = library.after(22);
    let step = library.step(after);
    let whole = &library.frames(&[])[&after];
    let focus = &library.frames(&["--focus", "reader"])[&after];
    let deep = &library.frames(&["--depth", "2"])[&after];
    let few = &library.frames(&["--max-objects", "7"])[&after];
    for picture in [focus, deep, few] {
        let common: Vec<u64> = drawn(picture)
            .intersection(&drawn(whole))
            .copied()
            .collect();
        assert!(common.len() > 2, "{common:?}");
        for id in common {
            let name = format!("object{id}");
            let marks = |picture: &str| shapes(picture, &name).1["rect"];
            let counts = |picture: &str| -> Vec<String> {
                let texts = shapes(picture, &name).0.into_iter();
                texts
                    .filter(|text| text.contains("ref") || text == "new")
                    .collect()
            };
            assert_eq!(counts(picture), counts(whole), "{name}");
            assert!(
                marks(picture) <= marks(whole),
                "{name} is marked as changed"
            );
        }
        // No name has changed in this step, so no row of the globals is marked.
        assert_eq!(shapes(picture, "call0").1["rect"], 1);
    }
    let emma = format!("object{}", global(step, "emma"));
    assert!(shapes(focus, &emma).0.contains(&"3→4 refs".to_owned()));
}

#[test]
fn chosen_steps_keep_their_numbers_and_what_lives_on_stays_in_place() {
    let library = Recorded::new(LIBRARY);
    let all = library.frames(&[]);
    let count = all.len() as u32;
    let numbers = |options: &[&str]| -> Vec<u32> { library.frames(options).into_keys().collect() };
    assert_eq!(numbers(&["--steps", "3,7-9"]), [3, 7, 8, 9]);
    assert_eq!(
        numbers(&["--steps", &format!("{}-", count - 1)]),
        [count - 1, count]
    );
    assert_eq!(numbers(&["--steps", "2", "--steps", "4"]), [2, 4]);
    let lines = numbers(&["--from-line", "19", "--to-line", "21"]);
    let ran: Vec<u64> = lines
        .iter()
        .map(|number| {
            library.step(*number)["ran"]
                .as_u64()
                .expect("a line has run")
        })
        .collect();
    assert_eq!(ran, [19, 20, 21]);
    // A picture says the same whichever others are drawn.
    let chosen = library.frames(&["--steps", "20-40"]);
    let mut places: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut seen_again = 0;
    for (number, picture) in &chosen {
        assert_eq!(boxes(picture), boxes(&all[number]), "step {number}");
        let document = Document::parse(picture).expect("pictures are XML");
        for group in document.descendants().filter(|node| node.has_tag_name("g")) {
            let name = group.attribute("id").and_then(|id| id.split_once('-'));
            let rect = group.children().find(|child| child.has_tag_name("rect"));
            if let (Some((_, name)), Some(rect)) = (name, rect) {
                let at = |name: &str| rect.attribute(name).unwrap_or_default().to_owned();
                let place = (at("x"), at("y"));
                if let Some(before) = places.insert(name.to_owned(), place.clone()) {
                    seen_again += 1;
                    assert_eq!(before, place, "{name} has moved");
                }
            }
        }
    }
    assert!(seen_again > 50, "only {seen_again} comparisons");
}

#[test]
fn only_changes_leaves_out_steps_that_show_nothing_new() {
    let source = "a = []\nfor i in range(3):\n    b = i\na.append(1)\nc = 2\nprint(c)\ndel a\n";
    let recorded = Recorded::new(source);
    let whole = recorded.frames(&["--focus", "a"]);
    let changes = recorded.frames(&["--focus", "a", "--only-changes"]);
    let after = |line| recorded.after(line);
    // The empty start, the list made, its first item, its ghost, and the picture without it. In
    // between the count of further names changes.
    for number in [after(1), after(4), after(7)] {
        assert!(
            changes.contains_key(&number),
            "{number}: {:?}",
            changes.keys()
        );
    }
    assert!(changes.len() < whole.len());
    assert!(!changes.contains_key(&after(6)), "a print changes nothing");
    // Nothing that is left out shows other texts than the picture drawn before it; only signs of
    // what happened in a step itself differ.
    let lasting = |picture: &str| -> BTreeMap<String, Vec<String>> {
        let mut all = boxes(picture);
        all.retain(|_, texts| !texts.iter().any(|text| text.starts_with("freed")));
        for texts in all.values_mut() {
            texts.retain(|text| !text.starts_with("line ") && text != "new");
            for text in texts {
                // `1→2 refs` and then `2 refs`.
                *text = text.rsplit('→').next().unwrap_or_default().to_owned();
            }
        }
        all
    };
    let mut shown = None;
    let mut left_out = 0;
    for (number, picture) in &whole {
        if changes.contains_key(number) {
            shown = Some(lasting(picture));
        } else {
            left_out += 1;
            assert_eq!(shown, Some(lasting(picture)), "{number}");
        }
    }
    assert!(left_out >= 3, "only {left_out} steps are left out");
}

#[test]
fn marked_lines_alone_are_drawn_with_their_captions() {
    let source = "a = [1]\nb = a  # memviz: picture \"one list; two names & <more>\"\nc = {\n    'k': b,\n}  # memviz: picture\nprint('# memviz: picture \"no mark\"')\nfor i in range(2):\n    d = i  # memviz: picture 'twice'\n# memviz: picture \"above\"\n";
    let recorded = Recorded::new(source);
    let frames = recorded.frames(&[]);
    let mut wanted = vec![recorded.after(2)];
    // The statement of three lines has run when the next line is about to.
    let steps = steps(&recorded.json);
    let print_next = |step: &&Value| step["line"] == 6 && step["event"] == "line";
    wanted.extend(steps.iter().find(print_next).map(number));
    wanted.extend(
        steps
            .iter()
            .filter(|s| s["ran"] == 8 && s["event"] != "exit")
            .map(number),
    );
    let wanted: BTreeSet<u32> = wanted.into_iter().collect();
    assert_eq!(frames.keys().copied().collect::<BTreeSet<_>>(), wanted);
    let first = frames.values().next().expect("there are frames");
    let document = Document::parse(first).expect("pictures are XML");
    let said = |what: &str| document.descendants().any(|node| node.text() == Some(what));
    assert!(said("one list; two names & <more>"));
    assert!(
        frames
            .values()
            .last()
            .is_some_and(|last| last.contains("twice · above"))
    );
    // Options win; the run draws as `render` does; Python sees nothing of it.
    assert_eq!(recorded.frames(&["--steps", "1-2"]).len(), 2);
    assert_eq!(recorded.frames(&["--no-marks"]).len(), steps.len());
    let (_, _, errors) = recorded.run(&["script.py", "--out", "direct"]);
    assert_eq!(
        frames_in(&recorded.folder.path().join("direct/frames")),
        frames,
        "{errors}"
    );
    // DOT as well; a step that is asked for is written in any case.
    let dot = |rest: &[&str]| recorded.ask(&[&["export", "out", "--format", "dot"], rest].concat());
    assert_eq!(dot(&[]).matches("digraph").count(), frames.len());
    assert_eq!(dot(&["--step", "1"]).matches("digraph").count(), 1);
    let plain = recorded.run(&["run", "--no-record", "script.py"]);
    assert_eq!(plain.1, "# memviz: picture \"no mark\"\n");
}

#[test]
fn marks_focus_hide_and_fold_unless_options_do() {
    let marked = LIBRARY.replace(
        "del emma\n",
        "del emma  # memviz: focus reader  # memviz: hide list\n# memviz: fold Book; depth 1\n# memviz: depth 9\n",
    );
    let library = Recorded::new(&marked);
    let after = library.after(22);
    let (_, _, errors) = library.run(&["render", "out", "--out", "x"]);
    // A mark that nobody can read is named, and the others hold.
    assert!(errors.contains("script.py:24: warning:"), "{errors}");
    let clean = marked.replace("; depth 1", "");
    let library = Recorded::new(&clean);
    let types = |options: &[&str]| drawn_types(&library.json, &library.frames(options)[&after]);
    assert_eq!(types(&[]), ["dict"]);
    let mut with_books = types(&["--hide", "int"]);
    with_books.sort();
    assert_eq!(with_books, ["Book", "dict", "list"]);
    assert_eq!(types(&["--focus", "emma"]), ["Book"]);
    assert!(types(&["--no-marks"]).len() > 8);
}

#[test]
fn marks_and_options_that_mean_nothing_are_named_with_what_was_meant() {
    let source = "head = [1]\n# memviz: pictur \"x\"\n# memviz: expct same(a, b)\n# memviz: focus hed\n# memviz: picture no quotes\n# memviz: boxes please\n# memviz: depth none\ntext = '# memviz: nonsense'\n\"\"\"\n# memviz: nonsense\n\"\"\"\n";
    let recorded = Recorded::new(source);
    let (code, _, errors) = recorded.run(&["render", "out", "--out", "x"]);
    assert_eq!(code, 0, "{errors}");
    for warning in [
        "script.py:2: warning: `pictur` is no mark of memviz's: did you mean `picture`?",
        "script.py:3: warning: `expct` is no mark of memviz's: did you mean `expect`?",
        "script.py:4: warning: there is no name hed at any step: did you mean `head`?",
        "script.py:5: warning: a caption stands in quotes: picture \"...\", not `no quotes`",
        "script.py:6: warning: `boxes` stands alone, without `please`",
        "script.py:7: warning: `depth` wants a number from 1, not `none`",
    ] {
        assert!(errors.contains(warning), "{warning}\n{errors}");
    }
    assert!(!errors.contains("nonsense"), "{errors}");
    let (code, _, errors) = recorded.run(&["check", "script.py"]);
    assert_eq!(code, 0, "{errors}");
    assert!(errors.contains("did you mean `expect`?"), "{errors}");
    let render = |options: &[&str]| {
        recorded.refused(&[&["render", "out", "--out", "y", "--no-marks"], options].concat())
    };
    assert!(render(&["--focus", "hed"]).contains("did you mean `head`?"));
    assert!(render(&["--focus", "head[3]"]).contains("has no [3]"));
    assert!(render(&["--hide", "lst"]).contains("did you mean `list`?"));
    assert!(render(&["--fold", "#999"]).contains("the objects are #1 to #"));
    assert!(render(&["--steps", "99"]).contains("the steps are 1 to "));
    assert!(render(&["--steps", "5-2"]).contains("3,7-12"));
    assert!(render(&["--from-line", "90"]).contains("90-"));
    let all_marked = Recorded::new("if 0:\n    a = 1  # memviz: picture\n");
    assert!(
        all_marked
            .refused(&["render", "out"])
            .contains("no marked line has run")
    );
}

#[test]
fn wrong_claims_say_line_wanted_found_and_what_may_be_meant() {
    let source = "head = [\n    1,\n]  # memviz: expect refcount(head) == 9; same(head, hed)\ndel head\n# memviz: expect alive(head); count(\"lst\") == 1\n# memviz: expect refcoun(head) == 1; refcount(head) = 1; same(head); dead(head[0])\n# memviz: expect refcount(#99) == 1\nif 0:\n    x = 1  # memviz: expect dead(x)\n";
    let recorded = Recorded::new(source);
    let (code, _, errors) = recorded.run(&["check", "script.py"]);
    assert_eq!(code, 1, "{errors}");
    for failure in [
        "script.py:3: expected refcount(head) == 9, but it is 1 (step ",
        "script.py:3: expected same(head, hed), but there is no name hed: did you mean `head`? (step ",
        "script.py:5: expected alive(head), but it is dead since step ",
        "script.py:5: expected count(\"lst\") == 1, but no object of a type lst was ever there: did you mean `list`? (step ",
        "script.py:6: expected refcoun(head) == 1, but there is no claim refcoun: did you mean `refcount`? (step ",
        "script.py:6: expected refcount(head) = 1, but that is no claim",
        "script.py:6: expected same(head), but same is not written so: write same(a, b) (step ",
        "script.py:6: expected dead(head[0]), but there is no name head",
        "script.py:7: expected refcount(#99) == 1, but there is no object #99: the objects are #1 to #",
        "script.py:9: expected dead(x), but line 9 never ran",
        "0 of 10 expectations hold",
    ] {
        assert!(errors.contains(failure), "{failure}\n{errors}");
    }
}

#[test]
fn every_lesson_claims_something_and_holds_it() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut scripts: Vec<String> = std::fs::read_dir(scenarios)
        .expect("the lessons are there")
        .flatten()
        .map(|entry| entry.path().display().to_string())
        .filter(|path| path.ends_with(".py"))
        .collect();
    scripts.sort();
    assert!(scripts.len() >= 20);
    let mut arguments = vec!["check"];
    arguments.extend(scripts.iter().map(String::as_str));
    let done = Folder::new().memviz(&arguments);
    let errors = text(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{errors}");
    assert_eq!(
        errors.matches("expectations hold").count(),
        scripts.len(),
        "{errors}"
    );
    assert!(!errors.contains(" 0 of 0 expectations"), "{errors}");
    assert!(!errors.contains("warning"), "{errors}");
}

/// The lessons that the questions are asked about.
const ASKED: [&str; 9] = [
    "aliasing",
    "copies",
    "counter_closure",
    "cycle_with_del",
    "exception_frames",
    "generator_life",
    "linked_list_drop",
    "mutable_default",
    "two_node_cycle",
];

/// Objects that the program made and that live at the steps where a module line has just run.
fn made_by_program(json: &Value) -> Vec<(u32, u64)> {
    let mut out = Vec::new();
    for step in steps(json) {
        for object in step["heap"].as_array().into_iter().flatten() {
            let id = object["id"].as_u64().expect("objects have serials");
            let made = !json["objects"][id as usize - 1]["born"].is_null();
            if made && object["value"].is_null() {
                out.push((number(step), id));
            }
        }
    }
    out
}

#[test]
fn who_lists_one_line_for_each_reference() {
    let mut asked = 0;
    for lesson in ASKED {
        let recorded = Recorded::lesson(lesson);
        let json = recorded.with_classes();
        for (at, id) in made_by_program(&json).into_iter().step_by(11) {
            let object = find_object(&steps(&json)[at as usize - 1], id).expect("it lives there");
            let step = at.to_string();
            let answer = recorded.ask(&["who", "out", &id.to_string(), "--step", &step]);
            let owners = object["owners"].as_array().expect("there is a ledger");
            let strong = answer.split("weakly").next().unwrap_or_default();
            let mut lines: Vec<&str> = strong.lines().filter(|l| l.starts_with("  ")).collect();
            lines.retain(|line| !line.contains("in a place that is not recorded"));
            assert_eq!(
                lines.len(),
                owners.len(),
                "{lesson} {id} at {at}:\n{answer}"
            );
            for owner in owners {
                let label = owner["label"].as_str().expect("owners have labels");
                assert!(
                    lines.iter().any(|line| line.ends_with(label)),
                    "{label}\n{answer}"
                );
            }
            let garbage = answer.contains("garbage waiting for the collector");
            assert_eq!(garbage, object["reachable"] == false, "{answer}");
            asked += 1;
        }
    }
    assert!(asked > 40, "only {asked} questions");
}

/// The serials in a line of words: `list #3 [0] → Node #5`.
fn serials(line: &str) -> Vec<u64> {
    line.split(" → ")
        .filter_map(|part| {
            let digits = part.split('#').nth(1)?;
            let end = digits
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(digits.len());
            digits[..end].parse().ok()
        })
        .collect()
}

/// How many references away from a root each object is, in the JSON of a step, without passing
/// through `without`.
fn distances(step: &Value, without: u64) -> BTreeMap<u64, usize> {
    let heap = step["heap"].as_array().expect("there is a heap");
    let mut distance = BTreeMap::new();
    let mut open = std::collections::VecDeque::new();
    for object in heap {
        let id = object["id"].as_u64().expect("objects have serials");
        let owners = object["owners"].as_array().expect("there is a ledger");
        let rooted = owners.iter().any(|owner| owner["from"].is_string())
            || object["unexplained"] != 0
            || object["refcount"] == "immortal";
        if rooted && id != without {
            distance.insert(id, 1);
            open.push_back(id);
        }
    }
    while let Some(id) = open.pop_front() {
        for object in heap {
            let to = object["id"].as_u64().expect("objects have serials");
            let owned = object["owners"]
                .as_array()
                .is_some_and(|owners| owners.iter().any(|owner| owner["from"] == id));
            if owned && to != without && !distance.contains_key(&to) {
                distance.insert(to, distance[&id] + 1);
                open.push_back(to);
            }
        }
    }
    distance
}

#[test]
fn why_gives_the_shortest_chain_through_each_owner() {
    let mut chains = 0;
    let mut garbage = 0;
    for lesson in ASKED {
        let recorded = Recorded::lesson(lesson);
        let json = recorded.with_classes();
        for (at, id) in made_by_program(&json).into_iter().step_by(7) {
            let step = &steps(&json)[at as usize - 1];
            let object = find_object(step, id).expect("it lives there");
            let number = at.to_string();
            let asked = [
                "why",
                "out",
                &id.to_string(),
                "--step",
                &number,
                "--chains",
                "99",
            ];
            let answer = recorded.ask(&asked);
            let is_garbage = object["reachable"] == false;
            assert_eq!(
                answer.contains("nothing: garbage waiting for the collector"),
                is_garbage
            );
            garbage += usize::from(is_garbage);
            let distances = distances(step, id);
            let owners: BTreeSet<u64> = object["owners"]
                .as_array()
                .expect("there is a ledger")
                .iter()
                .filter_map(|owner| owner["from"].as_u64())
                .collect();
            let mut through = BTreeSet::new();
            for line in answer.lines().filter(|line| line.contains(" → ")) {
                let chain = serials(line);
                assert_eq!(chain.last(), Some(&id), "{line}");
                assert_eq!(
                    chain.iter().filter(|link| **link == id).count(),
                    1,
                    "{line}"
                );
                for (place, pair) in chain.windows(2).enumerate() {
                    assert_eq!(distances[&pair[0]], place + 1, "not the shortest: {line}");
                    let refs = find_object(step, pair[0]).and_then(|o| o["refs"].as_array());
                    let strong = refs.into_iter().flatten().any(|reference| {
                        reference["to"] == pair[1] && reference["strength"] == "strong"
                    });
                    assert!(strong, "no such reference: {line}");
                }
                if let [.., owner, _] = chain[..] {
                    through.insert(owner);
                }
                chains += 1;
            }
            // Every owner that lives without the object has its chain, and no other has.
            let wanted: BTreeSet<u64> = owners
                .into_iter()
                .filter(|owner| distances.contains_key(owner))
                .collect();
            assert_eq!(through, wanted, "{lesson} {id} at {at}:\n{answer}");
        }
    }
    assert!(
        chains > 40 && garbage > 0,
        "{chains} chains, {garbage} pieces of garbage"
    );
}

#[test]
fn why_draws_its_chains_alone() {
    let list = Recorded::lesson("linked_list_drop");
    let answer = list.ask(&["why", "out", "head.rest.rest"]);
    let line = answer
        .lines()
        .find(|line| line.contains(" → "))
        .expect("there is a chain");
    let chain = serials(line);
    assert_eq!(chain.len(), 3, "{answer}");
    assert!(
        line.contains("globals head → Node #") && line.contains(" .rest → Node #"),
        "{line}"
    );
    let at = list.after(15);
    assert!(answer.contains(&format!("at step {at} of ")), "{answer}");
    let name = format!("out/why-{}-at-{at}.svg", chain[2]);
    let read = |name: &str| std::fs::read_to_string(list.folder.path().join(name));
    let picture = read(&name).expect("the picture stands beside the trace");
    assert_eq!(drawn(&picture), chain.iter().copied().collect());
    assert!(boxes(&picture).contains_key("call0"));
    // Again: the same bytes; elsewhere: no file of others is written over without a word.
    let arguments = ["why", "out", "head.rest.rest", "-o", "here.svg"];
    list.ask(&arguments);
    assert_eq!(read("here.svg").expect("it was asked for"), picture);
    list.ask(&[&arguments[..], &["--theme", "dark"]].concat());
    assert_ne!(read("here.svg").expect("it was asked for"), picture);
    list.folder.write("here.svg", "<svg>mine</svg>");
    assert!(
        list.refused(&arguments)
            .contains("here.svg is not memviz's")
    );
    list.ask(&[&arguments[..], &["--force"]].concat());
    assert_eq!(read("here.svg").expect("it was asked for"), picture);
}

#[test]
fn the_readmes_answer_is_the_one_that_is_given() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("there is a README");
    let question = "$ memviz why output/two_node_cycle a";
    let mut lines = readme
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != question);
    assert_eq!(lines.next(), Some(question), "the README asks no question");
    let shown: Vec<&str> = lines.take_while(|line| !line.starts_with('`')).collect();
    let given = Recorded::lesson("two_node_cycle").ask(&["why", "out", "a"]);
    let plain = |lines: &mut dyn Iterator<Item = &str>| -> String {
        // Serials are the recording's own affair.
        let text: Vec<&str> = lines
            .filter(|line| !line.is_empty())
            .map(str::trim)
            .collect();
        text.join("\n").replace(|c: char| c.is_ascii_digit(), "")
    };
    assert_eq!(plain(&mut shown.into_iter()), plain(&mut given.lines()));
}

#[test]
fn a_fleeting_object_has_a_life_of_one_line() {
    let recorded = Recorded::new("n = len([1, 2])\n");
    let objects = recorded.json["objects"]
        .as_array()
        .expect("there are objects");
    let list = objects
        .iter()
        .find(|object| object["type"] == "list" && !object["born"].is_null());
    let id = list.expect("the list was met")["id"].to_string();
    let life = recorded.ask(&["life", "out", &id]);
    assert!(
        life.contains("made and dead within one step: its count fell to 0"),
        "{life}"
    );
    let why = recorded.ask(&["why", "out", &id]);
    assert!(why.contains("dead since step "), "{why}");
}

#[test]
fn why_tells_garbage_death_and_what_is_not_there_yet() {
    let cycle = Recorded::lesson("two_node_cycle");
    let (both, gone) = (cycle.after(17), cycle.after(20));
    let asked = |step: u32| cycle.ask(&["why", "out", "a", "--step", &step.to_string()]);
    let alive = asked(both);
    assert!(alive.contains("1. globals a → Node #"), "{alive}");
    assert!(alive.contains("2. globals b → Node #"), "{alive}");
    let garbage = asked(gone - 1);
    assert!(
        garbage.contains("to which a of globals led last, at step"),
        "{garbage}"
    );
    assert!(garbage.contains("nothing: garbage waiting for the collector (1 reference)"));
    let dead = asked(gone + 1);
    let words = format!("dead since step {gone}, line 20 `gc.collect()`: the collector freed it");
    assert!(dead.contains(&words), "{dead}");
    let refused = cycle.refused(&["why", "out", "a", "--step", "3"]);
    assert!(
        refused.contains("a leads nowhere yet at step 3"),
        "{refused}"
    );
    let id = global(cycle.step(both), "a").to_string();
    let unborn = cycle.ask(&["why", "out", &id, "--step", "3"]);
    assert!(unborn.contains("it is not there yet"), "{unborn}");
}

#[test]
fn an_interpreters_reference_is_a_root_in_words_and_in_the_picture() {
    let recorded = Recorded::new("def f():\n    x = [1]\n    return x\nf()\n");
    let returning = steps(&recorded.json)
        .iter()
        .find(|step| step["event"] == "return" && step["function"] == "f")
        .expect("f returns");
    let at = number(returning).to_string();
    let answer = recorded.ask(&["why", "out", "x", "--step", &at, "-o", "why.svg"]);
    assert!(answer.contains("f() x → list #"), "{answer}");
    assert!(
        answer.contains("the interpreter: return value → list #"),
        "{answer}"
    );
    let picture = std::fs::read_to_string(recorded.folder.path().join("why.svg"));
    let boxes = boxes(&picture.expect("it was asked for"));
    assert!(
        boxes["interpreter"].contains(&"return value".to_owned()),
        "{boxes:?}"
    );
    assert!(
        !boxes.contains_key("call0"),
        "globals lead to nothing of it"
    );
}

#[test]
fn a_life_has_every_change_of_the_count() {
    let mut told = 0;
    for lesson in ASKED {
        let recorded = Recorded::lesson(lesson);
        let ids: BTreeSet<u64> = made_by_program(&recorded.json)
            .into_iter()
            .map(|p| p.1)
            .collect();
        for id in ids.into_iter().step_by(3) {
            let answer = recorded.ask(&["life", "out", &id.to_string()]);
            let mut wanted: Vec<(u32, String)> = Vec::new();
            let mut before: Option<Value> = None;
            for step in steps(&recorded.json) {
                let now = find_object(step, id).map(|object| object["refcount"].clone());
                let count = match (&before, &now) {
                    (None, Some(count)) => Some(count.to_string()),
                    (Some(old), Some(new)) if old != new => Some(format!("{old}→{new}")),
                    (Some(_), None) => Some("0".to_owned()),
                    _ => None,
                };
                wanted.extend(count.map(|count| (number(step), count)));
                before = now;
            }
            let found: Vec<(u32, String)> = answer
                .lines()
                .filter_map(|line| {
                    let mut words = line.split_whitespace();
                    let step = words.next()?.parse().ok()?;
                    words.next()?.parse::<u32>().ok()?;
                    let count = words.next()?.to_owned();
                    count
                        .starts_with(|c: char| c.is_ascii_digit())
                        .then_some((step, count))
                })
                .collect();
            assert_eq!(found, wanted, "{lesson} {id}:\n{answer}");
            told += found.len();
            let died = &recorded.json["objects"][id as usize - 1]["died"];
            let words = match died["cause"].as_str() {
                Some("refcount") => "dead: its count fell to 0",
                Some("collector") => "dead: the collector freed it",
                _ => "it lives at the last step",
            };
            assert!(answer.contains(words), "{answer}");
        }
    }
    assert!(told > 60, "only {told} turns");
}

#[test]
fn a_life_names_what_came_and_went() {
    let cycle = Recorded::lesson("two_node_cycle");
    let answer = cycle.ask(&["life", "out", "a"]);
    let step = cycle.step(cycle.after(17));
    let b = global(step, "b");
    let turns: Vec<&str> = answer.lines().skip(3).collect();
    for (turn, words) in [
        (0, "made by `a = Node()`; + globals a".to_owned()),
        (1, format!("1→2       + Node #{b} .other")),
        (2, "2→1       - globals a".to_owned()),
        (
            3,
            "nothing reaches it: it waits for the collector".to_owned(),
        ),
        (
            4,
            format!("dead: the collector freed it; - Node #{b} .other"),
        ),
    ] {
        assert!(turns[turn].ends_with(&words), "{words}\n{answer}");
    }
    let finalized = Recorded::lesson("cycle_with_del").ask(&["life", "out", "a"]);
    assert!(
        finalized.contains("the collector ran its __del__"),
        "{finalized}"
    );
    let rebound = Recorded::lesson("rebind_or_mutate").ask(&["life", "out", "b"]);
    assert!(rebound.contains("b led also to list #"), "{rebound}");
}

#[test]
fn another_threads_frame_is_a_root_and_keeps_its_name() {
    let source = "import threading\ngate = threading.Event()\nready = threading.Event()\ndef work(basket):\n    mine = [basket]\n    ready.set()\n    gate.wait()\nbasket = ['egg']\nt = threading.Thread(target=work, args=(basket,))\nt.start()\nready.wait()\nhere = 1\ngate.set()\nt.join()\n";
    let recorded = Recorded::new(source);
    let at = recorded.after(12).to_string();
    let why = recorded.ask(&["why", "out", "mine", "--step", &at, "-o", "why.svg"]);
    assert!(why.contains("1. work() in thread 2 mine → list #"), "{why}");
    let picture = std::fs::read_to_string(recorded.folder.path().join("why.svg"));
    assert!(
        picture
            .expect("it was asked for")
            .contains("work() in thread 2")
    );
    let life = recorded.ask(&["life", "out", "basket"]);
    assert!(life.contains("+ work() in thread 2 basket"), "{life}");
    assert!(!life.contains("globals in thread"), "{life}");
    assert_eq!(life.matches("globals basket").count(), 1, "{life}");
}

#[test]
fn growth_counts_what_was_born_and_not_freed() {
    for lesson in ["linked_list_drop", "two_node_cycle", "exception_frames"] {
        let recorded = Recorded::lesson(lesson);
        let last = steps(&recorded.json).len() as u64;
        for (from, to) in [(1, last), (5, last - 6), (last - 3, last), (4, 4)] {
            let bounds = [from.to_string(), to.to_string()];
            let asked = ["growth", "out", "--from", &bounds[0], "--to", &bounds[1]];
            let answer = recorded.ask(&asked);
            let objects = recorded.json["objects"]
                .as_array()
                .expect("there are objects");
            let born = |object: &&Value| {
                object["born"]["step"]
                    .as_u64()
                    .is_some_and(|born| from < born && born <= to)
            };
            let made = objects.iter().filter(born).count();
            let mut left: BTreeMap<&str, usize> = BTreeMap::new();
            let mut lines: BTreeMap<u64, usize> = BTreeMap::new();
            for object in objects.iter().filter(born) {
                if object["died"]["step"].as_u64().is_none_or(|died| died > to) {
                    *left
                        .entry(object["type"].as_str().expect("a name"))
                        .or_default() += 1;
                    *lines
                        .entry(object["born"]["line"].as_u64().expect("a line"))
                        .or_default() += 1;
                }
            }
            let all: usize = left.values().sum();
            let head = format!(": {made} object");
            assert!(answer.contains(&head), "{head}\n{answer}");
            assert!(
                answer.contains(&format!(", {all} of them left at step {to} (")),
                "{answer}"
            );
            let has = |start: &str, end: &str| {
                answer.lines().any(|line| {
                    line.trim_start().starts_with(&format!("{start} ")) && line.contains(end)
                })
            };
            for (name, count) in left {
                assert!(
                    has(&count.to_string(), &format!("  {name}")),
                    "{name} {count}\n{answer}"
                );
            }
            for (line, count) in lines {
                let place = format!("script.py:{line}");
                assert!(has(&count.to_string(), &place), "{place} {count}\n{answer}");
            }
        }
    }
    let cycle = Recorded::lesson("two_node_cycle");
    let at = cycle.after(19).to_string();
    let answer = cycle.ask(&["growth", "out", "--to", &at]);
    assert!(answer.contains("2 of those nothing reaches"), "{answer}");
}

#[test]
fn questions_that_cannot_be_answered_are_refused_with_what_there_is() {
    let recorded = Recorded::lesson("aliasing");
    for command in ["why", "who", "life"] {
        let ask = |rest: &[&str]| recorded.refused(&[&[command, "out"], rest].concat());
        assert!(ask(&["aa"]).contains("did you mean `a`?"), "{command}");
        assert!(ask(&["zebra"]).contains("the names are a, b"), "{command}");
        assert!(ask(&["a[9]"]).contains("has no [9]"), "{command}");
        assert!(
            ask(&["4000"]).contains("there is no object #4000"),
            "{command}"
        );
        assert!(ask(&["#0"]).contains("there is no object #0"), "{command}");
        assert!(
            ask(&["a", "--step", "99"]).contains("there is no step 99"),
            "{command}"
        );
        assert!(
            ask(&["a", "--step", "0"]).contains("there is no step 0"),
            "{command}"
        );
    }
    let growth = |rest: &[&str]| recorded.refused(&[&["growth", "out"], rest].concat());
    assert!(growth(&["--to", "99"]).contains("the steps are 1 to "));
    assert!(growth(&["--from", "5", "--to", "2"]).contains("comes after"));
    std::fs::create_dir(recorded.folder.path().join("empty")).expect("it can be made");
    assert!(
        recorded
            .refused(&["who", "empty", "a"])
            .contains("trace.memviz")
    );
    assert!(
        recorded
            .refused(&["who", "script.py", "a"])
            .contains("not a memviz trace")
    );
    // The file and its folder are the same.
    let by_file = recorded.ask(&["who", "out/trace.memviz", "a"]);
    assert_eq!(by_file, recorded.ask(&["who", "out", "a"]));
}

#[test]
fn help_names_every_command_and_option() {
    let folder = Folder::new();
    let help = text(&folder.memviz(&["help"]).stdout);
    for command in [
        "run", "check", "render", "export", "why", "who", "life", "growth",
    ] {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command}\n{help}"
        );
        let own = text(&folder.memviz(&["help", command]).stdout);
        assert!(own.contains("Usage: memviz"), "{own}");
    }
    let render = text(&folder.memviz(&["help", "render"]).stdout);
    for option in [
        "--focus",
        "--depth",
        "--hide",
        "--fold",
        "--inline",
        "--boxes",
        "--max-objects",
        "--steps",
        "--from-line",
        "--to-line",
        "--only-changes",
        "--no-marks",
    ] {
        assert!(help.contains(option) && render.contains(option), "{option}");
    }
}
