//! The steps of a run are those that CPython 3.13 tells a trace function of: each call, line, return
//! and exception, in order. Skipped, and said so, where there is no CPython 3.13.

#[path = "../common/mod.rs"]
mod common;

use common::cpython::cpython;
use common::{Folder, steps};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TRACER: &str = include_str!("tracer.py");

/// What is told of: event, line, function.
type Told = (String, u64, String);

/// The Python programs of a folder.
fn programs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut all: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    all.retain(|path| path.extension().is_some_and(|end| end == "py"));
    all.sort();
    all
}

/// What CPython tells; `None` where it is not 3.13.
fn by_cpython(python: &Path, folder: &Folder) -> Option<Vec<Told>> {
    folder.write("tracer.py", TRACER);
    let done = Command::new(python)
        .args(["-B", "tracer.py", "script.py", "told.json"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("CPython starts");
    assert!(done.status.success(), "{}", common::text(&done.stderr));
    let json = std::fs::read(folder.path().join("told.json")).expect("it was traced");
    let json: Value = serde_json::from_slice(&json).expect("it is JSON");
    if json["version"] != serde_json::json!([3, 13]) {
        return None;
    }
    let told = json["told"].as_array().expect("a list").iter();
    Some(told.map(|one| as_told(&one[0], &one[1], &one[2])).collect())
}

fn as_told(event: &Value, line: &Value, function: &Value) -> Told {
    let event = match event.as_str().expect("a text") {
        "resume" | "throw" => "call",
        "yield" | "unwind" => "return",
        event => event,
    };
    let function = function.as_str().expect("a text");
    // A module is called at its line 0 by CPython, at its first line by RustPython.
    let line = match (event, function) {
        ("call", "<module>") => 0,
        _ => line.as_u64().expect("a number"),
    };
    (event.to_owned(), line, function.to_owned())
}

fn by_memviz(folder: &Folder, source: &str) -> Vec<Told> {
    let trace = folder.trace(source);
    let all = steps(&trace).iter().filter(|step| step["event"] != "exit");
    all.map(|step| as_told(&step["event"], &step["line"], &step["function"]))
        .collect()
}

#[test]
fn steps_are_what_cpython_tells_a_trace_function() {
    let Some(python) = cpython() else {
        eprintln!("skipped: there is no CPython 3.13 on this machine");
        return;
    };
    let mut wrong = Vec::new();
    let mut events = 0;
    for path in ["scenarios", "tests/shapes", "tests/line_events/programs"]
        .into_iter()
        .flat_map(programs)
    {
        let source = std::fs::read_to_string(&path).expect("the program can be read");
        let folder = Folder::new();
        folder.write("script.py", &source);
        let Some(there) = by_cpython(python, &folder) else {
            eprintln!("skipped: {} is not CPython 3.13", python.display());
            return;
        };
        let here = by_memviz(&folder, &source);
        events += there.len();
        if here != there {
            let at = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
            wrong.push(format!(
                "{}, event {at}: memviz {:?}, CPython {:?}",
                path.display(),
                &here[at..here.len().min(at + 3)],
                &there[at..there.len().min(at + 3)]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{events} events are alike");
}
