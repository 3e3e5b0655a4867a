//! Texts of a program's as they may be shown: what would not be seen, or be obeyed instead, is written as
//! Python writes it. The one place that decides; a recording, and its JSON, keep what was there.

use super::Trace;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters of a text that is a name or a key and no value; of a longer one the beginning is shown.
const LONGEST: usize = super::VALUE_LIMIT + 40;
const BEGINNING: usize = 40;
/// So many facts an object says of itself at most.
const FACTS: usize = 10;

/// A text of one line as it may be shown.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_fine = |c| c != '\n' && !is_unseen(c);
    if text.chars().all(is_fine) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
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
    Cow::Owned(out)
}

/// Control characters, and what changes the direction of text, joins, or takes no room.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

impl Trace {
    /// The recording with its texts as they may be shown; of names that nobody would read to their end
    /// the beginning, with their length.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, Trace> {
        let is_fine = |text: &String| is_short(text) && matches!(visible(text), Cow::Borrowed(_));
        if self.symbols.all().iter().all(is_fine) {
            return Cow::Borrowed(self);
        }
        let mut trace = self.clone();
        trace.symbols.rewrite(|text| {
            let length = text.chars().count();
            let is_short = is_short(text);
            let text = visible(text);
            if is_short {
                return text.into_owned();
            }
            let beginning: String = text.chars().take(BEGINNING).collect();
            // How long a value is stands with its object; signs of escape are no characters of it.
            if text.ends_with(['\'', '"']) {
                return format!("{beginning}…");
            }
            format!("{beginning}… ({} characters)", grouped(length))
        });
        Cow::Owned(trace)
    }
}

/// Whether a text is shown whole: what an object says of itself may be several short facts.
fn is_short(text: &str) -> bool {
    let length = |text: &str| match text.len() <= LONGEST {
        true => text.len(),
        false => text.chars().count(),
    };
    length(text) <= LONGEST
        || length(text) <= FACTS * LONGEST && text.split("; ").all(|fact| length(fact) <= LONGEST)
}

/// A number with commas between thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_not_be_seen_is_written_out() {
        assert_eq!(visible("a\x1b[31mb\u{7}"), "a\\x1b[31mb\\x07");
        assert_eq!(visible("x\u{202e}y\u{9b}\n"), "x\\u202ey\\x9b\\n");
        assert_eq!(visible("a\u{feff}b\u{200b}"), "a\\ufeffb\\u200b");
        assert_eq!(visible("Zoë → 字 …"), "Zoë → 字 …");
    }
}
