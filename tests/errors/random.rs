//! Random programs that raise and handle. They say themselves which handlers they come to, and with
//! which exception; what Python prints at the end is compared, too.

use super::common::random::{Random, number_from};
use super::{Errors, last_block, list, printed_entries, traceback};
use serde_json::Value;
use std::fmt::Write;

const PRELUDE: &str = "\
import sys
import threading
yes, no = True, False
class A(Exception): pass
class B(Exception): pass
class C(B): pass
def say(what, line):
    now = sys.exception()
    print(what, line, now.args[0] if now else None)
class Keeper:
    def __init__(self, kind): self.kind = kind
    def __enter__(self): return self
    def __exit__(self, kind, value, entries):
        return kind is self.kind
def calls(function):
    yield 1
    yield function()
def in_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()
";

struct Writer {
    random: Random,
    out: String,
    line: u32,
    raised: u32,
    /// The number of the function that is written; it calls later ones only.
    function: usize,
}

const FUNCTIONS: usize = 5;

impl Writer {
    fn put(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "    ".repeat(depth));
        self.line += 1;
    }

    fn block(&mut self, depth: usize, level: usize, handles: bool) {
        for _ in 0..1 + self.random.below(2) {
            self.statement(depth, level, handles);
        }
    }

    fn statement(&mut self, depth: usize, level: usize, handles: bool) {
        let kind = self.random.pick(&["A", "B", "C"]);
        match self.random.below(13) {
            0 | 1 => {
                self.raised += 1;
                let number = self.raised;
                let from = match self.random.below(3) {
                    0 if handles => " from sys.exception()",
                    1 => " from None",
                    _ => "",
                };
                let rest = format!("raise {kind}({number}){from}");
                let does = self.random.pick(&["yes", "yes", "no"]);
                self.put(depth, &format!("if {does}: {rest}"));
            }
            2 if handles => self.put(depth, "raise"),
            3 | 4 if self.function + 1 < FUNCTIONS => {
                let called = self.later();
                self.put(depth, &format!("f{called}()"));
            }
            5..=7 if level > 0 => self.attempt(depth, level - 1, handles),
            10 if self.function + 1 < FUNCTIONS => {
                let called = self.later();
                self.put(depth, &format!("for _ in calls(f{called}): x = 2"));
            }
            11 if level > 0 => self.group(depth, level - 1, handles),
            8 if level > 0 => {
                self.put(depth, &format!("with Keeper({kind}):"));
                self.block(depth + 1, level - 1, handles);
            }
            _ => self.put(depth, "x = 1"),
        }
    }

    /// A function that is written later, and so calls this one in no way.
    fn later(&mut self) -> usize {
        let later = FUNCTIONS - self.function - 1;
        self.function + 1 + self.random.below(later)
    }

    /// A group is raised, and a clause takes a part of it.
    fn group(&mut self, depth: usize, level: usize, handles: bool) {
        self.put(depth, "try:");
        if self.random.one_in(2) {
            self.raised += 2;
            let (one, other) = (self.raised - 1, self.raised);
            let kinds = ["A", "B", "C"];
            let (a, b) = (self.random.pick(&kinds), self.random.pick(&kinds));
            let raises = format!("raise ExceptionGroup('g', [{a}({one}), {b}({other})])");
            self.put(depth + 1, &raises);
        } else {
            self.block(depth + 1, level, handles);
        }
        let kind = self.random.pick(&["A", "B", "C"]);
        self.put(depth, &format!("except* {kind}:"));
        self.put(depth + 1, &format!("say('S', {})", self.line));
    }

    fn attempt(&mut self, depth: usize, level: usize, handles: bool) {
        self.put(depth, "try:");
        self.block(depth + 1, level, handles);
        let clauses = self.random.below(3);
        for _ in 0..clauses {
            let kind = self.random.pick(&["A", "B", "C", "(A, C)"]);
            let named = self.random.pick(&["", " as error"]);
            self.put(depth, &format!("except {kind}{named}:"));
            self.put(depth + 1, &format!("say('H', {})", self.line));
            self.block(depth + 1, level, true);
        }
        if clauses == 0 || self.random.one_in(3) {
            self.put(depth, "finally:");
            // The line of the first statement in it.
            self.put(depth + 1, &format!("say('F', {})", self.line + 1));
            if self.random.one_in(4) {
                self.block(depth + 1, level, handles);
            }
            if self.random.one_in(5) && self.function < FUNCTIONS {
                self.put(depth + 1, "return 2");
            }
        }
    }

    fn program(seed: u64) -> String {
        let mut writer = Writer {
            random: Random(seed),
            out: PRELUDE.to_owned(),
            line: PRELUDE.lines().count() as u32,
            raised: 0,
            function: 0,
        };
        for function in (0..FUNCTIONS).rev() {
            writer.function = function;
            writer.put(0, &format!("def f{function}():"));
            writer.block(1, 3, false);
            writer.block(1, 2, false);
        }
        writer.function = FUNCTIONS;
        for function in 0..FUNCTIONS {
            writer.put(0, "try:");
            let call = match writer.random.below(3) {
                0 => format!("in_thread(f{function})"),
                _ => format!("f{function}()"),
            };
            writer.put(1, &call);
            writer.put(0, "except B:");
            writer.put(1, &format!("say('H', {})", writer.line));
        }
        writer.out
    }
}

/// Kind, line and exception of each handler that the program itself has told of.
fn told(trace: &Value) -> Vec<(String, u64, Option<u64>)> {
    let steps = super::common::steps(trace).iter();
    let text: String = steps.filter_map(|step| step["stdout"].as_str()).collect();
    let mut told = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [what, line, number] = words[..] else {
            continue;
        };
        let line = line.parse().expect("a line");
        told.push((what.to_owned(), line, number.parse().ok()));
    }
    told
}

fn argument(error: &Value) -> Option<u64> {
    error["arguments"][0].as_str()?.parse().ok()
}

/// The handlers that were come to, by the analysis: those that kept an exception, and the `finally`s.
fn found(errors: &[Value]) -> Vec<(String, u64, Option<u64>)> {
    let mut found = Vec::new();
    for error in errors {
        for raising in list(error, "raisings") {
            for passage in list(raising, "search") {
                for handler in list(passage, "handlers") {
                    let kind = handler["kind"].as_str().expect("a word");
                    let line = handler["line"].as_u64();
                    let what = match kind {
                        "finally" => "F",
                        "except" => "H",
                        _ => continue,
                    };
                    let step = handler["step"].as_u64().expect("a step");
                    let line = line.expect("it stands somewhere");
                    let is_left = !handler["raised_again"].is_null();
                    found.push((step, what.to_owned(), line, argument(error), is_left));
                }
            }
        }
    }
    found.sort();
    found
        .into_iter()
        .map(|(_, what, line, number, is_left)| {
            // An `except` that has been left again may be one of which no clause fits.
            let what = if what == "H" && is_left {
                "h".to_owned()
            } else {
                what
            };
            (what, line, number)
        })
        .collect()
}

fn holds(seed: u64) {
    let source = Writer::program(seed);
    let errors = Errors::of(&source);
    let told = told(&errors.trace);
    let found = found(&errors.all);
    let of = |all: &[(String, u64, Option<u64>)], what: &str| -> Vec<(u64, Option<u64>)> {
        let all = all.iter().filter(|one| one.0 == what);
        all.map(|one| (one.1, one.2)).collect()
    };
    let said = |what: &str| format!("seed {seed}, {what}\n{source}\n{told:?}\n{found:?}");
    // Each clause that was come to is told by the program, and each that kept its exception is found.
    let mut clauses = of(&told, "H");
    for kept in of(&found, "H") {
        let at = clauses.iter().position(|told| *told == kept);
        clauses.remove(at.unwrap_or_else(|| panic!("{kept:?} {}", said("kept"))));
    }
    let left = of(&found, "h");
    for rest in clauses {
        assert!(left.contains(&rest), "{rest:?} {}", said("left"));
    }
    for (line, number) in of(&found, "F") {
        let is_told = of(&told, "F").contains(&(line, number));
        assert!(is_told, "{line} {number:?} {}", said("finally"));
    }
    for error in &errors.all {
        for raising in list(error, "raisings") {
            assert_ne!(raising["end"]["kind"], "unknown", "{}", said("end"));
            let unknown = list(raising, "search")
                .iter()
                .any(|one| one["outcome"] == "unknown");
            assert!(!unknown, "{}", said("outcome"));
        }
    }
    let uncaught = errors.trace["outcome"]["kind"] == "exception";
    let last = errors.all.iter().find(|error| {
        let mut raisings = list(error, "raisings").iter();
        raisings.any(|one| one["end"]["kind"] == "uncaught")
    });
    assert_eq!(last.is_some(), uncaught, "{}", said("uncaught"));
    if let Some(last) = last {
        let printed = printed_entries(last_block(&errors.plain));
        assert_eq!(traceback(last), printed, "{}", said("traceback"));
        let tied = list(last, "printed").iter().rev();
        let tied: Vec<&str> = tied.filter_map(|line| line["text"].as_str()).collect();
        let plain: Vec<&str> = errors.plain.lines().rev().take(tied.len()).collect();
        assert_eq!(tied, plain, "{}", said("printed"));
    }
}

/// Programs of one run; `MEMVIZ_ERROR_PROGRAMS` says how many instead, `MEMVIZ_ERROR_SEED` from where.
#[test]
fn programs_say_themselves_what_handles() {
    let count = number_from("MEMVIZ_ERROR_PROGRAMS", 60);
    let first = number_from("MEMVIZ_ERROR_SEED", 1);
    for seed in first..first + count {
        holds(seed);
    }
}
