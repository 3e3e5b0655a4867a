//! One program, run in several ways.

use crate::common::{Folder, text};
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How a program is recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    Lines,
    Calls,
    Instructions,
    /// The changes are found in one way and the other in turn.
    Turns,
    Verified,
    /// So few steps that most of the program runs after them.
    Few(u32),
    /// As JSON, whose laws are checked too.
    Json,
}

impl How {
    pub fn arguments(self) -> Vec<String> {
        let steps = match self {
            How::Few(steps) => steps,
            How::Json => 800,
            How::Verified | How::Turns => 4000,
            _ => 20_000,
        };
        let format = if self == How::Json { "json" } else { "none" };
        let more: &[&str] = match self {
            How::Calls => &["--step", "call"],
            How::Instructions => &["--step", "instruction"],
            How::Turns => &["--changes-by", "turns", "--verify"],
            How::Verified => &["--verify"],
            _ => &[],
        };
        let steps = steps.to_string();
        let always = [
            "--format",
            format,
            "--out",
            "out",
            "--force",
            "--max-steps",
            &steps,
        ];
        more.iter()
            .chain(&always)
            .map(|a| (*a).to_owned())
            .collect()
    }
}

/// What came of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ran {
    pub out: String,
    pub errors: String,
    /// The exit code, or the number of the signal that ended it, negative; `None` where it was late.
    pub code: Option<i32>,
    pub late: bool,
}

impl Ran {
    /// The interpreter itself gave up: a panic, or a signal other than one that Python ends itself
    /// with, as it does where nobody catches a `KeyboardInterrupt`.
    pub fn crashed(&self) -> bool {
        const SIGINT: i32 = 2;
        self.code
            .is_some_and(|code| code == 101 || code < 0 && code != -SIGINT)
    }
}

/// How much of what a program writes is read: one that writes without end is late as one that runs
/// without end.
const OUTPUT_LIMIT: u64 = 64 << 20;

/// Runs to the end, or until the time is over.
pub fn run(mut command: Command, limit: Duration) -> Ran {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let endless = Arc::new(AtomicBool::new(false));
    fn drain(
        from: Option<impl Read + Send + 'static>,
        endless: &Arc<AtomicBool>,
    ) -> std::thread::JoinHandle<Vec<u8>> {
        let endless = Arc::clone(endless);
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(from) = from {
                let _ = from.take(OUTPUT_LIMIT).read_to_end(&mut bytes);
            }
            endless.fetch_or(bytes.len() as u64 == OUTPUT_LIMIT, Ordering::SeqCst);
            bytes
        })
    }
    let out = drain(child.stdout.take(), &endless);
    let errors = drain(child.stderr.take(), &endless);
    let start = Instant::now();
    let mut late = false;
    let mut pause = 1;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            break status;
        }
        // A machine that is busy with other work makes nobody late; one that waits for ever uses no
        // processor.
        let is_over = start.elapsed() > limit
            && (start.elapsed() > limit * 8 || processor_time(child.id()) > limit);
        if is_over || endless.load(Ordering::SeqCst) {
            late = true;
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(pause));
        pause = (pause + 1).min(20);
    };
    let errors = text(&errors.join().expect("what it writes is read"));
    let own: Vec<&str> = errors
        .lines()
        .filter(|line| !line.starts_with("memviz: "))
        .collect();
    Ran {
        out: without_addresses(&text(&out.join().expect("what it writes is read"))),
        errors: without_addresses(&own.join("\n")),
        code: (!late)
            .then(|| {
                status
                    .code()
                    .or_else(|| status.signal().map(i32::wrapping_neg))
            })
            .flatten(),
        late,
    }
}

/// What a process and all that it has started have used of the processors.
fn processor_time(root: u32) -> Duration {
    const TICKS_A_SECOND: u64 = 100;
    let stats: Vec<[u64; 3]> = std::fs::read_dir("/proc")
        .expect("/proc is there")
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
        .filter_map(|stat| {
            let id = stat.split(' ').next()?.parse().ok()?;
            // The name, in brackets, may hold anything.
            let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
            let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
            // utime, stime, and those of children that have ended.
            let ticks = (11..15).map(number).sum::<Option<u64>>()?;
            Some([id, number(1)?, ticks])
        })
        .collect();
    let mut tree = vec![u64::from(root)];
    let mut ticks = 0;
    while let Some(process) = tree.pop() {
        for [id, parent, used] in &stats {
            if *parent == process {
                tree.push(*id);
            }
            if *id == process {
                ticks += used;
            }
        }
    }
    Duration::from_millis(ticks * 1000 / TICKS_A_SECOND)
}

/// Addresses are another run's own.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push_str("0x");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    out
}

/// A script in a folder, and the time that a run of it may take.
pub struct Bench {
    folder: Folder,
    pub limit: Duration,
}

impl Bench {
    pub fn new(limit: Duration) -> Bench {
        Bench {
            folder: Folder::new(),
            limit,
        }
    }

    pub fn put(&self, script: &str) {
        self.folder.write("program.py", script);
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn plain(&self) -> Ran {
        run(
            self.folder.command(&["run", "--no-record", "program.py"]),
            self.limit,
        )
    }

    pub fn recorded(&self, how: How) -> Ran {
        let arguments = how.arguments();
        let mut all: Vec<&str> = arguments.iter().map(String::as_str).collect();
        all.push("program.py");
        self.run(&all)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.folder.command(arguments);
        // Where a block lies depends on what was made before, so also on the order of a set.
        command.env("PYTHONHASHSEED", "0");
        run(command, self.limit)
    }

    pub fn cpython(&self, python: &Path) -> Ran {
        let mut command = Command::new(python);
        command
            .args(["-B", "-W", "ignore", "program.py"])
            .current_dir(self.folder.path())
            .env_remove("PYTHONPATH");
        run(command, self.limit)
    }
}
