//! What memviz says on standard error.
//!
//! Nobody may be listening: a closed or full standard error changes nothing, least of all the exit
//! code. And texts of the program's (names, types, paths) may hold anything: no character that a
//! terminal obeys instead of showing it leaves by here.

use crate::trace::visible;
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

/// A text of several lines as it may go to a terminal.
pub(super) fn visible_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(visible).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(visible_lines("a\r\nb\n"), "a\\x0d\nb\n");
    }
}
