//! Who holds what: a program for each kind of object that can hold another, and for each way in which
//! the interpreter does. Every count is explained at every step, and the holder is named.
//!
//! `MEMVIZ_UNEXPLAINED=FOLDER cargo t --test holders -- --ignored --nocapture` lists, for all scripts in
//! a folder, what is left unexplained.

mod common;

use common::unchanged::LongTest;
use common::{Folder, laws, object, steps, text};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const PROGRAMS: &str = include_str!("programs/holders.txt");

/// A program in which `h` comes to hold `x`.
struct Holder<'t> {
    kind: &'t str,
    label: &'t str,
    program: &'t str,
}

fn holders() -> Vec<Holder<'static>> {
    let sections = PROGRAMS.split("\n# --- ").skip(1);
    sections
        .filter_map(|section| {
            let (head, program) = section.split_once('\n')?;
            let (kind, label) = head.split_once(": ")?;
            Some(Holder {
                kind,
                label,
                program,
            })
        })
        .collect()
}

fn trace_of(folder: &Folder, program: &str) -> Result<Value, String> {
    folder.write("script.py", program);
    let done = folder.memviz(&["--verify", "--format", "json", "--out", "out", "script.py"]);
    if done.status.code() != Some(0) {
        return Err(format!("{:?}: {}", done.status, text(&done.stderr)));
    }
    let json = std::fs::read(folder.path().join("out/trace.json")).map_err(|e| e.to_string())?;
    serde_json::from_slice(&json).map_err(|e| e.to_string())
}

fn check(folder: &Folder, holder: &Holder) -> Result<(), String> {
    let trace = trace_of(folder, holder.program)?;
    laws::of_lives(&trace)?;
    laws::of_counts(&trace)?;
    if holder.label == "-" {
        return Ok(());
    }
    let last = steps(&trace).last().ok_or("no steps")?;
    let named = |name: &str| {
        let names = last["call_stack"][0]["names"].as_array();
        let found = names.and_then(|names| names.iter().find(|one| one["name"] == name));
        found.and_then(|one| one["to"].as_u64()).ok_or_else(|| {
            format!(
                "no name {name} at the last step: {} {}",
                last["event"], trace["outcome"]
            )
        })
    };
    let (x, h) = (named("x")?, named("h")?);
    let owners = object(last, x)["owners"].as_array().ok_or("no owners")?;
    let is_it = |owner: &Value| match holder.label {
        "*" => owner["from"].is_u64(),
        label => owner["from"] == h && owner["label"] == label,
    };
    if owners.iter().any(is_it) {
        return Ok(());
    }
    Err(format!("#{x} is held by {owners:?}"))
}

/// Calls `check` for all, on all cores, and gives what it finds.
fn on_all_cores<T: Sync>(
    all: &[T],
    check: impl Fn(&Folder, &T) -> Option<String> + Sync,
) -> Vec<String> {
    let found = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // A folder of its own: an output folder is not written to a second time.
                    let one = check(&Folder::new(), one);
                    found.lock().expect("no thread has failed").extend(one);
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no thread has failed");
    found.sort();
    found
}

#[test]
fn every_holder_is_named_and_every_count_explained() {
    let own = ["holders.rs", "programs/holders.txt"];
    let Some(test) = LongTest::unless_unchanged("holders", &own, &[]) else {
        return;
    };
    let all = holders();
    assert!(all.len() >= 200, "{} kinds", all.len());
    let wrong = on_all_cores(&all, |folder, holder| {
        let problem = check(folder, holder).err()?;
        Some(format!("{}: {problem}", holder.kind))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    test.passed();
}

#[test]
#[ignore = "lists what is left in the scripts of the folder MEMVIZ_UNEXPLAINED"]
fn what_is_left_unexplained_in_a_folder_of_scripts() {
    let folder = std::env::var_os("MEMVIZ_UNEXPLAINED").expect("MEMVIZ_UNEXPLAINED names a folder");
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut scripts: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    scripts.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    scripts.sort();
    for line in on_all_cores(&scripts, |folder, path| {
        let program = std::fs::read_to_string(path).ok()?;
        let left = match trace_of(folder, &program) {
            Ok(trace) => laws::unexplained(&trace),
            Err(problem) => return Some(format!("{}: {problem}", path.display())),
        };
        let left: Vec<String> = left
            .iter()
            .map(|(name, times)| format!("{name} {times}"))
            .collect();
        (!left.is_empty()).then(|| format!("{}: {}", path.display(), left.join(", ")))
    }) {
        println!("{line}");
    }
}
