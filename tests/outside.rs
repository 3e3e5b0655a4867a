//! What stands around the objects of a run: what it imported, what it had open, how it ended. The facts
//! of the scenarios, and of programs of which it is known beforehand what they leave open.

mod common;

use common::random::Random;
use common::{Folder, text};
use serde_json::Value;
use std::path::Path;

/// Records a program of the folder, holds that it does the same as without, and gives what its trace
/// says of imports and of the end.
fn run(folder: &Folder, script: &str, options: &[&str]) -> Value {
    let mut arguments = vec![script, "--format", "none", "--out", "out", "--verify"];
    arguments.extend(options);
    let recorded = folder.memviz(&arguments);
    let plain = folder.memviz(&["run", "--no-record", script]);
    assert_eq!(recorded.status, plain.status, "{}", text(&recorded.stderr));
    assert_eq!(text(&recorded.stdout), text(&plain.stdout));
    let asked = ["stages", "out", "--view", "imports,end", "--format", "json"];
    let done = folder.memviz(&asked);
    let said = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let json: Value = serde_json::from_str(&said).expect("it is JSON");
    match json {
        Value::Array(mut all) => all.swap_remove(0),
        one => one,
    }
}

fn of_source(source: &str) -> Value {
    let folder = Folder::new();
    folder.write("a.py", source);
    run(&folder, "a.py", &[])
}

fn scenario(name: &str) -> Value {
    let folder = Folder::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/outside/{name}.py"));
    run(&folder, &path.to_string_lossy(), &[])
}

fn list<'v>(value: &'v Value, path: &str) -> &'v Vec<Value> {
    let found = value.pointer(path).and_then(Value::as_array);
    found.unwrap_or_else(|| panic!("no list at {path} in {value}"))
}

/// The resource that was made on a line.
fn resource(end: &Value, line: u64) -> &Value {
    let mut all = list(end, "/end/resources").iter();
    let found = all.find(|one| one["born"]["line"] == line);
    found.unwrap_or_else(|| {
        panic!(
            "nothing was made on line {line}: {}",
            end["end"]["resources"]
        )
    })
}

fn statement<'v>(run: &'v Value, file: &str, line: u64) -> &'v Value {
    let mut all = list(run, "/imports/statements").iter();
    let here = |one: &&Value| {
        one["line"] == line
            && one["file"]
                .as_str()
                .is_some_and(|path| path.ends_with(file))
    };
    all.find(here)
        .unwrap_or_else(|| panic!("no import on line {line} of {file}"))
}

fn module<'v>(run: &'v Value, name: &str) -> &'v Value {
    let mut all = list(run, "/imports/modules").iter();
    let found = all.rfind(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("no module {name}"))
}

/// What a statement asked for: names, and whether each was there.
fn asked(statement: &Value) -> Vec<(&str, Option<bool>)> {
    let all = list(statement, "/asked").iter();
    all.map(|one| {
        let is_known = !one["module"].is_null();
        let name = one["name"].as_str().expect("it has a name");
        (name, is_known.then(|| one["was_there"] == true))
    })
    .collect()
}

#[test]
fn imports_lead_from_statement_to_module_to_statement() {
    let run = scenario("imports");
    assert_eq!(
        asked(statement(&run, "imports.py", 7)),
        [("sys", Some(true))]
    );
    let json = statement(&run, "imports.py", 8);
    assert_eq!(asked(json), [("json", Some(false))]);
    assert_eq!(module(&run, "json")["brought_by"]["statement"], json["id"]);
    // What the library imports of its own is brought by the module that asks for it, as it is written there.
    let json_module = &module(&run, "json")["id"];
    assert_eq!(
        module(&run, "json.decoder")["brought_by"]["module"],
        *json_module
    );
    let decoder = &module(&run, "json.decoder")["id"];
    assert_eq!(
        module(&run, "json.scanner")["brought_by"]["module"],
        *decoder
    );
    // Who asked for what has no code of Python's is not known.
    assert_eq!(module(&run, "_json")["brought_by"]["kind"], "during");
    assert_eq!(module(&run, "_json")["importer"], Value::Null);
    let inner = statement(&run, "shop/till.py", 2);
    assert_eq!(inner["within"], module(&run, "shop.till")["id"]);
    assert_eq!(
        asked(inner),
        [("shop", Some(true)), ("shop.prices", Some(false))]
    );
    let prices = module(&run, "shop.prices");
    assert_eq!(prices["brought_by"]["statement"], inner["id"]);
    assert_eq!(prices["importer"]["line"], 2);
    assert_eq!(prices["loader"], "SourceFileLoader");
    assert_eq!(prices["finder"], "PathFinder");
    assert!(prices["object"].is_u64(), "a name leads to it");
    let again = statement(&run, "imports.py", 10);
    assert_eq!(
        asked(again),
        [("shop", Some(true)), ("shop.prices", Some(true))]
    );
    assert_eq!(again["brought"], 0);
}

#[test]
fn a_module_says_where_its_code_is_kept() {
    let run = scenario("loading");
    let prices = module(&run, "shop.prices");
    let cached = prices["cached"].as_str().expect("it is from a file");
    assert!(
        cached.contains("/shop/__pycache__/prices.cpython-"),
        "{cached}"
    );
    assert_eq!(prices["is_cached"], Path::new(cached).exists());
    assert_eq!(module(&run, "shop")["package"], true);
    assert_eq!(statement(&run, "loading.py", 10)["brought"], 0);
}

#[test]
fn imports_of_all_kinds() {
    let folder = Folder::new();
    let source = "\
import sys
try:
    import missing_module
except ImportError:
    pass
def late():
    import own
    return own
late()
late()
late()
if sys.argv == 1: import colorsys
if sys.argv: import bisect
import importlib
importlib.import_module('wave_like')
del sys.modules['own']
import own as other
from package.inner import leaf
";
    folder.write("a.py", source);
    folder.write("own.py", "import first_of_two\n");
    folder.write("first_of_two.py", "import second_of_two\n");
    folder.write("second_of_two.py", "import first_of_two\n");
    folder.write("wave_like.py", "x = 1\n");
    std::fs::create_dir_all(folder.path().join("package/inner")).expect("it can be made");
    folder.write("package/__init__.py", "");
    folder.write("package/inner/__init__.py", "from . import leaf\n");
    folder.write(
        "package/inner/leaf.py",
        "from .. import other\nfrom ..other import x\n",
    );
    folder.write("package/other.py", "x = 1\n");
    let run = run(&folder, "a.py", &[]);
    assert_eq!(
        asked(statement(&run, "a.py", 3)),
        [("missing_module", None)]
    );
    let own = statement(&run, "a.py", 7);
    assert_eq!((&own["again"], &own["brought"]), (&2.into(), &3.into()));
    // One that imports what is still under way finds it there.
    let circle = statement(&run, "second_of_two.py", 1);
    assert_eq!(asked(circle), [("first_of_two", Some(true))]);
    assert_eq!(statement(&run, "a.py", 12)["conditional"], true);
    assert_eq!(statement(&run, "a.py", 12)["brought"], 0);
    assert!(statement(&run, "a.py", 13)["brought"].as_u64() >= Some(1));
    let by_call = module(&run, "wave_like");
    assert_eq!(by_call["brought_by"]["kind"], "elsewhere");
    assert_eq!(by_call["importer"]["line"], 15);
    let anew = statement(&run, "a.py", 17);
    assert_eq!(asked(anew), [("own", Some(false))]);
    let leaf = statement(&run, "leaf.py", 1);
    assert_eq!(
        asked(leaf),
        [("package", Some(true)), ("package.other", Some(false))]
    );
    assert_eq!(
        asked(statement(&run, "leaf.py", 2)),
        [("package.other", Some(true))]
    );
    assert_eq!(leaf["within"], module(&run, "package.inner.leaf")["id"]);
}

#[test]
fn what_was_open_and_who_closed_it() {
    let run = scenario("resources");
    let end = |line| resource(&run, line)["end"]["kind"].clone();
    assert_eq!(end(12), "closed");
    assert_eq!(resource(&run, 12)["end"]["line"], 12);
    assert_eq!(end(17), "closed by death");
    assert_eq!(resource(&run, 17)["end"]["line"], 21);
    assert_eq!(resource(&run, 17)["left_open"], true);
    let sockets = list(&run, "/end/resources")
        .iter()
        .filter(|one| one["kind"] == "socket");
    let sockets: Vec<(&Value, &Value)> = sockets
        .map(|one| (&one["called"], &one["end"]["kind"]))
        .collect();
    let (left, right) = ("left".into(), "right".into());
    let (closed, at_exit) = ("closed".into(), "closed at exit".into());
    assert_eq!(sockets, [(&left, &closed), (&right, &at_exit)]);
    assert_eq!(end(26), "closed at exit");
    let lock = resource(&run, 27);
    let states = list(lock, "/states").iter();
    let states: Vec<&Value> = states.map(|state| &state["open"]).collect();
    assert_eq!(states, [false, true, false]);
}

#[test]
fn the_end_goes_on_in_its_order() {
    let run = scenario("exit");
    assert_eq!(run["end"]["exit_code"], 3);
    let called = list(&run, "/end/functions")
        .iter()
        .all(|one| one["called"] == true);
    assert!(called, "{}", run["end"]["functions"]);
    let events = list(&run, "/end/events").iter();
    let events: Vec<String> = events
        .filter(|event| event["kind"] != "freed")
        .map(|event| match event["text"].as_str() {
            Some(text) => text.trim_end().to_owned(),
            None => event["kind"].as_str().unwrap_or_default().to_owned(),
        })
        .collect();
    let expected = [
        "called",
        "at exit: registered last",
        "called",
        "at exit: registered first",
        "finalized",
        "finalized: right",
        "finalized",
        "finalized: left",
        "finalized",
        "finalized: held by a name",
    ];
    assert_eq!(events, expected);
}

#[test]
fn resources_of_all_kinds() {
    let source = "\
import os, subprocess, sys, tempfile, threading
raw = open(__file__, 'rb', buffering=0)
text = os.fdopen(os.dup(raw.fileno()))
borrowed = open(raw.fileno(), 'rb', buffering=0, closefd=False)
del borrowed
text.detach().detach().close()
folder = tempfile.TemporaryDirectory()
named = tempfile.NamedTemporaryFile(dir=folder.name)
named.close()
folder.cleanup()
child = subprocess.Popen(['/bin/sh', '-c', 'exit 7'])
child.wait()
again = threading.RLock()
with again:
    pass
def other():
    with again:
        seen.wait()
seen = threading.Event()
thread = threading.Thread(target=other)
thread.start()
seen.set()
thread.join()
held = threading.Lock()
held.acquire()
print(raw.closed)
";
    let run = of_source(source);
    assert_eq!(resource(&run, 2)["end"]["kind"], "closed at exit");
    assert_eq!(resource(&run, 2)["mode"], "rb");
    assert_eq!(resource(&run, 3)["end"]["kind"], "closed");
    assert_eq!(resource(&run, 3)["end"]["line"], 6);
    let borrowed = resource(&run, 4);
    assert_eq!(
        (&borrowed["end"]["kind"], &borrowed["left_open"]),
        (&"borrowed".into(), &false.into())
    );
    assert_eq!(resource(&run, 7)["kind"], "temporary folder");
    assert_eq!(resource(&run, 7)["end"]["line"], 10);
    let files = list(&run, "/end/resources")
        .iter()
        .filter(|one| one["born"]["line"] == 8);
    let files: Vec<(&Value, &Value)> = files
        .map(|one| (&one["kind"], &one["end"]["line"]))
        .collect();
    assert_eq!(files.len(), 2, "the file, and what removes it: {files:?}");
    assert!(files.iter().all(|(_, line)| **line == 9), "{files:?}");
    let child = resource(&run, 11);
    let states = list(child, "/states");
    assert_eq!(states[0]["open"], true, "{child}");
    assert_eq!(states[states.len() - 1]["code"], 7);
    let again = resource(&run, 13);
    let owners = list(again, "/states")
        .iter()
        .filter(|state| state["open"] == true);
    let owners: Vec<&Value> = owners.map(|state| &state["owner"]).collect();
    assert_eq!(owners[0], 1, "it was the first thread: {owners:?}");
    assert!(owners[1..].iter().all(|owner| **owner != 1), "{owners:?}");
    assert_eq!(resource(&run, 24)["states"][1]["open"], true);
    // What the interpreter itself has begun with is not the program's.
    let all = list(&run, "/end/resources").iter();
    assert_eq!(all.filter(|one| one["name"] == "<stderr>").count(), 0);
}

#[test]
fn nothing_is_said_of_what_was_not_recorded() {
    let folder = Folder::new();
    folder.write(
        "a.py",
        "f = open(__file__)\nx = 1\nx = 2\nx = 3\nf.close()\nx = 4\n",
    );
    let run = run(&folder, "a.py", &["--max-steps", "4"]);
    let file = resource(&run, 1);
    assert_eq!(
        (&file["end"]["kind"], &file["left_open"]),
        (&"unknown".into(), &false.into())
    );
    let refused = folder.memviz(&["stages", "a.py", "--view", "end"]);
    let words = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        words.contains("error: ") && words.contains("hint: record it first"),
        "{words}"
    );
}

/// What a program of known doings leaves of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Closed(usize),
    Died(usize),
    /// Closed and gone in the same step.
    Gone(usize),
    AtExit,
}

/// Writes programs that open and close, and knows what becomes of each file.
struct Writer {
    random: Random,
    lines: Vec<String>,
    /// Name, line of birth, whether it is open.
    named: Vec<(String, usize, bool)>,
    fates: Vec<(usize, Fate)>,
}

impl Writer {
    fn line(&mut self, text: &str) -> usize {
        self.lines.push(text.to_owned());
        self.lines.len()
    }

    fn opened(&mut self) -> &'static str {
        const WAYS: [&str; 5] = [
            "open(__file__)",
            "open(__file__, 'rb')",
            "open(__file__, 'rb', buffering=0)",
            "open('scratch', 'w')",
            "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
        ];
        WAYS[self.random.below(WAYS.len())]
    }

    fn open(&mut self) {
        let (name, way) = (format!("f{}", self.lines.len()), self.opened());
        let line = self.line(&format!("{name} = {way}"));
        self.named.push((name, line, true));
    }

    fn act(&mut self) {
        if self.named.is_empty() {
            return self.open();
        }
        let at = self.random.below(self.named.len());
        let (name, born, is_open) = self.named[at].clone();
        match self.random.below(7) {
            0 => {
                let line = self.line(&format!("{name}.close()"));
                if is_open {
                    self.fates.push((born, Fate::Closed(line)));
                }
                self.named[at].2 = false;
            }
            1 | 2 => {
                let way = ["del NAME", "NAME = None", "NAME = [NAME]; NAME.clear()"];
                let way = way[self.random.below(way.len())];
                let line = self.line(&way.replace("NAME", &name));
                if is_open {
                    self.fates.push((born, Fate::Died(line)));
                }
                self.named.remove(at);
            }
            3 => {
                let line = self.line(&format!("{name}.close(); del {name}"));
                if is_open {
                    self.fates.push((born, Fate::Gone(line)));
                }
                self.named.remove(at);
            }
            4 => {
                let way = self.opened();
                let with = self.line(&format!("with {way} as it:"));
                self.line("    it.fileno()");
                self.line("it = None");
                self.fates.push((with, Fate::Closed(with)));
            }
            5 => {
                let (name, way) = (format!("do{}", self.lines.len()), self.opened());
                self.line(&format!("def {name}():"));
                let born = self.line(&format!("    inner = {way}"));
                self.line("    return inner.fileno()");
                let call = self.line(&format!("{name}()"));
                self.fates.push((born, Fate::Died(call)));
            }
            _ => self.open(),
        }
    }
}

fn written(seed: u64) -> Writer {
    let mut writer = Writer {
        random: Random(seed),
        lines: vec!["import socket".to_owned()],
        named: Vec::new(),
        fates: Vec::new(),
    };
    for _ in 0..24 {
        writer.act();
    }
    let left: Vec<(usize, Fate)> = writer
        .named
        .iter()
        .filter(|(_, _, is_open)| *is_open)
        .map(|(_, born, _)| (*born, Fate::AtExit))
        .collect();
    writer.fates.extend(left);
    writer.line("print('done')");
    writer
}

#[test]
fn random_programs_leave_open_what_they_leave_open() {
    let mut seen = [0usize; 4];
    for seed in 0..8 {
        let writer = written(seed);
        let source = writer.lines.join("\n") + "\n";
        let run = of_source(&source);
        for (born, fate) in &writer.fates {
            let one = resource(&run, *born as u64);
            let found = (&one["end"]["kind"], &one["end"]["line"]);
            let (kind, line) = match fate {
                Fate::Closed(line) => ("closed", Some(*line)),
                Fate::Died(line) => ("closed by death", Some(*line)),
                Fate::Gone(line) => ("closed", Some(*line)),
                Fate::AtExit => ("closed at exit", None),
            };
            let expected = (&Value::from(kind), &line.map_or(Value::Null, Value::from));
            assert_eq!(
                found, expected,
                "seed {seed}, born on line {born}:\n{source}\n{one}"
            );
            seen[match fate {
                Fate::Closed(_) => 0,
                Fate::Died(_) => 1,
                Fate::Gone(_) => 2,
                Fate::AtExit => 3,
            }] += 1;
        }
        assert_eq!(
            list(&run, "/end/resources").len(),
            writer.fates.len(),
            "{source}"
        );
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
}

#[test]
fn the_whole_interpreter_grows_by_what_is_imported() {
    let folder = Folder::new();
    folder.write("own.py", "kept = list(map(list, [()] * 6000))\n");
    folder.write("a.py", "import sys\nimport own\nimport own\nx = 1\n");
    run(&folder, "a.py", &[]);
    let done = folder.memviz(&["memory", "out", "--format", "json"]);
    let json: Value = serde_json::from_str(&text(&done.stdout)).expect("it is JSON");
    let start = list(&json, "/start/types").iter();
    let objects: u64 = start.filter_map(|one| one["objects"].as_u64()).sum();
    assert_eq!(json["start"]["objects"], objects);
    // Only what loads something is counted around.
    let imports = list(&json, "/imports");
    assert_eq!(imports.len(), 1, "{imports:?}");
    assert_eq!(imports[0]["place"]["line"], 2);
    let grown = imports[0]["objects"].as_i64().expect("a number");
    assert!((6_000..6_200).contains(&grown), "lists: {grown}");
}

#[test]
fn the_end_speaks_of_objects_by_their_names() {
    let folder = Folder::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/outside/exit.py");
    let path = path.to_string_lossy();
    folder.memviz(&[&*path, "--format", "none", "--out", "out"]);
    let done = folder.memviz(&["stages", "out", "--view", "end"]);
    let said = text(&done.stdout);
    for name in [
        "held (Guard #",
        "what was left (Guard #",
        "what was right (Guard #",
    ] {
        let line = format!("calls __del__ of {name}");
        assert!(said.contains(&line), "{line}: {said}");
    }
    // Two registrations of one function are told apart.
    let calls: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split_once(" calls farewell() ").map(|(_, rest)| rest))
        .collect();
    let [first, second] = calls[..] else {
        panic!("two calls: {calls:?}");
    };
    assert!(first.contains("number 2 of 2"), "{first}");
    assert!(second.contains("number 1 of 2"), "{second}");
}

#[test]
fn a_picture_of_imports_folds_what_the_library_needed() {
    let folder = Folder::new();
    folder.write("a.py", "import json\n");
    folder.memviz(&["a.py", "--format", "none", "--out", "out"]);
    let asked = ["stages", "out", "--view", "imports"];
    folder.memviz(&[&asked[..], &["--format", "svg", "--out", "svg"]].concat());
    let drawn = std::fs::read_to_string(folder.path().join("svg/imports.svg"));
    let drawn = drawn.expect("it is drawn");
    let all = text(&folder.memviz(&asked).stdout);
    let modules = all.lines().filter(|line| line.contains(" module "));
    let modules = modules.count();
    assert!(modules > 10, "{all}");
    assert!(drawn.contains("modules of the library that json needed: "));
    // The names that are left out of the picture are in the text.
    let said: String = drawn
        .split("json needed: ")
        .nth(1)
        .expect("a list")
        .to_owned();
    let list = said.split('<').next().expect("it ends");
    assert!(
        list.ends_with(", …") && list.split(", ").count() < 8,
        "{list}"
    );
    assert!(
        all.contains("kept inside the interpreter"),
        "plain words: {all}"
    );
    assert!(all.contains("[by FrozenImporter]"), "and whose: {all}");
}
