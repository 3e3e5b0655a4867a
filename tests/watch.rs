//! `memviz SCRIPT --watch`: what is run again and when, who is answered, and how it ends.

#![cfg(target_os = "linux")]

mod common;

use common::{Folder, text};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A script that is watched.
struct Watched {
    folder: Folder,
    memviz: Child,
    said: Receiver<String>,
    host: String,
    token: String,
}

impl Watched {
    fn start(script: &str) -> Watched {
        Watched::start_with(script, &[])
    }

    fn start_with(script: &str, options: &[&str]) -> Watched {
        let folder = Folder::new();
        folder.write("script.py", script);
        let words = [options, &["script.py", "--watch", "--out", "out"]].concat();
        let mut memviz = folder
            .command(&words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the program starts");
        let stderr = BufReader::new(memviz.stderr.take().expect("it was asked for"));
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut watched = Watched {
            folder,
            memviz,
            said,
            host: String::new(),
            token: String::new(),
        };
        let line = watched.hear("http://");
        let address = line.split("http://").nth(1).expect("an address");
        let (host, token) = address.split_once('/').expect("it has a path");
        watched.host = host.to_owned();
        watched.token = token.trim_end_matches('/').to_owned();
        watched
    }

    /// Waits for a line that memviz says.
    fn hear(&self, words: &str) -> String {
        let mut all = String::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => all.push_str(&format!("{line}\n")),
                Err(_) => panic!("nothing was said of {words:?}:\n{all}"),
            }
        }
    }

    /// What is answered to a request as it stands.
    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).expect("somebody listens");
        stream.write_all(request.as_bytes()).expect("it is read");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it is text");
        answer
    }

    fn get(&self, path: &str, host: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
    }

    /// What is answered to one who knows the address.
    fn ask(&self, path: &str) -> String {
        let answer = self.get(&format!("/{}/{path}", self.token), &self.host);
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        body.to_owned()
    }

    /// Waits until the news are so.
    fn wait_for(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            let news = serde_json::from_str(&self.ask("news?after=0")).expect("JSON");
            if wanted(&news) {
                return news;
            }
            assert!(since.elapsed() < PATIENCE, "{news}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the end of a run, as the N-th that is shown.
    fn shows(&self, run: u64) {
        self.wait_for(|news| news["run"] == run && news["running"] == false);
    }

    fn save(&self, script: &str) {
        self.folder.write("script.py", script);
    }

    /// Sends a signal to memviz and all that it has started, as a terminal does.
    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.memviz.id());
        let done = Command::new("kill")
            .args(["-s", signal, "--", &group])
            .status();
        assert!(done.expect("there is a kill").success());
    }

    fn code(&mut self) -> Option<i32> {
        self.memviz.wait().expect("it is ours").code()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.memviz.kill();
        let _ = self.memviz.wait();
    }
}

#[test]
fn only_who_has_the_address_is_answered() {
    let watched = Watched::start("x = [1]\n");
    watched.shows(1);
    let (host, token) = (watched.host.as_str(), watched.token.as_str());
    assert!(
        host.starts_with("127.0.0.1:") && token.len() == 32,
        "{host} {token}"
    );
    let page = watched.ask("");
    assert!(page.contains("<meta name=\"memviz-run\" content=\"1\">"));
    assert!(page.contains("connect-src 'self'"));
    assert_eq!(watched.ask("index.html"), page);
    assert!(watched.ask("stages.html").contains("memviz"));
    // The page that is written asks for nothing.
    let written = std::fs::read(watched.folder.path().join("out/index.html")).expect("it is there");
    assert!(
        !text(&written).contains("connect-src 'self'")
            && !text(&written).contains("<meta name=\"memviz-run\"")
    );

    let refused = |answer: String, status: &str| {
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(
            !answer.contains(token) && !answer.contains("payload"),
            "{answer}"
        );
    };
    let other = "0".repeat(32);
    for path in [
        "/",
        "/index.html",
        "/news?after=0",
        &format!("/{other}/"),
        &format!("/{}/", &token[..31]),
    ] {
        refused(watched.get(path, host), "403");
    }
    let home = format!("/{token}/");
    let port = host.split(':').nth(1).expect("a port");
    for name in [
        "evil.example",
        &format!("evil.example:{port}"),
        &format!("localhost:{port}"),
        "127.0.0.1",
        "",
    ] {
        refused(watched.get(&home, name), "403");
    }
    refused(watched.send(&format!("GET {home} HTTP/1.1\r\n\r\n")), "403");
    refused(
        watched.send(&format!(
            "GET {home} HTTP/1.1\r\nHost: {host}\r\nHost: evil\r\n\r\n"
        )),
        "403",
    );
    refused(
        watched.send(&format!("POST {home} HTTP/1.1\r\nHost: {host}\r\n\r\n")),
        "405",
    );
    for path in [
        "../script.py",
        "trace.memviz",
        "%2e%2e/script.py",
        "/etc/passwd",
        "news",
    ] {
        refused(watched.get(&format!("{home}{path}"), host), "404");
    }
    refused(watched.send("nonsense\r\n\r\n"), "400");
}

#[test]
fn a_script_that_cannot_run_is_explained_and_the_last_run_stays() {
    let watched = Watched::start("x = [1\n");
    let news = watched.wait_for(|news| news["problem"].is_string());
    assert_eq!(news["run"], 0);
    let waiting = watched.ask("");
    assert!(
        waiting.contains("script.py, line 1: SyntaxError"),
        "{waiting}"
    );
    watched.save("x = [1]\n");
    watched.shows(1);
    watched.save("x = [1]\nif x:\n");
    let news = watched.wait_for(|news| news["problem"].is_string());
    let problem = news["problem"].as_str().expect("words");
    assert!(problem.contains("script.py, line 2: "), "{problem}");
    assert_eq!(news["run"], 1);
    assert!(watched.ask("").contains("content=\"1\""));
    // One that raises has run.
    watched.save("x = [1]\nx[5]\n");
    watched.shows(2);
    let news = watched.wait_for(|_| true);
    assert_eq!(news["problem"], Value::Null);
}

#[test]
fn a_run_that_does_not_end_is_ended_by_the_next_or_by_ctrl_c() {
    let mut watched = Watched::start("x = [1]\nwhile True:\n    x[0] += 1\n");
    watched.wait_for(|news| news["running"] == true);
    watched.save("x = [2]\n");
    watched.shows(1);
    watched.save("import time\nopen('began', 'w').close()\nwhile True:\n    time.sleep(0.01)\n");
    let began = watched.folder.path().join("began");
    let since = Instant::now();
    while !began.exists() {
        assert!(since.elapsed() < PATIENCE, "it does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    watched.signal("INT");
    // What it did until then is drawn, and the watch goes on.
    watched.shows(2);
    watched.save("x = [3]\n");
    watched.shows(3);
    watched.signal("INT");
    assert_eq!(watched.code(), Some(130));
    let left = std::fs::read_dir(watched.folder.path().join("out")).expect("it is there");
    let mut left: Vec<String> = left
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    left.sort();
    assert_eq!(left, ["index.html", "stages.html", "trace.memviz"]);
}

#[test]
fn only_what_may_be_part_of_the_script_runs_it_again() {
    let watched = Watched::start("import pack.part\nopen('made.py', 'w').write('x = 1')\n");
    // Without the package it ends in an exception; and it writes a Python file, once.
    watched.wait_for(|news| news["run"].as_u64() >= Some(1) && news["running"] == false);
    std::fs::create_dir(watched.folder.path().join("pack")).expect("a folder");
    watched.folder.write("pack/part.py", "y = [2]\n");
    let shown = |words: &str| {
        let since = Instant::now();
        let trace = watched.folder.path().join("out/trace.memviz");
        loop {
            let info = watched
                .folder
                .memviz(&["info", &trace.display().to_string()]);
            if text(&info.stdout).contains(words) {
                return;
            }
            assert!(since.elapsed() < PATIENCE, "{}", text(&info.stdout));
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    shown("part.py");
    let settled = || {
        // Nothing runs again for a while.
        let mut run = watched.wait_for(|news| news["running"] == false)["run"].clone();
        loop {
            std::thread::sleep(Duration::from_millis(400));
            let now = watched.wait_for(|news| news["running"] == false)["run"].clone();
            if now == run {
                return run.as_u64().expect("a number");
            }
            run = now;
        }
    };
    let run = settled();
    watched.folder.write("note.txt", "words");
    watched.folder.write("script.pyc", "words");
    watched.folder.write("out/other.py", "words");
    watched.folder.write("pack/part.py", "y = [2]\n");
    assert_eq!(settled(), run);
    watched.folder.write("pack/part.py", "y = [3]\n");
    watched.shows(run + 1);
    assert_eq!(settled(), run + 1);
}

#[test]
fn what_cannot_be_watched_is_refused_with_a_hint() {
    let folder = Folder::new();
    folder.write("script.py", "x = 1\n");
    for (words, error, hint) in [
        (
            &["--watch", "--format", "svg", "script.py"][..],
            "none is asked for",
            "add html",
        ),
        (
            &["--watch", "--no-record", "script.py"],
            "none is asked for",
            "--no-record",
        ),
        (
            &["--watch", "-c", "x = 1"],
            "can be saved again",
            "name a file",
        ),
        (&["--watch", "-"], "can be saved again", "name a file"),
        (
            &["--watch", "missing.py"],
            "cannot read missing.py",
            "check the path",
        ),
    ] {
        let done = folder.memviz_by_default(words);
        let said = text(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{words:?}: {said}");
        assert!(
            said.contains("error: ") && said.contains(error),
            "{words:?}: {said}"
        );
        assert!(
            said.contains("hint: ") && said.contains(hint),
            "{words:?}: {said}"
        );
    }
    assert!(!folder.path().join("output").exists());
}
