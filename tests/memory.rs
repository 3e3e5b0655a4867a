//! Memory over the life of a program: each fact held against what the program plainly does.

mod common;

use common::recorded::Recorded;
use common::{steps, text};
use memviz::analyse::{WholeHeap, memory_life};
use memviz::export::write_memory_json;
use memviz::render::{MemoryChart, Theme, flame_graph_made, flame_graph_peak};
use memviz::trace::TraceFile;
use serde_json::Value;
use std::path::Path;

/// What `memviz memory --format json` says.
fn memory(recorded: &Recorded) -> Value {
    let answer = recorded.ask(&["memory", "out", "--format", "json"]);
    serde_json::from_str(&answer).expect("it is JSON")
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().expect("it is a list")
}

fn of_type<'v>(memory: &'v Value, name: &str) -> &'v Value {
    let mut types = list(memory, "types").iter();
    types.find(|of| of["type"] == name).expect("it was made")
}

fn line(memory: &Value, number: u64) -> &Value {
    let mut lines = list(memory, "lines").iter();
    let found = lines.find(|of| of["place"]["line"] == number);
    found.unwrap_or_else(|| panic!("line {number} made or freed something: {memory}"))
}

/// Objects and bytes of a series at a step.
fn at(series: &Value, step: u64) -> (u64, u64) {
    let changes = series.as_array().expect("it is a list");
    let mut before = changes
        .iter()
        .filter(|change| change[0].as_u64() <= Some(step));
    let number = |value: &Value| value.as_u64().expect("a number");
    before
        .next_back()
        .map_or((0, 0), |change| (number(&change[1]), number(&change[2])))
}

const LEAK: &str = "\
class Order:
    pass
kept = []
def handle():
    order = Order()
    kept.append(order)
for turn in range(12):
    handle()
";

#[test]
fn a_leak_grows_with_each_turn_and_is_freed_at_exit() {
    let recorded = Recorded::new(LEAK);
    let memory = memory(&recorded);
    let orders = of_type(&memory, "Order");
    assert_eq!((&orders["made"], &orders["died"]), (&12.into(), &0.into()));
    let counts = list(orders, "alive")
        .iter()
        .map(|change| change[1].as_u64());
    assert_eq!(
        counts.collect::<Vec<_>>(),
        (1..=12).map(Some).collect::<Vec<_>>()
    );
    let made = line(&memory, 5);
    assert_eq!(made["left"]["objects"], 12);
    let freed = list(&memory["end"], "freed").iter();
    let freed = freed
        .filter(|of| of["type"] == "Order")
        .map(|of| &of["alive"]["objects"]);
    assert_eq!(freed.collect::<Vec<_>>(), [12]);
    // All were made by one path of calls: line 8 of the module, then `handle`.
    let paths: Vec<&Value> = list(&memory, "paths")
        .iter()
        .filter(|of| of["type"] == "Order")
        .collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    let calls: Vec<_> = list(paths[0], "calls")
        .iter()
        .map(|call| (&call["function"], &call["line"]))
        .collect();
    assert_eq!(
        calls,
        [
            (&"<module>".into(), &8.into()),
            (&"handle".into(), &5.into())
        ]
    );
}

const PEAK: &str = "\
small = [1000]
def work():
    large = []
    for n in range(1000, 1020):
        large.append([n] * 50)
    return len(large)
work()
small.append(2000)
";

#[test]
fn the_peak_is_where_most_is_alive() {
    let recorded = Recorded::new(PEAK);
    let memory = memory(&recorded);
    let peak = &memory["peak"];
    let step = peak["step"].as_u64().expect("a step");
    // The list is full, and the call has not ended.
    let inside = &steps(&recorded.json)[step as usize - 1];
    assert_eq!(inside["function"], "work", "{peak}");
    assert_eq!(at(&of_type(&memory, "list")["alive"], step).0, 22);
    let (objects, bytes) = at(&memory["alive"], step);
    assert_eq!(peak["alive"]["objects"], objects);
    assert_eq!(peak["alive"]["bytes"], bytes);
    assert!(bytes > 20 * 50 * 8, "50 references are 400 bytes: {peak}");
    let last = memory["steps"].as_u64().expect("a number");
    for step in 1..=last {
        assert!(at(&memory["alive"], step).1 <= bytes, "step {step}");
    }
    // All of them die with the call, on the line that made it.
    assert_eq!(at(&of_type(&memory, "list")["alive"], last).0, 1);
    assert!(line(&memory, 7)["died"].as_u64() >= Some(21), "{memory}");
    let answer = recorded.ask(&["memory", "out"]);
    assert!(
        answer.contains(&format!("step {step}: {objects} objects, {bytes} bytes")),
        "{answer}"
    );
}

/// The series against the whole state that the exported trace has of each step.
#[test]
fn each_step_has_what_the_trace_says_lives() {
    for lesson in [
        "linked_list_drop",
        "two_node_cycle",
        "exception_frames",
        "generator_life",
    ] {
        let recorded = Recorded::lesson(lesson);
        let memory = memory(&recorded);
        let objects = list(&recorded.json, "objects");
        let mut seen = 0;
        for step in steps(&recorded.json) {
            let number = step["step"].as_u64().expect("a number");
            let heap = list(step, "heap").iter().filter(|object| {
                let id = object["id"].as_u64().expect("a serial") as usize;
                !objects[id - 1]["born"].is_null()
            });
            let sum = heap.fold((0, 0), |(count, bytes), object| {
                (count + 1, bytes + object["size"].as_u64().unwrap_or(0))
            });
            assert_eq!(at(&memory["alive"], number), sum, "{lesson}, step {number}");
            let by_type = list(&memory, "types")
                .iter()
                .fold((0, 0), |(count, bytes), of| {
                    let more = at(&of["alive"], number);
                    (count + more.0, bytes + more.1)
                });
            assert_eq!(by_type, sum, "{lesson}, step {number}");
            seen += sum.0;
        }
        assert!(seen > 0, "{lesson}");
        let born = objects.iter().filter(|of| !of["born"].is_null()).count();
        assert_eq!(memory["made"], born, "{lesson}");
        let lines = list(&memory, "lines").iter();
        let by_line: u64 = lines.filter_map(|of| of["born"].as_u64()).sum();
        assert_eq!(by_line, born as u64, "{lesson}");
        let paths = list(&memory, "paths").iter();
        let by_path: u64 = paths.filter_map(|of| of["made"].as_u64()).sum();
        assert_eq!(by_path, born as u64, "{lesson}");
    }
}

#[test]
fn what_is_not_recorded_is_not_told() {
    let recorded = Recorded::new("import os\nkept = [[1000], [2000]]\nos._exit(3)\n");
    let memory = memory(&recorded);
    assert!(memory["end"]["never_freed"].is_null(), "{memory}");
    assert!(!list(&memory["end"], "left").is_empty());
    let answer = recorded.ask(&["memory", "out"]);
    assert!(
        answer.contains("never freed              not known"),
        "{answer}"
    );
}

#[test]
fn tables_fit_a_hundred_columns() {
    let long = format!("rows = [{}]\n{LEAK}", "[1000], ".repeat(60));
    let recorded = Recorded::new(&long);
    let answer = recorded.ask(&["memory", "out", "--top", "2"]);
    let widest = answer.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{answer}");
    assert!(
        answer.contains("more types (--top N shows more)"),
        "{answer}"
    );
}

#[test]
fn pictures_are_written_and_nobody_elses_file_is_replaced() {
    let recorded = Recorded::new(LEAK);
    let (code, _, said) = recorded.run(&["memory", "out", "--format", "svg"]);
    assert_eq!(code, 0, "{said}");
    let read = |name: &str| {
        let path = recorded.folder.path().join("out").join(name);
        text(&std::fs::read(path).expect("it was written"))
    };
    for (name, words) in [
        ("memory.svg", "Memory of script.py over "),
        ("memory-made.svg", "objects made in the run"),
        ("memory-peak.svg", "bytes alive at the peak"),
    ] {
        assert!(read(name).contains(words), "{name}");
    }
    let made = read("memory-made.svg");
    assert!(made.contains("handle(), line 5"), "{made}");
    // They may be drawn again, but not over a file of somebody else's.
    assert_eq!(recorded.run(&["memory", "out", "--format", "svg"]).0, 0);
    recorded.folder.write("out/memory.svg", "<svg/>");
    let refused = recorded.refused(&["memory", "out", "--format", "svg"]);
    assert!(refused.contains("is not memviz's"), "{refused}");
    assert_eq!(read("memory.svg"), "<svg/>");
}

#[test]
fn the_same_trace_gives_the_same_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    for name in ["collector_at_work", "generator_life", "killed", "threads"] {
        let path = folder.join(format!("{name}.memviz"));
        let made = || {
            let trace = TraceFile::open(&path)
                .and_then(TraceFile::read)
                .expect("it is a trace");
            let life = memory_life(&trace);
            let mut json = Vec::new();
            let whole = WholeHeap::default();
            write_memory_json(&trace, &life, &whole, &mut json).expect("memory takes everything");
            let theme = Theme::Dark;
            let chart = MemoryChart {
                trace: &trace,
                life: &life,
                most_lines: 9,
                theme,
            };
            (
                json,
                chart.svg(),
                flame_graph_made(&trace, &life, theme),
                flame_graph_peak(&trace, &life, theme),
            )
        };
        let first = made();
        assert!(first.2.is_some(), "{name}");
        assert!(first == made(), "{name}");
    }
}
