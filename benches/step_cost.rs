//! What recording a line step costs, with 100 to 100,000 living lists, beside the same loop without
//! recording.
//!
//! The loop takes its own processor time, so that neither the start of the interpreter nor the writing of the trace
//! is counted. At the end a table gives the cost of a step, the ratio to the unrecorded loop, and
//! the bound that is aimed at: 5 µs and 20 ns for each living object.

use criterion::{BenchmarkId, Criterion, SamplingMode};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIVING: [u64; 4] = [100, 1_000, 10_000, 100_000];
/// The head of the loop and two lines in it.
const STEPS_A_ROUND: u32 = 3;
const SCRIPT: &str = "\
import sys, time
living, rounds = int(sys.argv[1]), int(sys.argv[2])
keep = [[] for _ in range(living)]
a = 0
begin = time.process_time()
for i in range(rounds):
    a = i
    a = a
print(time.process_time() - begin)
";

/// Runs the loop in a process of its own and gives the time that it took.
fn run(folder: &Path, recorded: bool, living: u64, rounds: u64) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memviz"));
    if recorded {
        let steps = (rounds * u64::from(STEPS_A_ROUND) + 100).to_string();
        command.args([
            "--format",
            "none",
            "--force",
            "--max-steps",
            &steps,
            "--out",
        ]);
        command.arg(folder.join("output"));
    } else {
        command.args(["run", "--no-record"]);
    }
    let output = command
        .arg(script(folder))
        .args([living.to_string(), rounds.to_string()])
        .output()
        .expect("memviz starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.trim().parse() {
        Ok(seconds) => Duration::from_secs_f64(seconds),
        Err(_) => panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn script(folder: &Path) -> PathBuf {
    folder.join("loop.py")
}

/// Time and line steps of all runs of one kind.
#[derive(Default)]
struct Total {
    time: Cell<Duration>,
    steps: Cell<u64>,
}

impl Total {
    fn add(&self, time: Duration, rounds: u64) {
        self.time.set(self.time.get() + time);
        self.steps
            .set(self.steps.get() + rounds * u64::from(STEPS_A_ROUND));
    }

    fn nanoseconds_a_step(&self) -> f64 {
        self.time.get().as_nanos() as f64 / self.steps.get().max(1) as f64
    }
}

fn main() {
    let folder = std::env::temp_dir().join(format!("memviz-step-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the script");
    std::fs::write(script(&folder), SCRIPT).expect("the script");
    let mut criterion = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(4))
        .warm_up_time(Duration::from_millis(500))
        .configure_from_args();
    let mut rows = Vec::new();
    for living in LIVING {
        let mut group = criterion.benchmark_group("line step");
        group.sampling_mode(SamplingMode::Flat);
        let totals = [Total::default(), Total::default()];
        for (recorded, total) in [false, true].into_iter().zip(&totals) {
            let name = if recorded { "recorded" } else { "unrecorded" };
            group.bench_function(BenchmarkId::new(name, living), |bencher| {
                bencher.iter_custom(|rounds| {
                    let time = run(&folder, recorded, living, rounds);
                    total.add(time, rounds);
                    time
                });
            });
        }
        group.finish();
        let [plain, recorded] = totals.map(|total| total.nanoseconds_a_step());
        if recorded > 0.0 {
            rows.push((living, plain, recorded));
        }
    }
    criterion.final_summary();
    println!("\n living lists   unrecorded   recorded a step    ratio   a list   bound");
    for (living, plain, recorded) in rows {
        let bound = 5_000.0 + 20.0 * living as f64;
        println!(
            "{living:>13} {plain:>9.0} ns {recorded:>14.0} ns {:>8.0} {:>5.1} ns {:>6.0} %",
            recorded / plain,
            recorded / living as f64,
            100.0 * recorded / bound,
        );
    }
    let _ = std::fs::remove_dir_all(&folder);
}
