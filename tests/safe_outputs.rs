//! What stands in an output folder is never lost: not to a full disk, another writer, links, files of
//! others, or Ctrl-C.
//!
//! `MEMVIZ_INTERRUPTS=20 cargo t --test safe_outputs` interrupts drawing at so many random moments.

#![cfg(target_os = "linux")]

mod common;

use common::random::{Random, number_from};
use common::{Folder, text};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// All files below a folder, and what they hold; links by where they lead.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("it is a folder").flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("it can be asked");
            if kind.is_dir() {
                open.push(path);
                continue;
            }
            let content = match kind.is_symlink() {
                true => fs::read_link(&path)
                    .expect("a link")
                    .into_os_string()
                    .into_encoded_bytes(),
                false => fs::read(&path).expect("it can be read"),
            };
            let name = path
                .strip_prefix(folder)
                .expect("it is in there")
                .to_path_buf();
            found.insert(name, content);
        }
    }
    found
}

fn record(folder: &Folder, source: &str, more: &[&str]) -> Output {
    folder.write("script.py", source);
    let mut arguments = vec!["script.py", "--out", "out"];
    arguments.extend(more);
    folder.memviz(&arguments)
}

fn first(folder: &Folder) -> BTreeMap<PathBuf, Vec<u8>> {
    let done = record(folder, "first = [1]\nx = first\n", &[]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    contents(&folder.path().join("out"))
}

/// Runs memviz, which is `$0`, by a line of the shell.
fn limited(folder: &Folder, line: &str) -> Output {
    Command::new("/bin/sh")
        .args(["-c", line, env!("CARGO_BIN_EXE_memviz")])
        .current_dir(folder.path())
        .output()
        .expect("there is a shell")
}

/// What a refusal says.
fn refused(done: &Output) -> String {
    let said = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(
        said.contains("error: ") && said.contains("hint: "),
        "{said}"
    );
    said
}

#[test]
fn a_new_run_takes_the_place_of_the_old_one_whole() {
    let folder = Folder::new();
    let one = record(
        &folder,
        "a = 1\nb = 2\nc = 3\nd = 4\n",
        &["--format", "svg,png"],
    );
    assert!(one.status.success());
    folder.write("out/frames/notes.txt", "mine");
    folder.write("out/mine.html", "mine");
    let two = record(&folder, "a = 1\n", &[]);
    assert!(two.status.success(), "{}", text(&two.stderr));
    let names: Vec<String> = contents(&folder.path().join("out"))
        .into_keys()
        .map(|path| path.display().to_string())
        .collect();
    // No picture of the run before is left, and nothing of the user's is gone.
    let wanted = [
        "frames/0001.svg",
        "frames/0002.svg",
        "frames/0003.svg",
        "frames/0004.svg",
        "frames/notes.txt",
        "index.html",
        "mine.html",
        "stages.html",
        "trace.memviz",
    ];
    assert_eq!(names, wanted);
}

#[test]
fn pictures_of_the_same_run_in_another_format_stay() {
    let folder = Folder::new();
    let before = first(&folder);
    let done = folder.memviz(&["render", "out", "--format", "png"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let after = contents(&folder.path().join("out"));
    assert!(
        before
            .iter()
            .all(|(path, content)| after.get(path) == Some(content))
    );
    assert!(after.contains_key(Path::new("frames/0001.png")));
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let folder = Folder::new();
    let before = first(&folder);
    folder.write(
        "script.py",
        "second = [2] * 50\nfor i in range(20):\n    second.append(i)\n",
    );
    // No file may grow beyond 32 KB: the player does not fit.
    let done = limited(&folder, "ulimit -f 64; exec \"$0\" script.py --out out");
    let said = refused(&done);
    assert!(
        said.contains("cannot write to out/index.html") && said.contains("make room"),
        "{said}"
    );
    let after = contents(&folder.path().join("out"));
    assert!(
        before
            .iter()
            .all(|(path, content)| after.get(path) == Some(content))
    );
    // The recording is whole, and drawn when there is room.
    let done = folder.memviz(&["render", "out"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let now = contents(&folder.path().join("out"));
    assert!(!now.contains_key(Path::new("trace.memviz.part")));
    assert_ne!(
        now[Path::new("trace.memviz")],
        before[Path::new("trace.memviz")]
    );
    assert!(now.len() > before.len());
}

#[test]
fn a_recording_that_does_not_fit_disturbs_no_program() {
    let folder = Folder::new();
    let before = first(&folder);
    folder.write(
        "script.py",
        "import hashlib\nkept = []\nfor i in range(3000):\n    kept.append(hashlib.sha256(str(i).encode()).hexdigest())\nprint(len(kept))\n",
    );
    let done = limited(
        &folder,
        "ulimit -f 300; exec \"$0\" script.py --out out --format none",
    );
    assert_eq!(text(&done.stdout), "3000\n");
    let said = refused(&done);
    assert!(said.contains("its recording is not complete"), "{said}");
    let after = contents(&folder.path().join("out"));
    assert!(
        before
            .iter()
            .all(|(path, content)| after.get(path) == Some(content))
    );
    // What did fit can be drawn.
    let done = folder.memviz(&["info", "out"]);
    assert!(
        text(&done.stdout).contains("its end is missing"),
        "{}",
        text(&done.stdout)
    );
}

#[test]
fn a_folder_that_the_program_removes_is_made_again() {
    let folder = Folder::new();
    first(&folder);
    let done = record(
        &folder,
        "import shutil\nshutil.rmtree('out')\nx = [1]\n",
        &[],
    );
    assert!(done.status.success(), "{}", text(&done.stderr));
    let after = contents(&folder.path().join("out"));
    assert!(
        after.contains_key(Path::new("trace.memviz"))
            && after.contains_key(Path::new("index.html"))
    );
}

#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_anything_runs() {
    let folder = Folder::new();
    folder.write("script.py", "print('ran')\n");
    let done = folder.memviz(&["script.py", "--out", "/proc/memviz"]);
    refused(&done);
    assert_eq!(text(&done.stdout), "");
}

#[test]
fn no_link_is_followed_out_of_the_folder() {
    for name in [
        "index.html",
        "trace.memviz",
        "frames",
        "frames/0001.svg",
        "trace.memviz.part",
        ".memviz-lock",
    ] {
        let folder = Folder::new();
        first(&folder);
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).expect("a folder");
        let target = elsewhere.join("precious");
        if name == "frames" {
            fs::create_dir(&target).expect("a folder");
            fs::write(target.join("0001.svg"), "precious").expect("a file");
        } else {
            fs::write(&target, "precious").expect("a file");
        }
        let link = folder.path().join("out").join(name);
        if name == "frames" {
            fs::remove_dir_all(&link).expect("it is there");
        } else {
            let _ = fs::remove_file(&link);
        }
        symlink(&target, &link).expect("a link");
        let before = contents(folder.path());
        let done = record(&folder, "second = 2\n", &[]);
        let said = refused(&done);
        assert!(
            said.contains(&format!("out/{name} is not memviz's")),
            "{said}"
        );
        let mut after = contents(folder.path());
        after.insert("script.py".into(), before[Path::new("script.py")].clone());
        assert_eq!(after, before, "{name}");
        // Who insists gets the link replaced, not what it leads to.
        if name != ".memviz-lock" && name != "trace.memviz.part" {
            let done = record(&folder, "second = 2\n", &["--force"]);
            assert!(done.status.success(), "{name}: {}", text(&done.stderr));
        }
        let precious = contents(&elsewhere);
        assert!(
            precious.values().all(|content| content == b"precious"),
            "{name}"
        );
        assert_eq!(precious.len(), 1, "{name}");
    }
}

#[test]
fn files_of_others_are_not_touched() {
    for name in ["index.html", "frames/0002.svg", "trace.memviz"] {
        let folder = Folder::new();
        first(&folder);
        folder.write(&format!("out/{name}"), "mine");
        let before = contents(&folder.path().join("out"));
        let said = refused(&record(&folder, "second = 2\n", &[]));
        assert!(
            said.contains(&format!("out/{name} is not memviz's")),
            "{said}"
        );
        assert_eq!(contents(&folder.path().join("out")), before);
    }
    // The program itself may put one there.
    let folder = Folder::new();
    let before = first(&folder);
    let done = record(&folder, "open('out/index.html', 'w').write('mine')\n", &[]);
    let said = refused(&done);
    assert!(said.contains("out/index.html is not memviz's"), "{said}");
    let after = contents(&folder.path().join("out"));
    assert_eq!(after[Path::new("index.html")], b"mine");
    assert_eq!(
        after[Path::new("trace.memviz")],
        before[Path::new("trace.memviz")]
    );
}

#[test]
fn two_writers_are_told_of_each_other() {
    let folder = Folder::new();
    folder.write("script.py", "import time\ntime.sleep(2)\n");
    let mut one = folder
        .command(&["script.py", "--out", "out"])
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let began = Instant::now();
    while !folder.path().join("out/trace.memviz.part").exists() {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
    let two = folder.memviz(&["script.py", "--out", "out"]);
    let said = refused(&two);
    assert!(said.contains("another memviz is writing to out"), "{said}");
    assert!(one.wait().expect("it ends").success());
    let names: Vec<_> = contents(&folder.path().join("out")).into_keys().collect();
    assert!(!names.contains(&PathBuf::from(".memviz-lock")), "{names:?}");
    // A lock that nobody holds is none.
    folder.write("out/.memviz-lock", "");
    assert!(folder.memviz(&["render", "out"]).status.success());
}

#[test]
fn an_interrupt_while_drawing_leaves_the_old_or_the_new() {
    let folder = Folder::new();
    let before = first(&folder);
    folder.write(
        "script.py",
        "rows = []\nfor i in range(150):\n    rows.append([i, str(i)])\n",
    );
    let mut random = Random(number_from("MEMVIZ_INTERRUPTS_SEED", 7));
    let mut interrupted = 0;
    for number in 0..number_from("MEMVIZ_INTERRUPTS", 5) {
        let mut memviz = folder
            .command(&["script.py", "--out", "out"])
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the program starts");
        let began = Instant::now();
        let player = folder.path().join("out/index.html");
        let old_player = fs::metadata(&player).expect("it is there").ino();
        let stage = folder.path().join("out/.memviz-new");
        while !stage.exists() && memviz.try_wait().expect("it can be asked").is_none() {
            assert!(began.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
        if number % 2 == 0 {
            std::thread::sleep(Duration::from_millis(random.below(120) as u64));
        } else {
            // Amid the last moves, just after the first file has got its place.
            let is_same = || {
                let found = fs::metadata(&player).map(|found| found.ino());
                found.is_ok_and(|number| number == old_player)
            };
            while is_same() && began.elapsed() < Duration::from_secs(60) {
                std::hint::spin_loop();
            }
        }
        let _ = Command::new("/bin/kill")
            .args(["-INT", "--", &format!("-{}", memviz.id())])
            .status();
        let sent = Instant::now();
        let done = memviz.wait_with_output().expect("it ends");
        let took = sent.elapsed();
        let said = text(&done.stderr);
        let after = contents(&folder.path().join("out"));
        let left: Vec<_> = after
            .keys()
            .filter(|path| path.starts_with(".memviz-new") || path.starts_with(".memviz-lock"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
        let is_through = said.contains("all that was asked for is written");
        if done.status.signal() == Some(2) && is_through {
            println!("{number}: interrupted when all had its place");
        } else if done.status.signal() == Some(2) {
            interrupted += 1;
            println!("{number}: interrupted after drawing had begun, ended {took:?} later");
            assert!(said.contains("stopped while drawing"), "{said}");
            assert!(
                before
                    .iter()
                    .all(|(path, content)| after.get(path) == Some(content))
            );
            assert!(after.contains_key(Path::new("trace.memviz.part")));
        } else {
            println!("{number}: it was through");
            assert!(done.status.success(), "{said}");
        }
        if is_through || done.status.success() {
            assert!(!after.contains_key(Path::new("trace.memviz.part")));
            assert!(after.len() > 200, "{}", after.len());
        }
        // What was recorded is drawn later.
        let done = folder.memviz(&["render", "out"]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        let now = contents(&folder.path().join("out"));
        assert!(!now.contains_key(Path::new("trace.memviz.part")));
        assert!(now.len() > 200, "{}", now.len());
        fs::remove_dir_all(folder.path().join("out")).expect("it is there");
        for (path, content) in &before {
            let path = folder.path().join("out").join(path);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
    }
    println!("{interrupted} interrupted");
}

#[test]
fn what_a_killed_run_has_set_aside_is_brought_back() {
    // The old pictures were aside, the new ones not in their place yet, or were.
    for is_in_place in [false, true] {
        let folder = Folder::new();
        let before = first(&folder);
        folder.write("out/frames/notes.txt", "mine");
        fs::create_dir(folder.path().join("out/.memviz-old")).expect("a folder");
        let frames = folder.path().join("out/frames");
        fs::rename(&frames, folder.path().join("out/.memviz-old/frames")).expect("it moves");
        if is_in_place {
            fs::create_dir(&frames).expect("a folder");
        }
        let done = folder.memviz(&["render", "out"]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        let after = contents(&folder.path().join("out"));
        assert_eq!(after[Path::new("frames/notes.txt")], b"mine");
        assert_eq!(after.len(), before.len() + 1, "{:?}", after.keys());
    }
}
