//! Names and texts as DOT wants them.

use crate::layout::PictureBox;
use crate::view::BoxKey;

/// Letters of a title that go into a name.
const LONGEST: usize = 40;

/// What a box is called in the graph: `list_12`, `fact_call3`. Only objects' names end with a
/// number by itself, so that no two are alike, nor like a keyword.
pub(super) fn name(picture_box: &PictureBox) -> String {
    let words = plain(&picture_box.title);
    match picture_box.key {
        BoxKey::Call(number) => format!("{words}_call{number}"),
        BoxKey::Object(id) => format!("{words}_{}", id.0),
        BoxKey::MoreCalls(thread) => format!("more_calls{thread}"),
        BoxKey::MoreObjects => "more_objects".to_owned(),
        BoxKey::Interpreter => "the_interpreter".to_owned(),
    }
}

/// The letters and digits of a title, without what it says in brackets.
fn plain(title: &str) -> String {
    let title = title.split('(').next().unwrap_or_default();
    let words = title.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let words: String = words.join("_").chars().take(LONGEST).collect();
    match words.chars().next() {
        Some(first) if !first.is_numeric() => words,
        _ => format!("box_{words}"),
    }
}

fn visible(c: char) -> char {
    match c {
        c if c.is_control() => '\u{FFFD}',
        '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
        c => c,
    }
}

pub(super) fn in_a_comment(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Text between double quotes, where backslashes and entities mean something.
pub(super) fn in_quotes(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    in_a_comment(&text.replace('&', "&amp;"))
}

/// Text of an HTML label. Graphviz ends a label at the first `>>`, so `>` is always written out.
pub(super) fn in_a_label(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // What `[...]` in a label is read as has changed between versions of Graphviz.
            '[' => out.push_str("&#91;"),
            ']' => out.push_str("&#93;"),
            c => out.push(visible(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_stand_for() {
        for (title, wanted) in [
            ("list", "list"),
            ("generator squares (suspended)", "generator_squares"),
            ("Node.__init__()", "Node_init"),
            ("function <lambda>", "function_lambda"),
            ("漢()", "漢"),
            ("3d", "box_3d"),
            ("", "box_"),
        ] {
            assert_eq!(plain(title), wanted);
        }
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(in_quotes("a\\l\"&lt;\n"), "a\\\\l\\\"&amp;lt;\u{FFFD}");
        assert_eq!(
            in_a_label("<[\"&\"]>>"),
            "&lt;&#91;&quot;&amp;&quot;&#93;&gt;&gt;"
        );
    }
}
