//! What the parts of a line of Python are, as far as a reader wants to see it.

use std::ops::Range;

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Syntax {
    Keyword,
    Text,
    Number,
    Comment,
}

/// Words of the language, the three constants among them.
const KEYWORDS: [&str; 37] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class",
    "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if",
    "import", "in", "is", "lambda", "match", "nonlocal", "not", "or", "pass", "raise", "return",
    "try", "while", "with", "yield",
];
/// Keywords only where a statement begins with them and a block follows.
const SOFT: [&str; 2] = ["match", "case"];

/// A string that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Quote {
    mark: u8,
    triple: bool,
}

/// Goes through a text line by line; a string may go on in the next line.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    quote: Option<Quote>,
}

impl Tokens {
    /// Whether the next line begins within a string.
    pub(super) fn in_string(&self) -> bool {
        self.quote.is_some()
    }

    /// The parts of the next line.
    pub(super) fn line(&mut self, text: &str) -> Vec<(Range<usize>, Syntax)> {
        let bytes = text.as_bytes();
        let mut spans = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            let syntax = match bytes[at] {
                _ if self.quote.is_some() => {
                    at = self.end_of_string(bytes, at);
                    Some(Syntax::Text)
                }
                b'#' => {
                    at = bytes.len();
                    Some(Syntax::Comment)
                }
                b'"' | b'\'' => {
                    at = self.open(bytes, at);
                    at = self.end_of_string(bytes, at);
                    Some(Syntax::Text)
                }
                byte if byte.is_ascii_digit() => {
                    at = end(bytes, at, |byte| is_word(byte) || byte == b'.');
                    Some(Syntax::Number)
                }
                byte if is_word(byte) => {
                    at = end(bytes, at, is_word);
                    if bytes.get(at).is_some_and(|next| b"\"'".contains(next))
                        && is_prefix(&text[start..at])
                    {
                        at = self.open(bytes, at);
                        at = self.end_of_string(bytes, at);
                        Some(Syntax::Text)
                    } else {
                        is_keyword(text, start..at).then_some(Syntax::Keyword)
                    }
                }
                _ => {
                    at += 1;
                    None
                }
            };
            spans.extend(syntax.map(|syntax| (start..at, syntax)));
        }
        // A plain string ends with its line, unless a backslash takes it on.
        if self.quote.is_some_and(|quote| !quote.triple) && !text.ends_with('\\') {
            self.quote = None;
        }
        spans
    }

    /// Goes on behind the opening quotes.
    fn open(&mut self, bytes: &[u8], at: usize) -> usize {
        let mark = bytes[at];
        let triple = bytes[at..].starts_with(&[mark; 3]);
        self.quote = Some(Quote { mark, triple });
        at + if triple { 3 } else { 1 }
    }

    /// Goes on behind the string, or to the end of the line.
    fn end_of_string(&mut self, bytes: &[u8], mut at: usize) -> usize {
        let Some(quote) = self.quote else {
            return at;
        };
        while at < bytes.len() {
            if bytes[at] == b'\\' {
                at += 2;
            } else if quote.triple && bytes[at..].starts_with(&[quote.mark; 3]) {
                self.quote = None;
                return at + 3;
            } else if !quote.triple && bytes[at] == quote.mark {
                self.quote = None;
                return at + 1;
            } else {
                at += 1;
            }
        }
        // What a backslash takes may have more bytes than one.
        bytes.len()
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn end(bytes: &[u8], start: usize, is_inside: impl Fn(u8) -> bool) -> usize {
    let rest = bytes[start..].iter();
    start + rest.take_while(|byte| is_inside(**byte)).count()
}

/// Whether letters right before a quote belong to the string.
fn is_prefix(letters: &str) -> bool {
    letters.len() <= 2
        && letters
            .bytes()
            .all(|byte| b"rbfut".contains(&byte.to_ascii_lowercase()))
}

fn is_keyword(text: &str, range: Range<usize>) -> bool {
    let word = &text[range.clone()];
    if SOFT.contains(&word) {
        let begins = text[..range.start].trim().is_empty();
        let line = text.trim_end();
        return begins && line.ends_with(':') && text[range.end..].starts_with(' ');
    }
    // After a dot it is a name of something else, which Python refuses anyway.
    KEYWORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(lines: &str) -> Vec<String> {
        let mut tokens = Tokens::default();
        let mut out = Vec::new();
        for line in lines.split('\n') {
            for (range, syntax) in tokens.line(line) {
                out.push(format!("{syntax:?} {}", &line[range]));
            }
        }
        out
    }

    #[test]
    fn words_texts_numbers_and_comments_are_told_apart() {
        assert_eq!(
            parts("if x1 is None: y = rb'a#\\'' + 0x1F # 'no'"),
            [
                "Keyword if",
                "Keyword is",
                "Keyword None",
                "Text rb'a#\\''",
                "Number 0x1F",
                "Comment # 'no'"
            ]
        );
        assert_eq!(parts("définir = '漢\\漢'"), ["Text '漢\\漢'"]);
        assert_eq!(parts("match x:"), ["Keyword match"]);
        assert!(parts("match = x").is_empty());
    }

    #[test]
    fn a_text_goes_on_over_lines() {
        assert_eq!(
            parts("a = \"\"\"one # two\nif\n\"\"\" if 'open\nfor"),
            [
                "Text \"\"\"one # two",
                "Text if",
                "Text \"\"\"",
                "Keyword if",
                "Text 'open",
                "Keyword for"
            ]
        );
    }
}
