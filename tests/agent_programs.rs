//! Random programs on each CPython of this machine, recorded by the agent: they run as without it, and
//! what is recorded holds by its laws.
//!
//! 200 programs a version by default; `MEMVIZ_AGENT_PROGRAMS=N` runs N, `MEMVIZ_RANDOM_SEED=S` others,
//! `MEMVIZ_AGENT_KIND=K` those of one kind. `.ci/campaign --cpython` runs many.

mod common;

#[allow(
    dead_code,
    reason = "kinds are chosen here by what they should do on CPython"
)]
#[path = "programs/grammar/mod.rs"]
mod grammar;

use common::installed::{Python, pythons, unexplained, written};
use common::random::number_from;
use common::unchanged::LongTest;
use common::{Folder, laws, text};
use grammar::Kind;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The sizes of steps, most often lines.
const STEPS: [&str; 4] = ["line", "line", "call", "instruction"];

/// What came of programs.
#[derive(Default)]
struct Tally {
    tried: usize,
    /// Those that this version cannot compile.
    empty: usize,
    crashed: usize,
    differ: usize,
    untrue: usize,
    /// Objects born in the run, by type, with a count that is not explained at some step.
    unexplained: BTreeMap<String, usize>,
    /// Recordings that are too large to be read as one piece of JSON.
    too_large: usize,
    reports: Vec<String>,
}

/// Whether a program of this kind may tell that it is observed: docs/cpython.md says by what. Then only
/// crashes and laws count.
fn may_tell(kind: &Kind, version: &str) -> bool {
    match kind.name {
        // Tables for monitoring take blocks: where few are left, others are given out.
        "trace functions" | "monitoring" | "identities" => true,
        // Tracing makes objects of its own, and replaced functions stand before free lists.
        "counts" => ["3.9", "3.10", "3.11"].contains(&version),
        // Off by one object where the program has callbacks of its own.
        "collector" => true,
        _ => false,
    }
}

/// How the program ended, in words, where the interpreter or memviz broke down.
fn crash(plain: &Output, recorded: &Output) -> Option<String> {
    // memviz ends by the signal that the program has ended by.
    if let Some(signal) = recorded.status.signal()
        && plain.status.signal() != Some(signal)
    {
        return Some(format!("memviz ended by signal {signal}"));
    }
    let errors = text(&recorded.stderr);
    if recorded.status.code() == Some(101) || errors.contains("panicked at") {
        let said = errors.lines().find(|line| line.contains("panicked"));
        return Some(said.unwrap_or("memviz panicked").to_owned());
    }
    None
}

/// What the two runs differ in, if they do.
fn difference(kind: &Kind, plain: &Output, recorded: &Output) -> Option<String> {
    let ordered = |bytes: &[u8]| {
        let mut lines: Vec<String> = written(bytes).lines().map(str::to_owned).collect();
        // What a set holds dies in the order of addresses.
        if kind.name == "dying" {
            lines.sort_unstable();
        }
        lines
    };
    for (name, one, other) in [
        ("printed", &plain.stdout, &recorded.stdout),
        ("errors", &plain.stderr, &recorded.stderr),
    ] {
        let (one, other) = (ordered(one), ordered(other));
        let first = (0..one.len().max(other.len())).find(|&at| one.get(at) != other.get(at));
        if let Some(at) = first {
            return Some(format!(
                "{name}, line {}: {:?} / {:?}",
                at + 1,
                one.get(at),
                other.get(at)
            ));
        }
    }
    let (one, other) = (plain.status.code(), recorded.status.code());
    (one != other).then(|| format!("exit code {one:?} / {other:?}"))
}

/// A script of so many programs of a kind, which begin with that seed.
fn script(kind: &Kind, seed: u64, count: u64) -> String {
    let mut out = include_str!("programs/prelude.py").to_owned();
    if count == 1 {
        return out + &grammar::program(kind, seed);
    }
    for one in seed..seed + count {
        let _ = writeln!(out, "print('== {one}')\ntry:");
        for line in grammar::program(kind, one).lines() {
            let _ = writeln!(out, "    {line}");
        }
        out.push_str("except BaseException as error:\n    told(error)\n    error = None\n");
    }
    out
}

/// Runs a script of programs and adds what came of them.
fn try_programs(
    python: &Python,
    kind: &Kind,
    step: &str,
    (seed, count): (u64, u64),
    tally: &Mutex<Tally>,
) {
    let folder = Folder::new();
    let program = script(kind, seed, count);
    folder.write("random.py", &program);
    let plain = python.plain(&folder, &["random.py"]);
    let recorded = python.recorded(&folder, &["--step", step, "--format", "none", "random.py"]);
    // What cannot be compiled there has no steps: then each by itself.
    let is_empty = text(&recorded.stderr).contains("nothing was recorded");
    if is_empty && count > 1 {
        for one in seed..seed + count {
            try_programs(python, kind, step, (one, 1), tally);
        }
        return;
    }
    let crashed = crash(&plain, &recorded);
    let differs = difference(kind, &plain, &recorded)
        .filter(|_| !may_tell(kind, &python.version) || recorded.status.code() > Some(128));
    // The laws, of the first steps.
    python.recorded(
        &folder,
        &[
            "--step",
            step,
            "--max-steps",
            "500",
            "--format",
            "json",
            "random.py",
        ],
    );
    let json = std::fs::read(folder.path().join("out/trace.json")).unwrap_or_default();
    let is_too_large = json.len() > 200_000_000;
    let trace = (!is_too_large).then(|| serde_json::from_slice(&json));
    let (untrue, left) = match &trace {
        Some(Err(_)) if is_empty => (None, Vec::new()),
        Some(Ok(trace)) => (laws::of_lives(trace).err(), unexplained(trace)),
        Some(Err(_)) => (Some("no trace was written".to_owned()), Vec::new()),
        None => (None, Vec::new()),
    };
    let mut tally = tally.lock().expect("no program panics");
    tally.tried += count as usize;
    tally.empty += usize::from(is_empty) * count as usize;
    tally.too_large += usize::from(is_too_large);
    for object in left {
        let name = object.split(' ').next().unwrap_or("").to_owned();
        *tally.unexplained.entry(name).or_default() += 1;
    }
    let faults = [
        ("crashed", crashed),
        ("differs", differs),
        ("untrue", untrue),
    ];
    for (what, words) in faults {
        let Some(words) = words else { continue };
        match what {
            "crashed" => tally.crashed += 1,
            "differs" => tally.differ += 1,
            _ => tally.untrue += 1,
        }
        let kept = std::env::temp_dir().join(format!("memviz-agent-{seed}.py"));
        std::fs::write(&kept, &program).expect("it can be kept");
        tally.reports.push(format!(
            "{what}: {} {seed} on {}, --step {step}, kept as {}: {words}",
            kind.name,
            python.version,
            kept.display()
        ));
    }
}

/// How many programs stand in one script, where that can be.
const BATCH: u64 = 10;

/// The scripts of that many programs: kind, size of steps, first seed, how many.
fn scripts(
    kinds: &[&'static Kind],
    first: u64,
    count: u64,
) -> Vec<(&'static Kind, &'static str, u64, u64)> {
    let mut all = Vec::new();
    let (mut seed, mut round) = (first, 0);
    while seed < first + count {
        for (place, kind) in kinds.iter().enumerate() {
            let left = (first + count).saturating_sub(seed);
            // One script in four has one program, whose statements are the module's own.
            let is_batch = kind.batched && (round + place) % 4 != 3;
            let many = left.min(if is_batch { BATCH } else { 1 });
            if many == 0 {
                break;
            }
            // Each kind is recorded by each size of steps in its turn.
            let step = STEPS[(first as usize + place + round / 4) % STEPS.len()];
            all.push((*kind, step, seed, many));
            seed += many;
        }
        round += 1;
    }
    all
}

/// Runs that many programs on one Python, several scripts at a time.
fn try_all(python: &Python, kinds: &[&'static Kind], first: u64, count: u64) -> Tally {
    let tally = Mutex::new(Tally::default());
    let next = AtomicUsize::new(0);
    let all = scripts(kinds, first, count);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((kind, step, seed, many)) = all.get(number) else {
                        return;
                    };
                    try_programs(python, kind, step, (*seed, *many), &tally);
                    if number % 50 == 49 {
                        let (number, total) = (number + 1, all.len());
                        eprintln!("{}: {number} of {total} scripts", python.version);
                    }
                }
            });
        }
    });
    tally.into_inner().expect("no program panics")
}

#[test]
fn random_programs_run_alike_and_hold_by_the_laws() {
    let own = ["agent_programs.rs", "programs"];
    let variables = [
        "MEMVIZ_AGENT_PROGRAMS",
        "MEMVIZ_AGENT_KIND",
        "MEMVIZ_RANDOM_SEED",
    ];
    let name = "random programs on CPython";
    let Some(long) = LongTest::unless_unchanged(name, &own, &variables) else {
        return;
    };
    let count = number_from("MEMVIZ_AGENT_PROGRAMS", 200);
    let first = number_from("MEMVIZ_RANDOM_SEED", 11_000);
    let only = std::env::var("MEMVIZ_AGENT_KIND").unwrap_or_default();
    let kinds: Vec<_> = grammar::KINDS
        .iter()
        .filter(|kind| only.is_empty() || kind.name == only)
        .collect();
    let mut table =
        "version | tried | not compiled | crashed | differ | untrue | too large | not explained\n"
            .to_owned();
    let mut reports = Vec::new();
    for python in pythons() {
        let tally = try_all(python, &kinds, first, count);
        let _ = writeln!(
            table,
            "{} | {} | {} | {} | {} | {} | {} | {:?}",
            python.version,
            tally.tried,
            tally.empty,
            tally.crashed,
            tally.differ,
            tally.untrue,
            tally.too_large,
            tally.unexplained
        );
        reports.extend(tally.reports);
    }
    println!("{table}");
    assert!(reports.is_empty(), "{table}{}", reports.join("\n"));
    long.passed();
}
