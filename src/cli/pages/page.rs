//! What a page holds: commands with what they print, links, headings.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// The language of the fenced blocks whose commands are run.
const CONSOLE: &str = "console";
/// What stands before a command.
const PROMPT: &str = "$ ";
/// The exit code that the commands of a block end with, behind its language: `console status=1`.
const STATUS: &str = "status=";

/// A command, as it stands on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub line: usize,
    pub text: String,
    pub status: i32,
    /// The lines that it prints; none where the page does not show them.
    pub printed: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub line: usize,
    pub to: String,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub commands: Vec<Command>,
    pub links: Vec<Link>,
    /// The anchors of its headings.
    pub anchors: Vec<String>,
}

impl Page {
    pub(super) fn of(text: &str) -> Page {
        let mut page = Page::default();
        let line = |range: &Range<usize>| 1 + text[..range.start].matches('\n').count();
        // The first line, the exit code and the text of the block that is open.
        let mut block: Option<(usize, i32, String)> = None;
        let mut heading: Option<String> = None;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    block = status(&info).map(|status| (line(&range) + 1, status, String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((first, status, text)) = block.take() {
                        page.commands.extend(commands(first, status, &text));
                    }
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors
                        .extend(heading.take().map(|words| anchor(&words)));
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(Link {
                        line: line(&range),
                        to: dest_url.into_string(),
                    });
                }
                Event::Text(words) | Event::Code(words) => {
                    if let Some((_, _, text)) = &mut block {
                        text.push_str(&words);
                    }
                    if let Some(heading) = &mut heading {
                        heading.push_str(&words);
                    }
                }
                _ => {}
            }
        }
        page
    }
}

/// The exit code that a block's commands end with, where it holds any.
fn status(info: &str) -> Option<i32> {
    let mut words = info.split([' ', ',']);
    (words.next() == Some(CONSOLE)).then(|| {
        words
            .find_map(|word| word.strip_prefix(STATUS)?.parse().ok())
            .unwrap_or(0)
    })
}

fn commands(first: usize, status: i32, text: &str) -> Vec<Command> {
    let mut all: Vec<Command> = Vec::new();
    for (line, words) in (first..).zip(text.lines()) {
        match (words.strip_prefix(PROMPT), all.last_mut()) {
            (Some(command), _) => all.push(Command {
                line,
                text: command.to_owned(),
                status,
                printed: Vec::new(),
            }),
            (None, Some(command)) => command.printed.push(words.to_owned()),
            (None, None) => {}
        }
    }
    all
}

/// What a heading is called in a link: its words in small letters, with hyphens between them and
/// without other signs, as mdBook and GitHub have it.
fn anchor(heading: &str) -> String {
    heading
        .trim()
        .chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => c.to_lowercase().next(),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_commands_links_and_headings() {
        let page = Page::of(
            "# What `it` does, really\n\nSee [there](b.md#x) and ![a picture](p.svg).\n\n\
             ```console status=1\n$ memviz run a.py\none\ntwo\n$ memviz who\n```\n\n\
             ```text\n$ memviz no\n```\n",
        );
        assert_eq!(page.anchors, ["what-it-does-really"]);
        let links: Vec<_> = page
            .links
            .iter()
            .map(|link| (link.line, &*link.to))
            .collect();
        assert_eq!(links, [(3, "b.md#x"), (3, "p.svg")]);
        let command = |line, text: &str, printed: &[&str]| Command {
            line,
            text: text.to_owned(),
            status: 1,
            printed: printed.iter().map(|&line| line.to_owned()).collect(),
        };
        assert_eq!(
            page.commands,
            [
                command(6, "memviz run a.py", &["one", "two"]),
                command(9, "memviz who", &[]),
            ]
        );
    }
}
