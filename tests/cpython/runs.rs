//! Runs each script on memviz and on CPython, and compares step by step.

use super::common::{Folder, text};
use super::compare::{self, Disagreement, Tally, What};
use super::moment::{self, Moment};
use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A disagreement and where it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// memviz's number of the step.
    pub step: usize,
    pub event: String,
    pub function: String,
    /// The line of the function that has just run.
    pub ran: Option<u64>,
    pub disagreement: Disagreement,
}

#[derive(Debug, Default)]
pub struct Comparison {
    pub found: Vec<Found>,
    pub tally: Tally,
    /// The lines after which memory was compared.
    pub compared: Vec<u64>,
}

/// Why nothing can be compared here.
pub enum Missing {
    Node,
    Packages,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Missing::Node => "there is no Node; with it, run `npm ci --prefix tests/cpython`",
            Missing::Packages => "CPython is not installed: run `npm ci --prefix tests/cpython`",
        })
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cpython")
}

/// Whether Node and CPython in WebAssembly are there.
pub fn missing() -> Option<Missing> {
    let node = Command::new("node").arg("--version").output();
    if !node.is_ok_and(|done| done.status.success()) {
        return Some(Missing::Node);
    }
    let package = here().join("node_modules/pyodide/pyodide.mjs");
    (!package.exists()).then_some(Missing::Packages)
}

/// The scripts that are compared, by name: the scenarios, and programs with objects of more kinds.
pub fn scripts() -> BTreeMap<String, PathBuf> {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    [scenarios, here().join("programs")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("there are scripts"))
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "py"))
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)))
        .collect()
}

/// What CPython says of all scripts; it is loaded once for all, which takes seconds.
fn on_cpython() -> Result<Value, String> {
    let scripts = scripts();
    let done = Command::new("node")
        .arg("run.mjs")
        .args(scripts.values())
        .current_dir(here())
        .output()
        .map_err(|error| error.to_string())?;
    if !done.status.success() {
        // Node shows the code that failed, which is one line of a megabyte.
        let said = text(&done.stderr);
        let short: Vec<&str> = said.lines().filter(|line| line.len() < 500).collect();
        return Err(short.join("\n"));
    }
    let said: Value = serde_json::from_slice(&done.stdout).map_err(|error| error.to_string())?;
    match said["python"].as_str() {
        Some(version) if version.starts_with("3.14.") => Ok(said),
        other => Err(format!("this is CPython {other:?}")),
    }
}

pub type Comparisons = BTreeMap<String, Result<Comparison, String>>;

/// The comparisons of all scripts.
pub fn comparisons() -> Result<&'static Comparisons, String> {
    static ALL: LazyLock<Result<Comparisons, String>> = LazyLock::new(|| {
        let cpython = on_cpython()?;
        let compared = |(name, path): (String, PathBuf)| {
            let run = &cpython["scripts"][&name];
            let comparison = on_memviz(&path).and_then(|trace| {
                finished(&trace, run)?;
                Ok(held_against(&trace, run))
            });
            (name, comparison)
        };
        Ok(scripts().into_iter().map(compared).collect())
    });
    ALL.as_ref().map_err(Clone::clone)
}

fn on_memviz(script: &Path) -> Result<Value, String> {
    let folder = Folder::new();
    let script = script.to_string_lossy();
    let recorded = folder.memviz(&[&script, "--format", "none", "--out", "out"]);
    let trace = "out/trace.memviz";
    if !folder.path().join(trace).exists() {
        return Err(text(&recorded.stderr));
    }
    let exported = folder.memviz(&["export", trace, "--format", "json", "--class-references"]);
    serde_json::from_slice(&exported.stdout).map_err(|error| error.to_string())
}

/// What is compared must have run to its end.
fn finished(memviz: &Value, cpython: &Value) -> Result<(), String> {
    if let Some(failure) = cpython["failure"].as_str() {
        return Err(failure.to_owned());
    }
    let (here, there) = (&memviz["outcome"], &cpython["raised"]);
    if here["kind"] == "finished" && there.is_null() {
        Ok(())
    } else {
        Err(format!(
            "it ends with {here} on memviz, with {there} on CPython"
        ))
    }
}

fn held_against(memviz: &Value, cpython: &Value) -> Comparison {
    let memviz = moment::of_memviz(memviz);
    let cpython = moment::of_cpython(cpython);
    let mut comparison = Comparison::default();
    for (m, c) in aligned(&memviz, &cpython) {
        let disagreements = match (m, c) {
            (Some(m), Some(c)) => {
                comparison.compared.extend(memviz[m].ran);
                compare::compare(&memviz[m], &cpython[c], &mut comparison.tally)
            }
            (Some(m), None) => vec![alone(&memviz[m], true)],
            (None, Some(c)) => vec![alone(&cpython[c], false)],
            (None, None) => Vec::new(),
        };
        let near = m.map_or(cpython.get(c.unwrap_or(0)), |m| memviz.get(m));
        let Some(near) = near else { continue };
        let place = |disagreement| Found {
            step: m.map_or(0, |m| m + 1),
            event: near.event.clone(),
            function: near.function.clone(),
            ran: near.ran,
            disagreement,
        };
        comparison
            .found
            .extend(disagreements.into_iter().map(place));
    }
    comparison
}

/// The moments of two runs, side by side; a moment that one of them alone has stands alone.
fn aligned(memviz: &[Moment], cpython: &[Moment]) -> Vec<(Option<usize>, Option<usize>)> {
    let keys = |moments: &[Moment]| -> Vec<String> { moments.iter().map(key).collect() };
    let changes = capture_diff_slices(Algorithm::Myers, &keys(memviz), &keys(cpython));
    let mut out = Vec::new();
    for change in changes {
        let (here, there) = (change.old_range(), change.new_range());
        if let DiffOp::Equal { .. } = change {
            out.extend(here.map(Some).zip(there.map(Some)));
        } else {
            out.extend(here.map(|m| (Some(m), None)));
            out.extend(there.map(|c| (None, Some(c))));
        }
    }
    out
}

fn key(moment: &Moment) -> String {
    match moment.line {
        Some(line) => format!("{} {line} of {}", moment.event, moment.function),
        None => format!("{} of {}", moment.event, moment.function),
    }
}

fn alone(moment: &Moment, in_memviz: bool) -> Disagreement {
    let (label, to) = ("event".to_owned(), key(moment));
    Disagreement {
        path: key(moment),
        type_name: String::new(),
        held_by: Vec::new(),
        what: if in_memviz {
            What::OnlyMemviz { label, to }
        } else {
            What::OnlyCpython { label, to }
        },
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Disagreement {
            path,
            type_name,
            held_by,
            what,
        } = &self.disagreement;
        write!(
            to,
            "step {}, {} of {}",
            self.step, self.event, self.function
        )?;
        if let Some(ran) = self.ran {
            write!(to, ", after line {ran}")?;
        }
        write!(to, ": {path}")?;
        if !type_name.is_empty() {
            write!(to, " ({type_name})")?;
        }
        write!(to, ": {what}")?;
        if !held_by.is_empty() {
            write!(to, " [held by: {}]", held_by.join(", "))?;
        }
        Ok(())
    }
}
