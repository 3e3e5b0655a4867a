//! Choosing what to see: options, and marks in comments.

mod common;

use common::recorded::{
    Recorded, boxes, containers, drawn, drawn_types, frames_in, number, reached,
};
use common::{Folder, global, steps, text, type_of};
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
    let source = "head = [1]\n# memviz: pictur \"x\"\n# memviz: expct same(a, b)\n# memviz: focus hed\n# memviz: picture no quotes\n# memviz: boxes please\n# memviz: depth none\n# memviz: ask \"What?\" \"this\"\n# memviz: text bare\ntext = '# memviz: nonsense'\n\"\"\"\n# memviz: nonsense\n\"\"\"\n";
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
        "script.py:8: warning: `ask` wants a question, its answer and a wrong one, each in quotes: ask \"What is b?\" \"[1, 2]\" \"[1]\", not `\"What?\" \"this\"`",
        "script.py:9: warning: prose stands in quotes: text \"...\", not `bare`",
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
