//! Texts of two traces in numbers that both share.

use crate::trace::{Label, Symbol, Trace};
use std::borrow::Cow;

/// For each of two traces, the shared number of each of its texts, in the order of the alphabet. Texts
/// that differ by an address alone are the same.
pub(super) fn shared_numbers(traces: [&Trace; 2]) -> [Vec<u32>; 2] {
    let masked = traces.map(|trace| {
        let texts = trace.symbols.all().iter();
        texts.map(|text| masked(text)).collect::<Vec<_>>()
    });
    let mut all: Vec<&str> = masked.iter().flatten().map(AsRef::as_ref).collect();
    all.sort_unstable();
    all.dedup();
    let number = |text: &Cow<'_, str>| {
        let found = all.binary_search(&text.as_ref());
        found.unwrap_or_else(|place| place) as u32
    };
    [0, 1].map(|side| masked[side].iter().map(number).collect())
}

/// A label whose texts are shared numbers.
pub(super) fn shared_label(label: Label, numbers: &[u32]) -> Label {
    let of = |symbol: Symbol| Symbol(numbers.get(symbol.0 as usize).copied().unwrap_or(u32::MAX));
    match label {
        Label::Value(text) => Label::Value(of(text)),
        Label::Key(text) => Label::Key(of(text)),
        Label::Attr(text) => Label::Attr(of(text)),
        Label::Cell(text) => Label::Cell(of(text)),
        Label::KwDefault(text) => Label::KwDefault(of(text)),
        Label::Named(text) => Label::Named(of(text)),
        Label::Index(_)
        | Label::Element
        | Label::Default(_)
        | Label::Closure(_)
        | Label::Referent(_) => label,
    }
}

/// A text without the addresses in it: `<Node object at 0x…>`.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    if !text.contains("0x") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("0x") {
        let digits = &rest[at + 2..];
        let end = digits
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(digits.len());
        // Short ones are numbers of the program's own.
        let address = if end >= MOST_OF_A_NUMBER {
            "0x…"
        } else {
            &rest[at..at + 2 + end]
        };
        out.push_str(&rest[..at]);
        out.push_str(address);
        rest = &digits[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Hexadecimal digits from which on a number is taken for an address.
const MOST_OF_A_NUMBER: usize = 7;

/// Whether a name is written as Python writes its own: `__doc__`.
pub(super) fn is_pythons(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn addresses_are_masked_and_numbers_are_not() {
        assert_eq!(masked("<Node at 0x7f12ab34cd>!"), "<Node at 0x…>!");
        assert_eq!(masked("0xff 0x"), "0xff 0x");
    }
}
