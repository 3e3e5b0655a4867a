//! Random programs, run in every way: plainly, recorded, and on CPython. What they print, what they
//! complain of and how they end must be alike.
//!
//! 1,000 programs by default; `MEMVIZ_RANDOM_PROGRAMS=N` runs N, `MEMVIZ_RANDOM_SEED=S` starts from
//! another seed, `MEMVIZ_SHRINK=SECONDS` gives the shrinker more time, `MEMVIZ_PROGRAMS_TO=FOLDER`
//! only writes the scripts. `.ci/campaign` runs many.

#[path = "../common/mod.rs"]
mod common;

mod campaign;
mod grammar;
mod judge;
mod run;
mod shrink;

use common::cpython::cpython;
use common::random::{Random, number_from};
use common::unchanged::LongTest;
use grammar::{KINDS, Kind};
use judge::{Fault, FaultKind, judge};
use libtest_mimic::{Arguments, Failed, Trial};
use run::{Bench, How};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

const PRELUDE: &str = include_str!("prelude.py");

/// Kinds that are not recorded by instructions: what runs under a mark is never specialised, which a
/// profile function, a tool of the program's own and the collector's counts can tell.
const NOT_BY_INSTRUCTIONS: [&str; 3] = ["counts", "trace functions", "monitoring"];

/// How many programs stand in one script, where that can be.
const BATCH: usize = 20;

/// A script of programs of one kind.
pub struct Job {
    kind: &'static Kind,
    seed: u64,
    count: usize,
}

impl Job {
    fn stem(&self) -> String {
        format!("{}-{}", self.kind.name.replace(' ', "-"), self.seed)
    }

    fn script(&self) -> String {
        self.script_of(None)
    }

    /// The script, with all its programs or with one.
    fn script_of(&self, only: Option<usize>) -> String {
        let mut out = PRELUDE.to_owned();
        let mut random = Random(self.seed);
        for number in 0..self.count {
            let seed = random.below(usize::MAX) as u64;
            if only.is_some_and(|only| only != number) {
                continue;
            }
            let program = grammar::program(self.kind, seed);
            let _ = writeln!(out, "print('== {} {number}')", self.kind.name);
            if self.count == 1 {
                out.push_str(&program);
                continue;
            }
            out.push_str("try:\n");
            for line in program.lines() {
                let _ = writeln!(out, "    {line}");
            }
            out.push_str("except BaseException as error:\n    told(error)\n    error = None\n");
        }
        out
    }

    /// The ways in which it is recorded: by lines, and one more in its turn.
    fn ways(&self) -> Vec<How> {
        let more = match self.seed % 8 {
            0 => How::Calls,
            1 if !NOT_BY_INSTRUCTIONS.contains(&self.kind.name) => How::Instructions,
            1 => How::Calls,
            2 => How::Verified,
            3 => How::Few(1 + (self.seed % 97) as u32),
            4 => How::Json,
            5 => How::Few(500),
            6 => How::Turns,
            _ => return vec![How::Lines],
        };
        vec![How::Lines, more]
    }

    fn run(&self) -> Vec<Fault> {
        let bench = Bench::new(Duration::from_secs(60));
        judge(&bench, &self.script(), &self.ways(), self.kind.cpython)
    }
}

/// The scripts that hold this many programs, of all kinds in equal parts.
pub fn jobs(programs: usize, first: u64) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (index, kind) in KINDS.iter().enumerate() {
        let mut left = programs / KINDS.len() + usize::from(index < programs % KINDS.len());
        let mut seed = first;
        while left > 0 {
            // One script in four has one program, whose statements are the module's own.
            let count = if kind.batched && seed % 4 != 3 {
                left.min(BATCH)
            } else {
                1
            };
            jobs.push(Job { kind, seed, count });
            left -= count;
            seed += 1;
        }
    }
    jobs
}

/// What a failure says: its seed, its kept file, the first difference, the smallest program.
fn report(job: &Job, fault: &Fault) -> String {
    let stem = format!(
        "memviz-program-{}-{}",
        job.kind.name.replace(' ', "-"),
        job.seed
    );
    let kept = std::env::temp_dir().join(format!("{stem}.py"));
    let script = job.script();
    let _ = std::fs::write(&kept, &script);
    let mut text = format!(
        "{:?} ({}, seed {}, {} programs, {})\nmemviz {} {}\n{}\n",
        fault.kind,
        job.kind.name,
        job.seed,
        job.count,
        kept.display(),
        fault.how.arguments().join(" "),
        kept.display(),
        fault.words
    );
    let time = Duration::from_secs(number_from("MEMVIZ_SHRINK", 20));
    // The program that fails alone, if it does, and else all of them.
    let alone = fault.program.map(|number| job.script_of(Some(number)));
    let script = alone
        .filter(|script| shrink::fails(script, fault))
        .unwrap_or(script);
    let small = shrink::shrink(&script, fault, time);
    let kept = std::env::temp_dir().join(format!("{stem}-small.py"));
    let _ = std::fs::write(&kept, &small);
    let _ = write!(text, "--- smallest found, {}\n{small}---\n", kept.display());
    text
}

fn main() {
    let programs = number_from("MEMVIZ_RANDOM_PROGRAMS", 1000) as usize;
    let first = number_from("MEMVIZ_RANDOM_SEED", 1);
    if let Some(folder) = std::env::var_os("MEMVIZ_PROGRAMS_TO") {
        for job in jobs(programs, first) {
            let path = Path::new(&folder).join(format!("{}.py", job.stem()));
            std::fs::write(path, job.script()).expect("the folder can be written to");
        }
        return;
    }
    if std::env::var_os("MEMVIZ_CAMPAIGN").is_some() {
        std::process::exit(campaign::run(&jobs(programs, first)));
    }
    if cpython().is_none() {
        eprintln!("skipped: the comparison with CPython; none of 3.12 or newer is on this machine");
    }
    let mut arguments = Arguments::from_args();
    // A failure of one kind says enough; the memory of its many programs is not shared out.
    arguments
        .test_threads
        .get_or_insert(std::thread::available_parallelism().map_or(1, usize::from));
    let mut trials = vec![Trial::test("the judge can fail", the_judge_can_fail)];
    for kind in &KINDS {
        trials.push(Trial::test(kind.name, move || {
            all_of(kind.name, programs, first)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// The programs of a kind.
fn all_of(kind: &str, programs: usize, first: u64) -> Result<(), Failed> {
    let name = format!("programs-{}", kind.replace(' ', "-"));
    let variables = ["MEMVIZ_RANDOM_PROGRAMS", "MEMVIZ_RANDOM_SEED"];
    let Some(test) = LongTest::unless_unchanged(&name, &["programs"], &variables) else {
        return Ok(());
    };
    let own = jobs(programs, first);
    let mut reports = Vec::new();
    for job in own.iter().filter(|job| job.kind.name == kind) {
        for fault in job.run() {
            reports.push(report(job, &fault));
        }
        if reports.len() > 2 {
            break;
        }
    }
    if reports.is_empty() {
        test.passed();
        Ok(())
    } else {
        Err(Failed::from(reports.join("\n")))
    }
}

/// A program that can tell that it is recorded is caught, and made small.
fn the_judge_can_fail() -> Result<(), Failed> {
    let script = "import sys\nx = 1\nif x:\n    y = [2]\n    for z in y:\n        print(sys.argv[0], z)\n        print(any('--format' in w for w in open('/proc/self/cmdline').read().split(chr(0))))\nprint(x)\n";
    let bench = Bench::new(Duration::from_secs(20));
    let faults = judge(&bench, script, &[How::Lines], false);
    let [fault] = faults.as_slice() else {
        return Err(format!("{faults:?}").into());
    };
    if fault.kind != FaultKind::Differs || !fault.words.contains("off: False") {
        return Err(format!("{fault:?}").into());
    }
    let small = shrink::shrink(script, fault, Duration::from_secs(20));
    if small.lines().count() != 1 || !small.starts_with("print(any(") {
        return Err(small.into());
    }
    Ok(())
}
