//! What the lessons claim, on every Python that is here: the table in docs/claims.md says what is so.

mod common;

use common::{Folder, text};
use std::fs;
use std::path::Path;

/// How the table's columns are asked for.
const PYTHONS: [(&str, &str); 8] = [
    ("RustPython 0.6.0", "rustpython"),
    ("CPython 3.8", "3.8"),
    ("CPython 3.9", "3.9"),
    ("CPython 3.10", "3.10"),
    ("CPython 3.11", "3.11"),
    ("CPython 3.12", "3.12"),
    ("CPython 3.13", "3.13"),
    ("PyPy 7.3.11", "pypy3"),
];
const BLESS: &str = "MEMVIZ_BLESS=1 cargo t --test claims takes it over";

/// The lessons, as they are named from a folder that has a link to them.
fn lessons(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["scenarios", "scenarios/outside"] {
        let entries = fs::read_dir(root.join(folder)).expect("it is a folder");
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".py") {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found.sort();
    found
}

/// The cells of the rows of a Markdown table.
fn rows(table: &str) -> Vec<Vec<String>> {
    let is_row = |line: &&str| line.starts_with('|') && !line.starts_with("|---");
    let rows = table.lines().filter(is_row);
    let cells = |row: &str| {
        let inside = row.trim().trim_start_matches("| ").trim_end_matches(" |");
        inside.split(" | ").map(str::to_owned).collect()
    };
    rows.map(cells).collect()
}

#[test]
fn claims_hold_where_the_docs_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new();
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .arg(root.join("scenarios"))
        .arg(folder.path())
        .status();
    assert!(copied.is_ok_and(|status| status.success()));
    // Those that are asked for by their names are on the path.
    let run = |words: &[&str]| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut command = folder.command(words);
        command.env("PATH", path).stdin(std::process::Stdio::null());
        command.output().expect("memviz starts")
    };
    folder.write("one.py", "x = 1  # memviz: expect alive(x)\n");
    // Another version of it would be another column.
    let is_here = |(name, python): &&(&str, &str)| {
        let asked = ["check", "--python", python, "--format", "table", "one.py"];
        rows(&text(&run(&asked).stdout))
            .first()
            .is_some_and(|head| head.last().is_some_and(|cell| cell == name))
    };
    let here: Vec<_> = PYTHONS.iter().filter(is_here).collect();
    for (name, _) in PYTHONS.iter().filter(|one| !here.contains(one)) {
        println!("passed over: {name} is not here");
    }
    assert!(!here.is_empty(), "not even the embedded Python answers");
    let pythons: Vec<&str> = here.iter().map(|(_, python)| *python).collect();
    let pythons = pythons.join(",");
    let lessons = lessons(root);
    let mut words = vec!["check", "--python", &pythons, "--format", "table", "--"];
    words.extend(lessons.iter().map(String::as_str));
    let checked = run(&words);
    let table = text(&checked.stdout);
    let found = rows(&table);
    let heads: Vec<&str> = here.iter().map(|(name, _)| *name).collect();
    assert_eq!(found[0][2..], heads, "{table}\n{}", text(&checked.stderr));

    let path = root.join("docs/claims.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let start = page.find("| where |").expect("the page has the table");
    if std::env::var_os("MEMVIZ_BLESS").is_some() {
        assert_eq!(here.len(), PYTHONS.len(), "all of the columns are needed");
        fs::write(&path, format!("{}{table}", &page[..start])).expect("it can be written");
        return;
    }
    let said = rows(&page[start..]);
    assert_eq!(
        said.len(),
        found.len(),
        "other claims than on the page; {BLESS}"
    );
    for (place, name) in found[0].iter().enumerate() {
        let column = said[0].iter().position(|head| head == name);
        let column = column.unwrap_or_else(|| panic!("the page has no column {name}; {BLESS}"));
        for (said, found) in said.iter().zip(&found) {
            assert_eq!(
                said[column], found[place],
                "{}, {}; {BLESS}",
                found[0], found[1]
            );
        }
    }
}
