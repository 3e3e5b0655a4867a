//! One test for each lesson in `scenarios/errors/`.

use super::{Errors, last_block, list, places, printed_entries, traceback};
use serde_json::{Value, json};
use std::path::Path;

fn lesson(name: &str) -> Errors {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/errors");
    let source = std::fs::read_to_string(folder.join(format!("{name}.py")));
    let source = source.expect("the lesson is there");
    assert!(source.starts_with("\"\"\"") && source.contains("\n\nNotice: "));
    let errors = Errors::of(&source);
    assert_eq!(recorded_stderr(&errors.trace), no_addresses(&errors.plain));
    errors
}

/// What was written to standard error, as the trace has it.
fn recorded_stderr(trace: &Value) -> String {
    let steps = super::common::steps(trace).iter();
    let mut text: String = steps.filter_map(|step| step["stderr"].as_str()).collect();
    text.push_str(trace["at_exit"]["stderr"].as_str().expect("it is kept"));
    no_addresses(&text)
}

/// Without addresses, and what the compiler warns of, which is written before the first line.
fn no_addresses(text: &str) -> String {
    let mut lines = Vec::new();
    let mut is_warning = false;
    for line in text.lines() {
        let warns = line.contains("SyntaxWarning: ");
        if !warns && !is_warning {
            let words = line.split(' ');
            let words = words.filter(|word| !word.starts_with("0x"));
            lines.push(words.collect::<Vec<_>>().join(" "));
        }
        is_warning = warns;
    }
    lines.join("\n")
}

fn line(error: &Errors, code: &str) -> u64 {
    let text = error.trace["sources"][0]["text"].as_str().expect("a text");
    let at = text
        .lines()
        .position(|line| line.trim_start().starts_with(code));
    at.unwrap_or_else(|| panic!("no line {code}")) as u64 + 1
}

fn end(error: &Value) -> &Value {
    &list(error, "raisings").last().expect("it was raised")["end"]
}

fn search(error: &Value) -> &[Value] {
    list(&error["raisings"][0], "search")
}

/// What the printed lines are made from, in order.
fn parts(error: &Value) -> Vec<&str> {
    let lines = list(error, "printed").iter();
    lines
        .map(|line| line["part"].as_str().expect("a word"))
        .collect()
}

fn is_uncaught(errors: &Errors, error: &Value) {
    assert_eq!(end(error)["kind"], "uncaught");
    assert_eq!(end(error)["exit_code"], 1);
    assert_eq!(traceback(error), printed_entries(last_block(&errors.plain)));
}

#[test]
fn three_calls_deep() {
    let errors = lesson("three_calls_deep");
    let error = errors.only("KeyError");
    is_uncaught(&errors, error);
    let failed = line(&errors, "return item[");
    let way = places(&error["raisings"][0], "search");
    let names: Vec<&str> = way.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["price", "total", "report", "<module>"]);
    assert_eq!(way[0].1, failed);
    assert!(search(error).iter().all(|one| one["outcome"] == "left"));
    let raising = &error["raisings"][0];
    assert_eq!(
        (&raising["how"], &raising["instruction"]),
        (&json!("instruction"), &json!("BINARY_OP"))
    );
    // The entries came one after the other, the innermost first.
    let steps: Vec<u64> = list(error, "traceback")
        .iter()
        .map(|entry| entry["step"].as_u64().expect("a step"))
        .collect();
    assert!(steps.is_sorted_by(|a, b| a > b), "{steps:?}");
    assert_eq!(error["last_own_entry"], 3);
    // The dict without a price: passed on, and made on the last line.
    let value = list(error, "values")
        .iter()
        .find(|value| value["name"] == "item");
    let value = value.expect("item is named in the instruction");
    let made = line(&errors, "report([");
    assert_eq!(value["born"]["line"], made);
    let history = places(value, "history");
    let looped = line(&errors, "for item in");
    assert_eq!(
        history,
        [
            ("price".to_owned(), looped + 1),
            ("total".to_owned(), looped)
        ]
    );
    let key = list(error, "values")
        .iter()
        .find(|value| value["what"] == "key");
    assert_eq!(key.expect("the key is known")["value"], "'price'");
    assert_eq!(
        parts(error),
        [
            "header", "entry", "source", "marks", "entry", "source", "marks", "entry", "source",
            "marks", "entry", "source", "marks", "message"
        ]
    );
}

#[test]
fn library_call() {
    let errors = lesson("library_call");
    let error = errors.only("TypeError");
    is_uncaught(&errors, error);
    assert_eq!(error["raisings"][0]["how"], "library");
    let own: Vec<bool> = list(error, "traceback")
        .iter()
        .map(|entry| entry["own"].as_bool().expect("it is known"))
        .collect();
    assert_eq!(own.last(), Some(&false), "it ends in the library");
    let last = error["last_own_entry"].as_u64().expect("there is one");
    assert_eq!(
        last as usize,
        own.iter().rposition(|own| *own).expect("there is one")
    );
    let value = &list(error, "values")[0];
    assert_eq!(
        (&value["name"], &value["value"]),
        (&json!("text"), &json!("None"))
    );
    let origin = &list(value, "history")[0];
    assert_eq!(origin["line"], line(&errors, "text = read_settings"));
    assert_eq!(
        (&origin["how"], &origin["by"]),
        (&json!("returned"), &json!("read_settings"))
    );
}

#[test]
fn finally_hides() {
    let errors = lesson("finally_hides");
    let error = errors.only("ZeroDivisionError");
    let passage = &search(error)[0];
    assert_eq!(passage["handlers"][0]["kind"], "finally");
    assert_eq!(passage["handlers"][0]["raised_again"], Value::Null);
    assert_eq!(passage["outcome"], "caught");
    assert_eq!(search(error).len(), 1, "the caller sees nothing of it");
    assert_eq!(parts(error), [""; 0], "nothing is printed");
    assert_eq!(errors.trace["outcome"]["kind"], "finished");
}

#[test]
fn chained() {
    let errors = lesson("chained");
    let (first, second, last) = (
        errors.only("ValueError"),
        errors.only("RuntimeError"),
        errors.only("KeyError"),
    );
    assert_eq!(second["cause"]["object"], first["object"]);
    assert_eq!(second["context"]["object"], first["object"]);
    assert_eq!(second["suppresses_context"], true);
    assert_eq!(last["cause"], Value::Null);
    assert_eq!(last["context"]["object"], second["object"]);
    assert_eq!(last["suppresses_context"], false);
    // `raise ... from` leaves the clause that has caught the first.
    assert_eq!(end(first)["kind"], "replaced");
    assert_eq!(end(first)["by"], second["object"]);
    assert_eq!(end(second)["kind"], "replaced");
    assert_eq!(end(second)["by"], last["object"]);
    is_uncaught(&errors, last);
    assert_eq!(parts(second)[..3], ["empty", "cause", "empty"]);
    assert_eq!(parts(last)[..3], ["empty", "context", "empty"]);
    let printed: Vec<&Value> = [first, second, last]
        .iter()
        .flat_map(|error| list(error, "printed"))
        .collect();
    let lines: Vec<&str> = printed
        .iter()
        .filter_map(|line| line["text"].as_str())
        .collect();
    assert_eq!(
        lines,
        errors.plain.lines().collect::<Vec<_>>(),
        "every line is made from something"
    );
}

#[test]
fn group() {
    let errors = lesson("group");
    let groups: Vec<&Value> = errors.all.iter().collect();
    let [whole, rest] = groups[..] else {
        panic!("a group and what is left of it: {groups:?}");
    };
    let types = |error: &Value, name: &str| -> Vec<String> {
        let all = list(error, name).iter();
        all.map(|one| one["type"].as_str().expect("a type").to_owned())
            .collect()
    };
    assert_eq!(
        types(whole, "members"),
        ["ValueError", "TypeError", "LookupError"]
    );
    assert_eq!(types(rest, "members"), ["LookupError"]);
    assert_eq!(list(whole, "parts").len(), 2, "one for each clause");
    assert_eq!(rest["raisings"][0]["how"], "rest of a group");
    let handler = &search(whole)[1]["handlers"][0];
    assert_eq!(handler["kind"], "except*");
    assert_eq!(end(whole)["by"], rest["object"]);
    assert_eq!(end(rest)["kind"], "uncaught");
    assert_eq!(
        parts(rest).iter().filter(|part| **part == "group").count(),
        3
    );
    assert_eq!(list(rest, "printed").len(), errors.plain.lines().count());
}

#[test]
fn recursion_limit() {
    let errors = lesson("recursion_limit");
    let error = errors.only("RecursionError");
    is_uncaught(&errors, error);
    let calls = list(error, "traceback").len();
    assert!(calls > 30, "{calls}");
    assert_eq!(search(error).len(), calls, "one passage a call");
    assert!(search(error).iter().all(|one| one["outcome"] == "left"));
    assert_eq!(
        parts(error)
            .iter()
            .filter(|part| **part == "repeated")
            .count(),
        1
    );
}

#[test]
fn in_del() {
    let errors = lesson("in_del");
    let error = errors.only("AttributeError");
    assert_eq!(end(error)["kind"], "ignored");
    let object = end(error)["object"].as_u64().expect("it is an object");
    assert_eq!(super::common::type_of(&errors.trace, object), "Log");
    let value = &list(error, "values")[0];
    assert_eq!(
        (&value["what"], &value["value"]),
        (&json!("object of the attribute"), &json!("None"))
    );
    let origin = &list(value, "history")[0];
    assert_eq!(origin["line"], line(&errors, "self.file = None"));
    assert_eq!(origin["name"], "self.file");
    assert_eq!(parts(error)[0], "where");
    assert_eq!(errors.trace["outcome"]["kind"], "finished");
}

#[test]
fn in_thread() {
    let errors = lesson("in_thread");
    let error = errors.only("ZeroDivisionError");
    assert_eq!(end(error)["kind"], "ended thread");
    let way = places(&error["raisings"][0], "search");
    let names: Vec<&str> = way.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["work", "run", "_bootstrap_inner"]);
    let outcomes: Vec<&Value> = search(error).iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["left", "left", "caught"]);
    assert!(
        search(error)
            .iter()
            .all(|one| one["thread"] == end(error)["thread"])
    );
    let thread = error["raisings"][0]["thread"]
        .as_str()
        .expect("it has a name");
    let headline = format!("Exception in thread {thread}:");
    assert!(errors.plain.starts_with(&headline), "{headline}");
    assert_eq!(
        end(error)["words"],
        format!("not caught: it has ended the thread {thread}, the program goes on")
    );
    assert_ne!(end(error)["thread"], 1);
    assert_eq!(parts(error)[0], "where");
    let value = list(error, "values")
        .iter()
        .find(|value| value["name"] == "parts");
    assert_eq!(value.expect("it is named in the instruction")["value"], "0");
}

#[test]
fn unbound_local() {
    let errors = lesson("unbound_local");
    let error = errors.only("UnboundLocalError");
    is_uncaught(&errors, error);
    let unbound = &error["unbound"];
    assert_eq!(unbound["name"], "count");
    assert_eq!(unbound["asked"], line(&errors, "print(\"before"));
    assert_eq!(unbound["bound"], json!([line(&errors, "count = count")]));
    assert_eq!(
        list(error, "values").len(),
        0,
        "the global of that name is not looked at"
    );
    let folder = errors.folder.path();
    let done = errors.folder.memviz(&[
        "stages", "out", "--view", "names", "--format", "svg", "--out", "svg",
    ]);
    assert_eq!(done.status.code(), Some(0));
    let names = std::fs::read_to_string(folder.join("svg/names.svg")).expect("it is drawn");
    let picture = roxmltree::Document::parse(&names).expect("it is SVG");
    let texts: Vec<String> = picture
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .map(|node| node.descendants().filter_map(|one| one.text()).collect())
        .collect();
    let says = texts.iter().any(|text| {
        text.contains(&format!("line {}", unbound["asked"]))
            && text.contains(&format!("line {}", line(&errors, "count = count")))
    });
    assert!(says, "{texts:?}");
}

#[test]
fn a_script_is_no_run() {
    let folder = super::Folder::new();
    folder.write("a.py", "x = 1\n");
    let done = folder.memviz(&["stages", "a.py", "--view", "errors"]);
    let said = super::common::text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(
        said.contains("hint: ") && said.contains("output/a --view errors"),
        "{said}"
    );
}
