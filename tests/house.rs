//! The order of the house: data goes one way, and no two files need each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The stages. Each may use those before it; the recorder, beside the trace, nothing of the others.
const ORDER: [&str; 10] = [
    "trace", "record", "analyse", "narrate", "view", "layout", "render", "export", "player", "cli",
];
/// Lines of a file that are still read in one go.
const LONGEST: usize = 600;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file, without comments and without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("it is text");
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The module that a file is: `["cli", "outputs", "folder"]`.
fn module(path: &Path) -> Vec<String> {
    let path = path
        .strip_prefix(source())
        .expect("it is in there")
        .with_extension("");
    let mut parts: Vec<String> = path
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts
        .last()
        .is_some_and(|last| last == "mod" || last == "lib" || last == "main")
    {
        parts.pop();
    }
    parts
}

/// What a file names of the crate, as paths from its root.
fn named(path: &Path) -> Vec<Vec<String>> {
    let own = module(path);
    let mut all = Vec::new();
    let text = code(path);
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for (at, _) in text
        .match_indices("crate::")
        .chain(text.match_indices("super::"))
    {
        let before = text[..at].chars().next_back();
        if before.is_some_and(is_part) {
            continue;
        }
        let rest = &text[at..];
        let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let (path, behind) = rest.split_at(end);
        let mut base = Vec::new();
        let mut parts = path.split("::").filter(|part| !part.is_empty()).peekable();
        if parts.peek() == Some(&"super") {
            base.clone_from(&own);
            while parts.next_if_eq(&"super").is_some() {
                base.pop();
            }
        } else {
            parts.next();
        }
        base.extend(parts.map(str::to_owned));
        // `use super::{a::B, c}`
        if let Some(list) = behind.strip_prefix('{') {
            let list = list.split('}').next().unwrap_or_default();
            for one in list.split(',') {
                let mut path = base.clone();
                path.extend(one.trim().split("::").map(str::to_owned));
                all.push(path);
            }
        } else {
            all.push(base);
        }
    }
    all
}

/// The file that a path leads into.
fn file_of<'m>(path: &[String], modules: &'m BTreeMap<Vec<String>, PathBuf>) -> Option<&'m Path> {
    let lengths = (1..=path.len()).rev();
    let mut found = lengths.filter_map(|length| modules.get(&path[..length]));
    found.next().map(PathBuf::as_path)
}

/// Who uses whom, by file.
fn uses(folder: &Path) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let modules: BTreeMap<Vec<String>, PathBuf> = files(folder)
        .into_iter()
        .map(|path| (module(&path), path))
        .collect();
    let of = |path: &PathBuf| {
        let targets = named(path);
        let targets = targets.iter().filter_map(|one| file_of(one, &modules));
        targets
            .filter(|to| to != path)
            .map(Path::to_path_buf)
            .collect()
    };
    modules
        .values()
        .map(|path| (path.clone(), of(path)))
        .collect()
}

/// A way from a file back to itself.
fn circle(uses: &BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> Option<Vec<PathBuf>> {
    fn walk(
        at: &PathBuf,
        uses: &BTreeMap<PathBuf, BTreeSet<PathBuf>>,
        way: &mut Vec<PathBuf>,
        done: &mut BTreeSet<PathBuf>,
    ) -> bool {
        if let Some(start) = way.iter().position(|one| one == at) {
            way.drain(..start);
            return true;
        }
        if done.contains(at) {
            return false;
        }
        way.push(at.clone());
        for next in uses.get(at).into_iter().flatten() {
            if walk(next, uses, way, done) {
                return true;
            }
        }
        way.pop();
        done.insert(at.clone());
        false
    }
    let mut done = BTreeSet::new();
    uses.keys().find_map(|start| {
        let mut way = Vec::new();
        walk(start, uses, &mut way, &mut done).then_some(way)
    })
}

#[test]
fn no_stage_uses_a_later_one() {
    let mut arrows = BTreeSet::new();
    for path in files(&source()) {
        let own = module(&path);
        let Some(rank) = own
            .first()
            .and_then(|own| ORDER.iter().position(|one| one == own))
        else {
            continue;
        };
        for to in named(&path) {
            let Some(other) = to
                .first()
                .and_then(|to| ORDER.iter().position(|one| one == to))
            else {
                continue;
            };
            assert!(other <= rank, "{} uses {}", path.display(), ORDER[other]);
            let is_foreign = rank != other;
            if is_foreign {
                arrows.insert((ORDER[rank], ORDER[other]));
            }
        }
    }
    assert!(arrows.contains(&("cli", "record")) && arrows.contains(&("view", "analyse")));
    let of_record: Vec<_> = arrows
        .iter()
        .filter(|(from, _)| *from == "record")
        .collect();
    assert_eq!(of_record, [&("record", "trace")]);
    for (from, to) in arrows {
        println!("{from} -> {to}");
    }
}

#[test]
fn no_files_need_each_other() {
    for folder in [
        "cli", "view", "trace", "analyse", "narrate", "layout", "render", "export", "player",
    ] {
        let uses = uses(&source().join(folder));
        if let Some(way) = circle(&uses) {
            let names: Vec<_> = way.iter().map(|path| module(path).join("::")).collect();
            panic!("a circle of files: {}", names.join(" -> "));
        }
    }
}

#[test]
fn a_circle_is_found() {
    let path = |name: &str| PathBuf::from(name);
    let uses = |list: &[(&str, &[&str])]| -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
        let entries = list.iter();
        let entries =
            entries.map(|(from, to)| (path(from), to.iter().map(|to| path(to)).collect()));
        entries.collect()
    };
    let straight = uses(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])]);
    assert_eq!(circle(&straight), None);
    let round = uses(&[("a", &["b"]), ("b", &["c"]), ("c", &["d", "b"]), ("d", &[])]);
    assert_eq!(circle(&round), Some(vec![path("b"), path("c")]));
    // Imports are seen in all their forms.
    let found = uses_of_cli();
    assert!(
        found.contains("cli/commands/run.rs -> cli/outputs/mod.rs"),
        "{found}"
    );
    assert!(
        found.contains("cli/outputs/write.rs -> cli/problem.rs"),
        "{found}"
    );
}

fn uses_of_cli() -> String {
    let mut out = String::new();
    for (from, to) in uses(&source().join("cli")) {
        for to in to {
            let name = |path: &Path| path.strip_prefix(source()).map(|p| p.display().to_string());
            let (from, to) = (
                name(&from).unwrap_or_default(),
                name(&to).unwrap_or_default(),
            );
            out.push_str(&format!("{from} -> {to}\n"));
        }
    }
    out
}

#[test]
fn no_file_is_too_long() {
    for path in files(&source()) {
        let lines = fs::read_to_string(&path)
            .expect("it is text")
            .lines()
            .count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
    }
}
