//! The exit code and the messages are the program's own, recorded or not, whoever listens.

mod common;

use common::{Folder, steps, text};
use std::process::Stdio;

/// Exit code and errors, recorded and not; memviz's own lines apart.
fn both(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut plain = vec!["run", "--no-record"];
    plain.extend(arguments);
    let without = folder.memviz(&plain);
    let with = folder.memviz(arguments);
    let errors = text(&with.stderr);
    let own = |line: &&str| line.starts_with("memviz: ");
    let said: Vec<&str> = errors.lines().filter(own).collect();
    let rest: Vec<&str> = errors.lines().filter(|line| !own(line)).collect();
    assert_eq!(text(&without.stdout), text(&with.stdout), "{arguments:?}");
    assert_eq!(
        text(&without.stderr).trim_end(),
        rest.join("\n"),
        "{arguments:?}"
    );
    assert_eq!(without.status, with.status, "{arguments:?}");
    (with.status.code(), rest.join("\n"), said.join("\n"))
}

#[test]
fn a_program_that_does_not_start_ends_as_under_python() {
    let folder = Folder::new();
    folder.write("open.py", "x = 1\ny = (2\n");
    folder.write("tab.py", "if 1:\n\tx = 1\n        y = 2\n");
    folder.write("null.py", b"x = 1\n\0\n");
    folder.write("latin.py", b"x = '\xe9'\n");
    let cases: [(&[&str], &str); 6] = [
        (
            &["open.py"],
            "    y = (2\n        ^\nSyntaxError: '(' was never closed",
        ),
        (
            &["tab.py"],
            "TabError: inconsistent use of tabs and spaces in indentation",
        ),
        (
            &["null.py"],
            "SyntaxError: source code cannot contain null bytes",
        ),
        (
            &["latin.py"],
            "SyntaxError: Non-UTF-8 code starting with '\\xe9'",
        ),
        (&["-m", "nosuch"], "No module named nosuch"),
        (&["-m", "json.tool", "/nonexistent"], "FileNotFoundError: "),
    ];
    for (arguments, wanted) in cases {
        let (code, errors, said) = both(&folder, arguments);
        assert_eq!(code, Some(1), "{arguments:?}");
        assert!(
            errors.contains(wanted) && !errors.contains("error: "),
            "{errors}"
        );
        assert!(
            said.starts_with("memviz: nothing was recorded of "),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let output = folder.path().join("output");
    let left = std::fs::read_dir(&output).map_or(0, |entries| entries.count());
    assert_eq!(left, 0);
}

#[test]
fn a_folder_and_an_archive_run_as_programs() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("app")).expect("it can be made");
    let source = "import sys, part\nx = [1]\nprint(__name__, sys.argv, part.y)\nsys.exit(4)\n";
    folder.write("app/__main__.py", source);
    folder.write("app/part.py", "y = [2]\n");
    let (code, errors, said) = both(&folder, &["app", "a"]);
    assert_eq!((code, errors.as_str()), (Some(4), ""));
    assert!(said.contains("output/app"), "{said}");
    let zip = "import zipfile\nwith zipfile.ZipFile('app.pyz', 'w') as z:\n    z.write('app/__main__.py', '__main__.py')\n    z.write('app/part.py', 'part.py')\n";
    folder.memviz(&["run", "--no-record", "-c", zip]);
    let done = folder.memviz(&["app.pyz", "b"]);
    assert_eq!(text(&done.stdout), "__main__ ['app.pyz', 'b'] [2]\n");
    assert_eq!(done.status.code(), Some(4));
}

#[test]
fn a_pipe_is_read_once() {
    let folder = Folder::new();
    let run = "mkfifo s.py\n(printf 'a = [1]\\nprint(a, __name__)\\nraise SystemExit(6)\\n' > s.py) &\nexec \"$0\" \"$@\"";
    let done = std::process::Command::new("/bin/sh")
        .args(["-c", run, env!("CARGO_BIN_EXE_memviz")])
        .args(["s.py", "--format", "json", "--out", "out"])
        .current_dir(folder.path())
        .output()
        .expect("there is a shell");
    assert_eq!(text(&done.stdout), "[1] __main__\n");
    assert_eq!(done.status.code(), Some(6), "{}", text(&done.stderr));
    let json = std::fs::read(folder.path().join("out/trace.json")).expect("it was recorded");
    let trace: serde_json::Value = serde_json::from_slice(&json).expect("it is JSON");
    assert_eq!(
        trace["sources"][0]["text"],
        "a = [1]\nprint(a, __name__)\nraise SystemExit(6)\n"
    );
    assert!(steps(&trace).iter().any(|step| step["ran"] == 2));
}

#[test]
fn nobody_needs_to_listen() {
    let folder = Folder::new();
    folder.write(
        "s.py",
        "# memviz: nonsense\nimport sys\nx = [1]\nsys.exit(5)\n",
    );
    folder.write("t.py", "x = [1]\nprint(x)\n");
    let full = || {
        let full = std::fs::File::options().write(true).open("/dev/full");
        Stdio::from(full.expect("Linux has it"))
    };
    let closed = || {
        let (reader, writer) = std::io::pipe().expect("pipes can be made");
        drop(reader);
        Stdio::from(writer)
    };
    let sinks: [&dyn Fn() -> Stdio; 2] = [&full, &closed];
    for sink in sinks {
        let code = |arguments: &[&str], out: Stdio, errors: Stdio| {
            let mut command = folder.command(arguments);
            command.stdin(Stdio::null()).stdout(out).stderr(errors);
            command.status().expect("it starts").code()
        };
        assert_eq!(code(&["s.py"], Stdio::null(), sink()), Some(5));
        assert_eq!(code(&["s.py", "-v"], Stdio::null(), sink()), Some(5));
        assert_eq!(code(&["s.py"], sink(), sink()), Some(5));
        assert_eq!(code(&["--nonsense"], sink(), sink()), Some(2));
        assert_eq!(code(&["missing.py"], sink(), sink()), Some(2));
        let without = code(&["run", "--no-record", "t.py"], sink(), sink());
        assert_eq!(code(&["t.py"], sink(), sink()), without);
    }
}
