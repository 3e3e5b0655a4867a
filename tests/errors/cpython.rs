//! What the lessons print beside what CPython prints: entries of tracebacks, types, messages.

use crate::common::{Folder, text};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines in which the embedded interpreter, which follows 3.14, is known to differ: how they begin
/// there, and under CPython up to 3.13.
const DIFFERENCES: [(&str, &str); 2] = [
    (
        "UnboundLocalError: local variable 'count' referenced",
        "UnboundLocalError: cannot access local variable 'count'",
    ),
    (
        "Exception ignored while calling deallocator",
        "Exception ignored in: <function Log.__del__",
    ),
];

/// The CPythons from 3.11 to 3.13 on this machine: earlier ones have no groups.
fn cpythons() -> Vec<PathBuf> {
    let asks = "import sys\n\
                is_it = (3, 11) <= sys.version_info[:2] <= (3, 13)\n\
                print(sys.executable if is_it and sys.implementation.name == 'cpython' else '')";
    let home = std::env::var_os("HOME").unwrap_or_default();
    let versions = std::fs::read_dir(Path::new(&home).join(".pyenv/versions"));
    let versions = versions.into_iter().flatten().flatten();
    let names = ["python3.13", "python3.12", "python3.11", "python3"];
    let names = names.iter().map(PathBuf::from);
    let all = names.chain(versions.map(|one| one.path().join("bin/python")));
    let answers = all.filter_map(|name| {
        let answer = Command::new(name).args(["-c", asks]).output().ok()?;
        let path = text(&answer.stdout).trim().to_owned();
        (!path.is_empty()).then(|| PathBuf::from(path))
    });
    let mut found: Vec<PathBuf> = answers.collect();
    found.sort();
    found.dedup();
    found
}

/// An entry of the script's own has file, line and name; of the library's the name alone, since that
/// lies elsewhere and is of another version. What stands at the margin tells type and message.
fn told(printed: &str) -> Vec<String> {
    let mut told = Vec::new();
    let mut warned = false;
    for line in printed.lines() {
        let inner = line.trim_start_matches([' ', '|']);
        if let Some(entry) = inner.strip_prefix("File \"") {
            let (path, rest) = entry.split_once("\", ").expect("a path in quotes");
            let (line, name) = rest.split_once(", in ").expect("line and name");
            told.push(match path.strip_suffix("script.py") {
                Some(_) => format!("script.py, {line}, in {name}"),
                None => format!("the library, in {name}"),
            });
        } else if let Some(times) = repeated(inner) {
            let last = told.last().expect("an entry stands before").clone();
            told.extend(vec![last; times]);
        } else if line.contains("SyntaxWarning: ") {
            // 3.14 warns of what no earlier one does; the source stands below.
            warned = true;
            continue;
        } else if is_at_margin(line) && !warned && !inner.ends_with("(most recent call last):") {
            told.push(said(inner));
        }
        warned = false;
    }
    told
}

fn repeated(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("[Previous line repeated ")?;
    rest.split(' ').next()?.parse().ok()
}

/// Whether a line is no source and no marks: those are further in, also in the frame of a group.
fn is_at_margin(line: &str) -> bool {
    let inner = line.trim_start();
    let inner = inner
        .strip_prefix("| ")
        .unwrap_or(match inner.len() == line.len() {
            true => inner,
            false => " ",
        });
    !inner.is_empty() && !inner.starts_with([' ', '+'])
}

/// A line, or the difference that is known of it.
fn said(line: &str) -> String {
    let known = DIFFERENCES.iter();
    let known = known
        .enumerate()
        .find(|(_, (own, other))| line.starts_with(own) || line.starts_with(other));
    match known {
        Some((number, _)) => format!("difference {number}"),
        None => line.trim_end().to_owned(),
    }
}

#[test]
fn lessons_print_what_cpython_prints() {
    let pythons = cpythons();
    if pythons.is_empty() {
        eprintln!("left out: no CPython from 3.11 to 3.13 on this machine");
    }
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/errors");
    let mut lessons: Vec<PathBuf> = std::fs::read_dir(lessons)
        .expect("there are lessons")
        .map(|entry| entry.expect("it is there").path())
        .filter(|path| path.extension().is_some_and(|end| end == "py"))
        .collect();
    lessons.sort();
    let mut differ = [false; DIFFERENCES.len()];
    for lesson in &lessons {
        let source = std::fs::read_to_string(lesson).expect("it is a text");
        let folder = Folder::new();
        folder.write("script.py", &source);
        let own = folder.memviz(&["run", "--no-record", "script.py"]);
        let own_text = text(&own.stderr);
        let own_lines = told(&own_text);
        for (number, (begins, _)) in DIFFERENCES.iter().enumerate() {
            differ[number] |= own_text.lines().any(|line| line.starts_with(begins));
        }
        for python in &pythons {
            let other = Command::new(python)
                .arg("script.py")
                .current_dir(folder.path())
                .output()
                .expect("it runs");
            let said = format!("{} under {}", lesson.display(), python.display());
            assert_eq!(own_lines, told(&text(&other.stderr)), "{said}");
            assert_eq!(own.status.code(), other.status.code(), "{said}");
        }
    }
    // A difference that is none any more is not to stay in the list.
    assert_eq!(differ, [true; DIFFERENCES.len()]);
}

#[test]
fn what_is_compared_is_entries_and_messages() {
    let printed = "Traceback (most recent call last):\n  File \"/a/script.py\", line 3, in f\n    x = 1\n    ~~^~~\n  \
                   [Previous line repeated 2 more times]\n  File \"/lib/json.py\", line 9, in loads\nKeyError: 'a'\n";
    let entry = "script.py, line 3, in f";
    let wanted = [
        entry,
        entry,
        entry,
        "the library, in loads",
        "KeyError: 'a'",
    ];
    assert_eq!(told(printed), wanted);
    let group = "  + Exception Group Traceback (most recent call last):\n  |   File \"script.py\", line 1, in g\n  |     raise x\n  \
                 | ExceptionGroup: a (1 sub-exception)\n  +-+---------------- 1 ----------------\n    | ValueError: b\n    +----\n";
    let wanted = [
        "script.py, line 1, in g",
        "ExceptionGroup: a (1 sub-exception)",
        "ValueError: b",
    ];
    assert_eq!(told(group), wanted);
}
