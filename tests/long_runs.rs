//! However long a run is, recording it takes no more memory, and any step of it is reached quickly.
//!
//! `MEMVIZ_LONG_RUN=1000000 cargo t --test long_runs -- --nocapture` prints memory over time, the size
//! of the file, how long it takes beside the unrecorded run, and how long reading single steps takes.

#![cfg(target_os = "linux")]

mod common;

use common::Folder;
use common::random::{Random, number_from};
use memviz::trace::TraceFile;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Each turn takes five steps, makes an object and a text that were not there before, and drops others.
const SCRIPT: &str = "\
import sys
class Node:
    pass
kept = []
i = 0
while i < int(sys.argv[1]):
    n = Node()
    n.name = f'node number {i}'
    kept.append(n)
    if len(kept) > 100: kept.clear()
    i += 1
";
const STEPS_A_TURN: u64 = 6;

/// The memory that a process has now, in KB: its own, and what it shares with others.
fn memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn child_of(pid: u32) -> Option<u32> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[test]
fn memory_does_not_grow_with_the_run() {
    let wanted = number_from("MEMVIZ_LONG_RUN", 150_000);
    let turns = (wanted / STEPS_A_TURN).to_string();
    let folder = Folder::new();
    folder.write("script.py", SCRIPT);
    let began = Instant::now();
    folder.memviz(&["run", "--no-record", "script.py", &turns]);
    let plain = began.elapsed();
    let began = Instant::now();
    let steps = (wanted * 2).to_string();
    let mut memviz = folder
        .command(&[
            "--format",
            "none",
            "--out",
            "out",
            "--max-steps",
            &steps,
            "script.py",
            &turns,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut samples = Vec::new();
    while memviz.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(50));
        let pid = memviz.id();
        if let (Some(own), Some(program)) = (memory(pid), child_of(pid).and_then(memory)) {
            samples.push((began.elapsed(), program, own));
        }
    }
    let took = began.elapsed();
    for (at, program, own) in samples.iter().step_by(1 + samples.len() / 10) {
        println!("{at:>8.1?}: {program} KB where the program runs, {own} KB where memviz writes");
    }
    let path = folder.path().join("out/trace.memviz");
    let bytes = std::fs::metadata(&path).expect("it was recorded").len();
    let began = Instant::now();
    let file = TraceFile::open(&path).expect("it can be read");
    let steps = file.steps();
    println!(
        "{steps} steps in {took:.1?}, {:.1} µs a step; unrecorded {plain:.1?}; {bytes} bytes, \
         {} a step; opened in {:.1?}",
        took.as_secs_f64() * 1e6 / f64::from(steps),
        bytes / u64::from(steps),
        began.elapsed()
    );
    let mut random = Random(1);
    let mut times: Vec<Duration> = (0..100)
        .map(|_| {
            let began = Instant::now();
            let number = 1 + random.below(steps as usize) as u32;
            let found = file.step(number).expect("it is sound");
            assert!(found.is_some_and(|(_, state)| !state.frames.is_empty()));
            began.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "any step: {:.1?} in the middle, {:.1?} at most",
        times[50], times[99]
    );
    assert!(u64::from(steps) > wanted * 8 / 10, "{steps} steps");
    // What the run holds at the same time is the same from the first hundred turns on.
    let most = |part: &[(Duration, u64, u64)]| {
        let all = part.iter().map(|(_, program, own)| program + own);
        all.max().expect("there are samples")
    };
    let (early, late) = samples.split_at(samples.len() / 2);
    let (early, late) = (most(early), most(late));
    println!("{early} KB in the first half, {late} KB in the second");
    assert!(
        late < early + early / 4 + 8_192,
        "{early} KB, then {late} KB"
    );
}
