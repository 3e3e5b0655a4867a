//! The observer disturbs nothing: a program does the same with recording on and off.

mod common;

use common::{Folder, steps, text};

/// Output, errors (without memviz's own lines) and exit code, recorded and not.
fn both(source: &str) -> [(String, String, Option<i32>); 2] {
    both_with(source, &[])
}

fn both_with(source: &str, how: &[&str]) -> [(String, String, Option<i32>); 2] {
    let folder = Folder::new();
    folder.write("script.py", source);
    let mut recorded = vec!["script.py", "--max-steps", "200000", "--format", "none"];
    recorded.extend(how);
    [vec!["run", "--no-record", "script.py"], recorded].map(|arguments| {
        let done = folder.memviz(&arguments);
        let errors = text(&done.stderr);
        let own = |line: &&str| !line.starts_with("memviz: ");
        let errors: Vec<&str> = errors.lines().filter(own).collect();
        (text(&done.stdout), errors.join("\n"), done.status.code())
    })
}

fn same(source: &str) -> String {
    let [without, with] = both(source);
    assert_eq!(without, with);
    with.0
}

#[test]
fn counts_identities_and_the_collector_look_the_same_from_inside() {
    let out = same(
        r#"
import gc, sys, weakref
class A:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
class S:
    __slots__ = ("x",)
a = A(1)
print(sys.getrefcount(a), gc.get_count(), gc.isenabled())
b = a
print(sys.getrefcount(a))
w = weakref.ref(a, lambda r: print("callback", r() is None))
def f(x, y=[]):
    y.append(x)
    return sys.getrefcount(x), sys.getrefcount(y), len(gc.get_objects()) > 0
print(f(a), f(b))
del b
i = id(a)
del a
print(w() is None)
c = A(2)
print(id(c) == i)
for n in range(5):
    s = S()
    s.x = n
    i = id(s)
    del s
    t = S()
    print(id(t) == i, end=" ")
    del t
    print(id([n]) == id([n + 1]), id((n, n)) == id((1, n)), id({n: 1}) == id({}), end=" ")
    print(id(1.5 * n) == id(2.5 * n), id(10 ** 20 + n) == id(10 ** 21 + n))
x = A(3); y = A(4); x.o = y; y.o = x
del x, y
print(gc.collect(), gc.get_count())
print(sys.gettrace(), sys.getprofile(), [sys.monitoring.get_tool(i) for i in range(6)])
print(gc.get_stats()[2]["collections"] > 0, sys.getrefcount(f))
try:
    raise ValueError("x")
except ValueError as e:
    print(sys.getrefcount(e), sys.getrefcount(e.__traceback__))
print(sys._getframe().f_trace, sys.getrecursionlimit())
"#,
    );
    assert!(out.contains("del 4"), "{out}");
}

#[test]
fn automatic_collections_come_at_the_same_lines() {
    let out = same(
        r#"
import gc
runs = []
keep = []
before = gc.get_stats()[0]["collections"]
for i in range(500):
    batch = [[j] for j in range(100)]
    for x in batch: x.append(x)
    keep.append((i, []))
    now = gc.get_stats()[0]["collections"]
    if now != before:
        runs.append((i, gc.get_count()))
        before = now
print(len(runs), runs)
"#,
    );
    assert!(!out.starts_with("0 "), "no collection ran: {out}");
}

#[test]
fn a_traceback_keeps_its_frames_variables() {
    let out = same(
        r#"
import weakref
class C: pass
def inner():
    evidence = C()
    global w
    w = weakref.ref(evidence)
    raise ValueError("x")
def outer(): inner()
try:
    outer()
except ValueError as e:
    kept = e
frame = kept.__traceback__.tb_next.tb_next.tb_frame
print(w() is not None, sorted(frame.f_locals), frame.f_back.f_code.co_name)
"#,
    );
    assert_eq!(out, "True ['evidence'] outer\n");
}

#[test]
fn deep_recursion_ends_where_it_would() {
    same(
        r#"
import sys
def down(n):
    return 0 if n == 0 else 1 + down(n - 1)
print(down(900))
sys.setrecursionlimit(3000)
print(down(2500))
try:
    down(10**6)
except RecursionError as e:
    print("RecursionError")
"#,
    );
}

#[test]
fn threads_signals_and_exits_are_the_programs_own() {
    let [without, with] = both(
        r#"
import threading, signal, atexit, sys
atexit.register(lambda: print("atexit"))
signal.signal(signal.SIGUSR1, lambda *a: print("signal"))
signal.raise_signal(signal.SIGUSR1)
print(threading.current_thread() is threading.main_thread())
total = []
def work(n):
    for i in range(20):
        total.append(n)
ts = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(len(total))
print("err", file=sys.stderr)
sys.exit(7)
"#,
    );
    assert_eq!(without, with);
    assert_eq!(with.2, Some(7));
}

#[test]
fn the_programs_own_trace_function_is_told_the_same() {
    let out = same(
        "import sys\nseen = []\ndef tell(frame, event, value):\n    seen.append((event, frame.f_lineno))\n    return tell\ndef f():\n    return None\nsys.settrace(tell)\nf()\nf()\nsys.settrace(None)\nprint(seen)\n",
    );
    assert_eq!(out.matches("('line', 7)").count(), 2, "{out}");
}

/// A trace function that is set in the middle of a line, twice, and a tool that listens to re-raises
/// and to some of what ends them.
#[test]
fn the_programs_own_tools_are_told_the_same() {
    let traced = r#"
import sys
def go(): return 1
seen = []
def tell(frame, event, value):
    seen.append((event, frame.f_lineno))
    return tell
for again in range(2):
    sys._getframe().f_trace = tell; sys.settrace(tell)
    try:
        go()
    finally:
        sys.settrace(None)
print(seen)
"#;
    let told = r#"
import sys
def again():
    try:
        [].x
    except AttributeError:
        raise
def outer():
    try:
        again()
    finally:
        z = 1
def rounds():
    for i in range(2):
        try:
            outer()
        except AttributeError:
            try:
                raise
            except AttributeError: pass
def stream():
    try:
        yield 1
    finally:
        y = 2
m, E = sys.monitoring, sys.monitoring.events
m.use_tool_id(5, "own")
seen = []
def line(code, at):
    for start, end, line in code.co_lines():
        if start <= at < end: return line
for name in ("RAISE", "RERAISE", "PY_UNWIND", "EXCEPTION_HANDLED"):
    def tell(code, at, error, name=name): seen.append((name, code.co_name, line(code, at)))
    m.register_callback(5, getattr(E, name), tell)
rounds()
for events in (E.RERAISE, E.RERAISE | E.PY_UNWIND, E.RERAISE | E.EXCEPTION_HANDLED, E.PY_UNWIND,
               E.RERAISE | E.PY_UNWIND | E.EXCEPTION_HANDLED, E.EXCEPTION_HANDLED, E.RERAISE):
    m.set_events(5, events)
    rounds()
    x = stream(); next(x); x.close()
    rounds()
    m.set_events(5, 0)
    print(events, len(seen), seen)
    seen.clear()
    rounds()
"#;
    for source in [traced, told] {
        for step in ["call", "line", "instruction"] {
            let [without, with] = both_with(source, &["--step", step]);
            assert_eq!(without, with, "--step {step}");
        }
    }
}

#[test]
fn a_copy_of_the_process_runs_on_unrecorded() {
    let source = "import os\npid = os.fork()\nif pid == 0:\n    a = [1]\n    print('copy', len(a), flush=True)\nelse:\n    os.waitpid(pid, 0)\n    print('done', flush=True)\n";
    assert_eq!(same(source), "copy 1\ndone\n");
    let trace = Folder::new().trace(source);
    let ran: Vec<u64> = steps(&trace)
        .iter()
        .filter_map(|step| step["ran"].as_u64())
        .collect();
    assert!(ran.contains(&8) && !ran.contains(&4), "{ran:?}");
}

#[test]
fn no_dunder_of_the_programs_is_ever_called() {
    let names = [
        "repr",
        "str",
        "len",
        "eq",
        "ne",
        "hash",
        "bool",
        "iter",
        "contains",
        "getitem",
        "format",
        "bytes",
        "lt",
        "le",
        "gt",
        "ge",
        "dir",
        "sizeof",
        "index",
        "int",
        "float",
        "reversed",
        "reduce__",
        "length_hint",
        "class_getitem",
    ];
    let mut body = String::new();
    for name in names {
        body.push_str(&format!("    def __{name}__(self, *a): shout('{name}')\n"));
    }
    let source = format!(
        r#"
calls = []
def shout(name):
    print("called", name)
    raise SystemError(name)
class Meta(type):
    def __repr__(cls): shout("meta repr")
    def __getattribute__(cls, name):
        if name not in ("__dict__", "__mro__", "__init__", "__new__", "__call__"): shout("meta getattribute " + name)
        return type.__getattribute__(cls, name)
    def __instancecheck__(cls, x): shout("instancecheck")
    def __hash__(cls): shout("meta hash")
    def __eq__(cls, o): shout("meta eq")
class Touchy(metaclass=Meta):
    __slots__ = ("slot", "__weakref__")
{body}
    def __getattribute__(self, name): shout("getattribute " + name)
    def __getattr__(self, name): shout("getattr")
    @property
    def prop(self): shout("property")
class TouchyList(list):
{body}
    def __getattribute__(self, name): shout("getattribute " + name)
class TouchyStr(str):
    def __hash__(self): return 1
    def __eq__(self, o): shout("str eq")
    def __repr__(self): shout("str repr")
class TouchyDict(dict):
    def __getattribute__(self, name): shout("getattribute " + name)
    def __iter__(self): shout("iter")
    def __len__(self): shout("len")
class TouchyError(Exception):
    def __str__(self): shout("error str")
    def __repr__(self): shout("error repr")
    def __getattribute__(self, name): shout("error getattribute " + name)
import weakref
t = Touchy()
l = TouchyList()
list.append(l, t)
list.append(l, l)
d = TouchyDict()
dict.__setitem__(d, "k", l)
w = weakref.ref(t, lambda r: None)
e = TouchyError(t)
s = TouchyStr("text")
m = {{s: 1}}
def f(a, b=t, *, c=l):
    x = a
    return x
f(t)
try:
    raise e
except Exception as again:
    pass
del t
l = 1
print("quiet")
"#
    );
    let [without, with] = both(&source);
    assert_eq!(without, with);
    assert_eq!(with.0, "quiet\n", "{}", with.1);
}
