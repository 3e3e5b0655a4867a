//! Makes a program that fails smaller, as long as it fails in the same way.

use crate::judge::{Fault, FaultKind, judge};
use crate::run::Bench;
use std::time::{Duration, Instant};

/// Whether a script fails in this way.
pub fn fails(script: &str, fault: &Fault) -> bool {
    let limit = if fault.kind == FaultKind::Late { 4 } else { 8 };
    fails_on(&Bench::new(Duration::from_secs(limit)), script, fault)
}

fn fails_on(bench: &Bench, script: &str, fault: &Fault) -> bool {
    let with_cpython = fault.kind == FaultKind::Interpreter;
    judge(bench, script, &[fault.how], with_cpython)
        .iter()
        .any(|found| found.kind == fault.kind)
}

/// The smallest program found in the time.
pub fn shrink(script: &str, fault: &Fault, time: Duration) -> String {
    let end = Instant::now() + time;
    let limit = if fault.kind == FaultKind::Late { 4 } else { 8 };
    let bench = Bench::new(Duration::from_secs(limit));
    let fails = |lines: &[String]| fails_on(&bench, &(lines.join("\n") + "\n"), fault);
    let mut lines: Vec<String> = script.lines().map(str::to_owned).collect();
    if !fails(&lines) {
        return script.to_owned();
    }
    let mut size = lines.len().next_power_of_two() / 2;
    loop {
        let mut smaller = false;
        let mut at = 0;
        while at < lines.len() {
            if Instant::now() > end {
                return lines.join("\n") + "\n";
            }
            let until = unit_end(&lines, at, size);
            let found = candidates(&lines, at, until)
                .into_iter()
                .find(|candidate| fails(candidate));
            match found {
                Some(candidate) => {
                    lines = candidate;
                    smaller = true;
                }
                None if size == 1 => at += 1,
                None => at = until,
            }
        }
        if size > 1 {
            size /= 2;
        } else if !smaller {
            return lines.join("\n") + "\n";
        }
    }
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The end of `count` statements from a line on, each with what is indented under it.
fn unit_end(lines: &[String], at: usize, count: usize) -> usize {
    let level = depth(&lines[at]);
    let mut end = at;
    for _ in 0..count {
        if end >= lines.len() || depth(&lines[end]) < level {
            break;
        }
        end += 1;
        while end < lines.len() && depth(&lines[end]) > level {
            end += 1;
        }
    }
    end
}

/// The program without these statements; with `pass` for them; with their body in their place.
fn candidates(lines: &[String], at: usize, until: usize) -> Vec<Vec<String>> {
    let with = |middle: &[String]| [&lines[..at], middle, &lines[until..]].concat();
    let mut all = vec![with(&[])];
    let level = depth(&lines[at]);
    let pass = format!("{}pass", " ".repeat(level));
    if lines[at] != pass {
        all.push(with(&[pass]));
    }
    if until > at + 1 && depth(&lines[at + 1]) > level {
        let less = depth(&lines[at + 1]) - level;
        let body: Vec<String> = lines[at + 1..until]
            .iter()
            .map(|line| line.get(less.min(depth(line))..).unwrap_or("").to_owned())
            .collect();
        all.push(with(&body));
    }
    all.retain(|candidate| candidate != lines);
    all
}
