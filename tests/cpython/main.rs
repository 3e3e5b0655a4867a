//! Every scenario on real CPython 3.14: what memviz records of objects, counts and references is
//! what CPython itself says of them, or the difference is on the list in `differences.json`, which
//! `README.md` in this folder explains.

#[path = "../common/mod.rs"]
mod common;
mod compare;
mod differences;
mod moment;
mod runs;

use compare::{Tally, compare};
use differences::Differences;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use moment::Moment;
use runs::comparisons;
use serde_json::{Value, json};

fn main() {
    let arguments = Arguments::from_args();
    let missing = runs::missing();
    let reason = missing.map(|missing| missing.to_string());
    if let Some(reason) = &reason {
        eprintln!("memviz is not compared with CPython: {reason}");
    }
    // Where changes are judged, nothing is passed over in silence.
    let must_run = std::env::var("CI").is_ok_and(|ci| ci == "true");
    let trial = |name: String, test: Box<dyn FnOnce() -> Result<(), Failed> + Send>| {
        let reason = reason.clone();
        Trial::ignorable_test(name, move || match reason {
            Some(reason) if must_run => Err(reason.into()),
            Some(reason) => Ok(Completion::ignored_with(reason)),
            None => test().map(|()| Completion::Completed),
        })
    };
    let mut trials: Vec<Trial> = runs::scripts()
        .into_iter()
        .map(|(name, path)| {
            let source = std::fs::read_to_string(path).expect("a script can be read");
            trial(
                name.clone(),
                Box::new(move || agrees_with_cpython(&name, &source)),
            )
        })
        .collect();
    trials.push(trial(
        "what_is_listed_still_differs".to_owned(),
        Box::new(what_is_listed_still_differs),
    ));
    trials.push(Trial::test(
        "what_is_listed_is_explained",
        what_is_listed_is_explained,
    ));
    trials.push(Trial::test("what_differs_is_found", what_differs_is_found));
    libtest_mimic::run(&arguments, trials).exit();
}

fn agrees_with_cpython(name: &str, source: &str) -> Result<(), Failed> {
    let comparison = comparisons()?[name].as_ref()?;
    let known = differences::read();
    let unknown: Vec<String> = comparison
        .found
        .iter()
        .filter(|found| !covered(&known, name, found))
        .map(ToString::to_string)
        .collect();
    if !unknown.is_empty() {
        let many = unknown.len();
        let shown = unknown[..many.min(40)].join("\n");
        return Err(format!("{many} disagreements:\n{shown}").into());
    }
    for (number, line) in (1..).zip(source.lines()) {
        let marked = line.contains("# memviz: expect ") && !line.trim_start().starts_with('#');
        if marked && !comparison.compared.contains(&number) {
            return Err(format!("line {number} is marked, but was not compared").into());
        }
    }
    let tally = comparison.tally;
    if tally.moments == 0 || tally.objects == 0 || tally.counts == 0 {
        return Err(format!("nothing was compared: {tally:?}").into());
    }
    Ok(())
}

fn covered(known: &Differences, name: &str, found: &runs::Found) -> bool {
    known
        .values()
        .flat_map(|kind| &kind.cases)
        .any(|case| case.covers(name, found))
}

fn what_is_listed_still_differs() -> Result<(), Failed> {
    let mut found = Vec::new();
    for (name, comparison) in comparisons()? {
        found.extend(comparison.as_ref()?.found.iter().map(|found| (name, found)));
    }
    for (kind, listed) in &differences::read() {
        for case in &listed.cases {
            if !found.iter().any(|(name, found)| case.covers(name, found)) {
                return Err(format!("{kind}: take it off the list: {case:?}").into());
            }
        }
    }
    Ok(())
}

fn what_is_listed_is_explained() -> Result<(), Failed> {
    let documented = include_str!("README.md");
    for (kind, listed) in &differences::read() {
        let row = format!("| {kind} | {} |", listed.why);
        if !documented.contains(&row) {
            return Err(format!("README.md lacks this row:\n{row}").into());
        }
    }
    Ok(())
}

/// The comparison itself: a moment agrees with itself, and with no other.
fn what_differs_is_found() -> Result<(), Failed> {
    let moment = |name: &str, count: u32, other: u32, refs: Value| {
        let run = json!({"steps": [{
            "event": "line", "function": "<module>", "line": 3,
            "frames": [{"function": "<module>", "names": [[name, 1], ["b", other]]}],
            "objects": [{"type": "object"},
                {"type": "list", "refs": refs},
                {"type": "list", "refs": [["[0]", 3]]},
                {"type": "int", "value": "7"}],
            "counts": [1, count, 1, null],
        }]});
        moment::of_cpython(&run).remove(0)
    };
    let plain = || moment("a", 1, 2, json!([["[0]", 3]]));
    let disagreements = |other: &Moment| -> Vec<String> {
        let found = compare(&plain(), other, &mut Tally::default());
        let shown = found.iter().map(|d| format!("{}: {}", d.path, d.what));
        shown.collect()
    };
    let nothing: [&str; 0] = [];
    assert_eq!(disagreements(&plain()), nothing);
    assert_eq!(
        disagreements(&moment("a", 2, 2, json!([["[0]", 3]]))),
        ["a: memviz counts 1, CPython 2"]
    );
    assert_eq!(
        disagreements(&moment("a", 1, 2, json!([]))),
        ["a: only memviz has its [0] (int 7)"]
    );
    assert_eq!(
        disagreements(&moment("a", 1, 2, json!([["[0]", 3], ["[1]", 3]]))),
        ["a: only CPython has its [1] (int 7)"]
    );
    assert_eq!(
        disagreements(&moment("a", 1, 1, json!([["[0]", 3]]))),
        ["b: it is an object of its own in memviz, the object that a is in CPython"]
    );
    assert_eq!(
        disagreements(&moment("z", 1, 2, json!([["[0]", 3]]))),
        [
            "a: only memviz has its name (list)",
            "z: only CPython has its name (list)"
        ]
    );
    Ok(())
}
