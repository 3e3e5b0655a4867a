//! What is said of an exception in plain words: what was tried, the values behind it, whose thread it
//! was, and an end that was asked for.

use super::{Errors, list};
use serde_json::{Value, json};

fn words(error: &Value) -> &str {
    error["raisings"][0]["words"].as_str().expect("it is said")
}

/// The words of the only exception of a program.
fn said(source: &str) -> String {
    let errors = Errors::of(source);
    let [error] = errors.all.as_slice() else {
        panic!("one exception: {:?}", errors.all);
    };
    words(error).to_owned()
}

#[test]
fn what_was_tried_is_told_by_source_and_types() {
    let told = [
        (
            "a = 1\nb = '2'\nc = a + b\n",
            "adding an int and a str in `a + b` failed",
        ),
        (
            "a = []\na -= 3\n",
            "subtracting an int from a list in `a -= 3` failed",
        ),
        (
            "a = None\nb = 2 / a\n",
            "dividing an int by None in `2 / a` failed",
        ),
        (
            "a = {}\nb = a['x']\n",
            "looking up the item of a dict in `a['x']` failed",
        ),
        ("a = ()\na[0] = 1\n", "putting a value at `a[0]` failed"),
        ("a = []\ndel a[0]\n", "removing `a[0]` failed"),
        (
            "a = 3\na.b\n",
            "looking up the attribute b of an int in `a.b` failed",
        ),
        ("print(nobody)\n", "looking up the name `nobody` failed"),
        ("a = 'x'\nint(a)\n", "the call `int(a)` failed"),
        (
            "a = 3\nfor b in a: pass\n",
            "taking the next item of `a` failed",
        ),
        ("a, b = [1]\n", "unpacking a value into `a, b` failed"),
        (
            "a, b = [], 1\nif a < b: pass\n",
            "comparing a list and an int by < in `a < b` failed",
        ),
        ("a = []\n-a\n", "applying - to a list in `-a` failed"),
        ("import nobody\n", "the import `import nobody` failed"),
        (
            "raise ValueError('no')\n",
            "raised by the statement `raise ValueError('no')`",
        ),
        (
            "a = 3\nassert a < 2, a\n",
            "the condition of `assert a < 2, a` was not true",
        ),
    ];
    for (source, wanted) in told {
        assert_eq!(said(source), wanted, "{source}");
    }
}

#[test]
fn types_are_told_where_they_are_known_alone() {
    // What the inner call gives is not kept by any name.
    let told = said("def one(): return [1]\nb = len(one()) + sum(['x'] * 1, 0)\n");
    assert_eq!(told, "the call `sum(['x'] * 1, 0)` failed");
    let told = said("b = (1, 2)[0] + str(2)\n");
    assert_eq!(told, "adding in `(1, 2)[0] + str(2)` failed");
}

const AGES: &str = "\
class Club:
    def __init__(self):
        self.ages = {'Ada': 36, 'Bob': 99}

def check(club, name, words=[]):
    if name not in club.ages:
        raise KeyError(name)

def unread(): pass

check(Club(), 'Carl')
";

#[test]
fn values_behind_a_raise_are_those_of_the_statement_and_its_conditions() {
    let errors = Errors::of(AGES);
    let values = list(errors.only("KeyError"), "values");
    let names: Vec<&Value> = values.iter().map(|value| &value["name"]).collect();
    assert_eq!(names, [&json!("name"), &json!("club.ages")]);
    assert_eq!(values[0]["value"], "'Carl'");
    let contents = json!({"what": "keys", "first": ["'Ada'", "'Bob'"], "count": 2});
    assert_eq!(values[1]["contents"], contents);
    let said = values[1]["words"].as_str().expect("it is said");
    assert!(said.ends_with("with the keys 'Ada', 'Bob'"), "{said}");
}

#[test]
fn of_a_long_container_the_first_items_are_named_and_all_are_counted() {
    let errors = Errors::of(
        "many = list(range(40))\nnone = []\nif many and not none:\n    raise ValueError(many)\n",
    );
    let values = list(errors.only("ValueError"), "values");
    let said: Vec<&str> = values
        .iter()
        .map(|value| value["words"].as_str().expect("it is said"))
        .collect();
    assert!(
        said[0].ends_with("with the items 0, 1, 2, 3, 4, 5 and 34 more"),
        "{said:?}"
    );
    assert_eq!(said[1], "none was empty (list)");
}

#[test]
fn an_end_that_was_asked_for_is_no_failure() {
    let errors = Errors::of("import sys\nsys.exit(3)\n");
    let error = errors.only("SystemExit");
    let raising = &error["raisings"][0];
    assert_eq!(raising["end"]["kind"], "exited");
    assert_eq!(raising["end"]["exit_code"], 3);
    assert_eq!(
        words(error),
        "raised by `sys.exit(3)`, which asks the program to end"
    );
    let done = errors.folder.memviz(&[
        "stages", "out", "--view", "errors", "--format", "svg", "--out", "svg",
    ]);
    assert_eq!(done.status.code(), Some(0));
    let drawn = std::fs::read_to_string(errors.folder.path().join("svg/errors.svg"));
    let drawn = drawn.expect("it is drawn");
    let failure = Errors::of("x = 1 / 0\n");
    failure.folder.memviz(&[
        "stages", "out", "--view", "errors", "--format", "svg", "--out", "svg",
    ]);
    let failed = std::fs::read_to_string(failure.folder.path().join("svg/errors.svg"));
    let failed = failed.expect("it is drawn");
    let alarm = colour_of(&failed, "not caught").expect("the end stands there");
    let picture = roxmltree::Document::parse(&drawn).expect("it is SVG");
    let mut texts = picture.descendants();
    let alarmed = texts
        .find(|node| node.has_tag_name("text") && node.attribute("fill") == Some(alarm.as_str()));
    assert_eq!(alarmed, None, "{alarm}");
}

/// The colour of the text that begins so.
fn colour_of(svg: &str, begins: &str) -> Option<String> {
    let picture = roxmltree::Document::parse(svg).expect("it is SVG");
    let mut texts = picture
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let found = texts.find(|node| node.text().is_some_and(|text| text.starts_with(begins)))?;
    Some(found.attribute("fill")?.to_owned())
}

#[test]
fn a_picture_is_no_wider_than_a_page_of_a_book() {
    let long = "x".repeat(300);
    let source = format!(
        "import textwrap\ndef {long}(a):\n    return textwrap.wrap(a, 0)\n{long}('{long}')\n"
    );
    let errors = Errors::of(&source);
    errors.folder.memviz(&[
        "stages", "out", "--view", "errors", "--format", "svg", "--out", "svg",
    ]);
    let svg = std::fs::read_to_string(errors.folder.path().join("svg/errors.svg"));
    let svg = svg.expect("it is drawn");
    let picture = roxmltree::Document::parse(&svg).expect("it is SVG");
    let width = picture.root_element().attribute("width").expect("a width");
    let width: f64 = width.parse().expect("a number");
    assert!(width <= 900.0, "{width}");
}
