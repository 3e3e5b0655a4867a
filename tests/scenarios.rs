//! One named test a lesson: it runs to its end, its claims hold, and the fact that it teaches can
//! be read from the JSON.

mod common;

use common::{Folder, after_line, find_object, follow, global, object, steps, text, type_of};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What can be read of a lesson's fact beside its own claims, held against its trace.
type Fact = fn(&Value);

const FACTS: [(&str, Fact); 21] = [
    ("aliasing", aliasing),
    ("argument_passing", argument_passing),
    ("class_attribute", class_attribute),
    ("collector_at_work", collector_at_work),
    ("copies", copies),
    ("counter_closure", counter_closure),
    ("cycle_with_del", cycle_with_del),
    ("del_name", del_name),
    ("exception_frames", exception_frames),
    ("exit", exit),
    ("generations", generations),
    ("generator_life", generator_life),
    ("late_binding", late_binding),
    ("linked_list_drop", linked_list_drop),
    ("list_growth", list_growth),
    ("mutable_default", mutable_default),
    ("rebind_or_mutate", rebind_or_mutate),
    ("self_reference", self_reference),
    ("small_ints", small_ints),
    ("two_node_cycle", two_node_cycle),
    ("weak_cache", weak_cache),
];

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    // Lessons about modules, files and the exit need what stands beside them.
    let folders = [folder.join("outside"), folder];
    let mut scripts: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("there are scenarios"))
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "py"))
        .collect();
    scripts.sort();
    let trials = scripts
        .into_iter()
        .map(|script| {
            let name = script
                .file_stem()
                .map_or(String::new(), |s| s.to_string_lossy().into_owned());
            Trial::test(name.clone(), move || lesson(&name, &script))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn lesson(name: &str, script: &Path) -> Result<(), Failed> {
    let source = std::fs::read_to_string(script)?;
    if !source.starts_with("\"\"\"") || !source.contains("Notice: ") {
        return Err("its docstring does not say what to notice".into());
    }
    let fact = FACTS.iter().find(|(of, _)| *of == name);
    if fact.is_none() && !source.contains("# memviz: expect ") {
        return Err("it claims nothing by `# memviz: expect ...`".into());
    }
    let folder = Folder::new();
    let path = script.to_string_lossy();
    let checked = folder.memviz(&["check", &path]);
    if checked.status.code() != Some(0) {
        return Err(text(&checked.stderr).into());
    }
    let recorded = folder.memviz(&[&path, "--verify", "--format", "json,svg", "--out", "out"]);
    let plain = folder.memviz(&["run", "--no-record", &path]);
    let code = plain.status.code();
    assert_eq!(recorded.status.code(), code, "{}", text(&recorded.stderr));
    assert_eq!(text(&recorded.stdout), text(&plain.stdout));
    let json = std::fs::read(folder.path().join("out/trace.json"))?;
    let trace: Value = serde_json::from_slice(&json)?;
    let kind = if code == Some(0) { "finished" } else { "exit" };
    assert_eq!(trace["outcome"]["kind"], kind);
    let steps_of_it = steps(&trace).iter();
    let printed: String = steps_of_it
        .filter_map(|step| step["stdout"].as_str())
        .chain(trace["at_exit"]["stdout"].as_str())
        .collect();
    assert_eq!(printed, text(&plain.stdout));
    laws(&trace);
    if let Some((_, fact)) = fact {
        fact(&trace);
    }
    Ok(())
}

/// What holds in every trace: references and owners are the same thing seen from both ends, and
/// the counts of what the program made are explained.
fn laws(trace: &Value) {
    let explained = [
        "list",
        "tuple",
        "dict",
        "set",
        "function",
        "cell",
        "generator",
        "Node",
        "Link",
        "Box",
        "Picture",
        "ValueError",
        "method",
    ];
    for step in steps(trace) {
        let heap = step["heap"].as_array().expect("a step has a heap");
        for owned in heap {
            let id = owned["id"].as_u64().expect("objects have ids");
            let owners = owned["owners"].as_array().expect("owners are listed");
            let kind = type_of(trace, id);
            if let Some(count) = owned["refcount"].as_i64() {
                let unexplained = owned["unexplained"].as_i64().expect("it is a number");
                assert_eq!(count, owners.len() as i64 + unexplained);
                let made = !trace["objects"][id as usize - 1]["born"].is_null();
                let namespace = owned["name"] == "__main__";
                if step["event"] == "line" && made && explained.contains(&kind) && !namespace {
                    assert!(unexplained >= 0, "step {}: {kind} {owned}", step["step"]);
                }
            } else {
                assert_eq!(owned["refcount"], "immortal");
                assert_eq!(owned["unexplained"], 0);
            }
            for owner in owners {
                // The class of an object is no reference that is shown, unless asked for.
                if let Some(from) = owner["from"].as_u64()
                    && owner["label"] != "__class__"
                {
                    let found = object(step, from)["refs"].as_array().is_some_and(|refs| {
                        refs.iter()
                            .any(|r| r["to"] == id && r["label"] == owner["label"])
                    });
                    assert!(
                        found,
                        "step {}: {owner} owns {id}, but does not refer to it",
                        step["step"]
                    );
                }
            }
        }
    }
}

fn line_of(trace: &Value, code: &str) -> u64 {
    let text = trace["sources"][0]["text"]
        .as_str()
        .expect("the source is there");
    let at = text.lines().position(|line| line.starts_with(code));
    at.unwrap_or_else(|| panic!("no line {code}")) as u64 + 1
}

/// The step after the line that starts with `code` has run.
fn after<'t>(trace: &'t Value, code: &str) -> &'t Value {
    after_line(trace, line_of(trace, code))
}

fn count_of(step: &Value, id: u64) -> u64 {
    object(step, id)["refcount"].as_u64().unwrap_or(u64::MAX)
}

fn death(trace: &Value, id: u64) -> &Value {
    &trace["objects"][id as usize - 1]["died"]
}

fn aliasing(trace: &Value) {
    let step = after(trace, "b = a");
    assert_eq!(global(step, "a"), global(step, "b"));
    assert_eq!(count_of(step, global(step, "a")), 2);
    let appended = after(trace, "b.append(3)");
    let third = follow(appended, global(appended, "a"), "[2]");
    assert_eq!(object(appended, third)["value"], "3");
}

fn rebind_or_mutate(trace: &Value) {
    let shared = after(trace, "b = a");
    let moved = after(trace, "b = b + [1]");
    assert_eq!(global(shared, "a"), global(moved, "a"));
    assert_ne!(global(moved, "b"), global(moved, "a"));
    let grown = after(trace, "c += [2]");
    assert_eq!(global(grown, "c"), global(grown, "a"));
    follow(grown, global(grown, "a"), "[1]");
}

fn del_name(trace: &Value) {
    let id = global(after(trace, "a = "), "a");
    assert_eq!(count_of(after(trace, "b = a"), id), 2);
    assert_eq!(count_of(after(trace, "del a"), id), 1);
    let gone = after(trace, "del b");
    assert!(find_object(gone, id).is_none());
    assert_eq!(death(trace, id)["cause"], "refcount");
    assert_eq!(death(trace, id)["step"], gone["step"]);
    assert_eq!(death(trace, id)["line"], line_of(trace, "del b"));
}

fn argument_passing(trace: &Value) {
    let inside = steps(trace)
        .iter()
        .find(|step| step["function"] == "add" && step["event"] == "line")
        .expect("add runs");
    let items = common::name_in(inside, 1, "items");
    assert_eq!(items, global(inside, "basket"));
    assert_eq!(count_of(inside, items), 2);
    assert_eq!(count_of(after(trace, "size = "), items), 1);
}

fn mutable_default(trace: &Value) {
    let step = after(trace, "second = ");
    let hung = follow(step, global(step, "collect"), "__defaults__[0]");
    assert_eq!(hung, global(step, "first"));
    assert_eq!(hung, global(step, "second"));
    assert_eq!(count_of(step, hung), 3);
    assert!(
        steps(trace)
            .last()
            .is_some_and(|last| find_object(last, hung).is_some())
    );
}

fn copies(trace: &Value) {
    let step = after(trace, "deep = ");
    let (grid, shallow, deep) = (
        global(step, "grid"),
        global(step, "shallow"),
        global(step, "deep"),
    );
    assert_ne!(grid, shallow);
    for row in ["[0]", "[1]"] {
        assert_eq!(follow(step, grid, row), follow(step, shallow, row));
        assert_ne!(follow(step, grid, row), follow(step, deep, row));
    }
}

fn small_ints(trace: &Value) {
    let step = after(trace, "u = ");
    assert_eq!(global(step, "a"), global(step, "b"));
    assert_eq!(object(step, global(step, "a"))["refcount"], "immortal");
    assert_ne!(global(step, "c"), global(step, "d"));
    assert_eq!(object(step, global(step, "c"))["value"], "257");
    assert_eq!(global(step, "s"), global(step, "u"));
    assert_ne!(global(step, "s"), global(step, "t"));
}

fn late_binding(trace: &Value) {
    let step = after(trace, "f, g, h = fs");
    let cells: Vec<u64> = ["f", "g", "h"]
        .iter()
        .map(|name| follow(step, global(step, name), "__closure__[0]"))
        .collect();
    assert!(cells.iter().all(|cell| *cell == cells[0]));
    assert_eq!(type_of(trace, cells[0]), "cell");
    let refs = object(step, cells[0])["refs"]
        .as_array()
        .expect("a cell refers to something");
    let held = refs[0]["to"].as_u64().expect("to an object");
    assert_eq!(refs[0]["label"], "cell i");
    assert_eq!(object(step, held)["value"], "2");
}

fn counter_closure(trace: &Value) {
    let step = after(trace, "tick = counter()");
    assert_eq!(
        step["call_stack"].as_array().map(Vec::len),
        Some(1),
        "the maker's frame is gone"
    );
    let cell = follow(step, global(step, "tick"), "__closure__[0]");
    let list = object(step, cell)["refs"][0]["to"]
        .as_u64()
        .expect("the cell holds the list");
    assert_eq!(type_of(trace, list), "list");
    assert_eq!(count_of(step, list), 1);
    assert_eq!(death(trace, list)["step"], after(trace, "del tick")["step"]);
}

fn class_attribute(trace: &Value) {
    let step = after(trace, "b.xs = [2]");
    let on_class = follow(step, global(step, "Box"), ".xs");
    let on_instance = follow(step, global(step, "b"), ".xs");
    assert_ne!(on_class, on_instance);
    let own = object(step, global(step, "a"))["refs"]
        .as_array()
        .expect("references are listed");
    assert!(
        own.iter().all(|r| r["label"] != ".xs"),
        "a has no entry of its own"
    );
}

fn generator_life(trace: &Value) {
    let step = after(trace, "next(g)  #");
    assert_eq!(
        step["call_stack"].as_array().map(Vec::len),
        Some(1),
        "the frame is suspended"
    );
    let frame = follow(step, global(step, "g"), "frame");
    let list = follow(step, frame, "seen");
    assert_eq!(type_of(trace, list), "list");
    let gone = after(trace, "del g");
    assert_eq!(death(trace, list)["cause"], "refcount");
    assert!(find_object(gone, list).is_none());
    let printed = steps(trace)
        .iter()
        .find(|step| {
            step["stdout"]
                .as_str()
                .is_some_and(|out| out.contains("closing after 2"))
        })
        .expect("finally runs");
    assert!(printed["step"].as_u64() <= gone["step"].as_u64());
}

fn self_reference(trace: &Value) {
    let held = after(trace, "a.append(a)");
    let id = global(held, "a");
    assert_eq!(count_of(held, id), 2);
    let waiting = after(trace, "del a");
    assert_eq!(count_of(waiting, id), 1);
    assert_eq!(object(waiting, id)["reachable"], false);
    assert_eq!(
        death(trace, id)["step"],
        after(trace, "gc.collect()")["step"]
    );
    assert_eq!(death(trace, id)["cause"], "collector");
}

fn two_node_cycle(trace: &Value) {
    let step = after(trace, "b.other = a");
    let nodes = [global(step, "a"), global(step, "b")];
    let waiting = after(trace, "del b");
    for node in nodes {
        assert_eq!(count_of(waiting, node), 1);
        assert_eq!(object(waiting, node)["reachable"], false);
        assert_eq!(
            death(trace, node)["step"],
            after(trace, "gc.collect()")["step"]
        );
        assert_eq!(death(trace, node)["cause"], "collector");
    }
}

fn cycle_with_del(trace: &Value) {
    let step = after(trace, "b.other = a");
    let done = after(trace, "gc.collect()");
    for name in ["a", "b"] {
        let died = &death(trace, global(step, name));
        assert_eq!(died["step"], done["step"]);
        assert_eq!(died["cause"], "collector");
    }
    let out: String = steps(trace)
        .iter()
        .filter_map(|step| step["stdout"].as_str())
        .collect();
    assert!(
        out.contains("finalizing a beside b") && out.contains("finalizing b beside a"),
        "{out}"
    );
}

fn weak_cache(trace: &Value) {
    let step = after(trace, "entry = ");
    let (sun, entry) = (global(step, "sun"), global(step, "entry"));
    assert_eq!(count_of(step, sun), 1);
    let reference = &object(step, entry)["refs"][0];
    assert_eq!(reference["label"], "referent");
    assert_eq!(reference["strength"], "weak");
    assert_eq!(reference["to"], sun);
    let gone = after(trace, "del sun");
    assert!(find_object(gone, sun).is_none());
    assert_eq!(
        object(gone, entry)["refs"].as_array().map(Vec::len),
        Some(0)
    );
}

fn collector_at_work(trace: &Value) {
    let before = after(trace, "del link_4");
    let alone = global(after(trace, "link_4 = Link()"), "link_4");
    assert_eq!(object(before, alone)["reachable"], false);
    let after = after(trace, "gc.collect()");
    assert!(find_object(after, alone).is_none());
    let kept = global(after, "keep");
    assert_eq!(count_of(after, kept), 2);
    follow(after, follow(after, kept, ".next_link"), ".next_link");
}

/// The guards that hold each other go before the one that a name holds.
fn exit(trace: &Value) {
    assert_eq!(trace["outcome"]["exit_code"], 3);
    let finalized = trace["at_exit"]["finalized"].as_array().expect("a list");
    let types: Vec<&str> = finalized
        .iter()
        .map(|id| type_of(trace, id.as_u64().expect("a number")))
        .collect();
    assert_eq!(types, ["Guard"; 3]);
}

fn generations(trace: &Value) {
    let id = global(after(trace, "keeper = []"), "keeper");
    let generation = |code| object(after(trace, code), id)["generation"].clone();
    assert_eq!(generation("keeper = []"), 0);
    assert_eq!(generation("gc.collect(0)"), 1);
    assert_eq!(generation("gc.collect(1)"), 2);
}

fn linked_list_drop(trace: &Value) {
    let step = after(trace, "head = Node(1");
    let first = global(step, "head");
    let second = follow(step, first, ".rest");
    let third = follow(step, second, ".rest");
    let gone = after(trace, "del head");
    let freed: Vec<u64> = gone["freed"]
        .as_array()
        .map(|ids| ids.iter().filter_map(Value::as_u64).collect())
        .unwrap_or_default();
    let place = |id| freed.iter().position(|freed| *freed == id);
    assert!(place(first).is_some());
    assert!(
        place(first) < place(second) && place(second) < place(third),
        "{freed:?}"
    );
}

fn list_growth(trace: &Value) {
    let last = steps(trace).last().expect("there are steps");
    let sizes = global(last, "sizes");
    let values: Vec<i64> = (0..10)
        .map(|i| {
            let entry = follow(last, sizes, &format!("[{i}]"));
            let value = object(last, entry)["value"]
                .as_str()
                .expect("an int has a value");
            value.parse().expect("sizes are numbers")
        })
        .collect();
    assert!(values.windows(2).all(|pair| pair[0] <= pair[1]));
    assert!(values.windows(2).any(|pair| pair[0] == pair[1]));
    assert!(values.windows(2).any(|pair| pair[0] < pair[1]));
    let recorded = object(last, global(last, "xs"))["size"].as_i64();
    assert_eq!(recorded, values.last().copied(), "as sys.getsizeof has it");
}

fn exception_frames(trace: &Value) {
    let step = after(trace, "    kept = error");
    let kept = global(step, "kept");
    let outer = follow(step, follow(step, kept, "__traceback__"), "tb_next");
    let inner = follow(step, outer, "tb_next");
    let list = follow(step, follow(step, inner, "frame"), "evidence");
    assert_eq!(type_of(trace, list), "list");
    assert_eq!(count_of(step, list), 1);
    assert_eq!(death(trace, list)["step"], after(trace, "del kept")["step"]);
}
