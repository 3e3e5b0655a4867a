//! Random programs whose objects die while Python code runs: in finalizers, in callbacks of weak
//! references, under the locks of native setters, with frames, in generators that are closed, in
//! long chains, in cycles, in threads. Each does and prints the same with recording on and off, and
//! what is recorded is what is there.
//!
//! `MEMVIZ_RANDOM_SCRIPTS=N` runs N scripts, `MEMVIZ_RANDOM_SEED=N` starts from another seed. A
//! failure names its seed.

mod common;

use common::unchanged::LongTest;
use common::{Folder, text};
use std::fmt::Write;
use std::fs::File;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A small generator of numbers (splitmix64): the same seed gives the same programs.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const PRELUDE: &str = r#"
import collections, functools, gc, io, itertools, threading, types, weakref
kept = []
left = 60
class Plain:
    def __init__(self, v=None): self.v = v
class Slotted:
    __slots__ = ("p", "q", "__weakref__")
    def __init__(self, p=None, q=None): self.p = p; self.q = q
class Del:
    def __init__(self, n, v=None, act=None): self.n = n; self.v = v; self.act = act
    def __del__(self):
        global left
        print("del", self.n)
        if self.act is not None and left > 0:
            left -= 1
            self.act(self)
class Quiet:
    def __del__(self): pass
class Buffer(io.StringIO): pass
class Text(str):
    def __del__(self): print("del text")
class Meta(type):
    def __del__(cls): print("del class")
class Failing:
    def __del__(self):
        local = [self]
        raise ValueError("failing")
def gone(ref):
    local = [ref]
    print("gone", ref() is None)
def goner(*what):
    local = Del("local", list(what))
    print("finalized", len(what))
def gen(x):
    held = [x]
    try:
        while True: yield held
    finally:
        again = Del("closing", held)
        print("closing", len(held))
def chain(n, x):
    for i in range(n): x = Plain(x)
    return x
def tuples(n, x):
    for i in range(n): x = (x, i)
    return x
def dels(n):
    x = None
    for i in range(n): x = Del(i, x)
    return x
def cycle(n, make):
    first = last = make(0)
    for i in range(1, n):
        last.v = make(i); last = last.v
    last.v = first
def locals_die(*args):
    a = Del("a", args); b = Del("b", a); a.v = b if len(args) > 1 else None
    return len(args)
def raising(x):
    local = Del("in raising", x)
    raise KeyError(local)
def function(x):
    def inner(y=Del("default", x), *, z=Plain(x)): return x
    return inner
def klass(x):
    class Inner(metaclass=Meta): held = x
    return Inner
def in_thread(act, *args):
    def run():
        try: act(*args)
        except Exception as error: print(type(error).__name__)
    t = threading.Thread(target=run); t.start(); t.join()
def many_threads(n):
    seen = []
    class One:
        def __del__(self): seen.append(threading.get_ident())
    def run():
        for i in range(20):
            o = One(); o.me = [One(), weakref.ref(o, lambda r: seen.append(0))]
            o = None
    ts = [threading.Thread(target=run) for _ in range(n)]
    for t in ts: t.start()
    for t in ts: t.join()
    ts = None
    print("threads", len(seen))
def keep(self): kept.append(self)
def make(self): self.made = [Plain(self.n), Del("made", [self.n])]
def drop(self): self.v = None
def clear(self): kept.clear()
def temporary(self): Plain(1).x = Del("temporary")
def collect(self): gc.collect()
def refer(self): self.ref = weakref.ref(self, gone)
def fails(self): raising(self.n)
def generates(self): next(gen(self.v))
"#;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const ACTS: [&str; 10] = [
    "None",
    "keep",
    "make",
    "drop",
    "clear",
    "temporary",
    "collect",
    "refer",
    "fails",
    "generates",
];

/// An expression of an object that is made anew.
fn fresh(random: &mut Random, number: usize) -> String {
    let x = random.pick(&NAMES);
    let act = random.pick(&ACTS);
    match random.below(16) {
        0 | 1 => format!("Del({number}, {x}, {act})"),
        2 => format!("Del({number}, None, {act})"),
        3 => format!("Del({number}, Del('inner', {x}, {act}))"),
        4 => format!("Plain(Del({number}, {x}, {act}))"),
        5 => format!("Slotted({x}, Del({number}, None, {act}))"),
        6 => format!("[Del({number}), {x}]"),
        7 => "Quiet()".to_owned(),
        8 => "Failing()".to_owned(),
        9 => format!("{{'k': Del({number}, None, {act})}}"),
        10 => format!("function({x})"),
        11 => format!("klass(Del({number}, {x}))"),
        12 => format!("chain({}, Del({number}, None, {act}))", random.below(130)),
        13 => format!("tuples({}, Del({number}, {x}))", random.below(130)),
        14 => format!("dels({})", random.below(30)),
        _ => format!("Plain({x})"),
    }
}

/// One statement. It may fail: what fails is caught and printed.
fn statement(random: &mut Random, number: usize) -> String {
    let x = random.pick(&NAMES);
    let y = random.pick(&NAMES);
    let new = fresh(random, number);
    let other = fresh(random, number + 100);
    let n = random.below(8);
    match random.below(62) {
        // The setters of functions drop what they replace under a lock that RustPython's own
        // collector waits for: there only what sets nothing else going is dropped.
        0..=9 => format!("{x} = {new}"),
        10 => format!("{x} = None"),
        11 => format!("{x} = {y}"),
        12 => format!("del {x}; {x} = None"),
        13 => format!("{new}.v = {other}"),
        14 => format!("setattr({new}, 'n', {other})"),
        15 => format!("{x}.v = {new}; {x}.v = None"),
        16 => format!("{x} = Slotted({new}); {x}.p = {other}; del {x}.p"),
        17 => format!("[{new}][0] = {other}"),
        18 => format!("{x} = [{new}, {other}]; {x}[0] = None; {x}[1:] = []"),
        19 => format!("{x} = [{new}, {other}]; {x}.clear()"),
        20 => format!("{x} = {{1: {new}}}; {x}[1] = {other}; del {x}[1]"),
        21 => format!("{x} = {{1: {new}, 2: {other}}}; {x}.clear()"),
        22 => format!("{x} = {{1: {new}}}; {x}.popitem()"),
        23 => format!("{x} = {{Del({n})}}; {x}.clear()"),
        24 => format!("{x} = collections.deque([{new}, {other}]); {x}.clear()"),
        25 => format!("{x} = collections.deque([{new}], 1); {x}.append({other})"),
        26 => format!("{x} = collections.OrderedDict(k={new}); {x}['k'] = {other}; {x}.clear()"),
        27 => format!("r = weakref.ref({new}, gone)"),
        28 => format!("{x} = {new}; {y} = weakref.ref({x}, gone); {x} = None"),
        29 => format!("{x} = Plain(); {y} = weakref.proxy({x}, gone); {x} = None"),
        30 => format!("{x} = Plain(); weakref.finalize({x}, goner, {new}); {x} = None"),
        31 => format!("{x} = Plain(); weakref.finalize({x}, print, 'native'); {x} = {new}"),
        32 => format!(
            "{x} = Plain({new}); {y} = weakref.WeakValueDictionary(k={x}); {x} = None; print(len({y}))"
        ),
        33 => format!(
            "{x} = weakref.WeakKeyDictionary(); {y} = Plain(); {x}[{y}] = {new}; {y} = None; print(len({x}))"
        ),
        34 => format!("{x} = weakref.WeakSet([Plain({new})]); print(len({x}))"),
        35 => format!("locals_die({new})"),
        36 => format!("locals_die({new}, {other}); gc.collect()"),
        37 => format!("raising({new})"),
        38 => format!("{x} = gen({new}); next({x}); {x} = None"),
        39 => format!("{x} = gen({new}); next({x}); {x}.close()"),
        40 => format!("{x} = Plain(gen({new})); next({x}.v); {x} = None"),
        41 => format!("{x} = gen({y}); next({x}).append({x}); {x} = None; gc.collect()"),
        42 => format!("cycle({}, lambda i: Del(i)); gc.collect()", n + 1),
        43 => format!("cycle({}, lambda i: Plain(Del(i))); gc.collect()", n + 1),
        44 => format!(
            "cycle({}, lambda i: Del(i, None, keep)); gc.collect()",
            n + 1
        ),
        45 => "gc.collect()".to_owned(),
        46 => "kept.clear()".to_owned(),
        47 => format!("in_thread(locals_die, {new})"),
        48 => format!("in_thread(raising, {new})"),
        49 => format!("in_thread(setattr, {new}, 'v', {other})"),
        50 => format!("many_threads({})", n % 4),
        51 => format!(
            "{x} = function({new}); {x}.__defaults__ = (Del({n}),); {x}.__defaults__ = None"
        ),
        52 => format!(
            "{x} = function({y}); {x}.__kwdefaults__ = dict(z=Del({n})); {x}.__kwdefaults__ = None; {x}.__doc__ = {other}; {x}.__doc__ = None"
        ),
        53 => format!(
            "{x} = function({y}); {x}.__name__ = Text('t'); {x}.__name__ = 'u'; {x}.__annotations__ = dict(y=Del({n})); {x}.__annotations__ = {{}}"
        ),
        54 => format!("{x} = ValueError({new}); {x}.args = ({other},); {x}.args = ()"),
        55 => format!(
            "{x} = ValueError(); {x}.__context__ = KeyError({new}); {x}.__context__ = None; {x}.__cause__ = KeyError({other}); {x}.__cause__ = None"
        ),
        56 => format!(
            "{x} = klass({new}); {x}.held = {other}; {x}.held = None; {x} = None; gc.collect()"
        ),
        57 => format!("{x} = Buffer(); {x}.v = {new}; {x} = None"),
        58 => format!(
            "{x} = types.CellType({new}); {x}.cell_contents = {other}; del {x}.cell_contents"
        ),
        59 => format!("{x} = itertools.cycle([{new}]); next({x}); {x} = None"),
        60 => format!("{x} = functools.partial(goner, {new}, {other}); {x}(); {x} = None"),
        _ => format!("{x} = {new}; {x}.__class__ = Plain; {x} = None"),
    }
}

/// A script: statements at the level of the module, and some in functions, where names die with
/// their frame.
fn script(seed: u64) -> String {
    let mut random = Random(seed);
    let mut out = PRELUDE.to_owned();
    for program in 0..6 {
        let function = random.below(3) == 0;
        let indent = if function { "    " } else { "" };
        if function {
            let _ = writeln!(out, "def program{program}():");
        }
        let _ = writeln!(out, "{indent}print('program', {program})");
        let _ = writeln!(out, "{indent}a = b = c = d = e = f = r = None");
        for number in 0..3 + random.below(9) {
            let line = statement(&mut random, number);
            let _ = writeln!(out, "{indent}try:\n{indent}    {line}");
            let _ = writeln!(out, "{indent}except Exception as error:");
            let _ = writeln!(out, "{indent}    print(type(error).__name__)");
        }
        if function {
            let _ = writeln!(out, "program{program}()");
        }
    }
    out.push_str(
        "a = b = c = d = e = f = r = None\nkept.clear()\nprint('end', gc.collect() >= 0)\n",
    );
    out
}

/// What a program writes, without what memviz says itself and without addresses.
fn comparable(written: &str) -> String {
    let own = written.lines().filter(|line| !line.starts_with("memviz: "));
    let mut out = String::new();
    for line in own {
        let mut pieces = line.split("0x");
        out.push_str(pieces.next().unwrap_or(""));
        for piece in pieces {
            out.push_str("0x");
            out.push_str(piece.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
        }
        out.push('\n');
    }
    out
}

/// How a run went: its status, its output, its errors. `None`: it did not end in time.
fn run(folder: &Folder, arguments: &[&str], limit: Duration) -> Option<(ExitStatus, [String; 2])> {
    let paths = ["stdout", "stderr"].map(|name| folder.path().join(name));
    let file = |at: usize| File::create(&paths[at]).expect("the folder can be written to");
    let mut child = folder
        .command(arguments)
        .stdin(Stdio::null())
        .stdout(file(0))
        .stderr(file(1))
        .spawn()
        .expect("the program starts");
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            let read = |path| text(&std::fs::read(path).expect("it was just made"));
            return Some((status, [read(&paths[0]), read(&paths[1])]));
        }
        if begun.elapsed() > limit {
            child.kill().expect("it is still there");
            child.wait().expect("it can be waited for");
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs a script with and without recording. A script at which RustPython itself hangs says
/// nothing.
fn one(folder: &Folder, source: &str) -> Result<bool, String> {
    folder.write("script.py", source);
    let plain = ["run", "--no-record", "script.py"];
    let Some((status, plain)) = run(folder, &plain, Duration::from_secs(10)) else {
        return Ok(false);
    };
    let recorded = [
        "run",
        "--verify",
        "--format",
        "none",
        "--out",
        "out",
        "script.py",
    ];
    let recorded = run(folder, &recorded, Duration::from_secs(60));
    let Some((with, recorded)) = recorded else {
        return Err("it hangs".to_owned());
    };
    if with != status {
        return Err(format!("{with} recorded, {status} else: {}", recorded[1]));
    }
    let pairs = [
        (comparable(&plain[0]), comparable(&recorded[0])),
        (comparable(&plain[1]), comparable(&recorded[1])),
    ];
    for (a, b) in pairs {
        if a != b {
            let at = a.lines().zip(b.lines()).position(|(a, b)| a != b);
            let line = |text: &str| text.lines().nth(at.unwrap_or(0)).unwrap_or("").to_owned();
            let (a, b) = (line(&a), line(&b));
            return Err(format!(
                "what is written differs at line {at:?}: {b:?} recorded, {a:?} else"
            ));
        }
    }
    Ok(true)
}

fn number_from(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(default)
}

#[test]
fn programs_whose_objects_die_are_not_disturbed() {
    let variables = ["MEMVIZ_RANDOM_SCRIPTS", "MEMVIZ_RANDOM_SEED"];
    let own = ["dying_programs.rs"];
    let Some(test) = LongTest::unless_unchanged("dying_programs", &own, &variables) else {
        return;
    };
    let scripts = number_from("MEMVIZ_RANDOM_SCRIPTS", 30);
    let first = number_from("MEMVIZ_RANDOM_SEED", 1);
    let next = AtomicU64::new(first);
    let compared = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let folder = Folder::new();
            let mut found = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= first + scripts {
                    return found;
                }
                let source = script(seed);
                let problem = match one(&folder, &source) {
                    Ok(ran) => {
                        compared.fetch_add(u64::from(ran), Ordering::Relaxed);
                        continue;
                    }
                    Err(problem) => problem,
                };
                let kept = std::env::temp_dir().join(format!("memviz-dying-{seed}.py"));
                let _ = std::fs::write(&kept, source);
                found.push(format!("seed {seed} ({}): {problem}", kept.display()));
            }
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().expect("no thread fails"))
            .collect()
    });
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    let compared = compared.into_inner();
    assert!(
        compared * 10 >= scripts * 9,
        "{compared} of {scripts} could be compared"
    );
    test.passed();
}
