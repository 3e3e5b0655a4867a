//! `sys.executable` is a Python: what a program starts by it runs as under Python itself, and leaves
//! no trace of memviz, whether the program is recorded or not.

mod common;

use common::{Folder, text};
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs a script with recording off and on; both must do the same, and only the recording may leave
/// anything in the folder.
fn both(source: &str) -> (String, String, Option<i32>) {
    both_in(&Folder::new(), source)
}

fn both_in(folder: &Folder, source: &str) -> (String, String, Option<i32>) {
    folder.write("script.py", source);
    let run = |arguments: &[&str]| {
        let done = folder.memviz(arguments);
        let errors = text(&done.stderr);
        let own = |line: &&str| !line.starts_with("memviz: ");
        let errors: Vec<&str> = errors.lines().filter(own).collect();
        (text(&done.stdout), errors.join("\n"), done.status.code())
    };
    let without = run(&["run", "--no-record", "script.py"]);
    assert!(!folder.path().join("output").exists(), "{without:?}");
    let with = run(&["--format", "none", "script.py"]);
    assert_eq!(without, with);
    let entries = std::fs::read_dir(folder.path().join("output")).expect("it was recorded");
    assert_eq!(entries.count(), 1, "the children were recorded as well");
    with
}

/// What a script that must end well prints.
fn prints(source: &str) -> String {
    let (out, errors, code) = both(source);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{out}");
    out
}

/// The Python that children get.
fn python(folder: &Folder) -> String {
    let arguments = [
        "run",
        "--no-record",
        "-c",
        "import sys; print(sys.executable)",
    ];
    text(&folder.memviz(&arguments).stdout).trim().to_owned()
}

fn piped(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut to = child.stdin.take().expect("it was asked for");
    to.write_all(input.as_bytes()).expect("it is read");
    drop(to);
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_child_process_is_a_python() {
    let out = prints(
        r#"
import os, subprocess, sys
open("child.py", "w").write("import sys\nprint(__name__, sys.argv, __file__ == __import__('os').path.abspath('child.py'))\nsys.exit(3)\n")
def run(*arguments, **more):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, **more)
    print(done.returncode, done.stdout, done.stderr.splitlines()[-1:])
run("child.py", "a", "--out")
run("-c", "import sys; print(sys.argv, sys.path[0] == '')", "-x", "--format")
run("-Bc", "import sys; print(sys.flags.dont_write_bytecode)")
run("-m", "json.tool", input="[1]")
run("-m", "nosuch")
run("-", "a", input="import sys; print(sys.argv)")
run(input="import sys; print(sys.argv)")
run("-u", "-O", "-W", "error", "-X", "dev", "-E", "-s", "-c", "import sys; print(sys.flags.optimize, sys.warnoptions, sys._xoptions, sys.flags.ignore_environment, sys.flags.no_user_site)")
run("-I", "-S", "-c", "import sys; print(sys.flags.isolated, sys.flags.no_site, 'site' in sys.modules)")
run("-c", "import warnings, sys; warnings.warn('x')", env={"PYTHONWARNINGS": "error"})
run("-c", "import sys, os; print(dict(os.environ), os.path.basename(sys.executable))", env={})
run("-c", "import own", env={"PYTHONPATH": os.path.abspath("lib")})
os.system(sys.executable + " -c 'print(1 + 1)'")
"#,
    );
    let wanted = r#"3 __main__ ['child.py', 'a', '--out'] True
 []
0 ['-c', '-x', '--format'] True
 []
0 1
 []
0 [
    1
]
 []
"#;
    assert!(out.starts_with(wanted), "{out}");
    let rest: Vec<&str> = out[wanted.len()..].lines().collect();
    assert!(
        rest[0].starts_with("1  ['") && rest[0].contains("No module named nosuch"),
        "{out}"
    );
    let others = [
        "0 ['-', 'a']",
        " []",
        "0 ['']",
        " []",
        "0 1 ['default', 'error'] {'dev': True} 1 1",
        " []",
        "0 1 1 False",
        " []",
        "1  ['UserWarning: x']",
        "0 {} python3",
        " []",
        "1  [\"ModuleNotFoundError: No module named 'own'\"]",
        "2",
    ];
    assert_eq!(rest[1..], others, "{out}");
}

#[test]
fn processes_of_every_start_method_work() {
    for method in ["spawn", "forkserver", "fork"] {
        let out = prints(&format!(
            r#"
import multiprocessing as m
from concurrent.futures import ProcessPoolExecutor
def square(x):
    return x * x
def put(queue, x):
    queue.put(x)
if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    context = m.get_context("{method}")
    with context.Pool(2) as pool:
        print(pool.map(square, [1, 2, 3]))
    queue = context.SimpleQueue()
    process = context.Process(target=put, args=(queue, 5))
    process.start()
    print(queue.get())
    process.join()
    print(process.exitcode)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        print(pool.submit(square, 7).result())
"#
        ));
        assert_eq!(out, "[1, 4, 9]\n5\n0\n49\n", "{method}");
    }
}

#[test]
fn it_is_known_whatever_it_is_called_by_and_by_its_name_alone() {
    let folder = Folder::new();
    let python = python(&folder);
    let mut by_another_name = Command::new("sh");
    by_another_name
        .args(["-c", "exec -a other \"$0\" -c 'print(1)'", &python])
        .current_dir(folder.path());
    // A shell without `exec -a` says so, and there is nothing to be seen then.
    let done = by_another_name.output().expect("there is a shell");
    if done.status.success() {
        assert_eq!(text(&done.stdout), "1\n");
    }
    std::os::unix::fs::symlink(
        env!("CARGO_BIN_EXE_memviz"),
        folder.path().join("python3.14"),
    )
    .expect("links can be made");
    let source = "import sys; print(sys.executable)";
    let mut linked = Command::new(folder.path().join("python3.14"));
    linked.args(["-c", source]).current_dir(folder.path());
    let done = linked.output().expect("it starts");
    let own = folder.path().join("python3.14");
    assert_eq!(text(&done.stdout).trim(), own.to_string_lossy());
    assert!(!folder.path().join("output").exists());
}

#[test]
fn it_is_there_where_nothing_can_be_written() {
    let folder = Folder::new();
    let source = "import os, subprocess, sys; print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout, os.path.basename(sys.executable))";
    let run = |home: &str, cache: Option<&str>, temporary: &str| {
        let mut command = folder.command(&["run", "--no-record", "-c", source]);
        command.env("HOME", home).env("TMPDIR", temporary);
        command.env_remove("XDG_CACHE_HOME");
        if let Some(cache) = cache {
            command.env("XDG_CACHE_HOME", cache);
        }
        text(&command.output().expect("it starts").stdout)
    };
    let own = folder.path().to_string_lossy().into_owned();
    let cache = format!("{own}/cache");
    assert_eq!(run("/proc", Some(&cache), "/proc"), "b'1\\n' python3\n");
    assert!(folder.path().join("cache/memviz").is_dir());
    assert_eq!(run(&own, None, "/proc"), "b'1\\n' python3\n");
    assert!(folder.path().join(".cache/memviz").is_dir());
    assert_eq!(run("/proc", None, &own), "b'1\\n' python3\n");
    assert_eq!(run("/proc", None, "/proc"), "b'1\\n' exe\n");
}

#[test]
fn the_python_answers_as_python_does() {
    let folder = Folder::new();
    let python = python(&folder);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&python);
        command.args(arguments).current_dir(folder.path());
        let done = piped(command, "");
        (done.status.code(), text(&done.stdout), text(&done.stderr))
    };
    let (code, version, _) = run(&["-V"]);
    assert!(
        code == Some(0) && version.starts_with("Python 3.14."),
        "{version}"
    );
    let (code, _, errors) = run(&["missing.py"]);
    let full = folder.path().join("missing.py");
    let wanted = format!(
        "python3: can't open file '{}': [Errno 2] No such file or directory\n",
        full.display()
    );
    assert_eq!((code, errors), (Some(2), wanted));
    let (code, _, errors) = run(&["--format", "json"]);
    assert_eq!(code, Some(2));
    assert!(
        errors.starts_with("unknown option --format\nusage: python3 "),
        "{errors}"
    );
    folder.write("bad.py", "x = (\n");
    let (code, _, errors) = run(&["bad.py"]);
    assert_eq!(code, Some(1));
    assert!(
        errors.ends_with("SyntaxError: '(' was never closed\n"),
        "{errors}"
    );
    assert!(!errors.contains("memviz:"), "{errors}");
}

#[test]
fn a_child_outlives_the_program_that_started_it() {
    let folder = Folder::new();
    let source = r#"
import subprocess, sys
later = "import subprocess, sys, time; time.sleep(0.3); open('late', 'w').write(subprocess.run([sys.executable, '-c', 'print(7)'], capture_output=True, text=True).stdout)"
subprocess.Popen([sys.executable, "-c", later], start_new_session=True)
"#;
    folder.write("script.py", source);
    folder.memviz(&["script.py", "--format", "none"]);
    let late = folder.path().join("late");
    let read = || std::fs::read_to_string(&late).unwrap_or_default();
    for _ in 0..100 {
        if !read().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(read(), "7\n");
}
