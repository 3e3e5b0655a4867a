//! A small writer of XML: elements close themselves, text is escaped in one place.

use std::fmt::Write;

/// Text that is being written.
#[derive(Debug, Default)]
pub struct Xml {
    out: String,
    open: Vec<&'static str>,
    /// Where the outermost elements end.
    ends: Vec<usize>,
}

/// The value of an attribute.
pub enum Value<'a> {
    Text(&'a str),
    Number(f64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(text)
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl Xml {
    /// Opens an element, has `inside` write what stands in it, and closes it.
    pub fn element<'a>(
        &mut self,
        name: &'static str,
        attributes: &[(&str, Value<'a>)],
        inside: impl FnOnce(&mut Xml),
    ) {
        self.start(name, attributes);
        let body = self.out.len();
        self.open.push(name);
        inside(self);
        self.open.pop();
        if self.out.len() == body {
            self.out.insert(body - 1, '/');
        } else {
            let _ = write!(self.out, "</{name}>");
        }
        if self.open.is_empty() {
            self.ends.push(self.out.len());
        }
        if self.open.len() <= 2 {
            self.out.push('\n');
        }
    }

    /// An element with nothing in it.
    pub fn empty<'a>(&mut self, name: &'static str, attributes: &[(&str, Value<'a>)]) {
        self.element(name, attributes, |_| {});
    }

    /// An element with text in it.
    pub fn text<'a>(&mut self, name: &'static str, attributes: &[(&str, Value<'a>)], text: &str) {
        self.element(name, attributes, |xml| xml.escape(text));
    }

    /// Writes what is XML already.
    pub fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// What was written, outermost element by outermost element.
    pub fn elements(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.out[start..*end].trim_start())
    }

    fn start(&mut self, name: &str, attributes: &[(&str, Value<'_>)]) {
        let _ = write!(self.out, "<{name}");
        for (key, value) in attributes {
            let _ = write!(self.out, " {key}=\"");
            match value {
                Value::Text(text) => self.escape(text),
                Value::Number(number) => self.out.push_str(&rounded(*number)),
            }
            self.out.push('"');
        }
        self.out.push('>');
    }

    /// Writes text so that it stays text. Characters that XML does not allow become visible.
    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\n' | '\t' | '\r' => self.out.push(' '),
                '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => {
                    self.out.push('\u{FFFD}');
                }
                c => self.out.push(c),
            }
        }
    }
}

/// A number to a tenth of a pixel: the one place where numbers are rounded.
pub fn rounded(number: f64) -> String {
    let tenths = (number * 10.0).round();
    let tenths = if tenths == 0.0 { 0.0 } else { tenths };
    if tenths % 10.0 == 0.0 {
        format!("{}", tenths / 10.0)
    } else {
        format!("{:.1}", tenths / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut xml = Xml::default();
        xml.text("t", &[("a", "\"<&".into())], "]]></t><script>\u{1}");
        assert_eq!(
            xml.finish(),
            "<t a=\"&quot;&lt;&amp;\">]]&gt;&lt;/t&gt;&lt;script&gt;\u{FFFD}</t>\n"
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(rounded(3.0), "3");
        assert_eq!(rounded(-0.01), "0");
        assert_eq!(rounded(2.449), "2.4");
    }
}
