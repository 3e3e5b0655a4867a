//! Runs the built program in a folder of its own, as a user would.
#![allow(dead_code)] // Each test program uses a part of this.

pub mod cpython;
pub mod installed;
pub mod laws;
pub mod pixels;
pub mod random;
pub mod recorded;
pub mod tools;
pub mod unchanged;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes away with its owner.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "memviz-test-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("the system has a folder for temporary files");
        Folder(path.canonicalize().expect("it was just made"))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("the folder can be written to");
        path
    }

    /// Runs memviz here; `dot` and Python are not on its path.
    pub fn memviz(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the program starts")
    }

    /// Runs memviz as it comes, where it draws those steps at which something is new.
    pub fn memviz_by_default(&self, arguments: &[&str]) -> Output {
        self.raw_command(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the program starts")
    }

    /// A command that draws every step, so that each can be looked at, where it does not say which.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let first = arguments.first().copied().unwrap_or_default();
        let place = usize::from(["run", "render"].contains(&first));
        let draws = match first {
            "run" => !arguments.contains(&"--no-record"),
            "render" | "-" | "-c" | "-m" => true,
            first => first.starts_with("--") || first.ends_with(".py"),
        };
        let choosing = [
            "--steps",
            "--from-line",
            "--to-line",
            "--only-changes",
            "--help",
        ];
        let chooses = arguments
            .iter()
            .any(|word| choosing.iter().any(|one| word.starts_with(one)));
        let mut words = arguments.to_vec();
        let heeds_marks = !arguments.contains(&"--no-marks");
        if draws && !chooses && !(heeds_marks && self.has_marked_pictures()) {
            words.splice(place..place, ["--steps", "all"]);
        }
        self.raw_command(&words)
    }

    /// Whether a script here says which moments are to be drawn.
    fn has_marked_pictures(&self) -> bool {
        let files = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut scripts = files.filter(|file| file.path().extension().is_some_and(|e| e == "py"));
        scripts.any(|script| {
            let text = std::fs::read(script.path()).unwrap_or_default();
            String::from_utf8_lossy(&text).contains("memviz: picture")
        })
    }

    fn raw_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_memviz"));
        command
            .args(arguments)
            .current_dir(&self.0)
            .env("PATH", "/nowhere")
            .env_remove("PYTHONPATH");
        command
    }

    /// The trace of a script, recorded here.
    pub fn trace(&self, source: &str) -> Value {
        self.trace_with(source, &[])
    }

    pub fn trace_with(&self, source: &str, options: &[&str]) -> Value {
        self.write("script.py", source);
        let mut arguments = vec!["script.py", "--format", "json", "--out", "out"];
        arguments.extend(options);
        let done = self.memviz(&arguments);
        let text = std::fs::read(self.0.join("out/trace.json")).unwrap_or_else(|error| {
            panic!(
                "no trace: {error}\n{}",
                String::from_utf8_lossy(&done.stderr)
            )
        });
        serde_json::from_slice(&text).expect("the trace is JSON")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The steps of a trace.
pub fn steps(trace: &Value) -> &[Value] {
    trace["steps"].as_array().expect("a trace has steps")
}

/// The first step at which `line` of the module has just run.
pub fn after_line(trace: &Value, line: u64) -> &Value {
    steps(trace)
        .iter()
        .find(|step| {
            step["ran"] == line
                && step["function"] == "<module>"
                && (step["event"] == "line" || step["event"] == "return")
        })
        .unwrap_or_else(|| panic!("line {line} has not run"))
}

/// What a name of the outermost frame leads to.
pub fn global(step: &Value, name: &str) -> u64 {
    name_in(step, 0, name)
}

/// What a name of a frame leads to.
pub fn name_in(step: &Value, frame: usize, name: &str) -> u64 {
    step["call_stack"][frame]["names"]
        .as_array()
        .and_then(|names| names.iter().find(|candidate| candidate["name"] == name))
        .and_then(|found| found["to"].as_u64())
        .unwrap_or_else(|| panic!("no name {name} at step {}", step["step"]))
}

/// The entry of a living object.
pub fn object(step: &Value, id: u64) -> &Value {
    find_object(step, id).unwrap_or_else(|| panic!("#{id} is not there at step {}", step["step"]))
}

pub fn find_object(step: &Value, id: u64) -> Option<&Value> {
    step["heap"]
        .as_array()
        .and_then(|heap| heap.iter().find(|object| object["id"] == id))
}

/// What the reference with this label leads to.
pub fn follow(step: &Value, id: u64, label: &str) -> u64 {
    object(step, id)["refs"]
        .as_array()
        .and_then(|refs| refs.iter().find(|reference| reference["label"] == label))
        .and_then(|found| found["to"].as_u64())
        .unwrap_or_else(|| panic!("#{id} has no {label}: {}", object(step, id)))
}

/// Type of an object.
pub fn type_of(trace: &Value, id: u64) -> &str {
    trace["objects"][id as usize - 1]["type"]
        .as_str()
        .expect("every object has a type")
}
