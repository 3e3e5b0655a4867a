//! What happens behind the last step, while the interpreter goes: what it prints and whom it takes
//! along is in the trace, and recording it changes nothing.

mod common;

use common::{Folder, steps, text, type_of};
use serde_json::Value;

/// Runs a script without and with recording, holds both against each other, and the output against
/// the trace's; returns the trace.
fn recorded(source: &str) -> (Folder, Value) {
    let folder = Folder::new();
    folder.write("script.py", source);
    let without = folder.memviz(&["run", "--no-record", "script.py"]);
    let with = folder.memviz(&["script.py", "--format", "json", "--out", "out"]);
    let errors = text(&with.stderr);
    let own = |line: &&str| !line.starts_with("memviz: ");
    let errors: Vec<&str> = errors.lines().filter(own).collect();
    assert_eq!(text(&without.stdout), text(&with.stdout), "{source}");
    assert_eq!(
        text(&without.stderr).trim_end(),
        errors.join("\n"),
        "{source}"
    );
    assert_eq!(without.status, with.status, "{source}");
    let json = std::fs::read(folder.path().join("out/trace.json")).expect("it was recorded");
    let trace: Value = serde_json::from_slice(&json).expect("it is JSON");
    let mut all: String = steps(&trace)
        .iter()
        .filter_map(|step| step["stdout"].as_str())
        .collect();
    all.push_str(trace["at_exit"]["stdout"].as_str().expect("it is a text"));
    assert_eq!(all, text(&with.stdout), "{source}");
    (folder, trace)
}

const ENDS: &str = r#"
import atexit, weakref
class Node:
    def __init__(self, name): self.name = name
    def __del__(self):
        tell = lambda: print("del", self.name)
        tell()
class Plain: pass
atexit.register(print, "bye")
a = Node("a")
b = Node("b")
b.me = b
kept = [Plain(), {"k": (1, [2])}]
weakref.finalize(a, print, "final")
gone = Node("gone")
gone = None
print("end")
"#;

#[test]
fn what_is_printed_at_exit_is_told_behind_the_last_step() {
    let (folder, trace) = recorded(ENDS);
    let at_exit = trace["at_exit"]["stdout"].as_str().expect("it is a text");
    assert_eq!(at_exit, "final\nbye\ndel a\ndel b\n");
    let last = steps(&trace).last().expect("there are steps");
    assert_eq!(last["event"], "exit");
    assert!(
        !last["stdout"]
            .as_str()
            .is_some_and(|out| out.contains("bye"))
    );
    let words = last["words"].to_string();
    assert!(
        words.contains("__del__ is called on the Node a and the Node b"),
        "{words}"
    );
    assert!(words.contains("“final” is printed"), "{words}");
    let answer = text(&folder.memviz(&["life", "out", "kept"]).stdout);
    assert!(
        answer.contains("it lives at the last step")
            && answer.contains("when the interpreter goes"),
        "{answer}"
    );
}

#[test]
fn finalizers_and_deaths_at_exit_are_in_order() {
    let (_, trace) = recorded(ENDS);
    let ids = |what: &str| -> Vec<u64> {
        let list = trace["at_exit"][what].as_array().expect("it is a list");
        list.iter().filter_map(Value::as_u64).collect()
    };
    let last = steps(&trace).last().expect("there are steps");
    let named = |name: &str| common::global(last, name);
    assert_eq!(ids("finalized"), [named("a"), named("b")]);
    let freed = ids("freed");
    let place = |id: u64| {
        freed
            .iter()
            .position(|other| *other == id)
            .expect("it died")
    };
    assert!(place(named("a")) < place(named("b")));
}

#[test]
fn what_is_left_dies_at_the_last_step_of_the_exit() {
    let (_, trace) = recorded(ENDS);
    let last = steps(&trace).last().expect("there are steps");
    let objects = trace["objects"].as_array().expect("it is a list");
    let freed = trace["at_exit"]["freed"].as_array().expect("it is a list");
    let mut left = 0;
    for object in last["heap"].as_array().expect("it is a list") {
        let id = object["id"].as_u64().expect("a number");
        let info = &objects[id as usize - 1];
        let own = ["Node", "Plain", "list", "tuple", "dict"].contains(&type_of(&trace, id));
        if own && !info["born"].is_null() && info["immortal"] == false {
            assert_eq!(info["died"]["cause"], "exit", "{info}");
            assert_eq!(info["died"]["step"], last["step"], "{info}");
            left += 1;
        }
    }
    assert!(left > 5, "only {left} objects");
    for info in objects {
        let listed = freed.contains(&info["id"]);
        assert_eq!(info["died"]["cause"] == "exit", listed, "{info}");
    }
    let gone = objects
        .iter()
        .filter(|info| info["type"] == "Node" && info["died"]["cause"] == "refcount");
    assert_eq!(gone.count(), 1);
}

#[test]
fn every_way_to_end_is_recorded_as_it_is() {
    for (end, code) in [
        ("pass", 0),
        ("raise SystemExit(7)", 7),
        ("raise SystemExit('words')", 1),
        ("1 / 0", 1),
        ("raise KeyboardInterrupt", 130),
    ] {
        let source = format!(
            "import atexit, threading, time\nclass A:\n    def __del__(self): print('del')\ndef late():\n    time.sleep(0.05)\n    print('late')\natexit.register(print, 'bye')\nx = A()\nthreading.Thread(target=late).start()\n{end}\n"
        );
        let (_, trace) = recorded(&source);
        assert_eq!(trace["outcome"]["exit_code"], code, "{end}");
        let at_exit = trace["at_exit"]["stdout"].as_str().expect("it is a text");
        assert!(
            at_exit.contains("bye\n") && at_exit.contains("del\n"),
            "{end}: {at_exit}"
        );
    }
    let (_, trace) = recorded("import atexit\natexit.register(divmod, 1, 0)\nx = [1]\n");
    assert_eq!(trace["outcome"]["kind"], "finished");
}
