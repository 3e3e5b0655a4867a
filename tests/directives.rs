//! What an author says about pictures, in comments and by options: names, outlines, labels, notes,
//! colours, pairs and strips, counts, classes.

mod common;

use common::recorded::{Recorded, boxes, drawn};
use common::{global, steps, text};
use roxmltree::{Document, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Around what is highlighted, and title bars in the colours of the light theme.
const OUTLINE: &str = "#1668c7";
/// Behind a row that has changed.
const CHANGED: &str = "#fff1dc";
const BLUE: &str = "#a9cdf5";
const GREEN: &str = "#aeddb3";

const ROWS: &str = "class Node:\n    pass\nrow = [0, 0]\nrows = [row, row]\nrows[0][1] = 7\nn = Node()\nn.value = 3\nn.next = Node()\nx = 5\n";
/// The line of `ROWS` that springs the trap.
const TRAP: u64 = 5;

/// `ROWS` with a mark behind one of its lines.
fn marked(line: u64, mark: &str) -> String {
    let lines = ROWS.lines().zip(1..);
    lines
        .map(|(code, number)| match number == line {
            true => format!("{code}  # memviz: {mark}\n"),
            false => format!("{code}\n"),
        })
        .collect()
}

/// The files that `render` makes in a folder of its own, unless options say which steps: `frames/a.svg`.
fn files(recorded: &Recorded, options: &[&str]) -> (BTreeMap<String, String>, String) {
    let out = recorded.folder.path().join("made");
    let _ = std::fs::remove_dir_all(&out);
    let mut arguments = vec!["render", "out", "--out", "made"];
    if !options.contains(&"--format") {
        arguments.extend(["--format", "svg"]);
    }
    arguments.extend(options);
    let done = recorded.folder.memviz_by_default(&arguments);
    let errors = text(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{options:?}: {errors}");
    let mut found = BTreeMap::new();
    for folder in ["", "frames"] {
        for entry in std::fs::read_dir(out.join(folder))
            .into_iter()
            .flatten()
            .flatten()
        {
            if entry.path().is_file() {
                let name = entry.path().strip_prefix(&out).expect("inside").to_owned();
                let content = std::fs::read_to_string(entry.path()).expect("SVG is text");
                found.insert(name.display().to_string(), content);
            }
        }
    }
    (found, errors)
}

fn names(files: &BTreeMap<String, String>) -> Vec<&str> {
    files.keys().map(String::as_str).collect()
}

/// The group of a box.
fn group<'d>(document: &'d Document<'d>, name: &str) -> Node<'d, 'd> {
    document
        .descendants()
        .find(|node| {
            let id = node.attribute("id").and_then(|id| id.split_once('-'));
            id.is_some_and(|(_, box_name)| box_name == name)
        })
        .unwrap_or_else(|| panic!("no {name} is drawn"))
}

/// The tops and heights of the outlines in the group of a box.
fn outlines(picture: &str, name: &str) -> Vec<(f64, f64)> {
    let document = Document::parse(picture).expect("pictures are XML");
    let rects = group(&document, name)
        .descendants()
        .filter(|node| node.has_tag_name("rect") && node.attribute("stroke") == Some(OUTLINE));
    let number = |node: Node<'_, '_>, name| node.attribute(name)?.parse().ok();
    rects
        .map(|node| {
            let sides = (number(node, "y"), number(node, "height"));
            (sides.0.expect("it stands"), sides.1.expect("it is high"))
        })
        .collect()
}

/// The fill of a box's title bar.
fn bar(picture: &str, name: &str) -> String {
    let document = Document::parse(picture).expect("pictures are XML");
    let bar = group(&document, name)
        .children()
        .find(|node| node.has_tag_name("path"));
    let fill = bar.and_then(|bar| bar.attribute("fill"));
    fill.expect("a title bar has a colour").to_owned()
}

/// All texts of a picture.
fn said(picture: &str) -> Vec<String> {
    let document = Document::parse(picture).expect("pictures are XML");
    let texts = document.descendants().filter(|n| n.has_tag_name("text"));
    texts.filter_map(|n| n.text().map(str::to_owned)).collect()
}

#[test]
fn a_picture_may_have_a_name_and_its_caption_stands_alone() {
    let plain = Recorded::new(ROWS);
    let marks = Recorded::new(&marked(TRAP, "picture \"one row behind both\" as trap"));
    let (by_mark, errors) = files(&marks, &[]);
    assert_eq!(names(&by_mark), ["frames/trap.svg"], "{errors}");
    let (by_option, _) = files(&plain, &["--picture", "5:trap=one row behind both"]);
    assert_eq!(names(&by_option), ["frames/trap.svg"]);
    for files in [&by_mark, &by_option] {
        let words = said(&files["frames/trap.svg"]);
        assert!(
            words.contains(&"one row behind both".to_owned()),
            "{words:?}"
        );
        let told = words.iter().any(|word| word.contains("is now"));
        assert!(!told, "a caption says all that is said: {words:?}");
    }
    // A long one takes as many lines as it needs.
    let long = "so much is to be said of this ".repeat(6);
    let (made, _) = files(&plain, &["--picture", &format!("5={long}")]);
    let words = said(made.values().next().expect("it is drawn"));
    let whole: Vec<&String> = words
        .iter()
        .filter(|line| line.contains("said of"))
        .collect();
    assert!(
        whole.len() > 1 && whole.iter().all(|line| line.len() <= 72),
        "{whole:?}"
    );
    assert_eq!(
        whole
            .iter()
            .map(|line| line.matches("said").count())
            .sum::<usize>(),
        6
    );
    // Without a caption the step is told as ever.
    let (told, _) = files(&plain, &["--picture", "5:trap"]);
    let words = said(&told["frames/trap.svg"]);
    assert!(
        words.iter().any(|word| word.contains("is now 7")),
        "{words:?}"
    );
    // DOT is called the same; a step that is chosen by its number keeps the name.
    let after = plain.after(TRAP);
    let (_, errors) = files(&plain, &["--picture", "5:trap", "--format", "dot"]);
    let dot = plain.folder.path().join("made/dot/trap.dot");
    assert!(dot.exists(), "{errors}");
    let (chosen, _) = files(&marks, &["--steps", &format!("{after}-{}", after + 1)]);
    let next = format!("frames/{:04}.svg", after + 1);
    assert_eq!(names(&chosen), [next.as_str(), "frames/trap.svg"]);
}

#[test]
fn a_name_is_given_once() {
    let source = "for i in range(3):\n    a = [i]  # memviz: picture as round\nb = a  # memviz: picture \"b\" as round-2\n";
    let (made, _) = files(&Recorded::new(source), &[]);
    let names = names(&made);
    assert!(names.contains(&"frames/round.svg") && names.contains(&"frames/round-3.svg"));
    // What is called so by a mark is that mark's; the other keeps its number.
    assert!(said(&made["frames/round-2.svg"]).contains(&"b".to_owned()));
    assert_eq!(names.len(), 4, "{names:?}");
    let twice = "a = 1  # memviz: picture as x\nb = 2  # memviz: picture as x\n";
    let (made, errors) = files(&Recorded::new(twice), &[]);
    assert!(
        errors.contains("script.py:2: warning: two pictures are called x: give each"),
        "{errors}"
    );
    assert_eq!(made.len(), 2, "none is written over");
    let plain = Recorded::new(ROWS);
    let refused = plain.refused(&["render", "out", "--picture", "5:x", "--picture", "6:x"]);
    assert!(refused.contains("two pictures are called x"), "{refused}");
}

#[test]
fn a_run_leaves_no_named_file_of_others_behind_or_lost() {
    let folder = common::Folder::new();
    folder.write("s.py", "a = 1  # memviz: picture as mine\n");
    std::fs::create_dir_all(folder.path().join("out/frames")).expect("a folder");
    folder.write("out/frames/mine.svg", "<svg>somebody else's</svg>");
    let done = folder.memviz(&["s.py", "--out", "out", "--format", "svg"]);
    assert_eq!(done.status.code(), Some(2), "{}", text(&done.stderr));
    let kept = std::fs::read_to_string(folder.path().join("out/frames/mine.svg"));
    assert_eq!(kept.expect("it is there"), "<svg>somebody else's</svg>");
}

#[test]
fn what_is_highlighted_is_outlined_from_there_on_as_box_or_row() {
    let source = marked(TRAP, "highlight rows[0], n.value").replace(
        "x = 5\n",
        "x = 5  # memviz: highlight x, rows[0][1]\ny = 6\n# memviz: highlight\nz = 7\n",
    );
    let recorded = Recorded::new(&source);
    let frames = recorded.frames(&[]);
    let at = |line: u64| &frames[&recorded.after(line)];
    let step = recorded.step(recorded.after(9));
    let row = format!("object{}", global(step, "row"));
    let node = format!("object{}", global(step, "n"));
    assert!(outlines(at(4), &row).is_empty());
    let whole = outlines(at(TRAP), &row);
    assert_eq!(whole.len(), 1);
    assert!(whole[0].1 > 50.0, "around all of it: {whole:?}");
    // A value has no box: its row is outlined, as soon as it is there.
    assert!(outlines(at(6), &node).is_empty());
    assert!(outlines(at(7), &node)[0].1 < 20.0);
    // The next mark takes the place of the one before.
    assert!(outlines(at(9), &node).is_empty());
    assert_eq!(outlines(at(9), "call0").len(), 1);
    let second_row = outlines(at(9), &row);
    assert_eq!(second_row.len(), 1);
    assert!(second_row[0].1 < 40.0, "{second_row:?}");
    // Alone it ends.
    assert!(outlines(at(12), &row).is_empty() && outlines(at(12), "call0").is_empty());
    // A name that is gone by then stands for what it led to.
    let gone = Recorded::new(
        "a = []\nb = [a]\ndel a  # memviz: highlight a  # memviz: label a \"it was a\"\n",
    );
    let after = &gone.frames(&[])[&gone.after(3)];
    let list = format!("object{}", global(gone.step(gone.after(1)), "a"));
    assert_eq!(outlines(after, &list).len(), 1);
    assert!(boxes(after)[&list].contains(&"it was a".to_owned()));
    // An option holds throughout, and wins.
    let frames = recorded.frames(&["--highlight", "row"]);
    for line in [4, TRAP, 9, 12] {
        assert_eq!(outlines(&frames[&recorded.after(line)], &row).len(), 1);
        assert!(outlines(&frames[&recorded.after(line)], "call0").is_empty());
    }
}

#[test]
fn labels_notes_and_colours_are_drawn() {
    let source = format!(
        "# memviz: color Node blue\n# memviz: color rows, int green\n{}",
        marked(
            TRAP,
            "label row \"the shared row\"  # memviz: note \"Both are one.\""
        )
    );
    let marks = Recorded::new(&source);
    let plain = Recorded::new(ROWS);
    let options = [
        "--color",
        "Node=blue",
        "--color",
        "rows=green",
        "--label",
        "row=the shared row",
        "--note",
        "5=Both are one.",
    ];
    for (recorded, options, more, is_late) in
        [(&marks, &[][..], 2, true), (&plain, &options[..], 0, false)]
    {
        let frames = recorded.frames(options);
        let at = |line: u64| &frames[&recorded.after(line + more)];
        let step = recorded.step(recorded.after(8 + more));
        let name = |of: &str| format!("object{}", global(step, of));
        let label = "the shared row".to_owned();
        assert!(boxes(at(TRAP))[&name("row")].contains(&label));
        assert!(boxes(at(8))[&name("row")].contains(&label));
        // A mark says it from there on.
        assert_eq!(boxes(at(4))[&name("row")].contains(&label), !is_late);
        let notes = |line: u64| {
            let words = said(at(line)).join(" ");
            words.matches("Both are one.").count()
        };
        assert_eq!([notes(4), notes(TRAP), notes(6)], [0, 1, 0]);
        // What is told of the step stands there, too.
        assert!(said(at(TRAP)).join(" ").contains("is now 7"));
        assert_eq!(bar(at(8), &name("n")), BLUE);
        assert_eq!(bar(at(8), &name("rows")), GREEN);
        assert_ne!(bar(at(8), &name("row")), GREEN);
    }
    // A note is not lost where the step that it speaks of has no picture of its own.
    let quiet =
        Recorded::new("a = []\nprint(1)  # memviz: note \"printed, and nothing else\"\nb = a\n");
    let (made, _) = files(&quiet, &[]);
    let with_note = made
        .values()
        .filter(|picture| picture.contains("printed, and nothing else"));
    assert_eq!(with_note.count(), 1);
}

#[test]
fn a_pair_shows_what_was_before_its_statement() {
    let source = "def fill(rows):\n    rows.append([1])\n    rows.append([2])\nrows = []\nfill(rows)\nend = 1\n";
    let marks = Recorded::new(&source.replace(
        "fill(rows)\nend",
        "fill(rows)  # memviz: pair \"a call\" as call\nend",
    ));
    let (by_mark, errors) = files(&marks, &[]);
    assert_eq!(names(&by_mark), ["frames/call.svg"], "{errors}");
    let (by_option, _) = files(&Recorded::new(source), &["--pair", "5:call=a call"]);
    assert_eq!(names(&by_option), ["frames/call.svg"]);
    for files in [&by_mark, &by_option] {
        let pair = &files["frames/call.svg"];
        let words = said(pair);
        for word in ["before line 5: fill(rows)", "after", "a call"] {
            assert!(words.contains(&word.to_owned()), "{word}: {words:?}");
        }
        // The list is empty before; all that the call has put into it is new after.
        assert_eq!(words.iter().filter(|word| *word == "empty").count(), 1);
        assert_eq!(
            words.iter().filter(|word| *word == "new").count(),
            2,
            "{words:?}"
        );
        assert_eq!(pair.matches("<svg").count(), 3, "two pictures on a page");
    }
    // Each call of a recursion has its own moment before.
    let deep = "def walk(n, seen):\n    seen.append(n)  # memviz: pair\n    if n:\n        walk(n - 1, seen)\nwalk(2, [])\n";
    let (made, _) = files(&Recorded::new(deep), &[]);
    assert_eq!(made.len(), 3);
    for (place, pair) in made.values().enumerate() {
        let words = said(pair);
        let count = |what: &str| words.iter().filter(|word| *word == what).count();
        assert_eq!(count("before line 2: seen.append(n)"), 1, "{words:?}");
        // Only before the first of them is the list empty.
        assert_eq!(count("empty"), usize::from(place == 0), "{words:?}");
    }
}

#[test]
fn a_marked_statement_is_told_and_marked_as_a_whole() {
    let source = "def pay(purse, cost):\n    left = purse['cents'] - cost\n    purse['cents'] = left\n    purse['log'].append(cost)\n    print('paid')\npurse = {'cents': 9, 'log': []}\npay(purse, 4)  # memviz: picture\nend = 1\n";
    let (made, errors) = files(&Recorded::new(source), &[]);
    assert_eq!(made.len(), 1, "{errors}");
    let words = said(made.values().next().expect("it is drawn")).join(" ");
    for sentence in [
        "purse['cents'] is now 5.",
        "4 is put into purse['log'].",
        "The program prints “paid”.",
    ] {
        assert!(words.contains(sentence), "{words}");
    }
    assert!(
        !words.contains("has ended") && !words.contains("left is"),
        "{words}"
    );
    // The entry and the item that the call has changed are marked, as is the line.
    let picture = made.values().next().expect("it is drawn");
    let changed = picture.matches(CHANGED).count();
    assert!(changed >= 3, "{changed}: {picture}");
    // Where it runs in a recursion, each run of it has its own.
    let deep = "def down(n, seen):\n    if n:\n        down(n - 1, seen)  # memviz: picture\n    seen.append(n)\ndown(2, [])\n";
    let (made, _) = files(&Recorded::new(deep), &[]);
    let told: Vec<String> = made
        .values()
        .map(|picture| said(picture).join(" "))
        .collect();
    assert!(told[0].contains("0 is put into seen."), "{told:?}");
    assert!(told[1].contains("0 and 1 are put into seen."), "{told:?}");
}

#[test]
fn chosen_steps_stand_on_one_page() {
    let marks = Recorded::new(&format!("# memviz: strip 5,3,6\n{ROWS}"));
    let (by_mark, _) = files(&marks, &[]);
    let (by_option, _) = files(
        &Recorded::new(ROWS),
        &["--strip", "5,3,6", "--format", "none"],
    );
    assert_eq!(names(&by_option), ["strip.svg"]);
    assert!(by_mark.len() > 3, "the other pictures are drawn as well");
    for strip in [&by_mark["strip.svg"], &by_option["strip.svg"]] {
        assert_eq!(strip.matches("<svg").count(), 4);
        let words = said(strip);
        let heads: Vec<&String> = words.iter().filter(|w| w.starts_with("step ")).collect();
        assert_eq!(heads.len(), 3);
        assert!(heads.is_sorted(), "in the order of the run: {heads:?}");
    }
    let refused = marks.refused(&["render", "out", "--strip", "3,99"]);
    assert!(refused.contains("there is no step 99"), "{refused}");
    let wrong = Recorded::new("a = 1\n# memviz: strip 99\n");
    let (made, errors) = files(&wrong, &[]);
    assert!(
        errors.contains("script.py:2: warning: there is no step 99"),
        "{errors}"
    );
    assert!(!made.contains_key("strip.svg"));
}

#[test]
fn counts_are_drawn_where_they_are_the_point() {
    let is_counted = |source: &str, options: &[&str]| {
        let recorded = Recorded::new(source);
        let last = steps(&recorded.json).len() as u32 - 1;
        let frames = recorded.frames(options);
        let drawn = said(&frames[&last]).iter().any(|word| {
            let word = word.rsplit('→').next().unwrap_or_default();
            word == "1 ref" || word == "2 refs"
        });
        let told = frames.values().any(|frame| frame.contains("count of"));
        (drawn, told)
    };
    let plain = "a = []\nb = a\nc = [b]\nd = a\n";
    assert_eq!(is_counted(plain, &[]), (false, false));
    assert!(is_counted(plain, &["--counts", "always"]).0);
    let asked = format!("# memviz: counts\n{plain}");
    assert!(is_counted(&asked, &[]).0);
    assert_eq!(is_counted(&asked, &["--counts", "never"]), (false, false));
    assert!(!is_counted(&asked, &["--no-marks"]).0);
    for about in [
        "import gc\n",
        "import sys\nsys.getrefcount(0)\n",
        "import weakref\n",
        "q = 1\ndel q\n",
    ] {
        let source = format!("{about}{plain}");
        assert!(is_counted(&source, &[]).0, "{about}");
        assert_eq!(is_counted(&source, &["--counts", "never"]), (false, false));
    }
    // An entry's end is no name's.
    let entry = format!("e = {{1: 2}}\ndel e[1]\n{plain}");
    assert!(!is_counted(&entry, &[]).0);
}

#[test]
fn classes_and_bases_are_drawn_on_demand() {
    let source = "class Animal:\n    def speak(self):\n        return '?'\nclass Dog(Animal):\n    def speak(self):\n        return 'wuff'\nclass Stack(list):\n    pass\nrex = Dog()\npile = Stack()\n";
    let recorded = Recorded::new(source);
    let marks = Recorded::new(&format!("{source}# memviz: classes\n"));
    let titles = |picture: &str| -> BTreeSet<String> {
        boxes(picture)
            .into_values()
            .filter_map(|mut texts| (!texts.is_empty()).then(|| texts.remove(0)))
            .collect()
    };
    let last = recorded.after(10);
    assert!(!titles(&recorded.frames(&[])[&last]).contains("class Dog(Animal)"));
    for picture in [
        &recorded.frames(&["--classes"])[&last],
        &marks.frames(&[])[&last],
    ] {
        let titles = titles(picture);
        for title in [
            "class Animal",
            "class Dog(Animal)",
            "class Stack(list)",
            "Dog",
        ] {
            assert!(titles.contains(title), "{title}: {titles:?}");
        }
        let step = recorded.step(last);
        let rows = &boxes(picture)[&format!("object{}", global(step, "rex"))];
        assert!(rows.contains(&"__class__".to_owned()), "{rows:?}");
        let class = &boxes(picture)[&format!("object{}", global(step, "Dog"))];
        assert!(class.contains(&"__base__".to_owned()), "{class:?}");
        // The library's classes stand in words.
        let stack = &boxes(picture)[&format!("object{}", global(step, "Stack"))];
        assert!(stack.contains(&"class list".to_owned()), "{stack:?}");
        assert!(drawn(picture).contains(&global(step, "Animal")));
    }
}

#[test]
fn wrong_marks_and_options_are_named() {
    let source = "a = [1]\n# memviz: picture \"x\" as no name\n# memviz: picture \"x\" as 12\n# memviz: highlight b\n# memviz: label a no quotes\n# memviz: note none\n# memviz: color a mauve\n# memviz: color blue\n# memviz: strip x\n# memviz: counts please\n# memviz: hide type, lsit\n# memviz: hide lsit\ndef never():\n    c = 1  # memviz: note \"unheard\"\n# memviz: layout tree\n# memviz: layout ring(a)\n# memviz: layout row(zz)\n# memviz: layout tree(a), grid(a), rows(a)\n# memviz: layout tree(a)\nd = [a]  # memviz: layout row(d)\n";
    let recorded = Recorded::new(source);
    let (code, _, errors) = recorded.run(&["render", "out", "--out", "x"]);
    assert_eq!(code, 0, "{errors}");
    for warning in [
        "script.py:2: warning: `as` wants one name, not `as no name`",
        "script.py:3: warning: `12` is no name for a picture: a letter, then",
        "script.py:4: warning: there is no name b at any step",
        "script.py:5: warning: write a label as: label NAME \"words\", not `a no quotes`",
        "script.py:6: warning: a note stands in quotes: note \"...\", not `none`",
        "script.py:7: warning: there is no colour mauve: there are red, orange,",
        "script.py:8: warning: `color` wants a name or type, and a colour",
        "script.py:9: warning: `strip` wants steps, as strip 3,7,9, not `x`",
        "script.py:10: warning: `counts` stands alone, without `please`",
        "script.py:11: warning: there is no name or type lsit at any step: did you mean `list`?",
        "script.py:14: warning: nothing is said: its statement never ran",
        "script.py:15: warning: write shapes as: tree(root), row(a), not `tree`",
        "script.py:16: warning: there is no shape ring: there are tree, grid, row, rows",
        "script.py:17: warning: there is no name zz at any step",
        "script.py:19: warning: tree(a) is not possible: nothing hangs from it",
        "script.py:20: warning: row(d) is not possible: arrows leave from it, and only plain",
    ] {
        assert!(errors.contains(warning), "{warning}\n{errors}");
    }
    assert_eq!(
        errors.matches("lsit").count(),
        1,
        "once is enough: {errors}"
    );
    // The last shape for an object holds.
    assert!(!errors.contains("script.py:18"), "{errors}");
    let refused = |options: &[&str]| {
        let all = [&["render", "out", "--out", "y", "--no-marks"], options].concat();
        recorded.refused(&all)
    };
    assert!(refused(&["--picture", "90"]).contains("no statement stands in line 90"));
    assert!(refused(&["--note", "14=x"]).contains("nothing is said for line 14"));
    assert!(refused(&["--highlight", "b"]).contains("there is no name b"));
    assert!(refused(&["--shape", "row(b)"]).contains("there is no name b"));
    let wrong = |options: &[&str]| {
        let all = [&["render", "out", "--out", "y", "--no-marks"], options].concat();
        let done = recorded.folder.memviz_by_default(&all);
        let errors = text(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{errors}");
        errors
    };
    assert!(wrong(&["--picture", "14"]).contains("no picture for line 14"));
    assert!(wrong(&["--picture", "5:a b"]).contains("`a b` is no name for a picture"));
    assert!(wrong(&["--color", "a=mauve"]).contains("there is no colour mauve"));
    assert!(wrong(&["--label", "a"]).contains("NAME=WORDS"));
    assert!(wrong(&["--shape", "ring(a)"]).contains("there is no shape ring"));
    assert!(wrong(&["--shape", "row a"]).contains("write shapes as: tree(root), row(a)"));
    assert!(wrong(&["--counts", "some"]).contains("never, auto, always"));
}

#[test]
fn everyday_words_for_types_are_understood() {
    let recorded = Recorded::new("class A:\n    x = 1\na = A()\n");
    let refused = |option: &str, word: &str| recorded.refused(&["render", "out", option, word]);
    for word in ["class", "classes"] {
        assert!(refused("--hide", word).contains("did you mean the type `type`?"));
    }
    for word in ["functions", "def"] {
        let said = refused("--fold", word);
        assert!(said.contains("did you mean the type `function`?"), "{said}");
    }
    let said = refused("--fold", "generator");
    assert!(
        said.contains("the run has no object of the type `generator`"),
        "{said}"
    );
    assert!(refused("--hide", "modules").contains("no object of the type `module`"));
    let said = refused("--focus", "class");
    assert!(
        said.contains("`type` is a type, and a name is wanted here"),
        "{said}"
    );
    // What the compiler has named is nobody's guess.
    assert!(!refused("--hide", "classdict").contains("__classdict__"));
}
