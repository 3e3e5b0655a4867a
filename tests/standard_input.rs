//! What a program reads from standard input stands in the trace, and reading stays what it was.

mod common;

use common::installed::{assert_alike, pythons};
use common::{Folder, after_line, steps, text};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};

const SCRIPT: &str = r#"
import sys
name = input("Näme? ")
print("é", end=""); age = input("Age? "); print("!")
for line in sys.stdin:
    size = len(line)
    if size > 3:
        break
one = sys.stdin.readline()
two = sys.stdin.read(3)
rest = sys.stdin.readlines()
print(name, age, size, repr(one), repr(two), rest)
print(input, input.__self__, input.__module__, input.__name__, type(sys.stdin).readline)
import io
sys.stdin = io.StringIO("elsewhere\n")
print(input("? "))
sys.stdin = sys.__stdin__
try:
    input("more? ")
except EOFError:
    print("end")
try:
    input("a", "b")
except TypeError as error:
    print(error)
"#;
const TYPED: &str = "Ada\n41\nx\nlong\nüne\nabcdef\nlast";

fn fed(mut command: Command) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("memviz runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(TYPED.as_bytes()).expect("it is taken");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// What each line has read, in order.
fn read(trace: &Value) -> Vec<(u64, Value)> {
    let steps = steps(trace).iter();
    steps
        .filter_map(|step| Some((step["ran"].as_u64()?, step.get("stdin")?.clone())))
        .collect()
}

fn expected() -> Vec<(u64, Value)> {
    let one = |behind: u64, text: &str| json!([{"behind": behind, "text": text}]);
    vec![
        (3, one(6, "Ada\n")),
        (4, one(6, "41\n")),
        (5, one(0, "x\n")),
        (5, one(0, "long\n")),
        (9, one(0, "üne\n")),
        (10, one(0, "abc")),
        (
            11,
            json!([{"behind": 0, "text": "def\n"}, {"behind": 0, "text": "last"}]),
        ),
    ]
}

fn holds(folder: &Folder, how: &[&str]) -> Output {
    let mut recorded = how.to_vec();
    recorded.extend([
        "script.py",
        "--step",
        "line",
        "--format",
        "json",
        "--out",
        "out",
        "--force",
    ]);
    let recorded = fed(folder.command(&recorded));
    let json = std::fs::read(folder.path().join("out/trace.json"))
        .unwrap_or_else(|error| panic!("{how:?}: {error}\n{}", text(&recorded.stderr)));
    let trace: Value = serde_json::from_slice(&json).expect("it is JSON");
    assert_eq!(read(&trace), expected(), "{how:?}");
    let words = after_line(&trace, 3)["words"]
        .as_array()
        .expect("it is told");
    assert!(
        words.contains(&json!("“Ada” is read from standard input")),
        "{words:?}"
    );
    recorded
}

#[test]
fn what_is_read_is_told_and_reading_stays_what_it_is() {
    let folder = Folder::new();
    folder.write("script.py", SCRIPT);
    let recorded = holds(&folder, &[]);
    let plain = fed(folder.command(&["run", "--no-record", "script.py"]));
    assert_eq!(text(&plain.stdout), text(&recorded.stdout));
    assert!(text(&plain.stdout).contains("<built-in function input> <module 'builtins'"));
}

#[test]
fn it_is_told_of_each_cpython_as_well() {
    for python in pythons() {
        let folder = Folder::new();
        folder.write("script.py", SCRIPT);
        let path = python.program.to_str().expect("a path");
        let recorded = holds(&folder, &["--python", path]);
        let mut plain = Command::new(&python.program);
        plain.arg("script.py").current_dir(folder.path());
        assert_alike(&fed(plain), &recorded, path);
    }
}
