//! Files as they come, and the command as a user has it.

use super::common::{Folder, text};
use super::stages;
use memviz::trace::TraceFile;
use memviz::trace::stages::{EncodingSource, LineEnds, Span};
use serde_json::Value;

#[test]
fn the_encoding_is_found_as_python_finds_it() {
    let found = stages(b"# first\n# vim: set fileencoding=latin-1 :\nx = '\xe4'\n");
    let EncodingSource::Cookie(place) = found.file.found_by else {
        panic!("{:?}", found.file);
    };
    assert_eq!(found.text(place), "latin-1");
    assert_eq!(found.file.encoding, "latin-1");
    assert!(found.source.contains('\u{e4}'));
    let found = stages(b"\xef\xbb\xbfx = 1\n");
    assert_eq!(found.file.found_by, EncodingSource::ByteOrderMark);
    assert!(found.file.byte_order_mark);
    assert_eq!((found.file.bytes, found.source.len()), (Some(9), 6));
    let found = stages(b"x = 1\n# coding: latin-1\n");
    assert_eq!(
        found.file.found_by,
        EncodingSource::Default,
        "behind a statement"
    );
    let found = stages("# coding: cp1252\nx = '\u{80}'\n".replace('\u{80}', "?"));
    assert_eq!(found.failure, None);
    assert_eq!(found.file.encoding, "cp1252");
    let found = stages(b"# coding: cp1252\nx = '\x80'\n");
    assert!(found.source.contains('\u{20ac}'), "{}", found.source);
}

#[test]
fn line_ends_are_counted_and_places_stay_those_of_the_file() {
    let source = "a = 1\r\nb = '''x\r\ny'''\rc = a\nd = b";
    let found = stages(source);
    assert_eq!(found.failure, None);
    let ends = LineEnds {
        lf: 1,
        crlf: 2,
        cr: 1,
        last_is_open: true,
    };
    assert_eq!(found.file.line_ends, ends);
    let names = found.tree.iter().filter(|node| node.kind == "Name");
    let names: Vec<&str> = names
        .map(|node| found.text(node.span.expect("a place")))
        .collect();
    assert_eq!(names, ["a", "b", "c", "a", "d", "b"]);
    let loads = found.codes[0]
        .instructions
        .iter()
        .filter(|one| one.name == "LOAD_NAME");
    let loads: Vec<&str> = loads
        .map(|one| found.text(one.span.expect("a place")))
        .collect();
    assert_eq!(loads, ["a", "b"]);
}

#[test]
fn the_compiler_has_folded_what_is_struck_out() {
    let found = stages("x = 1 + 2 * 3\ny = (1, 2)\nz = x + 1\nw = -1\n");
    let folded = found
        .tree
        .iter()
        .filter_map(|node| Some((&*node.kind, node.folded.as_deref()?)));
    let folded: Vec<(&str, &str)> = folded.collect();
    assert_eq!(
        folded,
        [("BinOp", "7"), ("Tuple", "(1, 2)"), ("UnaryOp", "-1")]
    );
}

#[test]
fn a_free_name_leads_to_the_scope_with_its_cell() {
    let found = stages(
        "def outer():\n    n = 0\n    def middle():\n        def inner():\n            nonlocal n\n            n += 1\n        return inner\n    return middle\n",
    );
    let named = |name: &str| {
        let at = found.scopes.iter().position(|scope| scope.name == name);
        at.expect("there is such a scope")
    };
    for scope in ["middle", "inner"] {
        let symbols = &found.scopes[named(scope)].symbols;
        let symbol = symbols
            .iter()
            .find(|symbol| symbol.name == "n")
            .expect("n is there");
        assert_eq!(symbol.owner, Some(named("outer") as u32), "{scope}");
    }
    let inner = &found.scopes[named("inner")].symbols;
    let symbol = inner
        .iter()
        .find(|symbol| symbol.name == "n")
        .expect("n is there");
    let uses: Vec<(&str, &str)> = symbol
        .uses
        .iter()
        .map(|one| (&*one.what, found.text(one.span)))
        .collect();
    assert_eq!(uses, [("declare", "n"), ("store", "n")]);
}

#[test]
fn the_command_chooses_and_says_whose_stages_they_are() {
    let folder = Folder::new();
    folder.write("a.py", "x = 1\ny = x\n");
    let shown = text(
        &folder
            .memviz(&["stages", "a.py", "--view", "tokens", "--line", "2"])
            .stdout,
    );
    let lines: Vec<&str> = shown.lines().collect();
    assert!(
        lines[0].starts_with("a.py:1:1: engine RustPython 0.6.0"),
        "{shown}"
    );
    assert_eq!(
        &lines[1..],
        [
            "a.py:2:1: token NAME 'y' [6-7]",
            "a.py:2:3: token OP EQUAL '=' [8-9]",
            "a.py:2:5: token NAME 'x' [10-11]",
            "a.py:2:6: token NEWLINE '\\n' [11-12]",
        ]
    );
    let out = folder.memviz(&[
        "stages", "a.py", "--span", "10-11", "--format", "json", "--out", "a.json",
    ]);
    assert!(out.status.success() && out.stdout.is_empty());
    let json = std::fs::read(folder.path().join("a.json")).expect("it was written");
    let json: Value = serde_json::from_slice(&json).expect("it is JSON");
    assert_eq!(json["engine"]["name"], "RustPython");
    assert_eq!(json["tokens"][0]["text"], "x");
    assert_eq!(json["tokens"].as_array().map(Vec::len), Some(1));
    let names: Vec<&str> = json["codes"][0]["instructions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["LOAD_NAME"]);
    assert!(json["explanations"]["LOAD_NAME"].is_string());
}

#[test]
fn a_failing_file_says_so_and_gives_what_there_is() {
    let folder = Folder::new();
    folder.write("a.py", "x = 1\nx +\n");
    let done = folder.memviz(&["stages", "a.py"]);
    assert_eq!(done.status.code(), Some(1));
    let shown = text(&done.stdout);
    assert!(shown.contains("a.py:1:1: token NAME 'x' [0-1]"), "{shown}");
    assert!(
        shown.contains("failure in tree: SyntaxError: invalid syntax"),
        "{shown}"
    );
}

#[test]
fn what_is_no_file_is_an_error_with_a_hint() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("inside")).expect("it can be made");
    let cases: [&[&str]; 6] = [
        &["stages", "nothing.py"],
        &["stages", "inside"],
        &["stages", "a.py", "--line", "9"],
        &["stages", "a.py", "--span", "3-99"],
        &["stages", "a.py", "--python", "/no/such/python"],
        &["stages", "a.py", "--span", "4-2"],
    ];
    folder.write("a.py", "x = 1\n");
    for arguments in cases {
        let done = folder.memviz(arguments);
        let said = text(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(
            said.starts_with("error: ") && said.contains("hint: "),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_recording_keeps_the_stages_of_the_files_that_ran() {
    let folder = Folder::new();
    folder.write("helper.py", "def twice(x):\n    return 2 * x\n");
    folder.write("script.py", "import helper\nprint(helper.twice(2))\n");
    let done = folder.memviz(&["script.py", "--format", "none", "--out", "out"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let trace = TraceFile::open(&folder.path().join("out/trace.memviz")).expect("a trace");
    let all = trace.stages().expect("they can be read");
    let paths: Vec<&str> = all.iter().map(|stages| stages.file.path.as_str()).collect();
    assert_eq!(paths, ["script.py", "helper.py"]);
    for one in &all {
        super::laws::hold(one);
        let bytes = std::fs::read(folder.path().join(&one.file.path)).expect("the file is there");
        let fresh = memviz::record::stages::of_bytes(&one.file.path, &bytes).expect("a thread");
        assert_eq!(
            (&one.tokens, &one.tree, &one.codes),
            (&fresh.tokens, &fresh.tree, &fresh.codes)
        );
    }
    // The script may change; what ran does not.
    folder.write("script.py", "other = 1\n");
    let shown = text(
        &folder
            .memviz(&["stages", "out", "--view", "bytecode", "--file", "helper.py"])
            .stdout,
    );
    assert!(shown.contains("helper.py:2:12: bytecode twice"), "{shown}");
    let shown = text(&folder.memviz(&["stages", "out", "--view", "tokens"]).stdout);
    assert!(
        shown.contains("script.py:1:8: token NAME 'helper'"),
        "{shown}"
    );
}

#[test]
fn spans_of_a_choice_touch_what_they_share() {
    let found = stages("ab = 1\n");
    let text: Vec<&str> = found
        .tokens
        .iter()
        .filter(|token| token.span.touches(Span::new(1, 4)))
        .map(|token| found.text(token.span))
        .collect();
    assert_eq!(text, ["ab", "="]);
}
