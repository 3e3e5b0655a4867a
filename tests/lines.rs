//! Which lines are told, and which exceptions: as CPython tells its own trace functions.

mod common;

use common::{Folder, steps};
use serde_json::Value;

/// The lines that are about to run, and those in which an exception is raised, in their order.
fn told(trace: &Value) -> Vec<(&str, u64)> {
    let told = steps(trace).iter().filter_map(|step| {
        let event = step["event"].as_str()?;
        matches!(event, "line" | "exception").then_some((event, step["line"].as_u64()?))
    });
    told.collect()
}

#[test]
fn a_line_that_begins_with_a_constant_is_told_each_time() {
    let source = "def f():\n    return None\nfor i in range(3):\n    s = 'x'\n    t = (1, 2)\n    f()\nclass A:\n    def __init__(self):\n        self.next = None\nA()\nA()\n";
    let trace = Folder::new().trace(source);
    let lines: Vec<u64> = told(&trace).iter().map(|(_, line)| *line).collect();
    // As CPython's sys.settrace tells it.
    let round = [3, 4, 5, 6, 2];
    let mut wanted = [&[1][..], &round, &round, &round, &[3, 7, 7, 8]].concat();
    wanted.extend([10, 9, 11, 9]);
    assert_eq!(lines, wanted);
}

#[test]
fn the_end_of_a_loop_is_an_exception_only_where_the_program_raises_it() {
    let source = "for c in 'a': pass\nfor k in {'k': 1}: pass\nfor p in zip('a', [1]): pass\ndef g():\n    yield 1\nfor y in g(): pass\nclass It:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        raise StopIteration\nfor y in It(): pass\ntry:\n    next(iter(''))\nexcept StopIteration:\n    pass\n";
    let trace = Folder::new().trace(source);
    let all = told(&trace);
    let raised: Vec<u64> = all
        .iter()
        .filter(|(event, _)| *event == "exception")
        .map(|(_, line)| *line)
        .collect();
    assert_eq!(raised, [11, 12, 14]);
}
