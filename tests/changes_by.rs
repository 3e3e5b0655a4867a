//! How changes are found makes no difference to what is recorded.
//!
//! Addresses differ from run to run; all else must be the same, step by step. Where the system does not
//! tell which pages were written, both ways are one.

mod common;

use common::recorded::without_addresses;
use common::{Folder, text};
use serde_json::Value;

fn recorded(folder: &Folder, by: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["--changes-by", by, "--format", "json", "--out", by];
    arguments.extend(more);
    arguments.push("script.py");
    let done = folder.memviz(&arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let json = std::fs::read(folder.path().join(by).join("trace.json")).expect("it was written");
    let mut trace = serde_json::from_slice(&json).expect("it is JSON");
    without_addresses(&mut trace);
    trace
}

/// Records a program both ways, and by both in turn, which must give the same, and none may miss a change.
fn same(source: &str) -> Value {
    let folder = Folder::new();
    folder.write("script.py", source);
    let by_comparing = recorded(&folder, "comparing", &[]);
    let by_pages = recorded(&folder, "pages", &["--verify"]);
    assert!(by_comparing == by_pages, "the recordings differ: {source}");
    let in_turn = recorded(&folder, "turns", &["--verify"]);
    assert!(
        by_comparing == in_turn,
        "in turn the recordings differ: {source}"
    );
    by_pages
}

fn steps(trace: &Value) -> usize {
    trace["steps"].as_array().map_or(0, Vec::len)
}

/// Objects of each kind whose buffers are followed, and of kinds whose are not, far apart in memory.
#[test]
fn objects_of_all_kinds_that_change_one_at_a_time_are_seen() {
    let trace = same(
        r#"
import weakref
from collections import OrderedDict, deque
class Plain:
    pass
class Slotted:
    __slots__ = ("a", "__weakref__")
class Items(list):
    pass
def closure(cell):
    def inner(): return cell
    def put(value):
        nonlocal cell
        cell = value
    return inner, put
kinds = [lambda: [0], lambda: {0: 0}, lambda: Plain(), lambda: Slotted(), lambda: {0}, lambda: Items(),
         lambda: OrderedDict(a=0), lambda: deque([0]), lambda: closure(0), lambda: (lambda q=[]: q)]
all = [list(map(lambda _: make(), range(6))) for make in kinds]
lists, dicts, plain, slotted, sets, items, ordered, deques, closures, functions = all
for i in (0, 3, 5):
    x = [i]
    lists[i].append(x)
    lists[i][0], lists[i][1] = lists[i][1], lists[i][0]
    lists[i].extend(range(70))
    lists[i][60] = x
    del lists[i][1:]
    dicts[i][x[0] + 1] = x
    dicts[i].update(dict.fromkeys(range(90), x))
    dicts[i][80] = None
    dicts[i].clear()
    plain[i].a = x
    plain[i].a = None
    plain[i].__dict__["b"] = x
    slotted[i].a = x
    del slotted[i].a
    sets[i].add(("t", i))
    sets[i] |= set(zip("u" * 30, range(30)))
    sets[i].pop()
    items[i].append(x)
    ordered[i]["b"] = x
    ordered[i].move_to_end("a")
    deques[i].append(x)
    deques[i].rotate(1)
    closures[i][1](x)
    functions[i]().append(x)
    functions[i].__defaults__ = (x,)
    plain[i].__class__ = Items if i == 1000 else Plain
    w = weakref.ref(slotted[i])
    slotted[i] = None
"#,
    );
    assert!(steps(&trace) > 80);
}

/// A long list is compared in the pages of its items that were written.
#[test]
fn a_change_within_a_long_list_is_seen() {
    same(
        r"
long = list(map(list, zip(range(1500))))
for i in (0, 1, 511, 512, 1024, 1499):
    long[i] = [i]
    long[i].append(i)
    long[i], long[-1 - i] = long[-1 - i], long[i]
long.append(1)
long.pop(0)
del long[600:1400]
long.reverse()
x = tuple(long)
long.clear()
",
    );
}

#[test]
fn what_dies_and_whose_block_is_used_again_is_another() {
    same(
        r"
import gc
class Node:
    def __del__(self):
        global last
        last = [len(keep)]
keep = [[i] for i in range(60)]
for i in range(0, 60, 9):
    keep[i] = None
    keep[i] = [-i]
    keep[i][0] = [i]
    node = Node()
    node.me = node
    node.other = keep[i]
    node = None
    keep.append(Node())
    keep.pop()
gc.collect()
keep.clear()
",
    );
}

#[test]
fn threads_and_copies_of_the_process_are_no_trouble() {
    let folder = Folder::new();
    let source = r#"
import os, threading
keep = list(map(list, zip(range(4000))))
def work():
    for i in range(50):
        keep[i * 70].append([i])
thread = threading.Thread(target=work)
thread.start(); thread.join()
pid = os.fork()
if pid == 0:
    keep[7].append(1)
    os._exit(len(keep[7]))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
keep[3999].append(2)
keep[8].append(3)
x = open("bytes", "wb"); x.write(bytes(100_000)); x.close()
into = bytearray(100_000)
y = open("bytes", "rb"); print(y.readinto(into)); y.close()
print(sorted(os.listdir("/proc/self/fd")))
"#;
    folder.write("script.py", source);
    let plain = folder.memviz(&["run", "--no-record", "script.py"]);
    let arguments = [
        "--changes-by",
        "pages",
        "--verify",
        "--format",
        "none",
        "script.py",
    ];
    let done = folder.memviz(&arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(text(&done.stdout).starts_with("2\n100000\n"));
    assert_eq!(text(&plain.stdout), text(&done.stdout));
}

/// Closing all descriptors, as programs do that leave their terminal, takes nothing away.
#[test]
fn a_program_that_closes_all_descriptors_is_recorded_on() {
    let trace = same(
        r"
import os
keep = list(map(list, zip(range(1000))))
os.closerange(3, 200)
for i in range(0, 1000, 100):
    keep[i].append([i])
",
    );
    assert!(steps(&trace) > 20);
}
