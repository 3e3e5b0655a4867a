//! What fails, and what stands before it.

use super::common::{Folder, text};
use super::{embedded_python, laws, stages};
use memviz::export::{StagesChoice, stages_text};
use memviz::record::stages::of_bytes;
use memviz::trace::stages::StageKind::{self, Code, Names, Tokens, Tree};
use std::process::Command;

/// A wrong program, the stage that finds it out, the exception's type, the line and what is underlined.
type Wrong = (&'static str, StageKind, &'static str, u32, &'static str);

#[rustfmt::skip]
const WRONG: [Wrong; 24] = [
    ("x = 1\nif x\n    y = 2\n", Tree, "SyntaxError", 2, "\n"),
    ("x = (1,\ny = 2\n", Tokens, "SyntaxError", 1, "("),
    ("x = 1)\n", Tree, "SyntaxError", 1, ")"),
    ("x = (1]\n", Tree, "SyntaxError", 1, "]"),
    ("s = 'open\n", Tokens, "SyntaxError", 1, "'"),
    ("s = '''open\nmore\n", Tokens, "SyntaxError", 1, "'"),
    ("x = 1 $ 2\n", Tokens, "SyntaxError", 1, "$"),
    ("if 1:\nx = 2\n", Tree, "IndentationError", 2, "x"),
    ("x = 1\n  y = 2\n", Tree, "IndentationError", 2, "  "),
    ("if 1:\n    x = 1\n  y = 2\n", Tokens, "IndentationError", 3, "\n"),
    ("x = 08\n", Tokens, "SyntaxError", 1, "0"),
    ("x = 1__0\n", Tree, "SyntaxError", 1, "_"),
    ("f(x for x in y, 1)\n", Tree, "SyntaxError", 1, "x for x in y"),
    ("1 = x\n", Tree, "SyntaxError", 1, "1"),
    ("f() = 2\n", Tree, "SyntaxError", 1, "f()"),
    ("print 'hello'\n", Tree, "SyntaxError", 1, "print"),
    ("class = 1\n", Tree, "SyntaxError", 1, "="),
    ("def f(a, a):\n    pass\n", Names, "SyntaxError", 1, "a"),
    ("def f():\n    x = 1\n    global x\n", Names, "SyntaxError", 3, "global x"),
    ("def f():\n    nonlocal x\n", Names, "SyntaxError", 2, "nonlocal x"),
    ("return 1\n", Code, "SyntaxError", 1, "return 1"),
    ("break\n", Code, "SyntaxError", 1, "break"),
    ("def f():\n    from os import *\n", Names, "SyntaxError", 2, "*"),
    ("x = yield 1\n", Code, "SyntaxError", 1, "yield 1"),
];

#[test]
fn each_stage_says_what_python_says_and_those_before_it_stand() {
    let folder = Folder::new();
    let python = embedded_python(&folder);
    for (source, stage, kind, line, underlined) in WRONG {
        let path = folder.write("script.py", source);
        let path = path.to_string_lossy();
        let found = of_bytes(&path, source.as_bytes()).expect("there is a thread");
        let failure = found
            .failure
            .as_ref()
            .unwrap_or_else(|| panic!("{source:?} is wrong"));
        let span = failure.span.map(|span| found.text(span));
        assert_eq!(
            (failure.stage, &*failure.kind, failure.line, span),
            (stage, kind, line, Some(underlined)),
            "{source:?}: {failure:?}"
        );
        let ran = Command::new(&python)
            .args(["-I", &path])
            .output()
            .expect("it starts");
        assert_eq!(failure.printed, text(&ran.stderr), "{source:?}");
        // The tokens before the place at which the tokenizer gave up.
        assert!(!found.tokens.is_empty(), "{source:?}");
        assert_eq!(found.tree.is_empty(), stage <= Tree, "{source:?}");
        assert_eq!(found.scopes.is_empty(), stage <= Names, "{source:?}");
        assert!(found.codes.is_empty(), "{source:?}");
        laws::hold(&found);
    }
}

#[test]
fn what_is_no_text_fails_before_any_token() {
    let cases: [(&[u8], &str, &str); 5] = [
        (
            b"x = '\xe4'\n",
            "SyntaxError",
            "Non-UTF-8 code starting with '\\xe4'",
        ),
        (
            b"# coding: no-such-thing\nx = 1\n",
            "SyntaxError",
            "unknown encoding",
        ),
        (
            b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
            "SyntaxError",
            "with BOM",
        ),
        (b"x = 1\0\n", "SyntaxError", "null bytes"),
        (b"# coding: utf-16\nx = 1\n", "", ""),
    ];
    for (source, kind, message) in cases {
        let found = stages(source);
        // Nothing is said of the lines of what is no text.
        let said = stages_text(&found, &StagesChoice::default());
        assert!(
            said.contains(" file encoding ") && !said.contains(" lines:"),
            "{said}"
        );
        let failure = found.failure.expect("it cannot be decoded");
        assert_eq!(failure.stage, StageKind::File, "{failure:?}");
        assert!(failure.message.contains(message), "{failure:?}");
        assert!(kind.is_empty() || failure.kind == kind, "{failure:?}");
        assert!(found.tokens.is_empty() && found.source.is_empty());
    }
}

#[test]
fn deep_nesting_ends_in_stages_or_in_an_error() {
    let brackets = |count: usize| format!("x = {}1{}\n", "[".repeat(count), "]".repeat(count));
    let chain = |count: usize| {
        let mut source = "if x == 0:\n    pass\n".to_owned();
        for number in 1..=count {
            source.push_str(&format!("elif x == {number}:\n    pass\n"));
        }
        source
    };
    let nested = |count: usize| {
        let mut source = String::new();
        for depth in 0..count {
            source.push_str(&format!("{}if x:\n", " ".repeat(depth)));
        }
        source + &" ".repeat(count) + "pass\n"
    };
    let minus = |count: usize| format!("x = {}1\n", "-".repeat(count));
    let sum = |count: usize| format!("x = 1{}\n", " + y".repeat(count));
    let fine = [brackets(20), chain(200), nested(15), minus(50), sum(100)];
    for source in fine {
        let found = stages(&source);
        assert_eq!(found.failure, None);
        laws::hold(&found);
    }
    let deep = [
        brackets(1_000),
        brackets(100_000),
        chain(2_000),
        nested(2_000),
        minus(10_000),
        sum(10_000),
    ];
    for source in deep {
        let found = stages(&source);
        laws::hold(&found);
        match &found.failure {
            None => assert!(!found.codes.is_empty()),
            Some(failure) => assert!(!failure.message.is_empty(), "{failure:?}"),
        }
    }
}
