//! What the writing of a trace costs the program that is recorded: the same loop recorded with its
//! trace written beside it, by a process of its own, and recorded with all that is said thrown away.
//!
//! The two are run in turns, each many times, so that both meet the same machine; the loop takes its
//! own time by the clock on the wall, which runs on also where the program waits for the writer. At
//! the end a table gives the time of a step in the middle of all runs, and the difference beside the
//! bound that is aimed at: 3 % of a step or 2 µs, whichever is more.

use memviz::record::{Apart, RecordOptions, Recording, Script, run, run_apart};
use std::fs::File;
use std::io;
use std::os::fd::IntoRawFd;
use std::path::Path;
use std::process::Command;

memviz::install_recorder!();

const LIVING: [u32; 3] = [100, 1_000, 10_000];
/// Steps of a run, about; fewer where each takes longer.
const STEPS: [u32; 3] = [60_000, 30_000, 6_000];
const STEPS_A_ROUND: u32 = 4;
const ROUNDS: usize = 15;
/// Each round makes an object and drops one, so that there is something to write.
const SCRIPT: &str = "\
import sys, time
living, rounds = int(sys.argv[1]), int(sys.argv[2])
keep = [[] for _ in range(living)]
begin = time.perf_counter()
for i in range(rounds):
    a = [i]
    keep[0] = a
    b = a
print(time.perf_counter() - begin)
";

/// What this program is called with to be the recorded one.
const WRITTEN: &str = "--written";
const DROPPED: &str = "--dropped";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((way, rest)) if way == WRITTEN || way == DROPPED => record(way == WRITTEN, rest),
        _ => measure(),
    }
}

/// Records a script, whose path and arguments are given, in this process or a child of it.
fn record(is_written: bool, arguments: &[String]) {
    let (path, arguments) = arguments.split_first().expect("a script");
    let script = Script::at(Path::new(path)).expect("the script is there");
    let options = RecordOptions {
        max_steps: usize::MAX,
        ..RecordOptions::default()
    };
    if !is_written {
        let out = Box::new(io::sink());
        let done = run(&script, arguments, Some(Recording { options, out }));
        std::process::exit(done.expect("it is recorded").exit.take());
    }
    let trace = File::create(Path::new(path).with_extension("memviz")).expect("a file");
    match run_apart(&script, arguments, &options, &trace, &[]) {
        Ok(Apart::Program(exit)) => {
            // It is the other process's.
            let _ = trace.into_raw_fd();
            std::process::exit(exit.take());
        }
        Ok(Apart::Recorder(ran)) => {
            let failed = ran.failed.or(ran.unwritten.map(|error| error.to_string()));
            assert_eq!(failed, None);
        }
        Err(error) => panic!("{error}"),
    }
}

/// Nanoseconds of a step, in a process of its own.
fn step(script: &Path, way: &str, living: u32, rounds: u32) -> f64 {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .arg(way)
        .arg(script)
        .args([living.to_string(), rounds.to_string()])
        .output()
        .expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.trim().parse::<f64>() {
        Ok(seconds) => seconds * 1e9 / f64::from(rounds * STEPS_A_ROUND),
        Err(_) => panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn measure() {
    let folder = std::env::temp_dir().join(format!("memviz-write-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the script");
    let script = folder.join("loop.py");
    std::fs::write(&script, SCRIPT).expect("the script");
    println!(" living lists   thrown away     written   difference    bound");
    for (living, steps) in LIVING.into_iter().zip(STEPS) {
        let rounds = steps / STEPS_A_ROUND;
        let mut times = [DROPPED, WRITTEN].map(|way| (way, Vec::new()));
        for _ in 0..ROUNDS {
            for (way, times) in &mut times {
                times.push(step(&script, way, living, rounds));
            }
        }
        let [dropped, written] = times.map(|(_, mut times)| {
            times.sort_by(f64::total_cmp);
            times[ROUNDS / 2]
        });
        let bound = f64::max(2_000.0, 0.03 * dropped);
        println!(
            "{living:>13} {dropped:>10.0} ns {written:>8.0} ns {:>9.0} ns {bound:>5.0} ns",
            written - dropped
        );
    }
    let _ = std::fs::remove_dir_all(&folder);
}
