//! What captions say, line by line: the programs in `tests/captions/` carry, behind `#:`, the sentences
//! of the steps at which a line has run or a call has begun; those of several steps between ` // `, the
//! sentences of one between ` | `.
//!
//! `MEMVIZ_BLESS=1 cargo t --test captions` writes what is said now into them: read it before it is kept.

mod common;

use common::{Folder, steps};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Steps of one line that are written down.
const STEPS: usize = 4;

/// A program without what it should say.
fn program(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split("  #: ").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// What is said of each line, each step once.
fn said(trace: &Value) -> BTreeMap<u64, Vec<String>> {
    let mut said: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for step in steps(trace) {
        let words = step["words"].as_array().expect("each step is told");
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        let line = match step["event"].as_str() {
            Some("call") => step["line"].as_u64(),
            _ => step["ran"].as_u64(),
        };
        let (Some(line), false) = (line, words.is_empty()) else {
            continue;
        };
        let words = words.join(" | ");
        let of_line = said.entry(line).or_default();
        if !of_line.contains(&words) && of_line.len() < STEPS {
            of_line.push(words);
        }
    }
    said
}

fn annotated(program: &str, said: &BTreeMap<u64, Vec<String>>) -> String {
    let mut out = String::new();
    for (number, line) in (1..).zip(program.lines()) {
        out.push_str(line);
        if let Some(words) = said.get(&number) {
            out.push_str(&format!("  #: {}", words.join(" // ")));
        }
        out.push('\n');
    }
    out
}

#[test]
fn captions_say_what_lines_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captions");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("it is there")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let bless = std::env::var_os("MEMVIZ_BLESS").is_some();
    let mut fragments = 0;
    let mut wrong = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("it is text");
        let program = program(&text);
        let trace = Folder::new().trace(&program);
        let now = annotated(&program, &said(&trace));
        if bless {
            fs::write(&path, &now).expect("it can be written");
        }
        fragments += text.matches("  #: ").count();
        for (number, (old, new)) in (1..).zip(text.lines().zip(now.lines())) {
            if old != new && !bless {
                wrong.push(format!(
                    "{}:{number}\n  wanted: {old}\n  said:   {new}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(bless || fragments >= 120, "only {fragments} fragments");
}
