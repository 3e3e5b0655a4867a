//! Tables in Parquet: what they say of a step is what `--format json` says of it, and three engines of
//! others answer the questions in `docs/sql` alike.

mod common;

use common::{Folder, steps, text};
use memviz::export::{JsonOptions, write_json, write_parquet};
use memviz::trace::{ObjId, TraceFile};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A trace, as JSON and as tables.
struct Exported {
    json: Value,
    folder: Folder,
}

impl Exported {
    fn new(path: &Path) -> Exported {
        let open = || TraceFile::open(path).expect("it is a trace");
        let trace = open().read().expect("it is whole");
        let options = JsonOptions {
            class_references: true,
        };
        let mut bytes = Vec::new();
        write_json(&trace, options, &mut bytes).expect("memory takes everything");
        let folder = Folder::new();
        let tables = write_parquet(&open(), folder.path()).expect("tables");
        assert_eq!(tables.len(), 8);
        Exported {
            json: serde_json::from_slice(&bytes).expect("it is JSON"),
            folder,
        }
    }

    /// The rows of a table, read by another way than they are written.
    fn rows(&self, table: &str) -> Vec<BTreeMap<String, Value>> {
        let path = self.folder.path().join(format!("{table}.parquet"));
        let reader = SerializedFileReader::new(File::open(path).expect("a table"));
        let reader = reader.expect("it is Parquet");
        let rows = reader.get_row_iter(None).expect("it has rows");
        rows.map(|row| {
            let row = row.expect("a row");
            let columns = row.get_column_iter();
            columns
                .map(|(name, field)| (name.clone(), value(field)))
                .collect()
        })
        .collect()
    }
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(flag) => json!(flag),
        Field::Long(number) => json!(number),
        Field::Str(text) => json!(text),
        other => panic!("no column holds {other:?}"),
    }
}

/// The rows that hold at a step.
fn at(
    rows: &[BTreeMap<String, Value>],
    step: u64,
) -> impl Iterator<Item = &BTreeMap<String, Value>> {
    rows.iter().filter(move |row| {
        let number = |name: &str| row[name].as_u64();
        number("born_step").is_some_and(|born| born <= step)
            && number("died_step").is_none_or(|died| step < died)
    })
}

fn sorted(facts: impl Iterator<Item = Value>) -> Vec<String> {
    let mut facts: Vec<String> = facts.map(|fact| fact.to_string()).collect();
    facts.sort();
    facts
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// All frames of a step, those of the other threads too.
fn frames(step: &Value) -> impl Iterator<Item = &Value> {
    let others = list(&step["other_threads"]);
    let others = others.iter().flat_map(|stack| list(&stack["call_stack"]));
    list(&step["call_stack"]).iter().chain(others)
}

fn hold_against_json(exported: &Exported, of: &str) {
    let references = exported.rows("references");
    let counts = exported.rows("counts");
    let calls = exported.rows("calls");
    let told = exported.rows("steps");
    let functions: BTreeMap<Option<u64>, &Value> = (calls.iter())
        .map(|call| (call["call"].as_u64(), &call["function"]))
        .collect();
    let all = steps(&exported.json);
    assert_eq!(told.len(), all.len(), "{of}");
    for (step, row) in all.iter().zip(&told) {
        let number = step["step"].as_u64().expect("a number");
        let of = format!("{of}, step {number}");
        let edges = list(&step["heap"]).iter().flat_map(|object| {
            let refs = list(&object["refs"]).iter();
            refs.map(|one| {
                json!([
                    object["id"],
                    one["label"],
                    one["strength"] == "weak",
                    one["to"]
                ])
            })
        });
        let rows = at(&references, number).filter(|row| row["holder_kind"] == "object");
        let rows = rows.map(|row| json!([row["holder"], row["label"], row["weak"], row["object"]]));
        assert_eq!(sorted(rows), sorted(edges), "{of}: references of objects");

        // An entry of the value stack is a name in the JSON at instructions alone.
        let names = frames(step).flat_map(|frame| {
            let names = list(&frame["names"]).iter();
            let names = names.filter(|name| name["kind"] != "stack");
            names.map(|name| json!([frame["function"], name["name"], name["kind"], name["to"]]))
        });
        let rows = at(&references, number).filter(|row| row["holder_kind"] == "name");
        let rows = rows.filter(|row| row["name_kind"] != "stack");
        let rows = rows.map(|row| {
            json!([
                functions[&row["call"].as_u64()],
                row["label"],
                row["name_kind"],
                row["object"]
            ])
        });
        assert_eq!(sorted(rows), sorted(names), "{of}: names");
        assert_eq!(
            at(&calls, number).count(),
            frames(step).count(),
            "{of}: calls"
        );

        let listed: BTreeSet<u64> = (list(&step["heap"]).iter())
            .filter_map(|object| object["id"].as_u64())
            .collect();
        let counted = list(&step["heap"]).iter();
        let counted = counted.filter(|object| object["refcount"] != "immortal");
        let counted = counted.map(|object| json!([object["id"], object["refcount"]]));
        let rows = at(&counts, number);
        let rows = rows.filter(|row| {
            row["object"]
                .as_u64()
                .is_some_and(|id| listed.contains(&id))
        });
        let rows = rows.map(|row| json!([row["object"], row["count"]]));
        assert_eq!(sorted(rows), sorted(counted), "{of}: counts");
        hold_step(exported, step, row, &of);
    }
    hold_objects(exported, of);
}

fn hold_step(exported: &Exported, step: &Value, row: &BTreeMap<String, Value>, of: &str) {
    for name in [
        "step", "event", "file", "function", "line", "stdout", "stderr",
    ] {
        assert_eq!(step[name], row[name], "{of}: {name}");
    }
    assert_eq!(step["ran"], row["ran_line"], "{of}");
    assert_eq!(list(&step["allocated"]).len(), row["allocated"], "{of}");
    assert_eq!(list(&step["freed"]).len(), row["freed"], "{of}");
    let is_own = |object: &&Value| {
        let id = object["id"].as_u64().expect("a serial");
        !exported.json["objects"][id as usize - 1]["born"].is_null()
    };
    let own = list(&step["heap"]).iter().filter(is_own);
    let bytes: u64 = own
        .clone()
        .filter_map(|object| object["size"].as_u64())
        .sum();
    assert_eq!(own.count(), row["living"], "{of}");
    assert_eq!(bytes, row["living_bytes"], "{of}");
}

fn hold_objects(exported: &Exported, of: &str) {
    let rows = exported.rows("objects");
    let objects = list(&exported.json["objects"]);
    assert_eq!(rows.len(), objects.len(), "{of}");
    for (object, row) in objects.iter().zip(&rows) {
        for name in ["type", "size", "immortal", "kept"] {
            assert_eq!(object[name], row[name], "{of}: {name} of {}", object["id"]);
        }
        assert_eq!(object["id"], row["object"], "{of}");
        assert_eq!(object["born"]["step"], row["born_step"], "{of}: {object}");
        assert_eq!(object["died"]["step"], row["died_step"], "{of}: {object}");
        assert_eq!(object["died"]["cause"], row["cause"], "{of}: {object}");
    }
    let died = objects.iter().filter(|object| !object["died"].is_null());
    let died = died.map(|object| json!([object["id"], object["died"]["step"]]));
    let deaths = exported.rows("deaths");
    let told = deaths.iter().map(|row| json!([row["object"], row["step"]]));
    assert_eq!(sorted(told), sorted(died), "{of}: deaths");
    let runs: Vec<&Value> = steps(&exported.json)
        .iter()
        .flat_map(|step| list(&step["gc"]))
        .collect();
    let collections = exported.rows("collections");
    assert_eq!(collections.len(), runs.len(), "{of}");
    let candidates = exported.rows("candidates");
    for (run, row) in runs.iter().zip(&collections) {
        let own = candidates
            .iter()
            .filter(|one| one["collection"] == row["collection"]);
        let told = own.clone().map(|one| one["object"].clone());
        let looked_through = list(&run["candidates"]).iter().cloned();
        assert_eq!(sorted(told), sorted(looked_through), "{of}");
        for name in ["unreachable", "collected"] {
            let so = own.clone().filter(|one| one[name] == true);
            let so = so.map(|one| one["object"].clone());
            assert_eq!(
                sorted(so),
                sorted(list(&run[name]).iter().cloned()),
                "{of}: {name}"
            );
        }
        assert_eq!(run["generation"], row["generation"], "{of}");
    }
}

#[test]
fn tables_say_what_the_json_says() {
    let stored = ["tests/traces", "tests/traces/compare"];
    let files = stored.map(|folder| std::fs::read_dir(project().join(folder)));
    let files = files
        .into_iter()
        .flat_map(|files| files.expect("it is there").flatten());
    let paths = files.map(|file| file.path());
    let traces: Vec<_> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "memviz")
        })
        .collect();
    // Of those of PyPy no count and no death is known.
    assert!(
        traces
            .iter()
            .any(|path| path.to_string_lossy().contains("pypy"))
    );
    for path in traces {
        hold_against_json(&Exported::new(&path), &path.display().to_string());
    }
}

/// Instructions, several files, and much that comes and goes between two steps.
#[cfg(feature = "python")]
#[test]
fn tables_of_lessons_say_what_the_json_says() {
    for (name, step) in [
        ("weak_cache", "line"),
        ("list_growth", "line"),
        ("generations", "line"),
        ("cycle_with_del", "line"),
        ("copies", "instruction"),
    ] {
        let folder = Folder::new();
        let script = project().join(format!("scenarios/{name}.py"));
        let script = script.display().to_string();
        let _ = folder.memviz(&["--format", "none", "--step", step, "--out", "out", &script]);
        hold_against_json(
            &Exported::new(&folder.path().join("out/trace.memviz")),
            name,
        );
    }
}

#[test]
fn the_same_trace_gives_the_same_bytes_and_a_folder_of_others_is_left_alone() {
    let folder = Folder::new();
    let trace = project().join("tests/traces/collector_at_work.memviz");
    let trace = trace.display().to_string();
    let export = |out: &str, more: &[&str]| {
        let mut arguments = vec!["export", &trace, "--format", "parquet", "--out", out];
        arguments.extend(more);
        folder.memviz(&arguments)
    };
    for out in ["a", "b"] {
        let done = export(out, &[]);
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("a table");
    for table in [
        "steps",
        "objects",
        "references",
        "counts",
        "deaths",
        "calls",
    ] {
        let same = read(&format!("a/{table}.parquet")) == read(&format!("b/{table}.parquet"));
        assert!(same, "{table}");
    }
    folder.write("a/notes.txt", "mine");
    let refused = export("a", &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("hint: "),
        "{}",
        text(&refused.stderr)
    );
    assert!(export("a", &["--force"]).status.success());
    assert_eq!(read("a/notes.txt"), b"mine");
    assert!(!folder.path().join("a/.memviz-new").exists());
}

/// The Python of `.ci/parquet --prepare`.
fn engines() -> Option<PathBuf> {
    let python = project().join("target/tables/bin/python");
    if python.exists() {
        return Some(python);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "`.ci/parquet --prepare` makes target/tables"
    );
    eprintln!("passed over: DuckDB and Polars are not in target/tables");
    None
}

#[test]
fn engines_of_others_answer_the_questions_alike() {
    let Some(python) = engines() else { return };
    let mut cycles = BTreeMap::new();
    for name in ["collector_at_work", "two_node_cycle", "counter_closure"] {
        let path = project().join(format!("tests/traces/{name}.memviz"));
        let exported = Exported::new(&path);
        let asked = Command::new(&python)
            .arg(project().join(".ci/parquet.py"))
            .args(["--answers", "--tables"])
            .arg(exported.folder.path())
            .output()
            .expect("Python starts");
        assert!(asked.status.success(), "{name}: {}", text(&asked.stderr));
        let answers: Value = serde_json::from_slice(&asked.stdout).expect("JSON");
        assert_eq!(answers.as_object().map(serde_json::Map::len), Some(12));
        let trace = TraceFile::open(&path).expect("it is a trace").trace;
        let is_own = |object: &&Value| {
            let id = object["id"].as_u64().expect("a serial") as u32;
            trace.object(ObjId(id)).born.is_some()
        };
        let living = steps(&exported.json).iter();
        let living = living.map(|step| list(&step["heap"]).iter().filter(is_own).count());
        assert_eq!(
            answers["peak"]["rows"][0][1],
            living.max().expect("steps"),
            "{name}"
        );
        cycles.insert(name, answers["cycles"]["rows"].clone());
    }
    let held = |name: &str, rows: usize| {
        let found = list(&cycles[name]);
        assert_eq!(found.len(), rows, "{name}: {found:?}");
    };
    // An object that holds itself; two that hold each other; none.
    held("collector_at_work", 1);
    held("two_node_cycle", 2);
    held("counter_closure", 0);
}
