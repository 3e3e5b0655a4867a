//! Births and deaths: each object has one serial, is born and dies at the right step, and says of
//! what it died.

mod common;

use common::{Folder, after_line, find_object, follow, global, object, steps, text, type_of};
use serde_json::Value;

fn of_type(trace: &Value, type_name: &str) -> Vec<u64> {
    let objects = trace["objects"].as_array().expect("there are objects");
    objects
        .iter()
        .filter(|object| object["type"] == type_name && !object["born"].is_null())
        .filter_map(|object| object["id"].as_u64())
        .collect()
}

fn died(trace: &Value, id: u64) -> &Value {
    &trace["objects"][id as usize - 1]["died"]
}

#[test]
fn a_loop_that_rebinds_makes_six_objects_and_five_deaths() {
    let folder = Folder::new();
    let prelude = "class C: pass\nclass S:\n    __slots__ = ('x',)\n";
    let makers = [
        ("list", "[i]"),
        ("tuple", "(i, i)"),
        ("dict", "{i: i}"),
        ("float", "i + 0.5"),
        ("C", "C()"),
        ("S", "S()"),
    ];
    for (type_name, maker) in makers {
        for body in [
            format!("for i in range(6): x = {maker}"),
            format!("for i in range(6):\n    x = {maker}"),
        ] {
            let trace = folder.trace(&format!("{prelude}{body}\nlast = x\n"));
            let last = steps(&trace).last().expect("there are steps");
            let kept = global(last, "last");
            let mut made: Vec<u64> = steps(&trace)
                .iter()
                .filter_map(|step| {
                    let names = step["call_stack"][0]["names"].as_array()?;
                    names.iter().find(|name| name["name"] == "x")?["to"].as_u64()
                })
                .collect();
            made.dedup();
            assert_eq!(made.len(), 6, "{type_name}: {made:?}");
            assert!(made.iter().all(|id| type_of(&trace, *id) == type_name));
            assert_eq!(made.last(), Some(&kept));
            let mut deaths: Vec<u64> = Vec::new();
            for id in &made[..5] {
                assert_eq!(died(&trace, *id)["cause"], "refcount", "{type_name}");
                deaths.push(died(&trace, *id)["step"].as_u64().expect("a step"));
            }
            // Each dies in the step in which the next one takes its name.
            assert!(
                deaths.windows(2).all(|pair| pair[0] < pair[1]),
                "{type_name}: {deaths:?}"
            );
            assert_eq!(died(&trace, kept)["cause"], "exit", "{type_name}");
        }
    }
}

#[test]
fn a_chain_of_a_thousand_nodes_dies_in_order_at_one_step() {
    let folder = Folder::new();
    // Steps at calls alone keep the trace small: one before the drop, one after.
    let source = "class Node: pass\ndef look(): pass\nhead = None\nfor i in range(1000):\n    n = Node()\n    n.rest = head\n    head = n\ndel n\nlook()\ndel head\nlook()\n";
    let trace = folder.trace_with(source, &["--step", "call"]);
    let step = steps(&trace)
        .iter()
        .find(|step| {
            step["freed"]
                .as_array()
                .is_some_and(|freed| freed.len() >= 1000)
        })
        .expect("one step sees them all die");
    let first = steps(&trace)
        .iter()
        .find(|step| step["function"] == "look")
        .expect("look is called");
    let mut nodes = Vec::new();
    let mut next = Some(global(first, "head"));
    while let Some(node) = next.filter(|node| type_of(&trace, *node) == "Node") {
        nodes.push(node);
        let refs = object(first, node)["refs"]
            .as_array()
            .expect("references are listed");
        next = refs
            .iter()
            .find(|r| r["label"] == ".rest")
            .and_then(|r| r["to"].as_u64());
    }
    assert_eq!(nodes.len(), 1000);
    let freed: Vec<u64> = step["freed"]
        .as_array()
        .map(|ids| ids.iter().filter_map(Value::as_u64).collect())
        .unwrap_or_default();
    let in_order: Vec<u64> = freed.into_iter().filter(|id| nodes.contains(id)).collect();
    assert_eq!(in_order, nodes, "from the head on");
    assert!(
        nodes
            .iter()
            .all(|id| died(&trace, *id)["cause"] == "refcount")
    );
}

#[test]
fn a_very_deep_list_is_recorded_up_to_the_bound_and_dropped() {
    let folder = Folder::new();
    folder.write(
        "script.py",
        "x = []\nfor i in range(200000): x = [x]\ndel x\nprint('dropped')\n",
    );
    let done = folder.memviz(&["script.py", "--format", "none"]);
    assert_eq!(text(&done.stdout), "dropped\n");
    assert!(
        text(&done.stderr).contains("limit of 10000 steps"),
        "{}",
        text(&done.stderr)
    );
}

#[test]
fn a_finalizer_may_bring_its_object_back_and_make_new_ones() {
    let folder = Folder::new();
    let trace = folder.trace(
        "kept = []\nclass P:\n    def __del__(self):\n        made = [1]\n        kept.append((self, made))\np = P()\ndel p\nq = kept[0][0]\ndel q\nkept.clear()\nz = 1\n",
    );
    let [phoenix] = of_type(&trace, "P")[..] else {
        panic!("one P has one serial");
    };
    let risen = after_line(&trace, 7);
    assert!(find_object(risen, phoenix).is_some(), "it was brought back");
    assert_eq!(global(after_line(&trace, 8), "q"), phoenix);
    assert_eq!(
        died(&trace, phoenix)["step"],
        after_line(&trace, 10)["step"]
    );
}

#[test]
fn a_weak_callback_and_a_finalizer_that_raises_are_recorded() {
    let folder = Folder::new();
    folder.write(
        "script.py",
        "import weakref\nseen = []\nclass N:\n    pass\nclass Bad:\n    def __del__(self): raise ValueError('in del')\na = N()\na.peer = [1]\nw = weakref.ref(a, lambda r: seen.append(r() is None))\ndel a\nb = Bad()\ndel b\nprint(seen)\n",
    );
    let done = folder.memviz(&["script.py", "--format", "json", "--out", "out"]);
    assert_eq!(text(&done.stdout), "[True]\n");
    assert!(text(&done.stderr).contains("ValueError: in del"));
    let json = std::fs::read(folder.path().join("out/trace.json")).expect("it is there");
    let trace: Value = serde_json::from_slice(&json).expect("it is JSON");
    let [n] = of_type(&trace, "N")[..] else {
        panic!("one N")
    };
    let [bad] = of_type(&trace, "Bad")[..] else {
        panic!("one Bad")
    };
    // The callback's own steps come when the object is dead already; a finalizer's come before.
    let step_of = |value: &Value| value["step"].as_u64().unwrap_or(0);
    assert_eq!(died(&trace, n)["line"], 10);
    assert!(step_of(died(&trace, n)) < step_of(after_line(&trace, 10)));
    assert_eq!(died(&trace, bad)["step"], after_line(&trace, 12)["step"]);
}

#[test]
fn a_collection_tells_its_numbers() {
    let folder = Folder::new();
    // Names of a function: a module's names stand in a dict that is a candidate itself.
    let trace = folder.trace(
        "import gc\nclass Link:\n    def __init__(self, n=None): self.n = n\ndef main():\n    c = Link()\n    b = Link(c)\n    a = Link(b)\n    c.n = a\n    d = Link()\n    d.n = d\n    keep = a\n    del a, b, c, d\n    gc.collect()\n    return keep\ngc.disable()\nmain()\n",
    );
    let links = of_type(&trace, "Link");
    let (c, b, a, d) = (links[0], links[1], links[2], links[3]);
    let step = steps(&trace)
        .iter()
        .find(|step| step["gc"].as_array().is_some_and(|runs| !runs.is_empty()))
        .expect("a collection ran");
    let run = &step["gc"][0];
    assert_eq!(run["trigger"], "explicit");
    assert_eq!(run["generation"], 2);
    let refs = |id: u64| run["gc_refs"][id.to_string()].as_u64();
    // As in CPython's own account of its collector: the name holds one, the others are held only
    // from inside.
    assert_eq!(
        (refs(a), refs(b), refs(c), refs(d)),
        (Some(1), Some(0), Some(0), Some(0))
    );
    assert_eq!(run["unreachable"], serde_json::json!([d]));
    assert_eq!(run["collected"], serde_json::json!([d]));
    assert_eq!(object(step, a)["generation"], 2);
    assert_eq!(died(&trace, d)["cause"], "collector");
}

#[test]
fn a_collection_that_comes_by_itself_is_recorded_too() {
    let folder = Folder::new();
    let trace = folder.trace(
        "import gc\ngc.set_threshold(40)\nfor i in range(100):\n    x = [i]\n    x.append(x)\n",
    );
    let runs: Vec<&Value> = steps(&trace)
        .iter()
        .flat_map(|step| step["gc"].as_array().into_iter().flatten())
        .collect();
    assert!(runs.iter().any(|run| {
        run["trigger"] == "automatic"
            && run["generation"] == 0
            && run["collected"]
                .as_array()
                .is_some_and(|ids| ids.len() > 10)
    }));
}

#[test]
fn saved_garbage_is_neither_collected_nor_resurrected() {
    let folder = Folder::new();
    let trace = folder.trace(
        "import gc\ngc.disable()\ngc.set_debug(gc.DEBUG_SAVEALL)\nx = []\nx.append(x)\ndel x\ngc.collect()\ng = gc.garbage\ngc.set_debug(0)\n",
    );
    let run = &after_line(&trace, 7)["gc"][0];
    assert_eq!(run["unreachable"].as_array().map(Vec::len), Some(1));
    assert_eq!(run["collected"].as_array().map(Vec::len), Some(0));
    assert_eq!(run["resurrected"].as_array().map(Vec::len), Some(0));
}

#[test]
fn instruction_steps_show_the_value_stack() {
    let folder = Folder::new();
    let trace = folder.trace_with("x = 2.5\ny = [x, x]\n", &["--step", "instruction"]);
    assert_eq!(trace["granularity"], "instruction");
    let build = steps(&trace)
        .iter()
        .find(|step| step["opcode"] == "BUILD_LIST")
        .expect("a list is built");
    let names = build["call_stack"][0]["names"]
        .as_array()
        .expect("there are names");
    let stack: Vec<&Value> = names
        .iter()
        .filter(|name| name["kind"] == "stack")
        .collect();
    assert_eq!(stack.len(), 2);
    assert_eq!(stack[0]["to"], stack[1]["to"]);
    assert_eq!(build["columns"], serde_json::json!([4, 10]));
}

#[test]
fn call_steps_are_calls_and_returns_alone() {
    let folder = Folder::new();
    let trace = folder.trace_with("def f(x):\n    return x\nf(1)\nf(2)\n", &["--step", "call"]);
    let events: Vec<&str> = steps(&trace)
        .iter()
        .filter_map(|s| s["event"].as_str())
        .collect();
    assert_eq!(
        events,
        ["call", "call", "return", "call", "return", "return", "exit"]
    );
}

/// The types of what a step says was allocated or freed.
fn types_in(trace: &Value, step: &Value, list: &str) -> Vec<String> {
    let ids = step[list].as_array().expect("a list of serials");
    ids.iter()
        .filter_map(|id| Some(type_of(trace, id.as_u64()?).to_owned()))
        .collect()
}

#[test]
fn births_are_in_their_order() {
    let folder = Folder::new();
    let trace = folder.trace("a = b = None\na = [{1: []}, ([a],)]\nprint(a)\n");
    let step = after_line(&trace, 2);
    let a = global(step, "a");
    let dict = follow(step, a, "[0]");
    let tuple = follow(step, a, "[1]");
    let in_dict = follow(step, dict, "[1]");
    let in_tuple = follow(step, tuple, "[0]");
    let born: Vec<u64> = step["allocated"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_u64)
        .collect();
    // The dict is tracked as soon as it holds a list, the tuple and the outer list when made.
    let expected = [in_dict, dict, in_tuple, tuple, a];
    let order: Vec<usize> = expected
        .iter()
        .map(|id| born.iter().position(|one| one == id).expect("it was born"))
        .collect();
    assert!(order.is_sorted(), "{born:?}, expected {expected:?}");
}

#[test]
fn what_is_born_and_dies_in_one_step_is_told() {
    let folder = Folder::new();
    let source = "class C: pass\nx = 0\nlen([[1, x], []])\nC()\n[C(), C()][0].me = x\nprint(x)\n";
    let trace = folder.trace(source);
    let step = after_line(&trace, 3);
    let lists = |step: &Value, list| {
        let types = types_in(&trace, step, list);
        types.iter().filter(|name| *name == "list").count()
    };
    assert_eq!(lists(step, "allocated"), 3);
    assert_eq!(lists(step, "freed"), 3);
    let step = after_line(&trace, 4);
    assert_eq!(types_in(&trace, step, "allocated"), ["C"]);
    assert_eq!(step["allocated"], step["freed"]);
    let id = step["freed"][0].as_u64().expect("a serial");
    let info = &trace["objects"][id as usize - 1];
    assert_eq!(
        info["born"],
        info["died"]
            .as_object()
            .map(|died| { serde_json::json!({"step": died["step"], "line": died["line"]}) })
            .expect("it died")
    );
    assert_eq!(info["died"]["line"], 4);
    let step = after_line(&trace, 5);
    assert_eq!(types_in(&trace, step, "allocated"), ["C", "C", "list"]);
    // The list falls first, and then what it held.
    assert_eq!(types_in(&trace, step, "freed")[0], "list");
    assert!(steps(&trace).iter().all(|step| {
        step["heap"]
            .as_array()
            .is_some_and(|heap| heap.iter().all(|object| object["id"] != id))
    }));
}

#[test]
fn garbage_that_never_had_a_name_at_a_step_is_seen() {
    let folder = Folder::new();
    let trace = folder.trace(
        "class C: pass\nc = C(); c.me = c; c = None\nprint(1)\nimport gc; gc.collect()\nprint(2)\n",
    );
    let step = after_line(&trace, 2);
    let id = step["heap"]
        .as_array()
        .and_then(|heap| {
            let ids = heap.iter().filter_map(|object| object["id"].as_u64());
            ids.into_iter().find(|id| type_of(&trace, *id) == "C")
        })
        .expect("it is in the heap");
    assert_eq!(object(step, id)["reachable"], false);
    assert_eq!(object(step, id)["refcount"], 1);
    assert_eq!(died(&trace, id)["cause"], "collector");
}

/// The events of all steps: what happened, and to which type of object.
fn events(trace: &Value) -> Vec<(String, String)> {
    let events = steps(trace)
        .iter()
        .filter_map(|step| step["events"].as_array());
    events
        .flatten()
        .map(|event| {
            let id = event["object"].as_u64().expect("a serial");
            let what = event["event"].as_str().expect("a word");
            (what.to_owned(), type_of(trace, id).to_owned())
        })
        .collect()
}

#[test]
fn finalizers_are_events() {
    let folder = Folder::new();
    let source = "\
import weakref, gc
class C:
    def __del__(self): pass
class Back:
    def __del__(self):
        kept.append(self)
def gone(): pass
def numbers():
    try:
        yield 1
    finally:
        pass
kept = []
c = C()
f = weakref.finalize(c, gone)
del c
running = numbers()
next(running)
del running
b = Back()
del b
cycle = C()
cycle.me = cycle
del cycle
gc.collect()
";
    let trace = folder.trace(source);
    let expected = [
        ("__del__", "C"),
        ("weakref.finalize", "function"),
        ("close", "generator"),
        ("__del__", "Back"),
        ("resurrection", "Back"),
        ("__del__ by the collector", "C"),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(what, type_name)| ((*what).to_owned(), (*type_name).to_owned()))
        .collect();
    assert_eq!(events(&trace), expected);
}

#[test]
fn a_weak_reference_that_loses_its_referent_is_an_event() {
    let folder = Folder::new();
    let trace = folder
        .trace("import weakref\nclass C: pass\nc = C()\nw = weakref.ref(c)\ndel c\nprint(w)\n");
    let expected = [(
        "weak reference cleared".to_owned(),
        "ReferenceType".to_owned(),
    )];
    assert_eq!(events(&trace), expected);
}

#[test]
fn frames_of_waiting_threads_are_known() {
    let folder = Folder::new();
    let source = "\
import threading
started = threading.Event()
go = threading.Event()
def worker(n):
    mine = [n]
    started.set()
    go.wait()
    return mine
t = threading.Thread(target=worker, args=(1000,))
t.start()
started.wait()
here = 1
go.set()
t.join()
";
    let trace = folder.trace(source);
    let step = after_line(&trace, 12);
    assert_eq!(step["thread"], 1);
    let other = &step["other_threads"][0];
    assert_eq!(other["thread"], 2);
    let frame = &other["call_stack"][0];
    assert_eq!(frame["function"], "worker");
    // It may not have come to wait yet when the other thread goes on.
    assert!(frame["line"] == 6 || frame["line"] == 7, "{frame}");
    let mine = frame["names"]
        .as_array()
        .and_then(|names| names.iter().find(|name| name["name"] == "mine"))
        .and_then(|name| name["to"].as_u64())
        .expect("its name is there");
    let list = object(step, mine);
    assert_eq!(
        list["owners"],
        serde_json::json!([{"from": "thread 2 frame 0", "label": "mine"}])
    );
    assert_eq!(list["unexplained"], 0);
    assert_eq!(list["reachable"], true);
    // Once it has run on, the main thread is the one that waits.
    let last = steps(&trace)
        .iter()
        .rfind(|step| step["thread"] == 2)
        .expect("the worker has steps");
    assert_eq!(last["other_threads"][0]["thread"], 1);
    assert_eq!(last["other_threads"][0]["call_stack"][0]["line"], 14);
}

#[test]
fn bytes_add_up_by_type() {
    let folder = Folder::new();
    let trace = folder.trace(
        "import sys\na = [1, 2]\nb = 'text' * 300\nprint(sys.getsizeof(a), sys.getsizeof(b))\n",
    );
    let step = after_line(&trace, 3);
    let printed = after_line(&trace, 4)["stdout"].as_str().expect("a text");
    let sizes: Vec<u64> = printed
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    let by_type = &step["bytes"]["by_type"];
    assert_eq!(by_type["list"], sizes[0]);
    assert!(by_type["str"].as_u64() >= Some(sizes[1]));
    let all = by_type.as_object().expect("by type").values();
    let total: u64 = all.filter_map(Value::as_u64).sum();
    assert_eq!(step["bytes"]["total"], total);
}

#[test]
fn what_is_kept_for_good_says_why() {
    let folder = Folder::new();
    let trace = folder.trace("a = 7\nb = 'name'\nc = None\nd = 10 ** 20\n");
    let step = after_line(&trace, 4);
    let kept = |name| &trace["objects"][global(step, name) as usize - 1]["kept"];
    assert_eq!(kept("a"), "cached");
    assert_eq!(kept("b"), "interned");
    assert_eq!(kept("c"), "built in");
    assert!(kept("d").is_null());
}

#[test]
fn loops_of_the_compilers_own_are_no_steps() {
    let folder = Folder::new();
    let source = "xs = [1, 2, 3]\nfound = any(n > 2 for n in xs)\nsame = tuple(n for n in xs)\nfor x in xs: y = x\n";
    let trace = folder.trace(source);
    let lines = |line: u64| {
        let is = |step: &&Value| {
            step["event"] == "line" && step["function"] == "<module>" && step["line"] == line
        };
        steps(&trace).iter().filter(is).count()
    };
    assert_eq!([lines(2), lines(3)], [1, 1]);
    assert_eq!(lines(4), 4, "a real loop on one line steps each time");
}

#[test]
fn what_is_yielded_counts_once() {
    let folder = Folder::new();
    let trace = folder.trace("def g():\n    yield [2]\nx = next(g())\n");
    let step = steps(&trace)
        .iter()
        .find(|step| step["event"] == "return" && step["function"] == "g")
        .expect("it yields");
    let list = step["heap"]
        .as_array()
        .and_then(|heap| {
            heap.iter().find(|object| {
                object["id"]
                    .as_u64()
                    .is_some_and(|id| type_of(&trace, id) == "list")
            })
        })
        .expect("the list is there");
    assert_eq!(list["refcount"], 1);
    assert_eq!(list["unexplained"], 0);
}
