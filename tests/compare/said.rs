//! What is told of a comparison, as text and as a page.

use super::stored;
use memviz::analyse::{ComparedRun, Comparison, compare};
use memviz::export::CompareText;
use memviz::player::{ComparePage, compare_page};

/// The whole of a comparison as text.
pub fn text(runs: &[ComparedRun<'_>], comparison: &Comparison) -> String {
    let text = CompareText {
        runs,
        comparison,
        instructions: &[],
        without_instructions: "none here",
        all: true,
    };
    text.write()
}

#[test]
fn what_the_program_says_is_never_obeyed() {
    let mut one = stored("compare/who_frees_what-rustpython");
    let mut other = stored("compare/who_frees_what-3.13");
    let hostile = "</script><script>alert(1)</script><b>\u{202e}\u{1b}[31m&";
    for trace in [&mut one, &mut other] {
        trace.symbols.rewrite(|text| match text {
            "single" | "Node" | "'single'" => format!("{text}{hostile}"),
            text => text.to_owned(),
        });
        trace.header.script.push_str(hostile);
        trace.header.engine_version.push_str(hostile);
        trace.header.files[0].path.push_str(hostile);
        trace.header.files[0].text = trace.header.files[0].text.replace("single", hostile);
        for step in &mut trace.steps {
            step.head.stdout = step.head.stdout.replace("finalizer", hostile);
        }
    }
    let runs = [ComparedRun::new(&one), ComparedRun::new(&other)];
    let comparison = compare(&runs);
    let text = text(&runs, &comparison);
    let page = compare_page(&ComparePage {
        runs: &runs,
        comparison: &comparison,
        instructions: &[],
        without_instructions: hostile,
        all: false,
    });
    for out in [&text, &page] {
        assert!(!out.contains('\u{202e}') && !out.contains('\u{1b}'));
    }
    assert!(text.contains("alert(1)") && page.contains("alert(1)"));
    assert!(
        !page.contains("<script") && !page.contains("</script") && !page.contains("<b>\\u202e")
    );
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(!page.contains("script-src") && !page.contains(" style=\""));
}

#[test]
fn the_text_and_the_page_tell_what_was_found() {
    let one = stored("compare/who_frees_what-rustpython");
    let other = stored("compare/who_frees_what-3.13");
    let runs = [ComparedRun::new(&one), ComparedRun::new(&other)];
    let comparison = compare(&runs);
    let text = text(&runs, &comparison);
    for words in [
        "RustPython 0.6.0 | CPython 3.13.0: 54 steps side by side",
        "standard output: finalizer of right | finalizer of left (order of finalizers)",
        "left (Node, made at line 21)",
        "single (Node, made at line 19)",
        "instructions: not compared; none here",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let again = compare(&runs);
    assert_eq!(comparison, again);
    let page = compare_page(&ComparePage {
        runs: &runs,
        comparison: &comparison,
        instructions: &[],
        without_instructions: "none here",
        all: false,
    });
    for words in [
        "Who frees what, and when",
        "rows alike",
        "order of finalizers",
        "class=\"apart\"",
    ] {
        assert!(page.contains(words), "{words}");
    }
}
