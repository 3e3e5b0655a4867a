//! What captions say, line by line: the programs in `tests/captions/` carry, behind `#:`, the sentences
//! of the steps at which a line has run or a call has begun; those of several steps between ` // `, the
//! sentences of one between ` | `.
//!
//! `MEMVIZ_BLESS=1 cargo t --test captions` writes what is said now into them: read it before it is kept.

mod common;

use common::{Folder, steps, text};
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

/// What the captions of the lessons are like.
#[derive(Debug, Default)]
struct Figures {
    captions: usize,
    with_serial: usize,
    /// Nothing but which line has run and which is next.
    without_sentence: usize,
    naming_undrawn: Vec<String>,
}

const SENTENCE: &str = "font-size=\"14\"";

impl Figures {
    fn add(&mut self, lesson: &str, svg: &str) {
        self.captions += 1;
        let part = |open: &str, close: &str| {
            let inside = svg.split_once(open).expect("each has one").1;
            inside.split_once(close).expect("it ends").0.to_owned()
        };
        // The sentences have letters of their own size.
        let words: Vec<&str> = svg
            .lines()
            .filter(|line| line.starts_with("<text x=\"16\"") && line.contains(SENTENCE))
            .filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>"))
            .collect();
        let description = part("<desc", "</desc>");
        let serials = |text: &str| -> Vec<String> {
            let parts = text.split('#').skip(1);
            let digits = parts.map(|part| part.chars().take_while(char::is_ascii_digit).collect());
            digits
                .filter(|digits: &String| !digits.is_empty())
                .collect()
        };
        let named: Vec<String> = words.iter().flat_map(|line| serials(line)).collect();
        self.with_serial += usize::from(!named.is_empty());
        let drawn = serials(&description);
        for serial in named.iter().filter(|serial| !drawn.contains(serial)) {
            self.naming_undrawn
                .push(format!("{lesson}: #{serial} in {words:?}"));
        }
        let event = part("<title", "</title>");
        let is_bare = event.contains(" is next") || event.contains(" goes on");
        self.without_sentence += usize::from(is_bare && words.is_empty());
    }
}

/// `cargo t --test captions captions_of_the_lessons -- --nocapture` prints the figures.
#[test]
fn captions_of_the_lessons_are_sentences_without_serials_of_what_is_drawn() {
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut figures = Figures::default();
    for entry in fs::read_dir(lessons).expect("it is there").flatten() {
        if entry.path().extension().is_none_or(|end| end != "py") {
            continue;
        }
        let lesson = entry.path().display().to_string();
        let folder = Folder::new();
        let arguments = ["--format", "svg", "--steps", "all", "-o", "out", &lesson];
        let done = folder.memviz(&arguments);
        // A lesson may end as it likes; 2 is memviz's own failure.
        assert_ne!(
            done.status.code(),
            Some(2),
            "{lesson}: {}",
            text(&done.stderr)
        );
        let frames = fs::read_dir(folder.path().join("out/frames")).expect("they are drawn");
        for frame in frames.flatten() {
            let svg = fs::read_to_string(frame.path()).expect("it is text");
            figures.add(&lesson, &svg);
        }
    }
    let Figures {
        captions,
        with_serial,
        without_sentence,
        naming_undrawn,
    } = &figures;
    println!(
        "{captions} captions: {with_serial} with a serial, {without_sentence} without a sentence"
    );
    assert!(*captions > 300, "{captions}");
    assert!(100 * with_serial < 15 * captions, "{figures:?}");
    assert!(100 * without_sentence < 3 * captions, "{figures:?}");
    assert!(naming_undrawn.is_empty(), "{naming_undrawn:#?}");
}
