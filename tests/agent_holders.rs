//! What the library of a CPython holds of a program's objects: tasks, threads, context managers, caches.

mod common;

use common::installed::{pythons, unexplained};
use common::{Folder, laws, steps};
use serde_json::Value;

const TASKS: &str = "\
import asyncio
class Job:
    def __init__(self, number): self.number = number
async def child(job, event):
    await event.wait()
    await asyncio.sleep(0)
    return [job]
async def many():
    for i in range(2): yield [i]
async def main():
    event, queue = asyncio.Event(), asyncio.Queue()
    tasks = [asyncio.create_task(child(Job(i), event)) for i in range(3)]
    await asyncio.sleep(0)
    event.set()
    done = await asyncio.gather(*tasks)
    async with asyncio.Lock(): await queue.put([1])
    async for one in many(): done.append(one)
    return done
print(len(asyncio.run(main())))
";

const THREADS: &str = "\
import queue, threading
class Job:
    pass
jobs = queue.Queue()
def work(name):
    while True:
        job = jobs.get()
        if job is None: break
        job.done = [name]
threads = [threading.Thread(target=work, args=(f'w{i}',)) for i in range(2)]
for one in threads: one.start()
for i in range(4): jobs.put(Job())
for one in threads: jobs.put(None)
for one in threads: one.join()
local = threading.local(); local.x = [1]
end = 1
";

const MANAGERS: &str = "\
import collections, contextlib, functools, weakref
class Node:
    def __init__(self, value): self.value = value
@contextlib.contextmanager
def door(x):
    held = [x]
    yield held
    held.append(2)
with door(Node(1)) as inside: inside.append(Node(2))
@functools.lru_cache(maxsize=None)
def node(n): return Node([n])
node(1); node(2)
early = functools.partial(max, [1, 2], key=lambda v: -v)
early()
with contextlib.ExitStack() as stack:
    entered = stack.enter_context(door([5]))
    stack.callback(print, Node(3))
kept = weakref.WeakValueDictionary()
kept['a'] = entered_node = Node(4)
goes = Node(5)
weakref.finalize(goes, len, [Node(6)])
del goes
counted = collections.Counter('hello')
first, *rest = sorted([[3], [1]], key=lambda v: v[0])
end = 1
";

/// Types of what the interpreter's or the library's native code may keep to itself.
const NATIVE: [&str; 9] = [
    "str",
    "float",
    "int",
    "lock",
    "Context",
    "ContextVar",
    "_localdummy",
    "_ThreadHandle",
    "builtin_function_or_method",
];

#[test]
fn what_the_library_holds_of_a_programs_objects_is_named() {
    for python in pythons() {
        for (what, program) in [
            ("tasks", TASKS),
            ("threads", THREADS),
            ("managers", MANAGERS),
        ] {
            let folder = Folder::new();
            folder.write("script.py", program);
            let trace = python.trace(&folder, "script.py");
            let what = format!("{what} on {}", python.version);
            laws::of_lives(&trace).unwrap_or_else(|why| panic!("{what}: {why}"));
            let is_native = |line: &&String| {
                let name = line.trim_start_matches('"');
                NATIVE.iter().any(|one| name.starts_with(&format!("{one}\"")))
                    // Of the library's own.
                    || name.starts_with("hamt")
            };
            let open = unexplained(&trace);
            let open: Vec<&String> = open.iter().filter(|line| !is_native(line)).collect();
            assert!(open.is_empty(), "{what}: {open:?}");
            let named = steps(&trace).iter().flat_map(|step| {
                let heap = step["heap"].as_array().into_iter().flatten();
                heap.flat_map(|one| one["owners"].as_array().into_iter().flatten())
            });
            let is_librarys = |owner: &&Value| {
                let label = owner["label"].as_str().unwrap_or_default();
                label.contains("library") || label.starts_with("native code that")
            };
            assert!(named.filter(is_librarys).count() > 3, "{what}");
        }
    }
}

/// A generator whose code is said to stand elsewhere, so that its calls are the library's, and that calls
/// the program while it runs.
const ELSEWHERE: &str = "\
import types
def called(n):
    held = [n]
    return held
def own():
    yield called(1)
    yield called(2)
code = own.__code__.replace(co_name='copied', co_filename='/elsewhere.py')
copied = types.FunctionType(code, globals(), 'copied')
running = copied()
first = next(running)
second = next(running)
end = 1
";

#[test]
fn what_a_generator_of_the_library_holds_is_told_once() {
    for python in pythons() {
        let folder = Folder::new();
        folder.write("script.py", ELSEWHERE);
        let trace = python.trace(&folder, "script.py");
        let version = &python.version;
        laws::of_counts(&trace).unwrap_or_else(|why| panic!("{version}: {why}"));
    }
}

/// A module of the program's own, code that runs with the names of another, and classes that derive from
/// containers.
const OWN: &str = "\
import part
one = [1]
exec(compile('two = one', __file__, 'exec'))
class Pair(tuple): pass
class Row(list): pass
pair = Pair([3, 4])
row = Row([5, 6])
row.append(7)
row.note = 8
def numbers():
    held = 0
    yield 9
got = next(numbers())
end = 1
";

#[test]
fn data_of_modules_and_of_derived_containers_is_told_as_it_is() {
    for python in pythons() {
        let folder = Folder::new();
        folder.write("script.py", OWN);
        folder.write("part.py", "data = [2]\n");
        let trace = python.trace(&folder, "script.py");
        let version = &python.version;
        laws::of_counts(&trace).unwrap_or_else(|why| panic!("{version}: {why}"));
        let last = steps(&trace).last().expect("there are steps");
        let heap = last["heap"].as_array().expect("it has a heap");
        let value = |id: &Value| {
            let found = heap.iter().find(|one| one["id"] == *id);
            found.map_or(Value::Null, |one| one["value"].clone())
        };
        let items = |type_name: &str| -> Vec<(Value, Value)> {
            let is_one = |id: &Value| {
                trace["objects"][id.as_u64().expect("a number") as usize - 1]["type"] == type_name
            };
            let one = heap.iter().find(|one| is_one(&one["id"]));
            let refs = one
                .and_then(|one| one["refs"].as_array())
                .into_iter()
                .flatten();
            let items = refs.filter(|one| one["label"] != "__class__");
            items
                .map(|one| (one["label"].clone(), value(&one["to"])))
                .collect()
        };
        let pairs = |all: &[(&str, &str)]| -> Vec<(Value, Value)> {
            let all = all.iter();
            all.map(|(label, value)| ((*label).into(), (*value).into()))
                .collect()
        };
        assert_eq!(
            items("Pair"),
            pairs(&[("[0]", "3"), ("[1]", "4")]),
            "{version}"
        );
        assert_eq!(
            items("Row"),
            pairs(&[("[0]", "5"), ("[1]", "6"), ("[2]", "7"), (".note", "8")]),
            "{version}"
        );
        let lists = heap.iter().filter(|one| {
            let id = one["id"].as_u64().expect("a number") as usize;
            trace["objects"][id - 1]["type"] == "list"
        });
        for list in lists {
            assert_eq!(list["unexplained"], 0, "{version}: {list}");
        }
        let told = steps(&trace)
            .iter()
            .flat_map(|step| step["words"].as_array());
        let told: Vec<&str> = told.flatten().filter_map(Value::as_str).collect();
        assert!(told.contains(&"numbers() yields 9"), "{version}: {told:?}");
        assert!(told.contains(&"row.note is 8"), "{version}: {told:?}");
    }
}
