//! The comments of a script, and the statement that each speaks of.
//!
//! Only what Python takes for a comment is one: a `#` in a string is not.

/// A comment, without its `#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment<'s> {
    pub line: u32,
    /// First and last line of the statement that it stands in or behind; of the nearest one above
    /// where it has a line of its own. Both 0 where there is none above.
    pub statement: (u32, u32),
    pub text: &'s str,
}

/// Finds the comments of a source text.
pub(super) fn comments(source: &str) -> Vec<Comment<'_>> {
    Scan::of(source).found
}

/// The first and last line of each statement of a source text.
pub(super) fn statements(source: &str) -> Vec<(u32, u32)> {
    Scan::of(source).statements
}

/// What a string that has begun ends with, and whether it may go over lines.
#[derive(Debug, Clone, Copy)]
struct Quote {
    mark: char,
    triple: bool,
}

#[derive(Debug, Default)]
struct Scan<'s> {
    found: Vec<Comment<'s>>,
    /// Those that have ended.
    statements: Vec<(u32, u32)>,
    /// How many of the found comments know their statement.
    settled: usize,
    /// The statement that is being read, or the last one.
    statement: (u32, u32),
    inside: bool,
    brackets: usize,
    quote: Option<Quote>,
}

impl<'s> Scan<'s> {
    fn of(source: &'s str) -> Scan<'s> {
        let mut scan = Scan::default();
        for (number, line) in (1..).zip(source.lines()) {
            scan.line(number, line);
        }
        scan.close();
        scan
    }

    fn line(&mut self, number: u32, line: &'s str) {
        let mut continued = false;
        let mut rest = line;
        while let Some(next) = rest.chars().next() {
            if let Some(quote) = self.quote {
                rest = self.in_string(quote, rest);
                continued = rest == "\\";
                if continued {
                    break;
                }
                continue;
            }
            match next {
                '#' => {
                    self.comment(number, &rest[1..]);
                    break;
                }
                _ if next.is_whitespace() || next == '\u{feff}' => {}
                _ => {
                    self.code(number);
                    match next {
                        '(' | '[' | '{' => self.brackets += 1,
                        ')' | ']' | '}' => self.brackets = self.brackets.saturating_sub(1),
                        '\\' => continued = rest.len() == 1,
                        '\'' | '"' => {
                            rest = self.open_string(next, rest);
                            continue;
                        }
                        _ => {}
                    }
                }
            }
            rest = &rest[next.len_utf8()..];
        }
        if self.inside {
            self.statement.1 = number;
        }
        if self.quote.is_some_and(|quote| !quote.triple) && !continued {
            self.quote = None;
        }
        if self.brackets == 0 && self.quote.is_none() && !continued {
            self.close();
        }
    }

    fn code(&mut self, number: u32) {
        if !self.inside {
            self.inside = true;
            self.statement = (number, number);
        }
    }

    /// Goes on behind the opening quotes.
    fn open_string<'r>(&mut self, mark: char, rest: &'r str) -> &'r str {
        let three: String = [mark; 3].iter().collect();
        let triple = rest.starts_with(&three);
        self.quote = Some(Quote { mark, triple });
        &rest[if triple { 3 } else { 1 }..]
    }

    /// Goes on behind one character of a string, or behind its end; a backslash takes the next
    /// character with it. The lone backslash at the end of a line is given back.
    fn in_string<'r>(&mut self, quote: Quote, rest: &'r str) -> &'r str {
        let three: String = [quote.mark; 3].iter().collect();
        let mut characters = rest.chars();
        let first = characters.next();
        if first == Some('\\') {
            return if rest.len() == 1 {
                rest
            } else {
                characters.next();
                characters.as_str()
            };
        }
        if quote.triple && rest.starts_with(&three) {
            self.quote = None;
            return &rest[3..];
        }
        if !quote.triple && first == Some(quote.mark) {
            self.quote = None;
        }
        characters.as_str()
    }

    fn comment(&mut self, line: u32, text: &'s str) {
        self.found.push(Comment {
            line,
            statement: self.statement,
            text,
        });
        if !self.inside {
            self.settled = self.found.len();
        }
    }

    /// The statement has ended: comments in it know now how far it goes.
    fn close(&mut self) {
        if self.inside {
            self.statements.push(self.statement);
        }
        for comment in &mut self.found[self.settled..] {
            comment.statement = self.statement;
        }
        self.settled = self.found.len();
        self.inside = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(u32, (u32, u32), &str)> {
        comments(source)
            .into_iter()
            .map(|comment| (comment.line, comment.statement, comment.text))
            .collect()
    }

    #[test]
    fn a_comment_speaks_of_its_statement_or_the_one_above() {
        let source =
            "# first\na = 1  # same\n\n# above\nb = {  # in\n  'k': 1,\n}  # behind\n# last";
        assert_eq!(
            found(source),
            [
                (1, (0, 0), " first"),
                (2, (2, 2), " same"),
                (4, (2, 2), " above"),
                (5, (5, 7), " in"),
                (7, (5, 7), " behind"),
                (8, (5, 7), " last"),
            ]
        );
    }

    #[test]
    fn a_statement_goes_over_the_lines_of_its_brackets() {
        let source = "# a\na = [\n  1,\n]\n\nb = 2 + \\\n  3\nc(\n";
        assert_eq!(statements(source), [(2, 4), (6, 7), (8, 8)]);
    }

    #[test]
    fn a_string_holds_no_comment() {
        let source = "a = '# no' + \"# 'no\"  # yes\n\"\"\"\n# no\n\\\"\"\" # no\n\"\"\"  # one\nb = 'it\\'s # no' # two\nc = 1 + \\\n  2 # three\nd = 'x\\\n # no' # four\n";
        assert_eq!(
            found(source),
            [
                (1, (1, 1), " yes"),
                (5, (2, 5), " one"),
                (6, (6, 6), " two"),
                (8, (7, 8), " three"),
                (10, (9, 10), " four"),
            ]
        );
    }

    #[test]
    fn an_unended_string_or_bracket_ends_with_the_text() {
        assert_eq!(found("a = 'oops # no\nb = 1 # yes"), [(2, (2, 2), " yes")]);
        assert_eq!(found("f(\n# x"), [(2, (1, 2), " x")]);
        assert_eq!(found(")) # x"), [(1, (1, 1), " x")]);
    }
}
