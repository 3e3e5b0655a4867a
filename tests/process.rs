//! The process around a program: its one thread, its signals, its address space, and the terminal
//! that memviz's own words go to.

mod common;

use common::{Folder, text};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Output of a script that prints no errors, without and with recording, which must be the same.
fn same(source: &str) -> String {
    let folder = Folder::new();
    folder.write("script.py", source);
    let run = |arguments: &[&str]| {
        let done = folder.memviz(arguments);
        let errors = text(&done.stderr);
        let own = |line: &&str| !line.starts_with("memviz: ");
        assert_eq!(errors.lines().filter(own).count(), 0, "{errors}");
        (text(&done.stdout), done.status.code())
    };
    let without = run(&["run", "--no-record", "script.py"]);
    assert_eq!(without, run(&["script.py", "--format", "none"]));
    without.0
}

#[test]
fn a_program_with_one_thread_is_a_process_with_one_thread() {
    let out = same(
        r#"
import os, sys, threading
print(len(os.listdir("/proc/self/task")), threading.get_native_id() == os.getpid())
pid = os.fork()
if pid == 0:
    print("copy", flush=True)
    sys.exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#,
    );
    assert_eq!(out, "1 True\ncopy\n3\n");
}

#[test]
fn a_copy_of_the_process_says_and_writes_nothing() {
    let folder = Folder::new();
    folder.write("s.py", "import os\nif os.fork(): os.wait()\nx = [1]\n");
    let done = folder.memviz(&["s.py"]);
    let errors = text(&done.stderr);
    assert_eq!(errors.matches(" made, ").count(), 1, "{errors}");
}

#[test]
fn a_signal_interrupts_what_the_program_waits_for() {
    let out = same(
        r#"
import signal, time
class Over(Exception): pass
def over(*arguments): raise Over
signal.signal(signal.SIGALRM, over)
signal.setitimer(signal.ITIMER_REAL, 0.1)
began = time.monotonic()
try:
    time.sleep(20)
except Over:
    print("interrupted", time.monotonic() - began < 10)
"#,
    );
    assert_eq!(out, "interrupted True\n");
}

#[test]
fn deep_recursion_needs_no_thread() {
    let out = same(
        "import sys\nsys.setrecursionlimit(50000)\ndef down(n):\n    return 0 if n == 0 else 1 + down(n - 1)\nprint(down(1200))\ndeep = []\nfor i in range(5000): deep = [deep]\nprint(len(repr(deep)))\n",
    );
    assert_eq!(out, "1200\n10002\n");
}

#[test]
fn where_a_program_goes_its_pictures_do_not() {
    let folder = Folder::new();
    folder.write(
        "s.py",
        "import os\nos.makedirs('below')\nos.chdir('below')\nx = [1]\n",
    );
    let done = folder.memviz(&["s.py", "--format", "svg,json,gif"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    for name in [
        "trace.memviz",
        "trace.json",
        "animation.gif",
        "frames/0001.svg",
    ] {
        assert!(folder.path().join("output/s").join(name).exists(), "{name}");
    }
    let below = std::fs::read_dir(folder.path().join("below")).expect("it was made");
    assert_eq!(below.count(), 0);
}

#[test]
fn little_address_space_is_enough_and_none_is_taken_away() {
    let folder = Folder::new();
    let source = "big = bytearray(400_000_000)\nprint(len(big))\nkeep = [[i] for i in range(3000)]\na = [1]\nb = a\nprint(len(keep))\n";
    folder.write("s.py", source);
    for arguments in ["run --no-record s.py", "--format none s.py"] {
        let limited = format!("ulimit -v 1200000; exec \"$0\" {arguments}");
        let done = Command::new("/bin/sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_memviz")])
            .current_dir(folder.path())
            .output()
            .expect("there is a shell");
        let errors = text(&done.stderr);
        assert_eq!(text(&done.stdout), "400000000\n3000\n", "{errors}");
        assert_eq!(done.status.code(), Some(0), "{errors}");
    }
}

#[test]
fn a_program_without_the_recorders_parts_cannot_record() {
    use memviz::record::{RecordError, Script, run};
    let script = Script::Command("x = 1".to_owned());
    let refused = run(&script, &[], None).expect_err("this test is such a program");
    assert!(matches!(refused, RecordError::NotInstalled), "{refused}");
}

/// Starts a run that is long to draw, and waits until it draws.
fn drawing(folder: &Folder) -> Child {
    let source = "import signal\nfor number in (signal.SIGTERM, signal.SIGALRM):\n    signal.signal(number, lambda *a: None)\nsignal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nx = []\nfor i in range(1000):\n    x.append([i])\nprint('over')\n";
    folder.write("s.py", source);
    let mut child = folder
        .command(&["s.py", "--max-objects", "150"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let out = child.stdout.as_mut().expect("it was asked for");
    BufReader::new(out)
        .read_line(&mut line)
        .expect("it is text");
    assert_eq!(line, "over\n");
    let since = Instant::now();
    while !folder.path().join("output/s/.memviz-new/frames").exists() {
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "it does not draw"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

/// Sends a signal and waits; gives what was said and the signal that ended the process.
fn ended_by(child: &mut Child, signal: &str) -> (String, Option<i32>) {
    use std::os::unix::process::ExitStatusExt;
    let kill = format!("kill -{signal} {}", child.id());
    let sent = Command::new("/bin/sh").args(["-c", &kill]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    let status = child.wait().expect("it ends");
    let mut errors = String::new();
    let from = child.stderr.as_mut().expect("it was asked for");
    from.read_to_string(&mut errors).expect("it is text");
    (errors, status.signal())
}

#[test]
fn ctrl_c_while_drawing_ends_at_once_and_says_what_there_is() {
    let folder = Folder::new();
    let mut child = drawing(&folder);
    let (errors, signal) = ended_by(&mut child, "INT");
    assert_eq!(signal, Some(2), "{errors}");
    assert_eq!(
        errors,
        "\nmemviz: stopped while drawing; the recording is whole, and what was in output/s before is as it was (memviz render output/s draws it)\n"
    );
    let done = folder.memviz(&["who", "output/s", "x", "--step", "30"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
}

#[test]
fn the_programs_handlers_end_with_the_program() {
    let folder = Folder::new();
    let mut child = drawing(&folder);
    assert_eq!(ended_by(&mut child, "TERM").1, Some(15));
}

#[test]
fn the_programs_texts_do_not_reach_the_terminal_raw() {
    let folder = Folder::new();
    let hostile = "a\\x1b[31mb\\x07c\\u202ed\\x9be\\nf";
    let source = format!(
        "T = type('{hostile}', (), {{}})\nx = T()\nsetattr(x, '{hostile}', [1])\nglobals()['{hostile}'] = x\nx.y = T()  # memviz: expect dead(x)\n# memviz: expect same(x, \x1b[32m)\n# memviz: \u{202e}nonsense\x1b]0;t\x07\n"
    );
    folder.write("s.py", source);
    let script = "s\x1b[1m\u{202e}.py";
    std::fs::copy(folder.path().join("s.py"), folder.path().join(script)).expect("it is copied");
    let questions: [&[&str]; 12] = [
        &[script, "--out", "out"],
        &["why", "out", "x"],
        &["who", "out", "x"],
        &["life", "out", "x"],
        &["life", "out", "x.y"],
        &["growth", "out"],
        &["memory", "out"],
        &["check", script],
        &["why", "out", "nosuch\x1b"],
        &["render", "out", "--focus", "nosuch"],
        &["render", "out", "--hide", "\x1b[2J"],
        &["--\x1b[2J", "s.py"],
    ];
    let mut told = 0;
    for question in questions {
        let done = folder.memviz(question);
        for said in [text(&done.stdout), text(&done.stderr)] {
            let raw = said
                .chars()
                .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(raw, None, "{question:?}: {said:?}");
            told += said.matches("\\x1b").count();
            // A line break of the program's would begin a line that looks like memviz's own.
            let mut lines = said
                .lines()
                .filter(|line| !line.starts_with("freed at exit"));
            assert!(!lines.any(|line| line.starts_with('f')), "{said}");
        }
    }
    assert!(told > 10, "the texts were told {told} times");
}
