//! Births and deaths: each object has one serial, is born and dies at the right step, and says of
//! what it died.

mod common;

use common::{Folder, after_line, find_object, global, object, steps, text, type_of};
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
            assert!(died(&trace, kept).is_null());
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
