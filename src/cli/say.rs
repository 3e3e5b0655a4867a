//! What memviz says on standard error.
//!
//! Nobody may be listening: a closed or full standard error changes nothing, least of all the exit
//! code. And texts of the program's (names, types, paths) may hold anything: no character that a
//! terminal obeys instead of showing it leaves by here.

use std::fmt::Write as _;
use std::io::{self, Write};

/// Says a line.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::say::line(&format!($($words)*)) };
}
pub(crate) use say;

/// Writes one line, if anybody listens.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", visible(text));
}

/// A text as it may go to a terminal: what would not be seen is written as Python writes it.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            c if is_unseen(c) => {
                let code = u32::from(c);
                // A `String` takes everything.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out
}

/// The same for a text of several lines.
pub(super) fn visible_lines(text: &str) -> String {
    let lines = text.split('\n').map(visible);
    lines.collect::<Vec<_>>().join("\n")
}

/// Control characters, and what changes the direction of text, joins, or takes no room.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(visible("a\x1b[31mb\u{7}"), "a\\x1b[31mb\\x07");
        assert_eq!(visible("x\u{202e}y\u{9b}\n"), "x\\u202ey\\x9b\\n");
        assert_eq!(visible("Zoë → 字 …"), "Zoë → 字 …");
        assert_eq!(visible_lines("a\r\nb\n"), "a\\x0d\nb\n");
    }
}
