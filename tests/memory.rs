//! What `memviz memory` says of a run: what was alive, what made it, the peak, and what is left.

mod common;

use common::{Folder, text};
use roxmltree::Document;
use serde_json::Value;

/// Keeps what it makes until the last line but one.
const KEEPS: &str = "\
kept = []
class Order:
    pass
def make():
    kept.append(Order())
for i in range(30):
    make()
kept.clear()
print('over')
";

fn recorded(source: &str) -> Folder {
    let folder = Folder::new();
    folder.write("keeps.py", source);
    let done = folder.memviz(&["keeps.py", "--format", "none", "--out", "out"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    folder
}

fn said(folder: &Folder, more: &[&str]) -> String {
    let arguments: Vec<&str> = ["memory", "out"].iter().chain(more).copied().collect();
    let done = folder.memviz_by_default(&arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    text(&done.stdout)
}

/// The numbers at the beginning of the line that ends with some words.
fn numbers(table: &str, end: &str) -> Vec<u64> {
    // The head of the tables speaks of lines, too.
    let mut lines = table.lines().rev();
    let line = lines.find(|line| line.trim_end().ends_with(end));
    let line = line.unwrap_or_else(|| panic!("{end}: {table}"));
    let words = line.split_whitespace();
    words.map_while(|word| word.parse().ok()).collect()
}

#[test]
fn what_is_kept_is_at_the_peak_and_what_is_freed_is_not_left() {
    let folder = recorded(KEEPS);
    let table = said(&folder, &[]);
    // Made, died, at the peak, bytes, at the end.
    let order = numbers(&table, "  Order");
    assert_eq!(
        (order[0], order[1], order[2], order[4]),
        (30, 30, 30, 0),
        "{table}"
    );
    // Born, died, at the peak, left.
    let line = numbers(&table, "kept.append(Order())");
    assert!(line[0] >= 30 && line[2] == 30 && line[3] == 0, "{table}");
    let cleared = numbers(&table, "kept.clear()");
    assert!(cleared[1] >= 30, "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
}

#[test]
fn what_the_program_still_holds_is_left() {
    let folder = recorded(&KEEPS.replace("kept.clear()\n", ""));
    let table = said(&folder, &[]);
    let order = numbers(&table, "  Order");
    assert_eq!((order[0], order[1], order[4]), (30, 0, 30), "{table}");
}

#[test]
fn json_and_tables_agree() {
    let folder = recorded(KEEPS);
    let json: Value = serde_json::from_str(&said(&folder, &["--format", "json"])).expect("JSON");
    let alive = json["alive"].as_array().expect("a list");
    let most = alive.iter().filter_map(|at| at[1].as_u64()).max();
    let table = said(&folder, &[]);
    let peak = format!("{} objects", most.expect("steps"));
    let line = table.lines().find(|line| line.starts_with("most objects"));
    assert!(
        line.is_some_and(|line| line.contains(&peak)),
        "{peak}: {table}"
    );
}

#[test]
fn pictures_are_xml_and_the_same_each_time() {
    let folder = recorded(KEEPS);
    let drawn = |out: &str, theme: &str| {
        said(
            &folder,
            &["--format", "svg", "--out", out, "--theme", theme],
        );
        ["memory.svg", "memory-made.svg", "memory-peak.svg"].map(|name| {
            let path = folder.path().join(out).join(name);
            std::fs::read_to_string(path).expect("it was drawn")
        })
    };
    let first = drawn("one", "light");
    assert_eq!(first, drawn("two", "light"));
    assert_ne!(first, drawn("three", "dark"));
    for picture in &first {
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        };
        Document::parse_with_options(picture, options).expect("XML");
        assert!(picture.contains("Order"), "{picture}");
    }
    assert!(first[0].contains("peak, step"));
}

#[test]
fn a_file_of_others_stays() {
    let folder = recorded(KEEPS);
    folder.write("out/memory.svg", "<svg/>");
    let done = folder.memviz_by_default(&["memory", "out", "--format", "svg"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        text(&done.stderr).contains("--force"),
        "{}",
        text(&done.stderr)
    );
    let kept = std::fs::read_to_string(folder.path().join("out/memory.svg"));
    assert_eq!(kept.expect("it is there"), "<svg/>");
}
