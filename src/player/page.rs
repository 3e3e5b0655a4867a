//! The page: markup, style and script in one file that may fetch nothing and run nothing else.

use crate::render::{FONTS, TONES, Theme};
use crate::view::{Color, Syntax};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What a page is made of, but for its payload.
pub(super) struct Parts {
    /// The markup, with places for the rest.
    pub frame: &'static str,
    pub style: &'static [&'static str],
    /// They share one scope; each uses those before it, the last starts it all.
    pub script: &'static [&'static str],
}

/// The page of a run.
pub(super) const RUN: Parts = Parts {
    frame: include_str!("page.html"),
    style: &[
        BASE_STYLE,
        include_str!("css/page.css"),
        include_str!("css/panels.css"),
        include_str!("css/picture.css"),
    ],
    script: &[
        ELEMENTS,
        include_str!("js/settings.js"),
        include_str!("js/run.js"),
        include_str!("js/calls.js"),
        include_str!("js/questions.js"),
        include_str!("js/inquiries.js"),
        include_str!("js/camera.js"),
        include_str!("js/pinned.js"),
        include_str!("js/picture.js"),
        include_str!("js/invite.js"),
        include_str!("js/code.js"),
        include_str!("js/caption.js"),
        include_str!("js/card.js"),
        include_str!("js/calltree.js"),
        include_str!("js/watch.js"),
        include_str!("js/objects.js"),
        include_str!("js/transport.js"),
        include_str!("js/timeline.js"),
        include_str!("js/collector.js"),
        include_str!("js/memory.js"),
        include_str!("js/quizmaker.js"),
        include_str!("js/quiz.js"),
        include_str!("js/lesson.js"),
        include_str!("js/panes.js"),
        include_str!("js/embed.js"),
        include_str!("js/place.js"),
        include_str!("js/live.js"),
        include_str!("js/keys.js"),
        include_str!("js/main.js"),
    ],
};

/// The looks that all pages share.
pub(super) const BASE_STYLE: &str = include_str!("css/base.css");
/// How all pages make their elements.
pub(super) const ELEMENTS: &str = include_str!("js/dom.js");

/// How the policy of every page begins.
pub(super) const NOTHING_ELSE: &str = "default-src 'none';";

/// Puts a page together around a packed payload.
pub(super) fn page(parts: &Parts, title: &str, payload: &[u8]) -> String {
    let style = format!("{}{}", theme_style(), parts.style.concat());
    let script = format!(
        "'use strict';\n(() => {{\n{}}})();\n",
        parts.script.concat()
    );
    let policy = format!(
        "{NOTHING_ELSE} script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; \
         base-uri 'none'; form-action 'none'",
        digest(&script),
        digest(&style)
    );
    filled(parts.frame, |name, out| match name {
        "policy" => out.push_str(&policy),
        "title" => escape(out, title),
        "style" => out.push_str(&style),
        "script" => out.push_str(&script),
        "payload" => STANDARD.encode_string(payload, out),
        other => unreachable!("the page has no part {other}"),
    })
}

/// Puts a page together that has no script: `body` is its markup.
pub(super) fn still_page(frame: &str, style: &[&str], title: &str, body: &str) -> String {
    let style = format!("{}{}", theme_style(), style.concat());
    let policy = format!(
        "{NOTHING_ELSE} style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(&style)
    );
    filled(frame, |name, out| match name {
        "policy" => out.push_str(&policy),
        "title" => escape(out, title),
        "style" => out.push_str(&style),
        "body" => out.push_str(body),
        other => unreachable!("the page has no part {other}"),
    })
}

/// A frame with its places filled, in one pass, so that nothing put in is read as a place for something
/// else.
fn filled(frame: &str, put: impl Fn(&str, &mut String)) -> String {
    let mut out = String::new();
    let mut rest = frame;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("a place has an end");
        out.push_str(before);
        put(name, &mut out);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The hash by which the page's policy knows its own script and style.
fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

pub(super) fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
}

/// The colours of the pictures, as variables of the style sheet.
fn theme_style() -> String {
    let (light, dark) = (variables(Theme::Light), variables(Theme::Dark));
    let print = variables(Theme::Print);
    format!(
        ":root{{--mono:{FONTS};{light}color-scheme:light}}\n\
         @media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}color-scheme:dark}}}}\n\
         :root[data-theme=dark]{{{dark}color-scheme:dark}}\n\
         @media print{{:root:root:root{{{print}color-scheme:light}}}}\n"
    )
}

fn variables(theme: Theme) -> String {
    let mut out = String::new();
    for (name, colour) in theme.palette().named() {
        let _ = write!(out, "--{name}:{colour};");
    }
    for (tone, name) in TONES {
        let _ = write!(out, "--tone-{name}:{};", theme.title(tone));
    }
    for (name, color) in Color::ALL {
        let _ = write!(out, "--color-{name}:{};", theme.named(color));
    }
    for (syntax, name) in SYNTAX {
        let _ = write!(out, "--syntax-{name}:{};", theme.syntax(syntax).0);
    }
    out
}

/// What the parts of a source are called in a style sheet.
const SYNTAX: [(Syntax, &str); 4] = [
    (Syntax::Keyword, "keyword"),
    (Syntax::Text, "text"),
    (Syntax::Number, "number"),
    (Syntax::Comment, "comment"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_stays_text_and_the_policy_names_the_script() {
        let page = page(&RUN, "<script>{{payload}}", b"x");
        assert!(page.contains("<title>&lt;script&gt;{{payload}}"));
        let script = page.rsplit_once("<script>").expect("a script").1;
        let script = script.split_once("</script>").expect("it ends").0;
        assert!(page.contains(&format!("script-src 'sha256-{}'", digest(script))));
        let style = page.split_once("<style>").expect("a style").1;
        let style = style.split_once("</style>").expect("it ends").0;
        assert!(page.contains(&format!("style-src 'sha256-{}'", digest(style))));
    }
}
