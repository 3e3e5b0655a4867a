//! Source text for the code panel: lines with their syntax, and which of them belong together.

use super::syntax::{Syntax, Tokens};
use crate::trace::{FileId, Trace, visible};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A line of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// Without what the script says to memviz; tabs are spaces.
    pub text: String,
    /// What is more than a name or an operator, by its bytes.
    pub spans: Vec<(Range<usize>, Syntax)>,
    /// It belongs to the text that a module begins with.
    pub is_docstring: bool,
}

/// A file of source.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceText {
    pub lines: Vec<SourceLine>,
}

/// The source around a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub source: Arc<SourceText>,
    /// First and last line of the function, class or module that is at work, from 1.
    pub scope: (u32, u32),
    /// The line that the step is about.
    pub at: u32,
    /// The line that has just run.
    pub ran: Option<u32>,
    /// The line that runs next.
    pub next: Option<u32>,
}

impl Listing {
    /// A line, by its number.
    pub fn line(&self, number: u32) -> Option<&SourceLine> {
        self.source.lines.get((number as usize).checked_sub(1)?)
    }

    /// The text of the line that has just run.
    pub fn ran_text(&self) -> Option<&str> {
        let text = self.line(self.ran?)?.text.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// The files of a trace, each read once.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<FileId, Arc<SourceText>>);

impl Sources {
    pub(super) fn text(&mut self, trace: &Trace, file: FileId) -> Arc<SourceText> {
        let read = || {
            let file = trace.header.files.get(file.0 as usize);
            Arc::new(SourceText::new(file.map_or("", |file| &file.text)))
        };
        Arc::clone(self.0.entry(file).or_insert_with(read))
    }
}

impl SourceText {
    /// The lines of a file.
    pub fn new(text: &str) -> SourceText {
        let mut tokens = Tokens::default();
        let mut lines: Vec<SourceLine> = Vec::new();
        let mut before_code = true;
        for line in text.lines() {
            let text = shown(line, &tokens);
            let spans = tokens.line(&text);
            let is_blank = text.trim().is_empty();
            let is_string = is_all(&text, &spans, Syntax::Text);
            let is_docstring = before_code && is_string && !is_blank;
            // Comments may stand above it.
            before_code &= match is_docstring {
                true => tokens.in_string(),
                false => is_blank || is_all(&text, &spans, Syntax::Comment),
            };
            lines.push(SourceLine {
                text,
                spans,
                is_docstring,
            });
        }
        SourceText { lines }
    }

    /// First and last line of what a line belongs to: the innermost `def` or `class` of this name
    /// whose block it stands in, with its decorators; or the whole module.
    pub(super) fn scope(&self, name: &str, line: u32) -> (u32, u32) {
        let whole = (1, self.lines.len() as u32);
        let indent = |at: usize| indent(&self.lines[at].text);
        let at = (line as usize).saturating_sub(1);
        if at >= self.lines.len() {
            return whole;
        }
        let heads = (0..=at).rev().filter(|head| {
            let text = self.lines[*head].text.trim_start();
            let text = text.strip_prefix("async ").unwrap_or(text);
            let rest = text
                .strip_prefix("def ")
                .or_else(|| text.strip_prefix("class "));
            rest.is_some_and(|rest| {
                let rest = rest.trim_start().strip_prefix(name);
                rest.is_some_and(|rest| {
                    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                })
            })
        });
        for head in heads {
            let depth = indent(head);
            let is_inside = |line: usize| {
                let line_depth = indent(line);
                line_depth.is_none() || line_depth > depth
            };
            let mut end = (head + 1..self.lines.len())
                .find(|line| !is_inside(*line) && !self.closes_head(head, *line))
                .unwrap_or(self.lines.len());
            if end <= at {
                continue;
            }
            while end > head + 1 && indent(end - 1).is_none() {
                end -= 1;
            }
            let mut first = head;
            while first > 0
                && indent(first - 1) == depth
                && self.lines[first - 1].text.trim_start().starts_with('@')
            {
                first -= 1;
            }
            return (first as u32 + 1, end as u32);
        }
        whole
    }

    /// Whether a line closes the brackets of a `def` that goes over several lines.
    fn closes_head(&self, head: usize, line: usize) -> bool {
        let text = self.lines[line].text.trim_start();
        text.starts_with(')') && indent(&self.lines[line].text) == indent(&self.lines[head].text)
    }
}

/// How far a line is indented; nothing for an empty one.
fn indent(text: &str) -> Option<usize> {
    let inner = text.trim_start();
    (!inner.is_empty()).then(|| text.len() - inner.len())
}

/// Whether nothing else stands in a line.
fn is_all(text: &str, spans: &[(Range<usize>, Syntax)], wanted: Syntax) -> bool {
    let mut at = 0;
    for (range, syntax) in spans {
        let between = text[at..range.start].trim_matches(['\u{feff}', ' ']);
        if *syntax != wanted || !between.is_empty() {
            return false;
        }
        at = range.end;
    }
    text[at..].trim().is_empty()
}

/// A line as it is shown. What a script says to memviz is not part of the lesson.
fn shown(line: &str, before: &Tokens) -> String {
    let line = line.replace('\t', "    ");
    let mut line = visible(&line).into_owned();
    let comment = before
        .clone()
        .line(&line)
        .into_iter()
        .find(|(_, syntax)| *syntax == Syntax::Comment);
    if let Some((range, _)) = comment
        && let Some(at) = line[range.clone()].find("# memviz:")
    {
        line.truncate(range.start + at);
        line.truncate(line.trim_end().len());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_the_innermost_block_of_its_name() {
        let text = SourceText::new(
            "\"\"\"Says\nwhat.\"\"\"\nclass A:\n    @deco\n    def f(self,\n        x):\n        def f(y):\n            return y\n        return f(x)\n\n    def g(self):\n        pass\n\n\na = A()\n",
        );
        assert_eq!(text.scope("f", 8), (7, 8));
        assert_eq!(text.scope("f", 9), (4, 9));
        assert_eq!(text.scope("g", 12), (11, 12));
        assert_eq!(text.scope("A", 4), (3, 12));
        assert_eq!(text.scope("<module>", 15), (1, 15));
        assert_eq!(text.scope("f", 99), (1, 15));
        let docstring = text.lines.iter().filter(|line| line.is_docstring).count();
        assert_eq!(docstring, 2);
    }

    #[test]
    fn marks_are_left_out_and_texts_are_not() {
        let text = SourceText::new("a = 1  # memviz: boxes\nb = '# memviz: boxes'\n");
        assert_eq!(text.lines[0].text, "a = 1");
        assert_eq!(text.lines[1].text, "b = '# memviz: boxes'");
    }
}
