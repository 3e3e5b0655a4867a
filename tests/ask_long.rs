//! Questions about a long run read what they need of its trace.

mod common;

use common::{Folder, text};

/// Makes a list that grows no further, a name that leads to one object after the other, one that is
/// gone soon, and a path that breaks in the middle; each turn takes five steps.
const LONG: &str = "\
import sys
class Node:
    pass
def once():
    early = Node()
    return early.__class__
once()
kept = [Node()]
kept[0].next = Node()
short = [1, 2]
del short
i = 0
while i < int(sys.argv[1]):
    node = Node()
    node.value = i
    i += 1
    if i == 300: del kept[0].next
";

/// How many segments a question has read, beside the tables, and its answer.
fn segments_read(folder: &Folder, question: &[&str]) -> (u32, String) {
    let done = folder.memviz(&[&question[..1], &["-v"], &question[1..]].concat());
    let (answer, said) = (text(&done.stdout), text(&done.stderr));
    let before = said.split(" of ").find_map(|part| {
        let number = part.rsplit(' ').next()?;
        number.parse().ok()
    });
    assert!(said.contains("segments read"), "{question:?}: {said}");
    (before.expect("they are counted"), answer)
}

#[test]
fn a_question_reads_what_it_needs_however_long_the_run() {
    let runs = [2_000, 8_000].map(|turns: u32| {
        let folder = Folder::new();
        folder.write("script.py", LONG);
        let (turns, steps) = (turns.to_string(), (turns * 6).to_string());
        let arguments = ["--format", "none", "--out", "out", "--max-steps", &steps];
        let done = folder.memviz(&[&arguments[..], &["script.py", &turns]].concat());
        assert!(done.status.success(), "{}", text(&done.stderr));
        folder
    });
    let serial = |answer: &str| {
        let digits = answer.split('#').nth(1).expect("it names an object");
        let end = digits.find(|c: char| !c.is_ascii_digit());
        digits[..end.unwrap_or(digits.len())].to_owned()
    };
    let (_, answer) = segments_read(&runs[0], &["who", "out", "short"]);
    let short = serial(&answer);
    for (most, question) in [
        // The segment of the step, where the object is the only one that the name ever led to.
        (6, &["who", "out", "kept"][..]),
        (
            6,
            &["why", "out", "kept", "--step", "7000", "--chains", "1"],
        ),
        // Those in which the name led to as many others as are told.
        (8, &["who", "out", "node"]),
        (8, &["why", "out", "node", "--step", "5000"]),
        // Those in which the name was there.
        (4, &["who", "out", "early"]),
        (8, &["who", "out", "short", "--step", "9000"]),
        // From birth to death.
        (4, &["life", "out", &short]),
        (6, &["life", "out", "short"]),
    ] {
        let [(few, _), (many, answer)] = [0, 1].map(|run| segments_read(&runs[run], question));
        assert!(
            many <= most,
            "{question:?} reads {many} segments:\n{answer}"
        );
        // A segment ends also where a second has passed.
        assert!(
            many <= few + 2,
            "{question:?} reads {few}, of a longer run {many}"
        );
    }
    // What cannot be is not looked for.
    let done = runs[1].memviz(&["who", "out", "zzz"]);
    let said = text(&done.stderr);
    assert!(said.contains("there is no name zzz at any step"), "{said}");
    assert!(said.contains("i, kept, node, once"), "{said}");
    // Without its end, a trace has no index, and answers all the same.
    let whole = runs[0].path().join("out/trace.memviz");
    let bytes = std::fs::read(whole).expect("a trace");
    runs[0].write("cut.memviz", &bytes[..bytes.len() - 20]);
    for question in [
        ["who", "kept"],
        ["who", "early"],
        ["life", "short"],
        ["who", "kept[0].next"],
    ] {
        let ask = |trace| segments_read(&runs[0], &[question[0], trace, question[1]]);
        let ((read, answer), (all, same)) = (ask("out"), ask("cut.memviz"));
        assert_eq!(answer, same, "{question:?}");
        assert!(read <= all, "{question:?} reads {read} and {all} segments");
    }
}
