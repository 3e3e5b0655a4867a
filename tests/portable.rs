//! Recordings of Pythons that no agent knows, by the recorder that is written in Python: programs run as
//! without it, names and values are the interpreter's own, and nothing is said that is not known.
//!
//! Those on this machine are tried: PyPy, Jython, and pyenv's CPython 2.7, 3.6 and 3.8; the others are
//! named. `MEMVIZ_PORTABLE_PROGRAMS=N` runs N random programs on each of 3.6, 3.8 and PyPy.

mod common;

#[allow(
    dead_code,
    reason = "kinds are chosen here by what they should do on these interpreters"
)]
#[path = "programs/grammar/mod.rs"]
mod grammar;

use common::installed::{Python, assert_alike, written};
use common::random::number_from;
use common::unchanged::LongTest;
use common::{Folder, steps};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Those of these names that are there.
fn pythons(names: &[&'static str]) -> Vec<Python> {
    let mut found = Vec::new();
    for name in names {
        match program(name) {
            Some(program) => found.push(Python {
                program,
                version: (*name).to_owned(),
            }),
            None => println!("skipped: {name} is not on this machine"),
        }
    }
    found
}

fn program(name: &str) -> Option<PathBuf> {
    let Some(version) = name.strip_prefix("CPython ") else {
        let path = Path::new("/usr/bin").join(name);
        return common::tools::find(name).or(path.exists().then_some(path));
    };
    let home = std::env::var_os("HOME")?;
    let versions = std::fs::read_dir(Path::new(&home).join(".pyenv/versions")).ok()?;
    let mut folders: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let wanted = format!("{version}.");
    let fits = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name.starts_with(&wanted))
    };
    let folder = folders.into_iter().find(fits)?;
    Some(folder.join("bin/python"))
}

/// Nothing is said that these interpreters cannot tell.
fn assert_honest(trace: &Value, what: &str) {
    assert_eq!(trace["engine"]["knows"], "reachable", "{what}");
    let mut lost = 0;
    for step in steps(trace) {
        for object in step["heap"].as_array().expect("a list") {
            let count = &object["refcount"];
            assert!(count.is_null() || count == "immortal", "{what}: {object}");
            let generation = &object["generation"];
            assert!(generation.is_null(), "{what}: {object}");
        }
        for words in step["words"].as_array().expect("a list") {
            let words = words.as_str().expect("a text");
            assert!(!words.contains("the count of"), "{what}: {words}");
            assert!(
                !words.contains("waits for the collector"),
                "{what}: {words}"
            );
        }
        // Of some it is seen later that they were freed.
        let all = step["out_of_reach"].as_array().expect("a list").iter();
        let ids = all.map(|id| id.as_u64().expect("a number") as usize);
        lost += ids
            .filter(|id| trace["objects"][id - 1]["died"].is_null())
            .count();
    }
    for object in trace["objects"].as_array().expect("a list") {
        let is_lost = !object["out_of_reach"].is_null();
        assert!(!is_lost || object["died"].is_null(), "{what}: {object}");
        lost -= usize::from(is_lost);
    }
    assert_eq!(lost, 0, "{what}: each that is lost is so at one step");
}

#[test]
fn lessons_run_alike_and_say_what_is_known() {
    let own = ["portable.rs", "../scenarios"];
    let Some(long) = LongTest::unless_unchanged("lessons on other Pythons", &own, &[]) else {
        return;
    };
    for python in pythons(&["pypy3", "CPython 3.6", "CPython 3.8"]) {
        let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let mut lessons: Vec<PathBuf> = (std::fs::read_dir(lessons).expect("it is there"))
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
            .collect();
        lessons.sort();
        for lesson in lessons {
            let folder = Folder::new();
            let name = lesson.file_name().expect("it has a name");
            let name = name.to_string_lossy().into_owned();
            std::fs::copy(&lesson, folder.path().join(&name)).expect("it can be read");
            let trace = python.trace(&folder, &name);
            let what = format!("{name} on {}", python.version);
            assert!(steps(&trace).len() > 5, "{what}");
            assert_honest(&trace, &what);
        }
    }
    long.passed();
}

/// A program that both dialects of the language run.
const BOTH: &str = "\
class Node(object):
    def __init__(self, v):
        self.v = v
        self.next = None
def f(x):
    y = [x]
    def g():
        return y
    return g
def gen():
    yield 1
    yield 2
a = Node(1)
b = Node(2)
a.next = b
b.next = a
g = f((1, 2))
print(len(g()))
it = gen()
next(it)
try:
    {}['nope']
except KeyError as e:
    print('caught')
del a
del b
import gc
gc.collect()
print('end')
";

#[test]
fn both_dialects_give_the_same_graph() {
    for python in pythons(&[
        "pypy3",
        "jython",
        "CPython 2.7",
        "CPython 3.6",
        "CPython 3.8",
    ]) {
        let folder = Folder::new();
        folder.write("both.py", BOTH);
        let trace = python.trace(&folder, "both.py");
        assert_honest(&trace, &python.version);
        let at = |line: u64| {
            let fits = |step: &&Value| {
                step["line"] == line && step["event"] == "line" && step["function"] == "<module>"
            };
            let mut found = steps(&trace).iter().filter(fits);
            found
                .next()
                .unwrap_or_else(|| panic!("line {line} on {}", python.version))
        };
        // The two nodes refer to each other.
        let step = at(17);
        let (a, b) = (common::global(step, "a"), common::global(step, "b"));
        let next = |id: u64| {
            let refs = common::object(step, id)["refs"].as_array().expect("a list");
            let next = refs.iter().find(|one| one["label"] == ".next");
            next.map(|one| one["to"].as_u64().expect("a number"))
        };
        assert_eq!((next(a), next(b)), (Some(b), Some(a)), "{}", python.version);
        // Without names they are unreachable, and known not to be freed.
        let step = at(27);
        for id in [a, b] {
            assert_eq!(
                common::object(step, id)["reachable"],
                false,
                "{}",
                python.version
            );
        }
    }
}

#[test]
fn a_cycle_is_freed_when_the_collector_runs() {
    for python in pythons(&["pypy3", "CPython 2.7", "CPython 3.8"]) {
        let folder = Folder::new();
        folder.write("both.py", BOTH);
        let trace = python.trace(&folder, "both.py");
        let nodes = trace["objects"].as_array().expect("a list").iter();
        let nodes: Vec<&Value> = nodes.filter(|one| one["type"] == "Node").collect();
        assert_eq!(nodes.len(), 2, "{}", python.version);
        for node in nodes {
            assert_eq!(node["died"]["line"], 28, "{}: {node}", python.version);
        }
    }
}

/// Prints line, and the global names with what is written of them, at each line of a program's module.
const TELLER: &str = "\
import sys, json
out = []
def trace(frame, event, arg):
    if frame.f_code.co_filename != 'told.py':
        return None
    if event == 'line' and frame.f_code.co_name == '<module>':
        names = dict((k, repr(v)) for k, v in frame.f_globals.items()
                     if not k.startswith('__') and type(v) in (int, str, float, bool, type(None)))
        out.append([frame.f_lineno, names])
    return trace
code = compile(open('told.py').read(), 'told.py', 'exec')
space = {'__name__': '__main__'}
sys.settrace(trace)
exec(code, space)
sys.settrace(None)
sys.stderr.write(json.dumps(out))
";

const TOLD: &str = "\
a = 1
b = 'two'
c = 2.5
for i in range(4):
    a = a * 10 + i
    if a > 100:
        b = b + str(i)
        c = -c
def f(n):
    return n * 2
d = f(a)
e = None
del c
while d:
    d = d // 7
ok = True
";

#[test]
fn values_of_names_are_those_that_a_trace_function_finds() {
    for python in pythons(&[
        "pypy3",
        "jython",
        "CPython 2.7",
        "CPython 3.6",
        "CPython 3.8",
    ]) {
        let folder = Folder::new();
        folder.write("told.py", TOLD);
        folder.write("teller.py", TELLER);
        let told = python.plain(&folder, &["teller.py"]);
        let told: Vec<(u64, BTreeMap<String, String>)> =
            serde_json::from_slice(&told.stderr).expect("it is JSON");
        let trace = python.trace(&folder, "told.py");
        let mut found = Vec::new();
        for step in steps(&trace) {
            if step["event"] != "line" || step["function"] != "<module>" {
                continue;
            }
            let names = step["call_stack"][0]["names"].as_array().expect("a list");
            let values = names.iter().filter_map(|name| {
                let object = common::object(step, name["to"].as_u64()?);
                let value = object["value"].as_str()?;
                Some((name["name"].as_str()?.to_owned(), value.to_owned()))
            });
            found.push((step["line"].as_u64().expect("a number"), values.collect()));
        }
        assert_eq!(told, found, "{}", python.version);
    }
}

/// Classes whose every method tells that it was called.
const HOSTILE: &str = include_str!("portable/hostile.py");

#[test]
fn nothing_of_the_programs_is_called() {
    for python in pythons(&["pypy3", "CPython 2.7", "CPython 3.6", "CPython 3.8"]) {
        let folder = Folder::new();
        folder.write("hostile.py", HOSTILE);
        python.trace(&folder, "hostile.py");
    }
}

#[test]
fn programs_end_as_without() {
    let endings = [
        "def f():\n    try:\n        1 / 0\n    except ZeroDivisionError:\n        raise ValueError('x')\nf()\n",
        "import sys\nprint(sys.argv, __name__, __file__, sys.path[0], __doc__)\nsys.exit('bye')\n",
        "raise SystemExit(7)\n",
        "raise KeyboardInterrupt\n",
        "import os, sys\nprint('a')\nsys.stdout.flush()\nos._exit(3)\n",
        "import os, sys\nx = [1]\nsys.stdout.flush()\npid = os.fork()\nif pid == 0:\n    x.append(2)\n    os._exit(2)\nprint(os.waitpid(pid, 0)[1])\n",
        "import threading\nout = []\ndef work(n):\n    out.append(n)\nt = threading.Thread(target=work, args=(1,))\nt.start()\nt.join()\nprint(out)\n",
        "x = = 1\n",
    ];
    for python in pythons(&["pypy3", "CPython 2.7", "CPython 3.6", "CPython 3.8"]) {
        for ending in endings {
            let folder = Folder::new();
            folder.write("ends.py", ending);
            let plain = python.plain(&folder, &["ends.py"]);
            let recorded = python.recorded(&folder, &["--format", "none", "ends.py"]);
            let what = format!("{ending} on {}", python.version);
            assert_eq!(written(&plain.stdout), written(&recorded.stdout), "{what}");
            let said = written(&recorded.stderr);
            assert!(said.contains(&written(&plain.stderr)), "{what}: {said}");
        }
    }
}

#[test]
fn random_programs_run_alike() {
    let own = ["portable.rs", "programs"];
    let Some(long) = LongTest::unless_unchanged(
        "random programs on other Pythons",
        &own,
        &["MEMVIZ_PORTABLE_PROGRAMS", "MEMVIZ_RANDOM_SEED"],
    ) else {
        return;
    };
    let count = number_from("MEMVIZ_PORTABLE_PROGRAMS", 6);
    let first = number_from("MEMVIZ_RANDOM_SEED", 12_000);
    // What asks for counts, for weak references or for who traces is answered otherwise.
    let asks = ["counts", "trace functions", "monitoring"];
    let kinds = grammar::KINDS.iter();
    let kinds: Vec<_> = kinds
        .filter(|kind| kind.cpython && !asks.contains(&kind.name))
        .collect();
    for python in pythons(&["CPython 3.6", "CPython 3.8", "pypy3"]) {
        for number in 0..count {
            let kind = kinds[number as usize % kinds.len()];
            let folder = Folder::new();
            let prelude = include_str!("programs/prelude.py");
            let program = grammar::program(kind, first + number);
            folder.write("random.py", format!("{prelude}{program}"));
            let mut plain = python.plain(&folder, &["random.py"]);
            let mut recorded = python.recorded(&folder, &["--format", "none", "random.py"]);
            if python.version == "pypy3" {
                // Where a trace function handles exceptions of its own, tracebacks under way lose entries.
                for output in [&mut plain, &mut recorded] {
                    let said = written(&output.stderr);
                    let last = said.lines().next_back().unwrap_or_default();
                    output.stderr = last.as_bytes().to_vec();
                }
            }
            let kept = std::env::temp_dir().join(format!("memviz-portable-{}.py", first + number));
            let (seed, name) = (first + number, &python.version);
            let what = format!("{} {seed} on {name}, kept as {}", kind.name, kept.display());
            std::fs::copy(folder.path().join("random.py"), &kept).expect("it can be kept");
            assert_alike(&plain, &recorded, &what);
            std::fs::remove_file(kept).expect("it was just made");
        }
    }
    long.passed();
}
