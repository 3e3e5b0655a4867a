//! `--format jsonl`: whole states made anew from its changes are those of `--format json`. The contract
//! is `docs/trace-jsonl.md`; nothing is done here but what stands there.

mod common;

use common::{Folder, text};
use memviz::export::{JsonOptions, write_json, write_jsonl};
use memviz::trace::TraceFile;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files in a folder that end so, in order.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project().join(folder)).expect("the folder is there");
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{folder}");
    paths
}

/// Memory as the lines up to one have told it.
#[derive(Default)]
struct Memory {
    objects: Vec<Value>,
    call_stack: Vec<Value>,
    other_threads: Vec<Value>,
    heap: BTreeMap<u64, Map<String, Value>>,
    total: Value,
    by_type: BTreeMap<String, Value>,
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// `{"keep", "tail", "put"}`: what stands between is replaced.
fn spliced(old: &Value, change: &Value) -> Value {
    let number = |name: &str| change[name].as_u64().expect("a number") as usize;
    let old = list(old);
    let mut now = old[..number("keep")].to_vec();
    now.extend_from_slice(list(&change["put"]));
    now.extend_from_slice(&old[old.len() - number("tail")..]);
    now.into()
}

impl Memory {
    /// Goes on by a line, and returns the step with its whole state.
    fn step(&mut self, line: &Value) -> Value {
        let mut step = line.as_object().expect("a step").clone();
        self.objects.extend_from_slice(list(&line["objects"]));
        step.remove("objects");
        if let Some(change) = line.get("call_stack") {
            let keep = change["keep"].as_u64().expect("a number") as usize;
            let old = self.call_stack.split_off(keep);
            for (at, frame) in list(&change["put"]).iter().enumerate() {
                let mut frame = frame.clone();
                if frame["names"].is_object() {
                    frame["names"] = spliced(&old[at]["names"], &frame["names"]);
                }
                self.call_stack.push(frame);
            }
        }
        if let Some(others) = line.get("other_threads") {
            self.other_threads = list(others).to_vec();
        }
        self.follow_heap(&line["heap"]);
        if let Some(bytes) = line.get("bytes") {
            self.total = bytes["total"].clone();
            for (name, of_type) in bytes["by_type"].as_object().expect("by type") {
                match of_type.is_null() {
                    true => self.by_type.remove(name),
                    false => self.by_type.insert(name.clone(), of_type.clone()),
                };
            }
        }
        let heap: Vec<&Map<String, Value>> = self.heap.values().collect();
        step.insert("heap".to_owned(), json!(heap));
        step.insert("call_stack".to_owned(), json!(self.call_stack));
        step.remove("other_threads");
        if !self.other_threads.is_empty() {
            step.insert("other_threads".to_owned(), json!(self.other_threads));
        }
        let bytes = json!({"total": self.total, "by_type": self.by_type});
        step.insert("bytes".to_owned(), bytes);
        step.into()
    }

    fn follow_heap(&mut self, change: &Value) {
        let id = |value: &Value| value.as_u64().expect("a serial");
        for gone in list(&change["gone"]) {
            assert!(self.heap.remove(&id(gone)).is_some(), "{gone}");
        }
        for new in list(&change["new"]) {
            let object = new.as_object().expect("an object").clone();
            assert!(self.heap.insert(id(&new["id"]), object).is_none(), "{new}");
        }
        for changed in list(&change["changed"]) {
            let object = self.heap.get_mut(&id(&changed["id"])).expect("it is there");
            for (name, fact) in changed.as_object().expect("an object") {
                let goes = fact.is_null() && !["value", "generation"].contains(&name.as_str());
                if name == "refs" || name == "owners" {
                    object[name] = spliced(&object[name], fact);
                } else if goes && !["refcount", "unexplained"].contains(&name.as_str()) {
                    assert!(object.remove(name).is_some(), "{name}");
                } else {
                    object.insert(name.clone(), fact.clone());
                }
            }
        }
    }
}

/// The document of `--format json`, made from lines.
fn rebuilt(lines: &str) -> Value {
    let mut lines = lines
        .lines()
        .map(|line| -> Value { serde_json::from_str(line).expect("each line is JSON") });
    let mut head = lines.next().expect("a first line");
    assert_eq!(head["states"], "changes");
    let mut memory = Memory::default();
    let steps: Vec<Value> = lines.map(|line| memory.step(&line)).collect();
    assert_eq!(head["step_count"], steps.len());
    assert_eq!(head["object_count"], memory.objects.len());
    let document = head.as_object_mut().expect("a record");
    for name in ["states", "step_count", "object_count"] {
        document.remove(name);
    }
    document.insert("steps".to_owned(), steps.into());
    document.insert("objects".to_owned(), memory.objects.into());
    head
}

/// Where two documents differ first, told shortly: a whole trace is too much to read.
fn assert_same(whole: &Value, rebuilt: &Value, of: &Path) {
    for (was, is) in list(&whole["steps"]).iter().zip(list(&rebuilt["steps"])) {
        for (name, fact) in was.as_object().expect("a step") {
            assert_eq!(
                fact,
                &is[name],
                "{}: {name} of step {}",
                of.display(),
                was["step"]
            );
        }
    }
    assert!(whole == rebuilt, "{}", of.display());
}

fn compare(path: &Path, options: JsonOptions) {
    let open = || TraceFile::open(path).expect("it is a trace");
    let (mut whole, mut lines) = (Vec::new(), Vec::new());
    let trace = open().read().expect("it is whole");
    write_json(&trace, options, &mut whole).expect("memory takes everything");
    write_jsonl(&open(), options, &mut lines).expect("memory takes everything");
    let whole: Value = serde_json::from_slice(&whole).expect("it is JSON");
    assert_same(&whole, &rebuilt(&text(&lines)), path);
}

#[test]
fn changes_lead_to_the_whole_states() {
    for path in files("tests/traces", "memviz") {
        for class_references in [false, true] {
            compare(&path, JsonOptions { class_references });
        }
    }
}

/// Lessons by line, and by instruction, where the stack of values is among the names.
#[cfg(feature = "python")]
#[test]
fn changes_of_lessons_lead_to_the_whole_states() {
    let mut lessons = files("scenarios", "py");
    lessons.extend(files("scenarios/errors", "py"));
    for (lesson, at) in lessons.iter().zip(0..) {
        let folder = Folder::new();
        let path = lesson.display().to_string();
        let step = match at % 4 {
            0 => "instruction",
            _ => "line",
        };
        let _ = folder.memviz(&["--format", "none", "--step", step, "--out", "out", &path]);
        compare(
            &folder.path().join("out/trace.memviz"),
            JsonOptions::default(),
        );
    }
}

#[test]
fn the_command_writes_the_same_lines() {
    let path = project().join("tests/traces/threads.memviz");
    let folder = Folder::new();
    let done = folder.memviz(&["export", &path.display().to_string(), "--format", "jsonl"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let mut lines = Vec::new();
    let file = TraceFile::open(&path).expect("it is a trace");
    write_jsonl(&file, JsonOptions::default(), &mut lines).expect("memory takes everything");
    assert_eq!(text(&done.stdout), text(&lines));
}
