//! Places in a source.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Bytes of the decoded source, from `start` up to but without `end`. An empty span stands between
/// two bytes: a DEDENT has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl Span {
    /// A span from its two ends.
    pub fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// As a range of indices.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether all of `other` lies in this.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte, or an empty one lies in or at the edge of the other.
    pub fn touches(self, other: Span) -> bool {
        self.start <= other.end && other.start <= self.end && {
            let both_empty_or_apart = self.end == other.start || other.end == self.start;
            !both_empty_or_apart || self.is_empty() || other.is_empty()
        }
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn with(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A place as people and tools name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// Characters, from 1: what stands behind the line in `path:line:column`.
    pub column: u32,
}

/// Where the lines of a source begin. Lines end with LF, CR LF or CR, as in Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    starts: Vec<u32>,
    /// One bit a line would do: whether the line is ASCII, so that bytes are characters.
    ascii: Vec<bool>,
    length: u32,
}

impl Lines {
    /// The lines of a source.
    pub fn of(source: &str) -> Lines {
        let bytes = source.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(at as u32 + 1);
            }
        }
        let length = bytes.len() as u32;
        let ends = starts.iter().skip(1).copied().chain([length]);
        let ascii = starts
            .iter()
            .zip(ends)
            .map(|(start, end)| bytes[*start as usize..end as usize].is_ascii())
            .collect();
        Lines {
            starts,
            ascii,
            length,
        }
    }

    /// The byte at which each line begins. Behind a line end at the end of the source, a last, empty
    /// line begins.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// How many lines hold something.
    pub fn count(&self) -> usize {
        match self.starts.last() {
            Some(last) if *last == self.length => self.starts.len() - 1,
            _ => self.starts.len(),
        }
    }

    /// The line that a byte stands in, from 1.
    pub fn line(&self, at: u32) -> u32 {
        self.starts.partition_point(|start| *start <= at) as u32
    }

    /// The line and column of a byte of `source`, of which these are the lines.
    pub fn position(&self, source: &str, at: u32) -> Position {
        let line = self.line(at);
        let start = self.starts[line as usize - 1];
        let column = if self.ascii[line as usize - 1] {
            at - start
        } else {
            let before = source.get(start as usize..at as usize);
            before.map_or(at - start, |before| before.chars().count() as u32)
        };
        Position {
            line,
            column: column + 1,
        }
    }

    /// The byte of a line (from 1) and a column in bytes (from 0), at most the end of the source.
    pub fn at(&self, line: u32, bytes: u32) -> u32 {
        let start = self.starts.get((line as usize).saturating_sub(1));
        start.map_or(self.length, |start| (start + bytes).min(self.length))
    }

    /// The byte of a line and a column in characters, both from 1, at most the end of that line.
    pub fn at_character(&self, source: &str, line: u32, column: u32) -> u32 {
        let Some(span) = self.span(line) else {
            return self.length;
        };
        let text = source.get(span.range()).unwrap_or_default();
        let mut characters = text.char_indices();
        let found = characters.nth(column.saturating_sub(1) as usize);
        found.map_or(span.end, |(at, _)| span.start + at as u32)
    }

    /// The bytes of a line, its end included; nothing where there is no such line.
    pub fn span(&self, line: u32) -> Option<Span> {
        let number = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(number)?;
        let end = self.starts.get(number + 1).copied();
        Some(Span::new(start, end.unwrap_or(self.length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_python_ends_them() {
        let source = "a\r\nä = 1\rb\n";
        let lines = Lines::of(source);
        assert_eq!(lines.starts(), [0, 3, 10, 12]);
        assert_eq!(lines.count(), 3);
        assert_eq!(
            lines.position(source, 6),
            Position { line: 2, column: 3 },
            "columns count characters"
        );
        assert_eq!(lines.at(2, 3), 6);
        assert_eq!(lines.span(2), Some(Span::new(3, 10)));
        assert_eq!(lines.line(12), 4);
        assert_eq!(Lines::of("").count(), 0);
    }

    #[test]
    fn spans_touch_where_they_share_a_byte_or_one_is_empty() {
        let span = Span::new;
        assert!(span(2, 4).touches(span(3, 9)));
        assert!(!span(2, 4).touches(span(4, 9)));
        assert!(span(4, 4).touches(span(4, 9)));
        assert!(!span(2, 4).touches(span(5, 5)));
    }
}
