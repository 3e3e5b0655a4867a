//! Other Pythons on this machine, each asked by its own standard library.

use super::common::{Folder, text};
use super::{embedded_python, laws, scenarios, stages};
use memviz::export::{StagesChoice, instruction_table};
use memviz::narrate::instruction;
use memviz::record::stages::of_python;
use memviz::trace::stages::Stages;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The installed one of a version.
fn installed(version: &str) -> Option<PathBuf> {
    let home = std::env::var_os("HOME")?;
    let folder = Path::new(&home).join(".pyenv/versions");
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let mut all: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.strip_prefix(version)
                .is_some_and(|rest| rest.starts_with('.'))
        })
        .map(|entry| entry.path().join("bin/python"))
        .collect();
    all.sort();
    let found = all.pop();
    if found.is_none() {
        eprintln!("left out: no Python {version} on this machine");
    }
    found
}

fn names(stages: &Stages) -> Vec<&str> {
    stages.codes[0]
        .instructions
        .iter()
        .map(|one| &*one.name)
        .collect()
}

const HELLO: &str = "message = \"Hello, World!\"; print(message)\n";

#[test]
fn the_hello_program_has_the_instructions_of_its_version() {
    let versions: [(&str, &[&str]); 3] = [
        (
            "3.10",
            &[
                "LOAD_CONST",
                "STORE_NAME",
                "LOAD_NAME",
                "LOAD_NAME",
                "CALL_FUNCTION",
                "POP_TOP",
                "LOAD_CONST",
                "RETURN_VALUE",
            ],
        ),
        (
            "3.12",
            &[
                "RESUME",
                "LOAD_CONST",
                "STORE_NAME",
                "PUSH_NULL",
                "LOAD_NAME",
                "LOAD_NAME",
                "CALL",
                "POP_TOP",
                "RETURN_CONST",
            ],
        ),
        (
            "3.13",
            &[
                "RESUME",
                "LOAD_CONST",
                "STORE_NAME",
                "LOAD_NAME",
                "PUSH_NULL",
                "LOAD_NAME",
                "CALL",
                "POP_TOP",
                "RETURN_CONST",
            ],
        ),
    ];
    for (version, expected) in versions {
        let Some(python) = installed(version) else {
            continue;
        };
        let found = of_python(&python, "hello.py", HELLO.as_bytes()).expect("it answers");
        assert_eq!(names(&found), expected, "{version}");
        assert!(found.engine.python.starts_with(version));
    }
}

#[test]
fn every_version_tells_of_all_lessons() {
    for version in ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"] {
        let Some(python) = installed(version) else {
            continue;
        };
        for path in scenarios().iter().step_by(4) {
            let bytes = std::fs::read(path).expect("the file is there");
            let found = of_python(&python, &path.to_string_lossy(), &bytes).expect("it answers");
            if found.failure.is_none() {
                laws::hold(&found);
            }
        }
        // Older than `match`, some fail where they should.
        let found =
            of_python(&python, "a.py", b"x = 1\nmatch x:\n    case 1: pass\n").expect("it answers");
        let is_old = ["3.8", "3.9"].contains(&version);
        assert_eq!(found.failure.is_some(), is_old, "{version}");
        assert!(!found.tokens.is_empty());
    }
}

#[test]
fn every_instruction_has_an_explanation() {
    let script = "import dis; print(*dis.opmap)";
    let folder = Folder::new();
    let embedded = embedded_python(&folder);
    let versions = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"];
    let others = versions.iter().filter_map(|version| installed(version));
    for python in others.chain([embedded]) {
        let done = Command::new(&python)
            .args(["-I", "-S", "-c", script])
            .output()
            .expect("it starts");
        let all = text(&done.stdout);
        assert!(all.split_whitespace().count() > 100, "{}", python.display());
        for name in all.split_whitespace() {
            // What lines and instructions of watched code become has no meaning of its own.
            assert!(instruction(name).is_some(), "{}: {name}", python.display());
        }
    }
}

#[test]
fn a_table_names_what_not_all_have() {
    let own = stages(HELLO);
    let mut other = own.clone();
    other.engine.name = "Other".to_owned();
    let added = other.codes[0].instructions[0].clone();
    other.codes[0]
        .instructions
        .push(memviz::trace::stages::Instruction {
            name: "ROT_TWO".into(),
            line: Some(1),
            ..added
        });
    let table = instruction_table(&[own, other], &StagesChoice::default());
    assert!(
        table.contains("| line | RustPython 0.6.0 | Other 0.6.0 |"),
        "{table}"
    );
    assert!(
        table.contains("| ROT_TWO | Other 0.6.0 | exchanges the two top values |"),
        "{table}"
    );
    assert!(!table.contains("| POP_TOP |"), "{table}");
}

#[test]
fn what_is_no_python_is_named() {
    let error = of_python(Path::new("/bin/true"), "a.py", b"x = 1\n");
    assert!(error.is_err());
    let error = of_python(Path::new("/bin/false"), "a.py", b"x = 1\n").expect_err("it fails");
    assert!(error.to_string().contains("does not tell"), "{error}");
}

#[test]
fn the_table_of_the_page_is_what_the_command_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/stages.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let script = page
        .split("```python\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let table = instruction_table(
        &[stages(script.expect("a script"))],
        &StagesChoice::default(),
    );
    let last = |row: &str| {
        row.trim_end_matches([' ', '|'])
            .rsplit(" | ")
            .next()
            .map(str::to_owned)
    };
    let head = |row: &str| row.split(" |").next().map(str::to_owned);
    let rows = table.lines().filter(|row| !row.starts_with("|---"));
    for row in rows {
        let shown = page.lines().find(|line| head(line) == head(row));
        let shown = shown.unwrap_or_else(|| panic!("not on the page: {row}"));
        assert_eq!(last(shown), last(row));
    }
}
