//! Recordings of the CPythons on this machine, by the agent: programs run as without it, every life and
//! count is the interpreter's own.
//!
//! Each Python of 3.9 to 3.13 that is found is tried: on the PATH, in pyenv's folder, Debian's. Without any
//! the tests say so.

mod common;

use common::installed::{assert_alike, lessons, pythons, unexplained};
use common::random::{Random, number_from};
use common::unchanged::LongTest;
use common::{Folder, laws, steps, text};
use serde_json::Value;

#[test]
fn lessons_run_alike_and_every_count_is_explained() {
    let own = ["agent.rs", "../scenarios"];
    let Some(long) = LongTest::unless_unchanged("lessons on CPython", &own, &[]) else {
        return;
    };
    for python in pythons() {
        for lesson in lessons() {
            let folder = Folder::new();
            let name = lesson
                .file_name()
                .expect("it has a name")
                .to_string_lossy()
                .into_owned();
            std::fs::copy(&lesson, folder.path().join(&name)).expect("it can be read");
            let trace = python.trace(&folder, &name);
            let version = &python.version;
            assert!(steps(&trace).len() > 5, "{name} on {version}");
            laws::of_lives(&trace).unwrap_or_else(|why| panic!("{name} on {version}: {why}"));
            let open = unexplained(&trace);
            assert!(open.is_empty(), "{name} on {version}: {open:?}");
        }
    }
    long.passed();
}

/// A program that says of itself what counts its names' objects have, and in which order they die.
fn telling(seed: u64) -> String {
    let mut random = Random(seed);
    let names = ["a", "b", "c", "d"];
    let mut lines = vec![
        "import sys, weakref".to_owned(),
        "class Box:".to_owned(),
        "    def __init__(self, n):".to_owned(),
        "        self.n = n".to_owned(),
        "died = []".to_owned(),
        "watches = []".to_owned(),
        "def box(n):".to_owned(),
        "    made = Box(n)".to_owned(),
        "    watches.append(weakref.ref(made, lambda _: died.append(n)))".to_owned(),
        "    return made".to_owned(),
    ];
    for (number, name) in names.iter().enumerate() {
        lines.push(format!("{name} = box({number})"));
    }
    let mut next = names.len();
    for _ in 0..40 {
        let (one, other) = (
            random.pick(&names).to_owned(),
            random.pick(&names).to_owned(),
        );
        match random.below(6) {
            0 => {
                lines.push(format!("{one} = box({next})"));
                next += 1;
            }
            1 => lines.push(format!("{one} = {other}")),
            2 => lines.push(format!("{one}.held = [{other}, {other}]")),
            3 => lines.push(format!("{one} = [{other}, ({other},), {{1: {other}}}]")),
            4 => lines.push(format!("{one} = {{'k': {other}}}")),
            _ => lines.push(format!("{one} = box({next})\n{one}.n = {other}")),
        }
        if lines.last().is_some_and(|line| line.contains("\n")) {
            next += 1;
        }
        // What can hold attributes.
        let line = lines.pop().expect("one was pushed");
        let line = match line.contains(".held") || line.contains(".n =") {
            true => format!(
                "if isinstance({one}, Box):\n    {}",
                line.replace('\n', "\n    ")
            ),
            false => line,
        };
        lines.push(line);
        let asked = random.pick(&names);
        lines.push(format!(
            "print('count', '{asked}', sys.getrefcount({asked}) - 1)"
        ));
    }
    lines.push("print('died', *died)".to_owned());
    lines.join("\n") + "\n"
}

#[test]
fn counts_and_deaths_are_the_interpreters_own() {
    let own = ["agent.rs"];
    let Some(long) = LongTest::unless_unchanged("counts on CPython", &own, &[]) else {
        return;
    };
    for python in pythons() {
        for seed in 0..number_from("MEMVIZ_AGENT_TELLING", 6) {
            let folder = Folder::new();
            folder.write("tells.py", telling(seed));
            let trace = python.trace(&folder, "tells.py");
            let what = format!("seed {seed} on {}", python.version);
            let objects = trace["objects"].as_array().expect("a list");
            let mut counts = 0;
            let mut asked: Option<(String, u64)> = None;
            for step in steps(&trace) {
                let stdout = step["stdout"].as_str().unwrap_or_default();
                for line in stdout.lines() {
                    let words: Vec<&str> = line.split(' ').collect();
                    if let ["count", name, count] = words[..] {
                        let (was, recorded) = asked.take().expect("a step came before the line");
                        assert_eq!(was, name, "{what}");
                        assert_eq!(
                            recorded.to_string(),
                            count,
                            "{what}: {name} at {}",
                            step["step"]
                        );
                        counts += 1;
                    }
                }
                let source = telling(seed);
                let line = step["line"].as_u64().expect("a number") as usize;
                let code = source.lines().nth(line - 1).unwrap_or_default();
                if step["event"] == "line"
                    && let Some(rest) = code.strip_prefix("print('count', '")
                {
                    let name = &rest[..1];
                    let id = common::global(step, name);
                    let count = common::object(step, id)["refcount"].as_u64();
                    asked = count.map(|count| (name.to_owned(), count));
                }
            }
            assert_eq!(counts, 40, "{what}");
            // Deaths of boxes, in order, by what the program says.
            let printed: String = steps(&trace)
                .iter()
                .filter_map(|step| step["stdout"].as_str())
                .collect();
            let died = printed
                .lines()
                .find(|line| line.starts_with("died"))
                .expect("it says so");
            let told = died.split(' ').count() - 1;
            let boxes = objects.iter().filter(|one| {
                one["type"] == "Box" && !one["died"].is_null() && one["died"]["cause"] != "exit"
            });
            assert_eq!(boxes.count(), told, "{what}: {died}");
        }
    }
    long.passed();
}

#[test]
fn the_program_sees_no_difference() {
    let script = r#"
import gc, os, sys
print(sys.argv, sys.flags, sys.gettrace(), sys.getprofile(), sorted(os.environ) == sorted(os.environ.keys()))
print([name for name in os.environ if 'MEMVIZ' in name or name == 'LD_PRELOAD'], sorted(sys.modules))
if hasattr(sys, 'monitoring'):
    print([sys.monitoring.get_tool(number) for number in range(6)])
print(gc.callbacks, gc.get_threshold(), gc.isenabled())
print(getattr(sys, "orig_argv", [])[1:], sys.executable, os.listdir('/proc/self/fd'))
class Node: pass
ids = {id(Node()) for _ in range(50)}
print(len(ids), sys.getrefcount(Node), sys.getrefcount(ids))
class Loud:
    def __init__(self, n): self.n = n
    def __del__(self): print('del', self.n)
one, two = Loud(1), Loud(2)
one.other, two.other = two, one
del one, two
print(gc.collect(), gc.get_count())
def deep(n):
    try:
        return deep(n + 1)
    except RecursionError:
        return n
sys.setrecursionlimit(150)
print(deep(0))
"#;
    for python in pythons() {
        let folder = Folder::new();
        folder.write("sees.py", script);
        python.trace(&folder, "sees.py");
    }
}

#[test]
fn each_way_of_running_works() {
    for python in pythons() {
        let version = &python.version;
        let folder = Folder::new();
        folder.write(
            "module.py",
            "import sys\nx = [len(sys.argv)]\nprint(x, __name__)\n",
        );
        for arguments in [
            &["-c", "x = [1]\nprint(x)"][..],
            &["-m", "module", "one"],
            &["module.py", "one", "two"],
        ] {
            let plain = python.plain(&folder, arguments);
            let recorded = python.recorded(&folder, &[&["--format", "none"], arguments].concat());
            assert_alike(&plain, &recorded, &format!("{arguments:?} on {version}"));
            assert!(
                text(&recorded.stderr).contains("steps,"),
                "{arguments:?} on {version}"
            );
        }
        let others = [
            (
                "fork",
                "import os\nx = [1]\npid = os.fork()\nif pid == 0:\n    x.append(2)\n    print('child')\n    os._exit(3)\nprint(os.waitpid(pid, 0)[1])\n",
            ),
            (
                "threads",
                "import threading\ndef work(n):\n    out.append([n])\nout = []\nfor n in range(3):\n    one = threading.Thread(target=work, args=(n,))\n    one.start()\n    one.join()\nprint(out)\n",
            ),
            (
                "asyncio",
                "import asyncio\nasync def one(n):\n    await asyncio.sleep(0)\n    return [n]\nasync def main():\n    return await asyncio.gather(one(1), one(2))\nprint(asyncio.run(main()))\n",
            ),
            (
                "child",
                "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout)\n",
            ),
            ("error", "def f(x):\n    return 1 / x\nf(0)\n"),
            ("exits", "import sys\nx = [1]\nsys.exit(7)\n"),
        ];
        for (name, source) in others {
            folder.write(&format!("{name}.py"), source);
            let trace = python.trace(&folder, &format!("{name}.py"));
            laws::of_lives(&trace).unwrap_or_else(|why| panic!("{name} on {version}: {why}"));
        }
    }
}

#[test]
fn what_was_recorded_outlives_a_program_that_is_killed() {
    for python in pythons() {
        for (how, signal) in [
            ("os.kill(os.getpid(), 9)", 9),
            ("os.kill(os.getpid(), 11)", 11),
        ] {
            let folder = Folder::new();
            folder.write("dies.py", format!("import os\nx = [1]\ny = [x]\n{how}\n"));
            let recorded = python.recorded(&folder, &["--format", "json", "dies.py"]);
            let said = text(&recorded.stderr);
            assert!(
                said.contains("everything up to there is recorded"),
                "{said}"
            );
            use std::os::unix::process::ExitStatusExt;
            assert_eq!(
                recorded.status.signal(),
                Some(signal),
                "on {}",
                python.version
            );
            let json = std::fs::read(folder.path().join("out/trace.json")).expect("it is there");
            let trace: Value = serde_json::from_slice(&json).expect("it is JSON");
            let last = steps(&trace).last().expect("there are some");
            assert_eq!(last["line"], 4, "on {}", python.version);
        }
    }
}

#[test]
fn what_cannot_be_recorded_is_refused_in_words() {
    let folder = Folder::new();
    folder.write("a.py", "x = 1\n");
    let refused = folder.memviz(&["--python", "no-such-python", "a.py"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(
        said.contains("no Python no-such-python was found"),
        "{said}"
    );
    assert!(said.contains("hint:"), "{said}");
    for python in pythons() {
        let program = python.program.to_string_lossy().into_owned();
        let recorded = folder
            .command(&["--python", &program, "--out", "out", "a.py"])
            .env("PYTHONMALLOC", "debug")
            .output()
            .expect("memviz starts");
        let said = text(&recorded.stderr);
        assert!(said.contains("debugging allocator"), "{said}");
    }
}

#[test]
fn what_is_filled_or_moved_in_place_is_read_anew() {
    // A tuple that `zip` fills again, an ordered dict whose first key goes to its end, and a class body
    // that runs in a dict which the program has made.
    let script = r#"
from collections import OrderedDict
class Slow:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        seen = len(order)
        return seen
class Meta(type):
    @classmethod
    def __prepare__(cls, name, bases): return {'made': [0]}
order = OrderedDict()
order['one'] = [1]
order['two'] = [2]
order.move_to_end('one')
for pair, (first, *rest) in zip([[7], [8], [9]], zip([[4], [5], [6]], Slow())):
    pair = first
class Body(metaclass=Meta):
    items = [3]
    more = items
# The tuple of iterators that `zip_longest` keeps has empty places when the first of them has ended.
import itertools
for pair in itertools.zip_longest(Slow(), iter([1])):
    last = pair
"#;
    for python in pythons() {
        let folder = Folder::new();
        folder.write("place.py", script);
        let trace = python.trace(&folder, "place.py");
        let version = &python.version;
        laws::of_lives(&trace).unwrap_or_else(|why| panic!("{version}: {why}"));
        let of_type = |id: u64| trace["objects"][id as usize - 1]["type"].as_str();
        let keys: Vec<Vec<&str>> = steps(&trace)
            .iter()
            .filter_map(|step| {
                let heap = step["heap"].as_array()?.iter();
                let mut ordered = heap.filter(|entry| {
                    of_type(entry["id"].as_u64().unwrap_or(1)) == Some("OrderedDict")
                });
                let refs = ordered.next()?["refs"].as_array()?;
                let labels = refs.iter().filter_map(|one| one["label"].as_str());
                Some(labels.filter(|label| label.starts_with("['")).collect())
            })
            .collect();
        assert!(
            keys.contains(&vec!["['one']", "['two']"]),
            "{version}: {keys:?}"
        );
        assert_eq!(keys.last(), Some(&vec!["['two']", "['one']"]), "{version}");
    }
}
