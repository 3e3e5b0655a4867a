//! Whatever ends a program, or memviz itself: what ran until then can be drawn, and what is said of
//! it is true.
//!
//! `MEMVIZ_KILLS=50 cargo t --test survival -- --nocapture` kills at so many random moments, and prints
//! how many steps were lost.

#![cfg(target_os = "linux")]

mod common;

use common::random::{Random, number_from};
use common::{Folder, steps, text};
use memviz::trace::{Outcome, TraceFile};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

fn last(trace: &Value) -> &Value {
    steps(trace).last().expect("there are steps")
}

/// A way to end, the exit status, the kind of ending, what is said of it, and whether the line that
/// ends it is the last one recorded.
struct Ending {
    name: &'static str,
    lines: &'static str,
    status: Result<i32, i32>,
    kind: &'static str,
    words: &'static str,
}

const ENDINGS: [Ending; 17] = [
    Ending {
        name: "the end of the script",
        lines: "pass",
        status: Ok(0),
        kind: "finished",
        words: "ran to the end of the script, with exit code 0",
    },
    Ending {
        name: "SystemExit",
        lines: "sys.exit(7)",
        status: Ok(7),
        kind: "exit",
        words: "ended by SystemExit, with exit code 7",
    },
    Ending {
        name: "an exception",
        lines: "{}['k']",
        status: Ok(1),
        kind: "exception",
        words: "ended by KeyError in script.py, line 4, with exit code 1",
    },
    Ending {
        name: "KeyboardInterrupt",
        lines: "raise KeyboardInterrupt",
        status: Err(2),
        kind: "interrupted",
        words: "was interrupted, with exit code 130",
    },
    Ending {
        name: "os._exit",
        lines: "os._exit(3)",
        status: Ok(3),
        kind: "exit",
        words: "ended while line 4 of script.py ran with exit code 3, without Python's own end",
    },
    Ending {
        name: "os._exit in a finalizer",
        lines: "D = type('D', (), {'__del__': lambda self: os._exit(5)})\nd = D()",
        status: Ok(5),
        kind: "exit",
        words: "without Python's own end",
    },
    Ending {
        name: "os._exit in a function registered for the end",
        lines: "import atexit; atexit.register(os._exit, 6)",
        status: Ok(6),
        kind: "exit",
        words: "ended after the last line of script.py with exit code 6",
    },
    Ending {
        name: "os.execv",
        lines: "os.execv('/bin/true', ['true'])",
        status: Ok(0),
        kind: "exit",
        words: "ended while line 4 of script.py ran with exit code 0",
    },
    Ending {
        name: "all descriptors closed, then os._exit",
        lines: "os.closerange(0, 4096); os._exit(9)",
        status: Ok(9),
        kind: "exit",
        words: "ended while line 4 of script.py ran",
    },
    Ending {
        name: "os.abort",
        lines: "os.abort()",
        status: Err(6),
        kind: "crashed",
        words: "was killed by SIGABRT while line 4 of script.py ran",
    },
    Ending {
        name: "SIGSEGV",
        lines: "import signal; signal.signal(11, signal.SIG_DFL); os.kill(os.getpid(), 11)",
        status: Err(11),
        kind: "crashed",
        words: "was killed by SIGSEGV while line 4 of script.py ran",
    },
    Ending {
        name: "SIGTERM",
        lines: "os.kill(os.getpid(), 15)",
        status: Err(15),
        kind: "crashed",
        words: "was killed by SIGTERM while line 4 of script.py ran",
    },
    Ending {
        name: "SIGHUP",
        // Who started the tests may have had it ignored: nohup.
        lines: "import signal; signal.signal(1, signal.SIG_DFL); os.kill(os.getpid(), 1)",
        status: Err(1),
        kind: "crashed",
        words: "was killed by SIGHUP while line 4 of script.py ran",
    },
    Ending {
        name: "SIGKILL",
        lines: "os.kill(os.getpid(), 9)",
        status: Err(9),
        kind: "crashed",
        words: "was killed by SIGKILL while line 4 of script.py ran",
    },
    Ending {
        name: "SIGKILL in a thread",
        lines: "import threading; t = threading.Thread(target=os.kill, args=(os.getpid(), 9)); t.start(); t.join()",
        status: Err(9),
        kind: "crashed",
        words: "was killed by SIGKILL while line 4 of script.py ran",
    },
    Ending {
        name: "too much processor time",
        lines: "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
        status: Err(9),
        kind: "limit",
        words: "was recorded up to the limit of steps",
    },
    Ending {
        name: "no memory left",
        lines: "import resource; resource.setrlimit(resource.RLIMIT_AS, (1, 1)); kept = []\nwhile True: kept.append(bytes(1 << 24))",
        status: Err(6),
        kind: "crashed",
        words: "was killed by SIGABRT",
    },
];

#[test]
fn every_way_of_ending_leaves_all_that_ran() {
    let mut table = String::new();
    for ending in &ENDINGS {
        let folder = Folder::new();
        let source = format!("import os, sys\nx = [1]\ny = x\n{}\n", ending.lines);
        folder.write("script.py", &source);
        let plain = folder.memviz(&["run", "--no-record", "script.py"]);
        let name = ending.name;
        let done = folder.memviz(&["script.py", "--format", "json", "--out", "out"]);
        let shown = text(&done.stderr);
        assert_eq!(done.status, plain.status, "{name}: {shown}");
        let status = match ending.status {
            Ok(code) => ExitStatus::from_raw(code << 8),
            Err(signal) => ExitStatus::from_raw(signal),
        };
        assert_eq!(done.status.signal(), status.signal(), "{name}: {shown}");
        assert_eq!(done.status.code(), status.code(), "{name}: {shown}");
        // memviz itself has drawn it.
        let json = std::fs::read(folder.path().join("out/trace.json")).expect(name);
        let trace: Value = serde_json::from_slice(&json).expect(name);
        let outcome = &trace["outcome"];
        assert_eq!(outcome["kind"], ending.kind, "{name}: {outcome}");
        let words = outcome["words"].as_str().expect("it is a text");
        assert!(words.contains(ending.words), "{name}: {words}");
        if ending.kind == "crashed" || outcome["abrupt"] == true {
            assert!(shown.contains(words), "{name}: {shown}");
        }
        let names = last(&trace)["call_stack"][0]["names"].as_array();
        assert!(names.is_some_and(|names| names.len() >= 2), "{name}");
        table.push_str(&format!("{name:<46} no step lost: {words}\n"));
    }
    println!("{table}");
}

/// Counts in a file that survives, and in a variable that is recorded.
const COUNTING: &str = "\
import mmap
f = open('count', 'r+b')
m = mmap.mmap(f.fileno(), 8)
i = 0
while True:
    i += 1
    m[:] = i.to_bytes(8, 'little')
";
/// Steps for each number that is counted.
const STEPS_A_NUMBER: u64 = 3;

struct Counting {
    folder: Folder,
    memviz: Child,
}

impl Counting {
    fn start() -> Counting {
        let folder = Folder::new();
        folder.write("script.py", COUNTING);
        folder.write("count", [0; 8]);
        let memviz = folder
            .command(&[
                "script.py",
                "--format",
                "none",
                "--out",
                "out",
                "--max-steps",
                "1000000",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the program starts");
        let counting = Counting { folder, memviz };
        let began = Instant::now();
        while counting.counted() == 0 {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it does not count"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        counting
    }

    fn counted(&self) -> u64 {
        let bytes = std::fs::read(self.folder.path().join("count")).expect("it is there");
        u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
    }

    /// The process that the program runs in.
    fn program(&self) -> u32 {
        let pid = self.memviz.id();
        let path = format!("/proc/{pid}/task/{pid}/children");
        let children = std::fs::read_to_string(path).expect("it is there");
        children.trim().parse().expect("there is one child")
    }

    /// How it is said to have ended, how many steps there are, and how many are missing of those
    /// that ran.
    fn lost(&mut self) -> (Outcome, u32, u64) {
        let _ = self.memviz.wait();
        // The program goes with memviz, but not in the same moment.
        std::thread::sleep(Duration::from_millis(50));
        let counted = self.counted();
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(counted, self.counted(), "the program has outlived memviz");
        let names = ["trace.memviz", "trace.memviz.part"];
        let paths = names.map(|name| self.folder.path().join("out").join(name));
        let path = paths.iter().find(|path| path.exists());
        let file = TraceFile::open(path.expect("there is a trace")).expect("it can be read");
        let steps = file.steps();
        let (_, state) = file.step(steps).expect("it is sound").expect("it is there");
        let mut names = state.frames[0].names.iter();
        let i = names
            .find(|name| file.trace.symbols.text(name.name) == "i")
            .expect("it counts");
        let value = state.heap[&i.to].value.expect("it is a number");
        let i: u64 = file
            .trace
            .symbols
            .text(value)
            .parse()
            .expect("it is a number");
        let lost = counted.saturating_sub(i) * STEPS_A_NUMBER;
        (file.trace.header.outcome, steps, lost)
    }
}

fn send(signal: &str, to: &str) {
    let done = Command::new("/bin/kill").args([signal, "--", to]).status();
    assert!(done.expect("there is kill").success());
}

#[test]
fn a_killed_program_loses_no_step() {
    let mut random = Random(number_from("MEMVIZ_KILLS_SEED", 1));
    for number in 0..number_from("MEMVIZ_KILLS", 4) {
        let mut counting = Counting::start();
        std::thread::sleep(Duration::from_millis(random.below(1500) as u64));
        send("-KILL", &counting.program().to_string());
        let (outcome, steps, lost) = counting.lost();
        println!("the program, killed {number}: {steps} steps, {lost} lost");
        assert_eq!(outcome, Outcome::Killed { signal: 9 });
        // The step that was being taken, and what the program had begun behind it.
        assert!(lost <= STEPS_A_NUMBER, "{lost} steps are lost");
    }
}

#[test]
fn a_killed_memviz_loses_a_second_or_a_thousand_steps() {
    let mut random = Random(number_from("MEMVIZ_KILLS_SEED", 2));
    for number in 0..number_from("MEMVIZ_KILLS", 4) {
        let mut counting = Counting::start();
        std::thread::sleep(Duration::from_millis(1200 + random.below(1500) as u64));
        send("-KILL", &counting.memviz.id().to_string());
        let (outcome, steps, lost) = counting.lost();
        println!("memviz, killed {number}: {steps} steps, {lost} lost");
        assert_eq!(outcome, Outcome::CutOff);
        // A segment, and what stood in the memory between the two processes.
        assert!(lost <= 20_000, "{lost} steps are lost");
    }
}

#[test]
fn a_signal_to_memviz_comes_to_the_program_once() {
    let source = "\
import signal, time
got = []
def handler(number, frame):
    got.append(number)
signal.signal(signal.SIGUSR1, handler)
signal.signal(signal.SIGTERM, handler)
print('ready', flush=True)
until = time.monotonic() + 1.0
while time.monotonic() < until:
    time.sleep(0.05)
print(got)
";
    let folder = Folder::new();
    folder.write("script.py", source);
    for (signal, number) in [("-USR1", "[10]"), ("-TERM", "[15]")] {
        let mut memviz = folder
            .command(&["script.py", "--format", "none", "--out", "out"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the program starts");
        let mut out = BufReader::new(memviz.stdout.take().expect("it is a pipe"));
        let mut all = String::new();
        out.read_line(&mut all).expect("it can be read");
        send(signal, &memviz.id().to_string());
        out.read_to_string(&mut all).expect("it can be read");
        assert_eq!(all, format!("ready\n{number}\n"));
        assert!(memviz.wait().expect("it ends").success());
    }
}

#[test]
fn a_program_that_closes_its_output_ends_the_pipe() {
    let folder = Folder::new();
    folder.write(
        "script.py",
        "import os, time\nprint('out', flush=True)\nos.close(1)\ntime.sleep(3)\n",
    );
    let mut memviz = folder
        .command(&["script.py", "--format", "none", "--out", "out"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut out = memviz.stdout.take().expect("it is a pipe");
    let began = Instant::now();
    let mut all = String::new();
    std::io::Read::read_to_string(&mut out, &mut all).expect("it can be read");
    assert_eq!(all, "out\n");
    assert!(
        memviz.try_wait().expect("it can be asked").is_none(),
        "memviz has ended after {:?}",
        began.elapsed()
    );
    assert!(memviz.wait().expect("it ends").success());
}

/// A shell with job control on a terminal of its own, which is typed into.
fn typed(folder: &Folder, keys: &[(&str, u64)]) -> String {
    let mut shell = Command::new("script")
        .args(["-qec", "bash --norc -i", "/dev/null"])
        .current_dir(folder.path())
        .env("PS1", "$ ")
        .env("MEMVIZ", env!("CARGO_BIN_EXE_memviz"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is script, of bsdutils");
    let mut keyboard = shell.stdin.take().expect("it is a pipe");
    for (text, milliseconds) in keys {
        use std::io::Write as _;
        keyboard.write_all(text.as_bytes()).expect("it is read");
        keyboard.flush().expect("it is read");
        std::thread::sleep(Duration::from_millis(*milliseconds));
    }
    drop(keyboard);
    text(&shell.wait_with_output().expect("it ends").stdout)
}

#[test]
fn the_terminals_keys_do_what_they_do_without_recording() {
    let folder = Folder::new();
    folder.write(
        "ticks.py",
        "import time\nfor i in range(8):\n    print('tick', i, flush=True)\n    time.sleep(0.25)\nprint('hello', input())\n",
    );
    let run = "$MEMVIZ ticks.py --format none --out out --force\n";
    let said = typed(
        &folder,
        &[
            ("", 500),
            (run, 1200),
            ("\u{1a}", 700),
            ("sleep 1; echo still $((40 + 2))\n", 1600),
            ("fg\n", 4000),
            ("Bob\n", 1500),
            ("echo code=$?\n", 300),
            (run, 1200),
            ("\u{3}", 1500),
            ("echo code=$?\n", 300),
            ("exit\n", 300),
        ],
    );
    let place = |word: &str| {
        said.find(word)
            .unwrap_or_else(|| panic!("no {word}: {said}"))
    };
    // Ctrl-Z stops both, and the shell learns of it; nothing ticks until they go on.
    assert!(place("Stopped") < place("still 42"), "{said}");
    assert!(
        !said[place("Stopped")..place("still 42")].contains("\ntick "),
        "{said}"
    );
    assert!(
        place("still 42") < place("tick 7") && place("tick 7") < place("hello Bob"),
        "{said}"
    );
    assert!(place("hello Bob") < place("code=0"), "{said}");
    // Ctrl-C reaches the program alone, and what it did is kept.
    assert!(
        place("KeyboardInterrupt") < place("memviz: interrupted"),
        "{said}"
    );
    assert!(said.contains("code=130"), "{said}");
}
