//! What extension types hold, read without running them: numpy's arrays and pandas' frames. Uses the
//! environments that `.ci/extensions` makes; without any the test says so.

mod common;

use common::installed::{Python, unexplained};
use common::{Folder, find_object, global, laws, steps, text};
use serde_json::Value;
use std::path::Path;

/// The Pythons that have numpy and pandas.
fn pythons() -> Vec<Python> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/extensions");
    let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<Python> = found
        .filter(|entry| entry.path().join("whole").exists())
        .map(|entry| Python {
            program: entry.path().join("bin/python"),
            version: entry.file_name().to_string_lossy().into_owned(),
        })
        .collect();
    found.sort_by(|a, b| a.version.cmp(&b.version));
    if found.is_empty() {
        println!("skipped: .ci/extensions has made no environment with numpy and pandas");
    }
    found
}

/// The value of what a global name leads to behind the line that begins with `line`.
fn value_behind(trace: &Value, source: &str, line: &str, name: &str) -> String {
    let number = 1 + source
        .lines()
        .position(|one| one.starts_with(line))
        .expect("it is in the script");
    let behind = steps(trace)
        .iter()
        .rfind(|step| step["ran"] == number as u64 && step["function"] == "<module>")
        .expect("the line has run");
    let object = find_object(behind, global(behind, name)).expect("it lives");
    let value = object["value"].as_str().unwrap_or_default();
    value.replace('\u{a0}', " ")
}

const ARRAYS: &str = "\
import numpy as np
import sys
a = np.arange(6)
m = a.reshape(2, 3)
m[0, 1] = 99
col = m[:, 0]
f = np.array([1.5, 0.1, -0.0], dtype=np.float32)
o = np.array([[1, 2], 'x', None], dtype=object)
b = np.array([True, False])
u = np.array([2**64 - 1, 7], dtype=np.uint64)
c = np.array([1 + 2j])
t = np.array(['ann', 'bob'])
big = np.arange(5000.0).reshape(100, 50)
swapped = np.array([1, 2], dtype='>i4')
zero = np.array(7)
cube = np.zeros((2, 2, 2))
record = np.zeros(2, dtype=[('x', int), ('y', float)])
s = np.int16(-5)
print([sys.getrefcount(x) for x in (a, m, col, o)])
kept = [np.zeros(3) for i in range(50)]
del kept
end = 1
";

#[test]
fn arrays_show_shape_type_values_and_what_they_are_views_of() {
    for python in pythons() {
        let folder = Folder::new();
        folder.write("script.py", ARRAYS);
        let trace = python.trace(&folder, "script.py");
        let version = &python.version;
        laws::of_lives(&trace).unwrap_or_else(|why| panic!("{version}: {why}"));
        for (line, name, wanted) in [
            ("a = ", "a", "shape (6,); dtype int64; [0, 1, 2, 3, 4, 5]"),
            (
                "m = ",
                "m",
                "shape (2, 3); dtype int64; [0, 1, 2]; [3, 4, 5]",
            ),
            // Writing to a view writes to what it is a view of.
            ("m[0", "a", "shape (6,); dtype int64; [0, 99, 2, 3, 4, 5]"),
            (
                "m[0",
                "m",
                "shape (2, 3); dtype int64; [0, 99, 2]; [3, 4, 5]",
            ),
            ("col", "col", "shape (2,); dtype int64; [0, 3]"),
            ("f = ", "f", "shape (3,); dtype float32; [1.5, 0.1, -0.0]"),
            ("o = ", "o", "shape (3,); dtype object"),
            ("b = ", "b", "shape (2,); dtype bool; [True, False]"),
            (
                "u = ",
                "u",
                "shape (2,); dtype uint64; [18446744073709551615, 7]",
            ),
            ("c = ", "c", "shape (1,); dtype complex128; [(1+2j)]"),
            (
                "t = ",
                "t",
                "shape (2,); dtype text of 3 characters; ['ann', 'bob']",
            ),
            ("swapped", "swapped", "shape (2,); dtype int32"),
            ("zero", "zero", "shape (); dtype int64; [7]"),
            ("cube", "cube", "shape (2, 2, 2); dtype float64"),
            ("record", "record", "shape (2,); dtype records of 16 bytes"),
            ("s = ", "s", "-5"),
        ] {
            let found = value_behind(&trace, ARRAYS, line, name);
            assert_eq!(found, wanted, "{name} behind `{line}` on {version}");
        }
        let big = value_behind(&trace, ARRAYS, "big", "big");
        assert!(
            big.starts_with("shape (100, 50); dtype float64; [0.0, 1.0, 2.0,"),
            "{big}"
        );
        assert!(big.ends_with("; …"), "{big}");
        let last = steps(&trace).last().expect("there are some");
        let leads = |from: &str, label: &str| -> Vec<u64> {
            let object = find_object(last, global(last, from)).expect("it lives");
            let refs = object["refs"].as_array().expect("a list").iter();
            let refs = refs.filter(|one| one["label"] == label);
            refs.filter_map(|one| one["to"].as_u64()).collect()
        };
        assert_eq!(leads("m", "base"), [global(last, "a")], "{version}");
        assert_eq!(leads("col", "base"), [global(last, "a")], "{version}");
        assert_eq!(leads("o", "[0]").len(), 1, "{version}");
        let open = unexplained(&trace);
        assert!(open.is_empty(), "{version}: {open:?}");
        // Each array of the loop is born and dies.
        let arrays = trace["objects"].as_array().expect("a list").iter();
        let arrays = arrays.filter(|one| one["type"] == "ndarray");
        let died = arrays.filter(|one| one["died"]["line"] == 21).count();
        assert_eq!(died, 50, "{version}");
    }
}

const FRAMES: &str = "\
import pandas as pd
df = pd.DataFrame({'name': ['ann', 'bob', 'cy'], 'age': [3, 4, 5], 'w': [1.5, 2.5, 3.5]})
df.loc[1, 'age'] = 40
age = df['age']
big = pd.DataFrame({f'c{i}': range(100) for i in range(9)})
df['new'] = df['age'] * 2
by_name = df.set_index('name')
empty = pd.DataFrame()
alias = df
del age
end = 1
";

#[test]
fn frames_show_their_first_rows() {
    for python in pythons() {
        let folder = Folder::new();
        folder.write("script.py", FRAMES);
        let trace = python.trace(&folder, "script.py");
        let version = &python.version;
        let rows = |line: &str, name: &str| -> Vec<Vec<String>> {
            let value = value_behind(&trace, FRAMES, line, name);
            let facts = value.split("; ");
            let words = facts.map(|fact| fact.split_whitespace().map(str::to_owned).collect());
            words.collect()
        };
        let first = rows("df = ", "df");
        assert_eq!(first[0], ["shape", "(3,", "3)"], "{version}");
        assert_eq!(first[1], ["name", "age", "w"], "{version}");
        assert_eq!(first[2], ["0", "'ann'", "3", "1.5"], "{version}");
        assert_eq!(
            rows("df.loc", "df")[3],
            ["1", "'bob'", "40", "2.5"],
            "{version}"
        );
        assert_eq!(
            rows("age = ", "age")[1..],
            [["0", "3"], ["1", "40"], ["2", "5"]]
        );
        let by_name = rows("by_name", "by_name");
        assert_eq!(by_name[1], ["age", "w", "new"], "{version}");
        assert_eq!(by_name[3], ["bob", "40", "2.5", "80"], "{version}");
        let big = rows("big = ", "big");
        assert_eq!(
            big[1],
            ["c0", "c1", "c2", "c3", "c4", "c5", "…"],
            "{version}"
        );
        assert_eq!(
            big[6],
            ["4", "4", "4", "4", "4", "4", "4", "…"],
            "{version}"
        );
        assert_eq!(big[7], ["…"], "{version}");
        assert_eq!(
            rows("empty", "empty")[0],
            ["shape", "(0,", "0)"],
            "{version}"
        );
        // The picture shows the table, and none of what pandas is made of.
        let drawn = python.recorded(&folder, &["--format", "svg", "script.py"]);
        assert!(drawn.status.success(), "{}", text(&drawn.stderr));
        let frames = std::fs::read_dir(folder.path().join("out/frames")).expect("it is there");
        for frame in frames.flatten() {
            let svg = std::fs::read_to_string(frame.path()).expect("it can be read");
            for inside in ["_mgr", "BlockManager", "_attrs"] {
                assert!(
                    !svg.contains(inside),
                    "{version} {:?}: {inside}",
                    frame.path()
                );
            }
        }
    }
}
