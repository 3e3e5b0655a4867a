//! Recordings of the CPythons on this machine by instructions: the interpreter's own, in their order, and
//! value stacks that explain every count.

mod common;

use common::installed::{Python, assert_alike, lessons, pythons, unexplained};
use common::unchanged::LongTest;
use common::{Folder, laws, steps, text};
use serde_json::Value;

/// Listens to a script as Python itself offers it and prints each instruction of its calls.
const TRACER: &str = r#"
import dis, sys
path = sys.argv[1]
code = compile(open(path).read(), path, "exec")
known, said, last = {}, [], {}
def real(of, at):
    if of not in known:
        known[of] = {one.offset: one.opname for one in dis.get_instructions(of)}
    names = known[of]
    while names[at] == "EXTENDED_ARG":
        at += 2
    return at, names[at]
def told(frame, at):
    begun, name = real(frame.f_code, at)
    again = last.get(frame) == begun and at == begun
    last[frame] = begun if at != begun else None
    if not again:
        said.append((frame.f_code.co_name, begun, name))
def trace(frame, event, argument):
    if frame.f_code.co_filename != path:
        return None
    frame.f_trace_opcodes = True
    if event == "opcode":
        told(frame, frame.f_lasti)
    return trace
def ran(of, at):
    if of.co_filename == path:
        told(sys._getframe(1), at)
new = getattr(sys, "monitoring", None)
if new:
    new.use_tool_id(3, "test")
    new.register_callback(3, new.events.INSTRUCTION, ran)
    new.set_events(3, new.events.INSTRUCTION)
else:
    sys.settrace(trace)
try:
    exec(code, {"__name__": "__main__"})
finally:
    if new:
        new.set_events(3, 0)
    else:
        sys.settrace(None)
for one in said:
    print(*one, file=sys.stderr)
"#;

/// Loops, calls, generators, handlers, `with`, comprehensions, `match` where there is one, and arguments
/// over 255.
fn program(python: &Python) -> String {
    let shape = match python.version.as_str() {
        "3.9" => {
            "\
def shape(of):
    return add(of[0], len(of) - 1) if isinstance(of, list) else None
"
        }
        _ => {
            "\
def shape(of):
    match of:
        case [a, *rest]:
            return add(a, len(rest))
        case {'x': x}:
            return x
        case _:
            return None
"
        }
    };
    let mut program = String::from(
        "\
def add(a, b):
    for x in [a, b]:
        a += x
    return a

def numbers(n):
    try:
        yield from range(n)
        got = yield add(n, 1)
    finally:
        del n

class Door:
    def __enter__(self):
        return self
    def __exit__(self, *what):
        return True

print(list(numbers(3)), [shape(of) for of in ([1, 2], {'x': 5}, 7)])
with Door() as door:
    {}['k']
try:
    try:
        1 / 0
    finally:
        print('finally')
except ZeroDivisionError as error:
    print(error, f'{add(1, 2)!r:>5}')
",
    );
    program.insert_str(0, shape);
    program.push_str("def long():\n    all = []\n");
    for i in 0..300 {
        program.push_str(&format!("    v{i} = {i}.5; all.append(v{i})\n"));
    }
    program.push_str("    for i in range(2):\n");
    for i in 0..60 {
        program.push_str(&format!("        if i > 5: all.append(v{i})\n"));
    }
    program.push_str("    return sum(all)\nprint(long())\n");
    program
}

/// A recording by instructions, without the states of its objects: they would be large.
fn instructions(python: &Python, folder: &Folder, script: &str) -> Vec<(String, u64, String)> {
    let trace = python.trace_by(folder, script, "instruction");
    let taken = steps(&trace).iter();
    let taken = taken.filter(|step| step["event"] == "instruction");
    taken
        .map(|step| {
            let text = |key: &str| step[key].as_str().expect("a text").to_owned();
            let offset = step["offset"].as_u64().expect("a number");
            (text("function"), offset, text("opcode"))
        })
        .collect()
}

#[test]
fn instructions_are_the_interpreters_own() {
    let own = ["agent_instructions.rs"];
    let Some(long) = LongTest::unless_unchanged("instructions of CPython", &own, &[]) else {
        return;
    };
    for python in pythons() {
        let folder = Folder::new();
        folder.write("script.py", program(python));
        folder.write("tracer.py", TRACER);
        let told = python.plain(&folder, &["tracer.py", "script.py"]);
        let wanted: Vec<(String, u64, String)> = text(&told.stderr)
            .lines()
            .map(|line| {
                let mut words = line.split(' ');
                let mut word = || words.next().expect("three words").to_owned();
                (word(), word().parse().expect("a number"), word())
            })
            .collect();
        assert!(wanted.len() > 2_000, "{}", text(&told.stderr));
        let found = instructions(python, &folder, "script.py");
        let differs = wanted.iter().zip(&found).position(|(old, new)| old != new);
        let version = &python.version;
        if let Some(at) = differs {
            panic!("{version}, {at}: {:?}, not {:?}", found[at], wanted[at]);
        }
        assert_eq!(found.len(), wanted.len(), "{version}");
    }
    long.passed();
}

#[test]
fn value_stacks_explain_every_count() {
    let own = ["agent_instructions.rs", "../scenarios"];
    let Some(long) = LongTest::unless_unchanged("value stacks on CPython", &own, &[]) else {
        return;
    };
    for python in pythons() {
        for lesson in lessons() {
            let folder = Folder::new();
            std::fs::copy(&lesson, folder.path().join("script.py")).expect("it can be read");
            let trace = python.trace_by(&folder, "script.py", "instruction");
            let what = format!("{} on {}", lesson.display(), python.version);
            laws::of_lives(&trace).unwrap_or_else(|why| panic!("{what}: {why}"));
            let open = unexplained(&trace);
            assert!(open.is_empty(), "{what}: {open:?}");
        }
    }
    long.passed();
}

/// At a line the interpreter itself says how high the stack is; the instruction there finds the same.
#[test]
fn stacks_are_as_high_as_the_interpreter_says() {
    let own = ["agent_instructions.rs"];
    let Some(long) = LongTest::unless_unchanged("heights of value stacks on CPython", &own, &[])
    else {
        return;
    };
    // What value stacks hold, at every kind of step: each object with the entry that owns it.
    let stack = |step: &Value| -> Vec<(u64, String, String)> {
        let mut held = Vec::new();
        for object in step["heap"].as_array().into_iter().flatten() {
            for owner in object["owners"].as_array().into_iter().flatten() {
                let label = owner["label"].as_str().unwrap_or_default();
                if label.starts_with("stack ") {
                    let id = object["id"].as_u64().expect("a number");
                    held.push((id, owner["from"].to_string(), label.to_owned()));
                }
            }
        }
        held
    };
    for python in pythons() {
        let folder = Folder::new();
        folder.write("script.py", program(python));
        let plain = python.plain(&folder, &["script.py"]);
        let arguments = ["--step", "instruction", "--format", "json", "script.py"];
        let recorded = python.recorded(&folder, &arguments);
        assert_alike(&plain, &recorded, &python.version);
        let json = std::fs::read(folder.path().join("out/trace.json")).expect("it was written");
        let trace: Value = serde_json::from_slice(&json).expect("it is JSON");
        let (mut same, mut filled) = (0, 0);
        for pair in steps(&trace).windows(2) {
            let is_pair = pair[0]["event"] == "line" && pair[1]["event"] == "instruction";
            if is_pair && pair[0]["offset"] == pair[1]["offset"] {
                let [line, instruction] = [stack(&pair[0]), stack(&pair[1])];
                assert_eq!(line, instruction, "{} {}", python.version, pair[1]["step"]);
                same += 1;
                filled += usize::from(!line.is_empty());
            }
        }
        assert!(
            same > 300 && filled > 50,
            "{} {same} {filled}",
            python.version
        );
    }
    long.passed();
}
