//! What the writing of a trace costs the program that is recorded: the same loop recorded with its
//! trace written beside it, by a process of its own, and recorded with all that is said thrown away.
//!
//! The two are run in turns, each many times, so that both meet the same machine. The loop takes the
//! time that it works, and that by the clock on the wall, which runs on also where the program waits
//! for the writer; the clock tells only where a processor is free for the writer. At the end a table
//! gives the least that a step took, as all else that runs can but add to it, and the difference beside
//! the bound that is aimed at: 3 % of a step or 2 µs, whichever is more.

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
begin = time.process_time(), time.perf_counter()
for i in range(rounds):
    a = [i]
    keep[0] = a
    b = a
print(time.process_time() - begin[0], time.perf_counter() - begin[1])
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

/// Nanoseconds of a step, in a process of its own: of work, and by the clock.
fn step(script: &Path, way: &str, living: u32, rounds: u32) -> [f64; 2] {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .arg(way)
        .arg(script)
        .args([living.to_string(), rounds.to_string()])
        .output()
        .expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let seconds: Vec<f64> = printed
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    match seconds[..] {
        [work, clock] => [work, clock].map(|s| s * 1e9 / f64::from(rounds * STEPS_A_ROUND)),
        _ => panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn measure() {
    let folder = std::env::temp_dir().join(format!("memviz-write-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the script");
    let script = folder.join("loop.py");
    std::fs::write(&script, SCRIPT).expect("the script");
    println!(" living lists           thrown away     written   difference    bound");
    for (living, steps) in LIVING.into_iter().zip(STEPS) {
        let rounds = steps / STEPS_A_ROUND;
        let mut least = [[f64::MAX; 2]; 2];
        for _ in 0..ROUNDS {
            for (least, way) in least.iter_mut().zip([DROPPED, WRITTEN]) {
                let times = step(&script, way, living, rounds);
                *least = [0, 1].map(|of| least[of].min(times[of]));
            }
        }
        let [dropped, written] = least;
        for (of, what) in ["work", "clock"].into_iter().enumerate() {
            let (dropped, written) = (dropped[of], written[of]);
            let bound = f64::max(2_000.0, 0.03 * dropped);
            println!(
                "{living:>13}  {what:<6} {dropped:>10.0} ns {written:>8.0} ns {:>9.0} ns {bound:>5.0} ns",
                written - dropped
            );
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
}
