//! Looks that many parts share (colour, size, line), said once in a style sheet.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Attributes that a style sheet may say instead, and the unit of their numbers there.
const LOOKS: [(&str, &str); 9] = [
    ("fill", ""),
    ("font-size", "px"),
    ("font-weight", ""),
    ("marker-end", ""),
    ("stroke", ""),
    ("stroke-dasharray", ""),
    ("stroke-linecap", ""),
    ("stroke-linejoin", ""),
    ("stroke-width", ""),
];

/// The looks of a document's parts.
#[derive(Debug, Default)]
pub(super) struct Looks {
    numbers: BTreeMap<String, usize>,
    all: Vec<String>,
}

impl Looks {
    /// A part with its looks replaced by their number. Parts are what `Xml` has written, so a
    /// bare `<` begins an element, and a bare quote a value.
    pub(super) fn shorten(&mut self, part: &str) -> String {
        let mut out = String::with_capacity(part.len());
        let mut rest = part;
        while let Some(start) = rest.find('<') {
            let end = start + rest[start..].find('>').unwrap_or(rest.len() - start);
            out.push_str(&rest[..start]);
            self.element(&rest[start..end], &mut out);
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }

    fn element(&mut self, tag: &str, out: &mut String) {
        let mut pieces = tag.split_inclusive('"');
        let mut looks = String::new();
        let mut left = String::new();
        let mut close = "";
        while let Some(name) = pieces.next() {
            let Some(value) = pieces.next() else {
                close = name;
                break;
            };
            let (before, name) = name.split_at(name.rfind(' ').unwrap_or(0));
            left.push_str(before);
            let (key, plain) = (
                name.trim_start().trim_end_matches("=\""),
                value.trim_end_matches('"'),
            );
            match LOOKS.iter().find(|(look, _)| *look == key) {
                Some((_, unit)) => {
                    let _ = write!(looks, "{key}:{plain}{unit};");
                }
                None => {
                    left.push_str(name);
                    left.push_str(value);
                }
            }
        }
        out.push_str(&left);
        if !looks.is_empty() {
            let next = self.all.len();
            let number = *self.numbers.entry(looks.clone()).or_insert(next);
            if number == next {
                self.all.push(looks);
            }
            let _ = write!(out, " data-k=\"{number}\"");
        }
        out.push_str(close);
    }

    /// The style sheet's rules for what stands in the element of this name.
    pub(super) fn rules(&self, inside: &str) -> String {
        let mut rules = String::new();
        for (number, looks) in self.all.iter().enumerate() {
            let looks = looks.trim_end_matches(';');
            let _ = write!(rules, "#{inside} [data-k=\"{number}\"]{{{looks}}}");
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::xml::Xml;

    #[test]
    fn parts_of_one_look_share_its_number() {
        let mut xml = Xml::default();
        let text = "fill=\"red\" <b> it's";
        xml.text(
            "text",
            &[
                ("x", 1.0.into()),
                ("fill", "#123".into()),
                ("font-size", 9.0.into()),
            ],
            text,
        );
        let mut looks = Looks::default();
        let first = looks.shorten(&xml.finish());
        assert_eq!(
            first,
            "<text x=\"1\" data-k=\"0\">fill=&quot;red&quot; &lt;b&gt; it's</text>\n"
        );
        assert_eq!(
            looks.shorten("<path fill=\"#123\" d=\"M0 0\" font-size=\"9\"/><a/>"),
            "<path d=\"M0 0\" data-k=\"0\"/><a/>"
        );
        assert_eq!(
            looks.rules("p"),
            "#p [data-k=\"0\"]{fill:#123;font-size:9px}"
        );
    }
}
