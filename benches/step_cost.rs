//! What recording a line step costs, with 100 to 1,000,000 living lists: by comparing all objects, by
//! the pages that were written, and as memviz chooses; beside the same loop without recording, and
//! under a tutor in Python that walks all objects at each line (`sys.settrace`), where there is a
//! `python3`.
//!
//! All are run in turns, so that they meet the same machine. The loop takes its own processor time, so that neither
//! the start of the interpreter nor the writing of the trace is counted; the table gives the least that
//! a step took, as all else that runs can but add to it, and what is made of it are ratios within this
//! run. `--quick` leaves out what takes longest.

use std::path::{Path, PathBuf};
use std::process::Command;

const LIVING: [u64; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];
/// The head of the loop and two lines in it.
const STEPS_A_ROUND: f64 = 3.0;
const TURNS: usize = 5;
/// Each round makes an object and drops one. The lists are made in one step.
const SCRIPT: &str = "\
import sys, time
def work(keep, rounds):
    begin = time.process_time()
    for i in range(rounds):
        x = i
        y = [x]
    return time.process_time() - begin
keep = list(map(list, [()] * int(sys.argv[1])))
print(work(keep, int(sys.argv[2])))
";
/// Does the same under a trace function that reads all that names lead to at each line.
const TUTOR: &str = "\
import sys, time
def read(value, heap):
    if isinstance(value, (int, str, float, type(None))):
        return value
    key = id(value)
    if key not in heap:
        heap[key] = entry = [type(value).__name__]
        if isinstance(value, (list, tuple)):
            entry += [read(item, heap) for item in value]
        elif isinstance(value, dict):
            entry += [(read(k, heap), read(v, heap)) for k, v in value.items()]
    return ('ref', key)
def trace(frame, event, argument):
    if frame.f_code.co_name == 'work':
        heap = {}
        state = {name: read(value, heap) for name, value in frame.f_locals.items()}
        return trace
exec(compile(open('loop.py').read().rsplit('print', 1)[0], 'loop.py', 'exec'))
sys.settrace(trace)
seconds = work(keep, int(sys.argv[2]))
sys.settrace(None)
print(seconds)
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Unrecorded,
    Comparing,
    Pages,
    Chosen,
    Tutor,
}

const WAYS: [Way; 5] = [
    Way::Unrecorded,
    Way::Comparing,
    Way::Pages,
    Way::Chosen,
    Way::Tutor,
];

impl Way {
    fn name(self) -> &'static str {
        match self {
            Way::Unrecorded => "unrecorded",
            Way::Comparing => "comparing",
            Way::Pages => "pages",
            Way::Chosen => "as chosen",
            Way::Tutor => "tutor",
        }
    }

    /// Enough rounds of the loop to be measured; fewer where a step looks at all objects.
    fn rounds(self, living: u64) -> u64 {
        match self {
            Way::Unrecorded | Way::Pages | Way::Chosen => 5_000,
            Way::Comparing => (10_000_000 / living).clamp(10, 5_000),
            Way::Tutor => (300_000 / living).clamp(2, 1_000),
        }
    }

    fn command(self, folder: &Path) -> Command {
        let memviz = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_memviz"));
            command.current_dir(folder);
            command
        };
        let recorded = |by: &str| {
            let mut command = memviz();
            command.args(["--format", "none", "--force", "--max-steps", "1000000000"]);
            command.args(["--changes-by", by, "loop.py"]);
            command
        };
        match self {
            Way::Unrecorded => {
                let mut command = memviz();
                command.args(["run", "--no-record", "loop.py"]);
                command
            }
            Way::Comparing => recorded("comparing"),
            Way::Pages => recorded("pages"),
            Way::Chosen => recorded("cost"),
            Way::Tutor => {
                let mut command = Command::new("python3");
                command.arg("tutor.py").current_dir(folder);
                command
            }
        }
    }

    /// Microseconds that a step takes; `None` where the program is not there.
    fn run(self, folder: &Path, living: u64) -> Option<f64> {
        let rounds = self.rounds(living);
        let mut command = self.command(folder);
        command.args([living.to_string(), rounds.to_string()]);
        let output = command.output().ok()?;
        let printed = String::from_utf8_lossy(&output.stdout);
        match printed.trim().parse::<f64>() {
            Ok(seconds) => Some(seconds * 1e6 / rounds as f64 / STEPS_A_ROUND),
            Err(_) => panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
        }
    }
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("memviz-step-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the script");
    std::fs::write(folder.join("loop.py"), SCRIPT).expect("the script");
    std::fs::write(folder.join("tutor.py"), TUTOR).expect("the tutor");
    folder
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (sizes, turns) = if quick { (4, 2) } else { (LIVING.len(), TURNS) };
    let folder = folder();
    print!("living lists");
    WAYS.iter().for_each(|way| print!("{:>14}", way.name()));
    println!("{:>16}{:>20}", "tutor / chosen", "chosen / at 1,000");
    let mut at_thousand = None;
    for living in LIVING.into_iter().take(sizes) {
        let mut least: [Option<f64>; WAYS.len()] = [None; WAYS.len()];
        for _ in 0..turns {
            for (way, least) in WAYS.into_iter().zip(&mut least) {
                let took = way.run(&folder, living);
                *least = took.map(|took| least.map_or(took, |least| least.min(took)));
            }
        }
        let of = |way: Way| {
            WAYS.iter()
                .position(|one| *one == way)
                .and_then(|at| least[at])
        };
        print!("{living:>12}");
        for way in WAYS {
            match of(way) {
                Some(took) => print!("{took:>11.2} µs"),
                None => print!("{:>14}", "-"),
            }
        }
        let (chosen, tutor) = (of(Way::Chosen), of(Way::Tutor));
        if living == 1_000 {
            at_thousand = chosen;
        }
        let ratio = |of: Option<f64>, to: Option<f64>| match of.zip(to) {
            Some((of, to)) => format!("{:.2}", of / to),
            None => "-".to_owned(),
        };
        println!(
            "{:>16}{:>20}",
            ratio(tutor, chosen),
            ratio(chosen, at_thousand)
        );
    }
    let _ = std::fs::remove_dir_all(&folder);
}
