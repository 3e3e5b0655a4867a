//! Many programs: a line that says how far it is, and a table.

use crate::common::cpython::cpython;
use crate::judge::FaultKind;
use crate::{Job, report};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

#[derive(Default)]
struct Row {
    programs: usize,
    scripts: usize,
    seconds: f64,
    faults: BTreeMap<FaultKind, usize>,
}

/// Runs all jobs; the exit code is 1 where anything differs.
pub fn run(jobs: &[Job]) -> i32 {
    let start = Instant::now();
    let next = AtomicUsize::new(0);
    let rows: Mutex<BTreeMap<&str, Row>> = Mutex::default();
    let total: usize = jobs.iter().map(|job| job.count).sum();
    match cpython() {
        Some(python) => println!("compared with {}", python.display()),
        None => println!("skipped: the comparison with CPython; none of 3.12 or newer is here"),
    }
    // Kinds take turns, so that a campaign that is cut short has seen them all.
    let mut order: Vec<&Job> = jobs.iter().collect();
    order.sort_by_key(|job| job.seed);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(job) = order.get(next.fetch_add(1, Ordering::Relaxed)) else {
                        return;
                    };
                    let began = Instant::now();
                    let faults = job.run();
                    let seconds = began.elapsed().as_secs_f64();
                    // Each difference is shown once for a kind; the others are counted.
                    let mut fresh = Vec::new();
                    {
                        let mut rows = rows.lock().expect("no run panics");
                        let row = rows.entry(job.kind.name).or_default();
                        row.programs += job.count;
                        row.scripts += 1;
                        row.seconds += seconds;
                        for fault in &faults {
                            let seen = row.faults.entry(fault.kind).or_default();
                            *seen += 1;
                            if *seen <= 3 {
                                fresh.push(fault);
                            }
                        }
                        let done: usize = rows.values().map(|row| row.programs).sum();
                        eprint!(
                            "\r{done} of {total} programs, {:.0} s ",
                            start.elapsed().as_secs_f64()
                        );
                    }
                    for fault in fresh {
                        println!("\n{}", report(job, fault));
                    }
                }
            });
        }
    });
    let rows = rows.into_inner().expect("no run panics");
    table(&rows, start)
}

const COLUMNS: [(FaultKind, &str); 6] = [
    (FaultKind::Crash, "crashes"),
    (FaultKind::Late, "late"),
    (FaultKind::Differs, "differ"),
    (FaultKind::Untrue, "untrue"),
    (FaultKind::Interpreter, "not as CPython"),
    (FaultKind::Program, "unusable"),
];

fn table(rows: &BTreeMap<&str, Row>, start: Instant) -> i32 {
    eprintln!();
    print!("| {:16} | {:>8} | {:>7}", "kind", "programs", "scripts");
    for (_, name) in COLUMNS {
        print!(" | {name:>7}");
    }
    println!(" | seconds |");
    let mut bad = 0;
    let mut sums = vec![0; COLUMNS.len() + 2];
    for (kind, row) in rows {
        print!("| {kind:16} | {:8} | {:7}", row.programs, row.scripts);
        sums[0] += row.programs;
        sums[1] += row.scripts;
        for (index, (fault, name)) in COLUMNS.iter().enumerate() {
            let count = row.faults.get(fault).copied().unwrap_or(0);
            print!(" | {count:>0$}", name.len().max(7));
            sums[index + 2] += count;
            bad += count;
        }
        println!(" | {:7.1} |", row.seconds);
    }
    print!("| {:16} | {:8} | {:7}", "all", sums[0], sums[1]);
    for (index, (_, name)) in COLUMNS.iter().enumerate() {
        print!(" | {:>1$}", sums[index + 2], name.len().max(7));
    }
    println!(" | {:7.1} |", start.elapsed().as_secs_f64());
    i32::from(bad > 0)
}
