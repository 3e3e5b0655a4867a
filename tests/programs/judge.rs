//! What must be alike, and the first place where it is not.

use crate::common::cpython::cpython;
use crate::common::laws;
use crate::run::{Bench, How, Ran};
use serde_json::Value;

/// Something that must not be, and where it was seen.
#[derive(Clone, Debug)]
pub struct Fault {
    pub kind: FaultKind,
    pub how: How,
    /// The first difference, in words.
    pub words: String,
    /// Which program of the script it was seen in.
    pub program: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum FaultKind {
    /// With recording the program crashes.
    Crash,
    /// With recording it does not come to its end.
    Late,
    /// With recording it does something else.
    Differs,
    /// The trace is not true in itself.
    Untrue,
    /// Without recording it does not do what CPython does: the interpreter's own.
    Interpreter,
    /// Without recording it crashes, hangs, or differs from itself: nothing can be said.
    Program,
}

impl Fault {
    fn new(kind: FaultKind, how: How, words: String) -> Fault {
        let program = words.split_once("== ").and_then(|(_, place)| {
            let place = place.lines().next()?;
            place.rsplit(' ').next()?.parse().ok()
        });
        Fault {
            kind,
            how,
            words,
            program,
        }
    }
}

/// The first line that differs, with the number of the program that wrote it.
pub fn first_difference(one: &Ran, two: &Ran, names: [&str; 2]) -> Option<String> {
    let compared = [
        ("standard output", &one.out, &two.out),
        ("standard error", &one.errors, &two.errors),
    ];
    for (what, one, two) in compared {
        if one == two {
            continue;
        }
        let mut place = "";
        let (mut ones, mut twos) = (one.lines(), two.lines());
        loop {
            let (a, b) = (ones.next(), twos.next());
            if a != b {
                let cut = |line: Option<&str>| {
                    line.map_or("(its end)".to_owned(), |l| l.chars().take(300).collect())
                };
                return Some(format!(
                    "{what}, {place}\n  {}: {}\n  {}: {}",
                    names[0],
                    cut(a),
                    names[1],
                    cut(b)
                ));
            }
            match a {
                Some(line) if line.starts_with("== ") => place = line,
                None => break,
                _ => {}
            }
        }
    }
    (one.code != two.code).then(|| {
        format!(
            "exit code\n  {}: {:?}\n  {}: {:?}\n{}",
            names[0],
            one.code,
            names[1],
            two.code,
            two.errors.lines().last().unwrap_or("")
        )
    })
}

/// Runs the script that lies on the bench plainly and recorded; says what is wrong.
pub fn recorded_alike(bench: &Bench, plain: &Ran, how: How) -> Result<(), Fault> {
    let recorded = bench.recorded(how);
    let fault = |kind, words: String| Err(Fault::new(kind, how, words));
    if recorded.late {
        return fault(FaultKind::Late, "recorded, it takes too long".to_owned());
    }
    if let Some(words) = first_difference(plain, &recorded, ["off", "on"]) {
        let kind = match () {
            () if recorded.crashed() => FaultKind::Crash,
            // What --verify finds is told on standard error, with an exit code of its own.
            () if matches!(how, How::Verified | How::Turns)
                && recorded.out == plain.out
                && recorded.code == Some(2) =>
            {
                FaultKind::Untrue
            }
            () => FaultKind::Differs,
        };
        return fault(kind, format!("{words}\n  on ends with {:?}", recorded.code));
    }
    if how == How::Json
        && let Err(words) = laws_hold(bench)
    {
        return fault(FaultKind::Untrue, words);
    }
    Ok(())
}

/// Bytes of JSON above which the laws are not looked at: in memory it takes many times as much.
const JSON_LIMIT: u64 = 256 << 20;

fn laws_hold(bench: &Bench) -> Result<(), String> {
    let path = bench.path().join("out/trace.json");
    let size = std::fs::metadata(&path).map_err(|e| e.to_string())?.len();
    if size > JSON_LIMIT {
        println!("\nnot held against the laws: {} MB of JSON", size >> 20);
        return Ok(());
    }
    let json = std::fs::read(path).map_err(|e| e.to_string())?;
    let trace: Value = serde_json::from_slice(&json).map_err(|e| e.to_string())?;
    laws::of_lives(&trace)?;
    laws::of_counts(&trace)
}

/// Runs a script in all the ways that are asked for.
pub fn judge(bench: &Bench, script: &str, ways: &[How], with_cpython: bool) -> Vec<Fault> {
    bench.put(script);
    let plain = bench.plain();
    let itself = |words: String| Fault::new(FaultKind::Program, ways[0], words);
    if plain.late || plain.crashed() {
        return vec![itself(format!(
            "without recording it ends with {:?}, late: {}\n{}",
            plain.code,
            plain.late,
            plain.errors.lines().last().unwrap_or("")
        ))];
    }
    // What does not compile prints nothing, not even which program it is.
    let refused = ["SyntaxError", "IndentationError"];
    if plain.out.is_empty() && refused.iter().any(|kind| plain.errors.contains(kind)) {
        return vec![itself(plain.errors)];
    }
    let mut faults = Vec::new();
    for how in ways {
        let Err(fault) = recorded_alike(bench, &plain, *how) else {
            continue;
        };
        // Only a program that is like itself can tell.
        let again = bench.plain();
        if let Some(words) = first_difference(&plain, &again, ["first", "second"]) {
            return vec![itself(format!("twice without recording: {words}"))];
        }
        faults.push(fault);
    }
    if with_cpython && let Some(python) = cpython() {
        let mut other = bench.cpython(python);
        // Its words on standard error are its own.
        other.errors.clone_from(&plain.errors);
        if let Some(words) = first_difference(&plain, &other, ["memviz", "CPython"]) {
            faults.push(Fault::new(FaultKind::Interpreter, ways[0], words));
        }
    }
    faults
}
