//! The command line: what goes in, what comes out, and what is said where it cannot.

mod common;

use common::{Folder, steps, text};
use std::io::Write;
use std::process::Stdio;

/// Fails with exit code 2, `error:` and `hint:`, and without a panic.
fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let done = folder.memviz(arguments);
    let errors = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{arguments:?}: {errors}");
    assert!(errors.contains("error: "), "{errors}");
    assert!(errors.contains("hint: "), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    errors
}

fn listing(folder: &Folder) -> Vec<String> {
    fn walk(at: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(at).expect("it is a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let length = entry.metadata().map_or(0, |data| data.len());
                found.push(format!("{} {length}", path.display()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder.path(), &mut found);
    found.sort();
    found
}

#[test]
fn a_run_writes_a_trace_and_one_picture_a_step() {
    let folder = Folder::new();
    folder.write("hello.py", "a = [1]\nprint('hi')\n");
    let done = folder.memviz(&["hello.py"]);
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(text(&done.stdout), "hi\n");
    let errors = text(&done.stderr);
    assert!(
        errors.contains("5 steps, ")
            && errors.contains(" made, ")
            && errors.contains(" freed, 0 collections"),
        "{errors}"
    );
    let out = folder.path().join("output/hello");
    assert!(out.join("trace.memviz").exists());
    let frames = std::fs::read_dir(out.join("frames"))
        .expect("there are frames")
        .count();
    assert_eq!(frames, 5);
    assert!(out.join("frames/0005.svg").exists());
}

#[test]
fn a_shorter_run_leaves_no_picture_of_a_longer_one() {
    let folder = Folder::new();
    folder.write("s.py", "a = 1\nb = 2\nc = 3\n");
    folder.memviz(&["s.py"]);
    assert!(folder.path().join("output/s/frames/0006.svg").exists());
    folder.write("s.py", "a = 1\n");
    folder.memviz(&["s.py"]);
    assert!(!folder.path().join("output/s/frames/0006.svg").exists());
}

#[test]
fn arguments_input_output_and_exit_code_are_the_scripts_own() {
    let folder = Folder::new();
    folder.write(
        "s.py",
        "import sys\nprint(sys.argv, sys.stdin.read().upper())\nprint('e', file=sys.stderr)\nsys.exit(5)\n",
    );
    let mut child = folder
        .command(&["s.py", "--format", "json", "x", "--out", "y"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("it was asked for");
    input.write_all(b"some input").expect("it is read");
    drop(input);
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(5));
    assert_eq!(
        text(&done.stdout),
        "['s.py', 'x', '--out', 'y'] SOME INPUT\n"
    );
    assert!(text(&done.stderr).starts_with("e\n"));
    assert!(folder.path().join("output/s/trace.json").exists());
}

#[test]
fn code_module_and_standard_input_run_as_in_python() {
    let folder = Folder::new();
    let done = folder.memviz(&["-c", "import sys; print(__name__, sys.argv)", "a"]);
    assert_eq!(text(&done.stdout), "__main__ ['-c', 'a']\n");
    assert!(
        folder
            .path()
            .join("output/command/frames/0001.svg")
            .exists()
    );
    folder.write("mod.py", "import sys\nprint(__name__, len(sys.argv))\n");
    let done = folder.memviz(&["-m", "mod", "a"]);
    assert_eq!(text(&done.stdout), "__main__ 2\n", "{}", text(&done.stderr));
    assert!(folder.path().join("output/mod/frames/0001.svg").exists());
    let mut child = folder
        .command(&["-", "a"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("it was asked for");
    input
        .write_all(b"import sys\nprint(sys.argv)\n")
        .expect("it is read");
    drop(input);
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(text(&done.stdout), "['-', 'a']\n");
}

#[test]
fn an_uncaught_exception_is_shown_as_python_shows_it_and_recorded() {
    let folder = Folder::new();
    folder.write("s.py", "def f():\n    x = [1]\n    return 1 / 0\nf()\n");
    let done = folder.memviz(&["s.py", "--format", "json"]);
    let errors = text(&done.stderr);
    assert_eq!(done.status.code(), Some(1));
    assert!(
        errors.contains("Traceback (most recent call last):"),
        "{errors}"
    );
    assert!(
        errors.contains("ZeroDivisionError: division by zero"),
        "{errors}"
    );
    let json = std::fs::read(folder.path().join("output/s/trace.json")).expect("it is there");
    let trace: serde_json::Value = serde_json::from_slice(&json).expect("it is JSON");
    let outcome = &trace["outcome"];
    assert_eq!(outcome["kind"], "exception");
    assert_eq!(outcome["type"], "ZeroDivisionError");
    assert_eq!(outcome["traceback"][1]["line"], 3);
    assert_eq!(outcome["traceback"][1]["function"], "f");
    let last = steps(&trace).last().expect("there are steps");
    assert!(last["heap"].as_array().is_some_and(|heap| {
        heap.iter().any(|object| {
            object["owners"].as_array().is_some_and(|owners| {
                owners
                    .iter()
                    .any(|owner| owner["label"] == "uncaught exception")
            })
        })
    }));
}

#[test]
fn the_number_of_steps_is_bounded_and_the_script_goes_on() {
    let folder = Folder::new();
    folder.write(
        "s.py",
        "n = 0\nwhile n < 1000:\n    n += 1\nprint(n)\nraise SystemExit(3)\n",
    );
    let done = folder.memviz(&["s.py", "--max-steps", "20", "--format", "svg,json"]);
    assert_eq!(text(&done.stdout), "1000\n");
    assert_eq!(done.status.code(), Some(3));
    assert!(
        text(&done.stderr).contains("limit of 20 steps"),
        "{}",
        text(&done.stderr)
    );
    let json = std::fs::read(folder.path().join("output/s/trace.json")).expect("it is there");
    let trace: serde_json::Value = serde_json::from_slice(&json).expect("it is JSON");
    assert_eq!(trace["outcome"]["kind"], "limit");
    assert_eq!(trace["outcome"]["limit"], "steps");
    assert_eq!(steps(&trace).len(), 20);
    assert!(folder.path().join("output/s/frames/0020.svg").exists());
}

#[test]
fn an_interrupted_run_is_drawn_up_to_there() {
    let folder = Folder::new();
    let source = "import os, signal\nx = []\nwhile True:\n    x.append(1)\n    if len(x) == 40: os.kill(os.getpid(), signal.SIGINT)\n";
    folder.write("s.py", source);
    for limit in ["1000", "20"] {
        let done = folder.memviz(&["s.py", "--max-steps", limit, "--out", limit]);
        assert_ne!(done.status.code(), Some(0));
        let errors = text(&done.stderr);
        assert!(errors.contains("KeyboardInterrupt"), "{errors}");
        assert!(
            folder.path().join(limit).join("frames/0020.svg").exists(),
            "{errors}"
        );
    }
}

#[test]
fn bad_input_is_refused_with_a_hint_and_nothing_is_written() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("folder")).expect("it can be made");
    folder.write("binary.memviz", [0x7f, b'E', b'L', b'F', 0, 1, 2]);
    folder.write("file", "");
    folder.write("good.py", "x = 1\n");
    std::fs::create_dir(folder.path().join("full")).expect("it can be made");
    folder.write("full/mine.txt", "precious");
    let before = listing(&folder);
    assert!(refused(&folder, &["missing.py"]).contains("missing.py"));
    assert!(refused(&folder, &["folder"]).contains("is a folder"));
    refused(&folder, &["good.py", "--out", "file"]);
    refused(&folder, &["good.py", "--out", "file/below"]);
    assert!(refused(&folder, &["good.py", "--out", "full"]).contains("did not make"));
    assert!(refused(&folder, &["--no-such-option", "good.py"]).contains("--no-such-option"));
    refused(&folder, &["good.py", "--max-steps", "0"]);
    refused(&folder, &["good.py", "--format", "bmp"]);
    refused(&folder, &["render", "missing.memviz"]);
    refused(&folder, &["render", "folder"]);
    refused(&folder, &["render", "good.py"]);
    refused(&folder, &["export", "binary.memviz", "--format", "json"]);
    assert_eq!(before, listing(&folder));
    let nothing = folder.memviz(&[]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(text(&nothing.stderr).contains("Usage"));
}

#[test]
fn a_failed_run_leaves_the_pictures_of_an_earlier_one() {
    let folder = Folder::new();
    folder.write("s.py", "x = 1\n");
    folder.memviz(&["s.py"]);
    let before = listing(&folder)
        .into_iter()
        .filter(|f| f.contains("output"))
        .collect::<Vec<_>>();
    folder.write("s.py", "x = (\n");
    assert_eq!(folder.memviz(&["s.py"]).status.code(), Some(1));
    let after = listing(&folder)
        .into_iter()
        .filter(|f| f.contains("output"))
        .collect::<Vec<_>>();
    assert_eq!(before, after);
}

#[test]
fn a_damaged_trace_is_refused_wherever_the_damage_is() {
    let folder = Folder::new();
    folder.write("s.py", "a = [1, 2]\nb = a\n");
    folder.memviz(&["s.py"]);
    let good = std::fs::read(folder.path().join("output/s/trace.memviz")).expect("it is there");
    for cut in [0, 5, 11, 12, 40] {
        folder.write("cut", &good[..cut]);
        refused(&folder, &["render", "cut", "--out", "pictures"]);
    }
    // In the last bytes only the index is looked for, and can be done without.
    for at in (12..good.len() - 8).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        folder.write("bad", &bad);
        refused(&folder, &["render", "bad", "--out", "pictures"]);
    }
    let mut newer = good.clone();
    newer[8] = 200;
    folder.write("newer", &newer);
    assert!(refused(&folder, &["render", "newer"]).contains("format 200"));
    assert!(!folder.path().join("pictures").exists());
    // Steps that are whole are drawn.
    for cut in [good.len() * 3 / 4, good.len() - 1] {
        folder.write("cut", &good[..cut]);
        let done = folder.memviz(&["render", "cut", "--out", "pictures", "--force"]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    }
}

#[test]
fn a_saved_trace_gives_the_same_pictures_and_json_again() {
    let folder = Folder::new();
    folder.write("s.py", "a = [1, 2]\nb = {'k': a}\nprint('x')\n");
    folder.memviz(&["s.py", "--format", "svg,json,dot"]);
    let out = folder.path().join("output/s");
    let read = |path: std::path::PathBuf| std::fs::read(&path).expect("it was written");
    let (frame, json, dot) = (
        read(out.join("frames/0004.svg")),
        read(out.join("trace.json")),
        read(out.join("dot/0004.dot")),
    );
    let trace = "output/s/trace.memviz";
    let done = folder.memviz(&["render", trace, "--out", "again", "--format", "svg,dot"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert_eq!(frame, read(folder.path().join("again/frames/0004.svg")));
    assert_eq!(dot, read(folder.path().join("again/dot/0004.dot")));
    assert_eq!(
        json,
        folder.memviz(&["export", trace, "--format", "json"]).stdout
    );
    let one = folder.memviz(&["export", trace, "--format", "dot", "--step", "4"]);
    assert_eq!(dot, one.stdout);
    assert!(
        refused(
            &folder,
            &["export", trace, "--format", "dot", "--step", "99"]
        )
        .contains("99")
    );
}

#[test]
fn without_graphviz_its_layout_is_refused_and_nothing_else_needs_it() {
    let folder = Folder::new();
    folder.write("s.py", "a = [1]\n");
    assert!(refused(&folder, &["s.py", "--layout", "dot"]).contains("no Graphviz"));
    assert_eq!(folder.memviz(&["s.py"]).status.code(), Some(0));
}

#[test]
fn a_program_without_a_step_of_its_own_is_named() {
    let folder = Folder::new();
    let done = folder.memviz(&["-m", "this"]);
    let errors = text(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{errors}");
    assert!(
        errors.contains("nothing was recorded of -m this: it ran, but none of its code"),
        "{errors}"
    );
    assert!(!folder.path().join("output/this").exists());
    folder.write("empty.py", "");
    assert_eq!(folder.memviz(&["empty.py"]).status.code(), Some(0));
}

#[test]
fn wrong_expectations_fail_with_line_wanted_and_found() {
    let folder = Folder::new();
    folder.write(
        "claims.py",
        "a = [1]  # memviz: expect refcount(a) == 1; refcount(a) == 7\nb = a\n# memviz: expect same(a, b); dead(a); nonsense(a)\n",
    );
    let done = folder.memviz(&["check", "claims.py"]);
    assert_eq!(done.status.code(), Some(1));
    let errors = text(&done.stderr);
    assert!(
        errors.contains("claims.py:1: expected refcount(a) == 7, but it is 1 (step 3)"),
        "{errors}"
    );
    assert!(
        errors.contains("claims.py:3: expected dead(a), but it is alive"),
        "{errors}"
    );
    assert!(errors.contains("nonsense(a)"), "{errors}");
    assert!(errors.contains("2 of 5 expectations hold"), "{errors}");
}

#[test]
fn text_is_utf_8_whatever_the_locale() {
    let folder = Folder::new();
    folder.write(
        "zoë.py",
        "print('Zoë, 字')\nopen('t.txt', 'w').write('é')\nprint(open('t.txt').read())\n",
    );
    for locale in ["C", "C.UTF-8", ""] {
        for arguments in [
            vec!["--force", "zoë.py"],
            vec!["run", "--no-record", "zoë.py"],
        ] {
            let done = folder
                .command(&arguments)
                .env("LC_ALL", locale)
                .output()
                .expect("memviz starts");
            assert_eq!(text(&done.stdout), "Zoë, 字\né\n", "{}", text(&done.stderr));
        }
    }
}

#[test]
fn what_is_in_a_trace_is_told_and_damage_is_named() {
    let folder = Folder::new();
    folder.write("s.py", "a = [1]\nb = a\nraise ValueError(a)\n");
    folder.memviz(&["s.py", "--format", "none", "--out", "out"]);
    let told = folder.memviz(&["info", "out"]);
    let words = text(&told.stdout);
    assert_eq!(told.status.code(), Some(0), "{words}");
    for wanted in [
        "engine    RustPython",
        "script    s.py",
        "by ValueError in s.py, line 3, with exit code 1",
        "one for each line",
        "damage    none",
    ] {
        assert!(words.contains(wanted), "{wanted}: {words}");
    }
    let path = folder.path().join("out/trace.memviz");
    let mut bytes = std::fs::read(&path).expect("a trace");
    // The steps, as the largest part, stand in the middle.
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&path, bytes).expect("a file that can be written to");
    let told = folder.memviz(&["info", "out"]);
    assert_eq!(told.status.code(), Some(2));
    let words = text(&told.stdout);
    assert!(
        words.contains("damage    it is damaged: a checksum does not match"),
        "{words}"
    );
    assert!(
        text(&told.stderr).contains("hint: "),
        "{}",
        text(&told.stderr)
    );
}

#[test]
fn manual_pages_and_completions_are_those_of_the_arguments() {
    let folder = Folder::new();
    let page = folder.memviz(&["man"]);
    assert_eq!(page.status.code(), Some(0));
    assert!(text(&page.stdout).contains(".TH memviz 1"));
    assert_eq!(
        folder.memviz(&["man", "--out", "man"]).status.code(),
        Some(0)
    );
    for command in ["run", "render", "why", "info", "completions"] {
        let page = folder.path().join(format!("man/memviz-{command}.1"));
        assert!(page.exists(), "{}", page.display());
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.memviz(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0));
        assert!(text(&script.stdout).contains("collector"), "{shell}");
    }
    assert!(refused(&folder, &["completions", "cmd"]).contains("bash"));
}

#[test]
fn a_module_that_is_not_there_and_a_class_to_hide_are_explained() {
    let folder = Folder::new();
    folder.write("s.py", "class A:\n    x = 1\na = A()\nimport numpy\n");
    let done = folder.memviz(&["s.py", "--format", "none", "--out", "out"]);
    let said = text(&done.stderr);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(
        said.matches("memviz: numpy was not found").count(),
        1,
        "{said}"
    );
    assert!(said.contains("compiled for CPython"), "{said}");
    let said = refused(&folder, &["render", "out", "--hide", "class"]);
    assert!(said.contains("did you mean the type `type`?"), "{said}");
}
