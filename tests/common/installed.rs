//! The Pythons on this machine, and what is asked of them.

use super::{Folder, steps, text, tools};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// A Python that is tried: what starts it, and its version, as `3.13`.
pub struct Python {
    pub program: PathBuf,
    /// As `3.13`; of other Pythons the name.
    pub version: String,
}

/// The versions that the agent records.
const RECORDED: [&str; 5] = ["3.9", "3.10", "3.11", "3.12", "3.13"];

/// One CPython of each of these.
pub fn pythons() -> &'static [Python] {
    static FOUND: OnceLock<Vec<Python>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut found = BTreeMap::new();
        for program in candidates() {
            let asked = Command::new(&program)
                .args(["-c", "import sys; print('%s %d.%d' % ((sys.implementation.name,) + sys.version_info[:2]))"])
                .stderr(Stdio::null())
                .output();
            let said = asked.map_or(String::new(), |done| text(&done.stdout));
            if let Some(version) = said.trim().strip_prefix("cpython ")
                && RECORDED.contains(&version)
            {
                found.entry(version.to_owned()).or_insert(program);
            }
        }
        for version in RECORDED {
            if !found.contains_key(version) {
                println!("skipped: CPython {version} is not on this machine");
            }
        }
        let found = found.into_iter();
        found.map(|(version, program)| Python { program, version }).collect()
    })
}

fn candidates() -> Vec<PathBuf> {
    let mut all = Vec::new();
    if let Some(home) = std::env::var_os("HOME") {
        let versions = std::fs::read_dir(Path::new(&home).join(".pyenv/versions"));
        let folders = versions.into_iter().flatten().flatten();
        all.extend(folders.map(|entry| entry.path().join("bin/python")));
        all.sort();
    }
    let names = RECORDED.map(|version| format!("python{version}"));
    for name in names.iter().map(String::as_str).chain(["python3"]) {
        all.extend(tools::find(name));
        all.push(Path::new("/usr/bin").join(name));
    }
    all
}

impl Python {
    pub fn plain(&self, folder: &Folder, arguments: &[&str]) -> Output {
        Command::new(&self.program)
            .args(arguments)
            .current_dir(folder.path())
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::null())
            .output()
            .expect("it starts")
    }

    pub fn recorded(&self, folder: &Folder, arguments: &[&str]) -> Output {
        let program = self.program.to_string_lossy().into_owned();
        folder
            .command(
                &[
                    &["--python", &program, "--out", "out", "--force"],
                    arguments,
                ]
                .concat(),
            )
            .env("PYTHONHASHSEED", "0")
            // Jython is started by a script that looks for Java.
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .output()
            .expect("memviz starts")
    }

    /// The recording of a script, which must run as without.
    pub fn trace(&self, folder: &Folder, script: &str) -> Value {
        self.trace_by(folder, script, "line")
    }

    /// The same with steps of a kind.
    pub fn trace_by(&self, folder: &Folder, script: &str, step: &str) -> Value {
        let plain = self.plain(folder, &[script]);
        let recorded = self.recorded(folder, &["--step", step, "--format", "json", script]);
        let version = &self.version;
        assert_alike(&plain, &recorded, &format!("{script} on {version}"));
        let json = std::fs::read(folder.path().join("out/trace.json")).expect("it was written");
        serde_json::from_slice(&json).expect("it is JSON")
    }
}

/// What a program writes, without addresses.
pub fn written(bytes: &[u8]) -> String {
    let lines = text(bytes);
    let own: Vec<&str> = lines
        .lines()
        .filter(|line| !line.starts_with("memviz: "))
        .collect();
    let mut out = String::new();
    let mut rest = own.join("\n");
    while let Some(at) = rest.find("0x") {
        let after = rest.split_off(at + 2);
        out.push_str(&rest);
        rest = after
            .trim_start_matches(|c: char| c.is_ascii_hexdigit())
            .to_owned();
    }
    (out + &rest).trim_end().to_owned()
}

pub fn assert_alike(plain: &Output, recorded: &Output, what: &str) {
    assert_eq!(written(&plain.stdout), written(&recorded.stdout), "{what}");
    assert_eq!(written(&plain.stderr), written(&recorded.stderr), "{what}");
    assert_eq!(plain.status.code(), recorded.status.code(), "{what}");
}

/// The counts of objects born in the run that are not explained.
pub fn unexplained(trace: &Value) -> Vec<String> {
    let objects = trace["objects"].as_array().expect("a list");
    let objects: BTreeMap<u64, &Value> = objects
        .iter()
        .map(|one| (one["id"].as_u64().expect("a number"), one))
        .collect();
    let mut found = BTreeMap::new();
    for step in steps(trace) {
        for one in step["heap"].as_array().expect("a list") {
            let id = one["id"].as_u64().expect("a number");
            let object = objects[&id];
            if !object["born"].is_null() && one["unexplained"].as_i64().unwrap_or(0) != 0 {
                found.entry(id).or_insert_with(|| {
                    format!(
                        "{} {} at step {}",
                        object["type"], one["unexplained"], step["step"]
                    )
                });
            }
        }
    }
    found.into_values().collect()
}

pub fn lessons() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).expect("it is there").flatten();
    let mut lessons: Vec<PathBuf> = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    lessons.sort();
    lessons
}
