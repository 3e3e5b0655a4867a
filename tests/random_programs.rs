//! Random programs: whatever a program does, the laws of a trace hold and its output is its own.
//!
//! 2,000 programs by default, 20 to a script; `MEMVIZ_RANDOM_SCRIPTS=N` runs N scripts,
//! `MEMVIZ_RANDOM_SEED=N` starts from another seed. A failure names its seed.

mod common;

use common::recorded::without_addresses;
use common::unchanged::LongTest;
use common::{Folder, laws, text};
use serde_json::Value;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

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
import gc, weakref
log = []
class Node:
    def __init__(self, v=None):
        self.v = v
    def get(self):
        return self.v
class Slotted:
    __slots__ = ("p", "q", "__weakref__")
class Final:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
class Phoenix:
    def __del__(self): log.append(self)
def gen(x):
    kept = [x]
    try:
        while True:
            kept.append((yield kept))
    finally:
        print("closed", len(kept))
def closure(x):
    def inner(y=[]):
        nonlocal x
        x, y = [y], x
        return y
    return inner
def fail(x):
    local = [x]
    raise ValueError(local)
"#;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// One statement. It may fail: what fails is caught and printed.
fn statement(random: &mut Random, out: &mut String, number: usize) {
    let x = random.pick(&NAMES);
    let y = random.pick(&NAMES);
    let z = random.pick(&NAMES);
    let n = random.below(6);
    let line = match random.below(40) {
        0 => format!("{x} = [{y}, {n}]"),
        1 => format!("{x} = ({y}, {z})"),
        2 => format!("{x} = {{'k': {y}, {n}: {z}}}"),
        3 => format!("{x} = {y}"),
        4 => format!("{x} = Node({y})"),
        5 => format!("{x} = {n}.5 * {number}"),
        6 => format!("{x}.append({y})"),
        7 => format!("{x}['k'] = {y}"),
        8 => format!("{x}.v = {y}"),
        9 => format!("{x} = {y}.v"),
        10 => format!("{x} = {y}[0]"),
        11 => format!("{x} = Slotted(); {x}.p = {y}; {x}.q = {x}"),
        12 => format!("{x} = Final({number})"),
        13 => format!("{x} = None"),
        14 => "gc.collect()".to_owned(),
        15 => format!("{x} = gen({y}); next({x})"),
        16 => format!("{x}.send({y})"),
        17 => format!("{x} = closure({y}); {z} = {x}()"),
        18 => format!("{x} = {y}.get"),
        19 => format!("{x} = {y}()"),
        20 => format!("{x} = weakref.ref({y})"),
        21 => format!("fail({x})"),
        22 => format!("{x} = {{{n}, ({n}, {number}.5)}}"),
        23 => format!("{x} = [{y} for _ in range({n})]"),
        24 => format!("{x} = {y}; {x}.append({x})"),
        25 => format!("{x}.pop()"),
        26 => format!("{x} = [[i] for i in range({n})]; {y} = {x}[-1]"),
        27 => format!("for {x} in range({n}): {y} = [{x}]"),
        28 => format!("{x} = vars({y})"),
        29 => format!("{x} = Phoenix(); {x}.me = {x}; {x} = None; gc.collect(); log.clear()"),
        30 => format!("{x} = (i for i in [{y}, {z}]); next({x})"),
        31 => format!("{x} = iter([{y}, {z}])"),
        32 => format!("{x} = 'text' * {n}; {y} = {x} + '!'"),
        33 => format!("{x} = frozenset([{n}, {number}]); {y} = bytes({n})"),
        34 => format!("{x} = map(lambda q: [q], [{y}, {z}]); {z} = next({x})"),
        35 => format!("{x} = slice({n}, {y})"),
        36 => format!("{x} = dict(p={y}); {x}[{z}] = {x}"),
        37 => format!("{x} = [{y}]; {x} += [{z}]; del {x}[0]"),
        38 => format!("{x} = gc.collect({}); {x} = None", n % 3),
        _ => format!("print(type({x}).__name__, type({y}).__name__)"),
    };
    let _ = writeln!(out, "try:\n    {line}\nexcept Exception as error:");
    let keep = random.below(4) == 0;
    let _ = writeln!(out, "    {x} = {}", if keep { "error" } else { "None" });
}

fn script(seed: u64) -> String {
    let mut random = Random(seed);
    let mut out = PRELUDE.to_owned();
    for program in 0..20 {
        let _ = writeln!(
            out,
            "print('program', {program})\na = b = c = d = e = f = None"
        );
        for number in 0..4 + random.below(14) {
            statement(&mut random, &mut out, number);
        }
    }
    out
}

fn laws(trace: &Value) -> Result<(), String> {
    laws::of_lives(trace)?;
    laws::of_counts(trace)
}

fn one(folder: &Folder, seed: u64) -> Result<(), String> {
    folder.write("script.py", script(seed));
    let plain = folder.memviz(&["run", "--no-record", "script.py"]);
    let recorded = folder.memviz(&["--verify", "--format", "json", "--out", "out", "script.py"]);
    if recorded.status.code() != Some(0) {
        return Err(text(&recorded.stderr));
    }
    if text(&plain.stdout) != text(&recorded.stdout) {
        return Err("the output differs with recording on".to_owned());
    }
    let json = std::fs::read(folder.path().join("out/trace.json")).map_err(|e| e.to_string())?;
    let trace: Value = serde_json::from_slice(&json).map_err(|e| e.to_string())?;
    laws(&trace)?;
    same_by(
        folder,
        trace,
        if seed.is_multiple_of(2) {
            "pages"
        } else {
            "turns"
        },
    )
}

/// Another way of finding changes must give the same recording but for addresses, and no page may fail
/// to tell of a change.
fn same_by(folder: &Folder, mut trace: Value, way: &str) -> Result<(), String> {
    let by_pages = ["--changes-by", way, "--verify", "--format", "json"];
    let arguments = [&by_pages[..], &["--out", "pages", "script.py"]].concat();
    let recorded = folder.memviz(&arguments);
    if recorded.status.code() != Some(0) {
        return Err(text(&recorded.stderr));
    }
    let json = std::fs::read(folder.path().join("pages/trace.json")).map_err(|e| e.to_string())?;
    let mut again: Value = serde_json::from_slice(&json).map_err(|e| e.to_string())?;
    without_addresses(&mut trace);
    without_addresses(&mut again);
    match trace == again {
        true => Ok(()),
        false => Err(format!(
            "the recording differs where changes are found by {way}"
        )),
    }
}

fn number_from(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(default)
}

#[test]
fn the_laws_hold_for_random_programs() {
    let variables = ["MEMVIZ_RANDOM_SCRIPTS", "MEMVIZ_RANDOM_SEED"];
    let own = ["random_programs.rs"];
    let Some(test) = LongTest::unless_unchanged("random_programs", &own, &variables) else {
        return;
    };
    let scripts = number_from("MEMVIZ_RANDOM_SCRIPTS", 100);
    let first = number_from("MEMVIZ_RANDOM_SEED", 1);
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let folder = Folder::new();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + scripts {
                        return;
                    }
                    if let Err(problem) = one(&folder, seed) {
                        let kept = std::env::temp_dir().join(format!("memviz-random-{seed}.py"));
                        let _ = std::fs::write(&kept, script(seed));
                        panic!("seed {seed} ({}): {problem}", kept.display());
                    }
                }
            });
        }
    });
    test.passed();
}
