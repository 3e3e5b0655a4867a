//! Objects that die while Python code runs: recording does not disturb them, tells of them once,
//! and takes no more memory for those that it does not show.

mod common;

use common::{Folder, object, steps, text, type_of};
use serde_json::Value;

/// Runs a script plainly and recorded, with each step held against the heap; what it writes is the
/// same, and is returned.
fn undisturbed(source: &str) -> String {
    let folder = Folder::new();
    folder.write("script.py", source);
    let plain = folder.memviz(&["run", "--no-record", "script.py"]);
    let options = ["run", "--verify", "--format", "none", "--out", "out"];
    let recorded = folder.memviz(&[&options[..], &["script.py"]].concat());
    assert_eq!(plain.status, recorded.status, "{}", text(&recorded.stderr));
    assert_eq!(text(&plain.stdout), text(&recorded.stdout));
    text(&plain.stdout)
}

#[test]
fn callbacks_of_weak_references_run_while_their_object_is_taken_apart() {
    let out = undisturbed(
        r#"
import weakref
class W: pass
def gone(ref):
    local = [ref, W()]
    print("gone", ref() is None)
x = W()
r = weakref.ref(x, gone)
p = weakref.proxy(x, gone)
x = None
weakref.ref(W(), gone)
x = W()
weakref.finalize(x, print, "finalized")
r = weakref.ref(x, gone)
x = None
print("end")
"#,
    );
    assert!(out.ends_with("end\n") && out.contains("gone True"), "{out}");
}

#[test]
fn what_a_dying_object_held_dies_while_it_is_taken_apart() {
    let out = undisturbed(
        r#"
import io
class Node:
    def __init__(self, n): self.n = n
    def __del__(self):
        local = [self.n]
        print("del", self.n)
class Buffer(io.StringIO): pass
class Plain: pass
Node(0).next = Node(1)
setattr(Node(2), "other", Node(3))
buffer = Buffer()
link = Node(4)
for i in range(200):
    plain = Plain()
    plain.link, link = link, plain
del plain
buffer.link = link
del link
del buffer
print("end")
"#,
    );
    assert!(out.contains("del 4\n") && out.ends_with("end\n"), "{out}");
}

/// The interpreter drops a variable's old value where it stands: its block may be freed before the
/// new value is there. What it is was never met, so that its death is not seen.
#[test]
fn a_variable_that_is_being_replaced_is_not_read() {
    undisturbed(
        r#"
import collections
class Last:
    def __del__(self):
        local = [1]
        print("last")
class Plain: pass
def chain(n):
    end = Last()
    for _ in range(n):
        plain = Plain()
        plain.link, end = end, plain
    return end
def local():
    held = Last()
    held = None
    held = collections.deque([chain(120)]); held = [1]
    held = collections.deque([chain(120)]); del held
    a, b = collections.deque([chain(60)]), chain(60)
    a, b = b, a
    a = b = None
local()
print("end")
"#,
    );
}

/// What the collector has emptied is still held by it while finalizers of its content run.
#[test]
fn a_frame_that_the_collector_has_emptied_is_not_read() {
    undisturbed(
        r#"
import gc
class Last:
    def __del__(self):
        local = [1]
        print("last")
def raising():
    local = Last()
    local.trace = None
    raise KeyError(local)
def make():
    try:
        raising()
    except KeyError as error:
        error.args[0].trace = error.__traceback__
        error.args[0].__class__ = type("Other", (), {})
        error.args[0].last = Last()
def generator():
    held = [Last()]
    held.append((yield held))
for i in range(4):
    make()
    running = generator()
    next(running)
    try:
        running.send(running)
    except StopIteration:
        pass
    running = None
    gc.collect()
print("end")
"#,
    );
}

/// Native setters drop the old value while they hold the lock of what they set: who asked the object
/// then would wait for ever.
#[test]
fn a_step_under_the_lock_of_a_native_setter_does_not_wait_for_it() {
    undisturbed(
        r#"
import collections
class Node:
    def __del__(self):
        local = [1]
        print("del")
class Name(str):
    def __del__(self): print("del name")
class Problem(Exception):
    def __del__(self): print("del problem")
def f(a=Node(), *, b=Node()): pass
f.__defaults__ = (Node(),)
f.__defaults__ = None
f.__kwdefaults__ = None
f.__annotations__ = {"a": Node()}
f.__annotations__ = {}
f.__type_params__ = (Node(),)
f.__type_params__ = ()
f.__name__ = Name("n"); f.__name__ = "f"
f.__qualname__ = Name("n"); f.__qualname__ = "f"
e = ValueError(Node())
e.args = ()
e.__cause__ = Problem(); e.__cause__ = None
e.__context__ = Problem(); e.__context__ = None
class Meta(type):
    def __del__(cls): print("del class")
class Base(metaclass=Meta): pass
class Derived(Base): pass
class Other(metaclass=Meta): pass
del Base
Derived.__bases__ = (Other,)
queue = collections.deque([Node(), Node()])
queue.clear()
print("end")
"#,
    );
}

/// How much memory, in MB, the script says that it has.
fn memory(source: &str) -> u64 {
    let folder = Folder::new();
    let rss = "def rss():\n    with open('/proc/self/statm') as f: return int(f.read().split()[1]) // 256\n";
    folder.write("script.py", format!("{rss}{source}"));
    let done = folder.memviz(&[
        "run",
        "--max-steps",
        "100",
        "--format",
        "none",
        "--out",
        "out",
        "script.py",
    ]);
    let out = text(&done.stdout);
    out.trim()
        .parse()
        .unwrap_or_else(|_| panic!("{out} {}", text(&done.stderr)))
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_not_shown_takes_no_memory() {
    let within_a_step = memory("sum(map(len, map(str, range(10**6))))\nprint(rss())");
    let lists = memory("sum(len([i]) for i in range(10**6))\nprint(rss())");
    let after_the_limit = memory("for i in range(10**6): x = [i]\nprint(rss())");
    let forked = memory(
        "import os\npid = os.fork()\nif pid == 0:\n    for i in range(10**6): x = [i]\n    \
         print(rss(), flush=True)\n    os._exit(0)\nos.waitpid(pid, 0)",
    );
    for (what, megabytes) in [
        ("within a step", within_a_step),
        ("lists within a step", lists),
        ("after the limit", after_the_limit),
        ("in a forked child", forked),
    ] {
        assert!(megabytes < 80, "{what}: {megabytes} MB");
    }
}

/// Each birth and death stands at the step that lists it, on a line of the program's.
fn lives_agree(trace: &Value) {
    for (at, info) in trace["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .enumerate()
    {
        let id = at as u64 + 1;
        for (end, list) in [("born", "allocated"), ("died", "freed")] {
            let moment = &info[end];
            let Some(step) = moment["step"].as_u64() else {
                continue;
            };
            let listed = steps(trace)[step as usize - 1][list].as_array();
            let listed = listed.is_some_and(|ids| ids.contains(&Value::from(id)));
            assert!(listed, "#{id} is not {list} at step {step}: {info}");
            assert_ne!(moment["line"], 0, "#{id} has no line: {info}");
        }
    }
}

#[test]
fn births_and_deaths_have_a_line_and_stand_in_their_steps() {
    let folder = Folder::new();
    lives_agree(&folder.trace("def f(a, b=2):\n    return a\n\ndef g(a, b=2):\n    return a\n"));
    lives_agree(
        &folder.trace("def f(a=[]): pass\nt = f.__defaults__\nf = None\nt = None\nprint()\n"),
    );
    lives_agree(&folder.trace(
        "def f():\n    raise ValueError\n\ntry:\n    f()\nexcept ValueError as e:\n    kept = e\nkept = None\n",
    ));
    lives_agree(&folder.trace(
        "import threading\ndef work():\n    x = [1]\nt = threading.Thread(target=work)\nt.start()\nt.join()\n\
         x = [2]\nraise KeyError(x)\n",
    ));
}

#[test]
fn finalizers_are_told_in_the_order_in_which_they_ran() {
    let folder = Folder::new();
    let trace = folder.trace(
        "import gc\nclass D:\n    def __init__(self, n): self.n = n\n    def __del__(self): order.append(self.n)\n\
         order = []\na = D('first'); b = D('second'); c = D('third')\na.o = b; b.o = c; c.o = a\ndel a, b, c\ngc.collect()\nprint(order)\n",
    );
    let ran = steps(&trace)
        .iter()
        .filter(|step| step["event"] == "call" && step["function"] == "__del__")
        .map(|step| {
            common::name_in(
                step,
                step["call_stack"].as_array().map_or(0, Vec::len) - 1,
                "self",
            )
        });
    let ran: Vec<Value> = ran.map(Value::from).collect();
    assert_eq!(ran.len(), 3);
    let told = steps(&trace)
        .iter()
        .flat_map(|step| step["gc"].as_array().into_iter().flatten())
        .find(|run| {
            run["finalized"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        });
    assert_eq!(told.map(|run| &run["finalized"]), Some(&Value::from(ran)));
}

/// While an object is taken apart, what it held is held by it.
#[test]
fn what_a_dying_object_holds_has_a_holder() {
    let folder = Folder::new();
    let trace = folder.trace(
        "import weakref\nclass W: pass\ndef gone(r):\n    print('gone')\nx = W()\nx.items = [1]\n\
         r = weakref.ref(x, gone)\nx = None\nprint('end')\n",
    );
    let held = trace["objects"].as_array().expect("objects").len() as u64;
    let items = (1..=held).find(|id| {
        type_of(&trace, *id) == "list" && !trace["objects"][*id as usize - 1]["born"].is_null()
    });
    let items = items.expect("there is a list");
    let during: Vec<&Value> = steps(&trace)
        .iter()
        .filter(|step| step["function"] == "gone")
        .collect();
    assert!(!during.is_empty());
    for step in during {
        assert_eq!(
            object(step, items)["unexplained"],
            0,
            "{}",
            object(step, items)
        );
    }
}
