//! The exceptions of a run: each lesson's facts, read from the JSON, and laws that hold of whatever
//! raises and handles.

#[path = "../common/mod.rs"]
mod common;
mod cpython;
mod lessons;
mod random;
mod words;

use common::Folder;
use serde_json::Value;

/// A recorded script, and what `memviz stages` says of its exceptions.
pub struct Errors {
    pub folder: Folder,
    pub trace: Value,
    pub all: Vec<Value>,
    /// What the program writes to standard error when it is not recorded.
    pub plain: String,
}

impl Errors {
    pub fn of(source: &str) -> Errors {
        let folder = Folder::new();
        let trace = folder.trace(source);
        let json = folder.memviz(&["stages", "out", "--view", "errors", "--format", "json"]);
        assert_eq!(
            json.status.code(),
            Some(0),
            "{}",
            common::text(&json.stderr)
        );
        let document: Value = serde_json::from_slice(&json.stdout).expect("it is JSON");
        // The run's fields stand in the first file's document.
        let document = match document {
            Value::Array(mut several) => several.remove(0),
            one => one,
        };
        let all = document["errors"]
            .as_array()
            .expect("they are listed")
            .clone();
        let plain = folder.memviz(&["run", "--no-record", "script.py"]);
        Errors {
            folder,
            trace,
            all,
            plain: common::text(&plain.stderr),
        }
    }

    /// The only exception of a type.
    pub fn only(&self, of: &str) -> &Value {
        let mut all = self.all.iter().filter(|error| error["type"] == of);
        let found = all.next().unwrap_or_else(|| panic!("no {of} was raised"));
        assert!(all.next().is_none(), "several {of} were raised");
        found
    }
}

pub fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name} is a list in {value}"))
}

/// Function and line of each item of a list.
pub fn places(value: &Value, name: &str) -> Vec<(String, u64)> {
    let place = |one: &Value| {
        let function = one["function"].as_str().expect("a function").to_owned();
        (function, one["line"].as_u64().expect("a line"))
    };
    list(value, name).iter().map(place).collect()
}

/// File name, line and function of each entry of a printed traceback, with the repeated ones.
pub fn printed_entries(text: &str) -> Vec<(String, u64, String)> {
    let mut entries: Vec<(String, u64, String)> = Vec::new();
    for line in text.lines() {
        // A group's lines stand in a frame.
        let inner = line.trim_start_matches([' ', '|']);
        let entry = inner.strip_prefix("File \"").and_then(|rest| {
            let (path, rest) = rest.split_once("\", line ")?;
            let (line, function) = rest.split_once(", in ")?;
            let file = path.rsplit('/').next()?;
            Some((file.to_owned(), line.parse().ok()?, function.to_owned()))
        });
        entries.extend(entry);
        if let Some(rest) = line.trim().strip_prefix("[Previous line repeated ") {
            let times = rest
                .split_once(' ')
                .and_then(|(times, _)| times.parse().ok());
            let last = entries.last().expect("a line stands before").clone();
            entries.extend(vec![last; times.expect("so many times")]);
        }
    }
    entries
}

/// The same of an exception's traceback.
pub fn traceback(error: &Value) -> Vec<(String, u64, String)> {
    let entry = |one: &Value| {
        let path = one["file"].as_str().expect("a path");
        let file = path.rsplit('/').next().expect("a name").to_owned();
        let function = one["function"].as_str().expect("a function").to_owned();
        (file, one["line"].as_u64().expect("a line"), function)
    };
    list(error, "traceback").iter().map(entry).collect()
}

/// What of a traceback was printed last: behind the last headline.
pub fn last_block(text: &str) -> &str {
    text.rfind("Traceback (most recent call last):")
        .map_or("", |at| &text[at..])
}
