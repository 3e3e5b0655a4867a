//! A small writer of XML: elements close themselves, text is escaped in one place.

/// Text that is being written.
#[derive(Debug, Default)]
pub struct Xml {
    out: String,
    open: Vec<&'static str>,
    /// Where the outermost elements end.
    ends: Vec<usize>,
    /// What the document's own names begin with.
    prefix: String,
    /// Where it ends in each of them.
    names: Vec<usize>,
}

/// Something that was written, to be written again.
#[derive(Debug, Clone, Default)]
pub struct Fragment {
    text: String,
    /// As in [`Xml`], from the beginning of the text.
    names: Vec<usize>,
}

/// A place in what is written.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    text: usize,
    names: usize,
}

/// The value of an attribute.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Text(&'a str),
    Number(f64),
    /// The document's own names, each with what stands before it, and what stands behind them all.
    Names(&'a [(&'static str, &'a str)], &'static str),
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
    /// A document whose names begin with `prefix` and a hyphen, with room for so many bytes.
    pub fn named(prefix: &str, room: usize) -> Xml {
        Xml {
            out: String::with_capacity(room),
            prefix: prefix.to_owned(),
            ..Xml::default()
        }
    }

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
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
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

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str, width: f64) {
        let attributes = [
            ("x1", from.0.into()),
            ("y1", from.1.into()),
            ("x2", to.0.into()),
            ("y2", to.1.into()),
            ("stroke", colour.into()),
            ("stroke-width", width.into()),
        ];
        self.empty("line", &attributes);
    }

    /// An element with text in it.
    pub fn text<'a>(&mut self, name: &'static str, attributes: &[(&str, Value<'a>)], text: &str) {
        self.element(name, attributes, |xml| xml.escape(text));
    }

    /// Writes what is XML already.
    pub fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Where the writing is.
    pub fn mark(&self) -> Mark {
        Mark {
            text: self.out.len(),
            names: self.names.len(),
        }
    }

    /// What was written since then.
    pub fn since(&self, mark: Mark) -> Fragment {
        let names = self.names[mark.names..].iter();
        Fragment {
            text: self.out[mark.text..].to_owned(),
            names: names.map(|at| at - mark.text).collect(),
        }
    }

    /// Writes something again, in an element as deep.
    pub fn again(&mut self, fragment: &Fragment) {
        let start = self.out.len();
        self.out.push_str(&fragment.text);
        self.names
            .extend(fragment.names.iter().map(|at| start + at));
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// What was written, the prefix of each name made longer by what `more` makes of it.
    pub fn finish_named(self, more: impl FnOnce(&str) -> String) -> String {
        let more = more(&self.out);
        let mut out = String::with_capacity(self.out.len() + self.names.len() * more.len());
        let mut written = 0;
        for end in self.names {
            out.push_str(&self.out[written..end]);
            out.push_str(&more);
            written = end;
        }
        out.push_str(&self.out[written..]);
        out
    }

    /// What was written, outermost element by outermost element.
    pub fn elements(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.out[start..*end].trim_start())
    }

    fn start(&mut self, name: &str, attributes: &[(&str, Value<'_>)]) {
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            match value {
                Value::Text(text) => self.escape(text),
                Value::Number(number) => push_rounded(&mut self.out, *number),
                Value::Names(names, end) => {
                    for (before, name) in *names {
                        self.out.push_str(before);
                        self.out.push_str(&self.prefix);
                        self.names.push(self.out.len());
                        self.out.push('-');
                        self.out.push_str(name);
                    }
                    self.out.push_str(end);
                }
            }
            self.out.push('"');
        }
        self.out.push('>');
    }

    /// Writes text so that it stays text. Characters that XML does not allow become visible.
    fn escape(&mut self, text: &str) {
        // Most texts have nothing to escape, and stand in one piece.
        let mut plain = 0;
        let bytes = text.as_bytes();
        let (mut at, end) = (0, bytes.len());
        while at < end {
            let byte = bytes[at];
            let (instead, length) = match byte {
                b'&' => ("&amp;", 1),
                b'<' => ("&lt;", 1),
                b'>' => ("&gt;", 1),
                b'"' => ("&quot;", 1),
                b'\n' | b'\t' | b'\r' => (" ", 1),
                0..=0x1F | 0x7F => ("\u{FFFD}", 1),
                // U+0080 to U+009F; U+FFFE and U+FFFF.
                0xC2 if bytes[at + 1] < 0xA0 => ("\u{FFFD}", 2),
                0xEF if bytes[at + 1] == 0xBF && bytes[at + 2] >= 0xBE => ("\u{FFFD}", 3),
                _ => {
                    at += 1;
                    continue;
                }
            };
            self.out.push_str(&text[plain..at]);
            self.out.push_str(instead);
            at += length;
            plain = at;
        }
        self.out.push_str(&text[plain..]);
    }
}

/// Writes a number to a tenth of a pixel: the one place where numbers are rounded.
pub fn push_rounded(out: &mut String, number: f64) {
    let tenths = number * 10.0;
    if tenths.abs() >= 1e15 || tenths.is_nan() {
        // Beyond any page, and beyond what has tenths.
        out.push_str(&number.round().to_string());
        return;
    }
    let whole = tenths as i64;
    let rest = tenths - whole as f64;
    let tenths = whole + i64::from(rest >= 0.5) - i64::from(rest <= -0.5);
    if tenths < 0 {
        out.push('-');
    }
    let tenths = tenths.unsigned_abs();
    push_digits(out, tenths / 10);
    if !tenths.is_multiple_of(10) {
        out.push('.');
        push_digits(out, tenths % 10);
    }
}

fn push_digits(out: &mut String, mut number: u64) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

/// A number to a tenth of a pixel.
pub fn rounded(number: f64) -> String {
    let mut out = String::new();
    push_rounded(&mut out, number);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut xml = Xml::default();
        let text = "]]></t><script>\u{1}\u{9F}é\u{FFFF}\u{FF5E}";
        xml.text("t", &[("a", "\"<&".into())], text);
        assert_eq!(
            xml.finish(),
            "<t a=\"&quot;&lt;&amp;\">]]&gt;&lt;/t&gt;&lt;script&gt;\u{FFFD}\u{FFFD}é\u{FFFD}\u{FF5E}</t>\n"
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(rounded(3.0), "3");
        assert_eq!(rounded(-0.01), "0");
        assert_eq!(rounded(2.449), "2.4");
        assert_eq!(rounded(-0.25), "-0.3");
        assert_eq!(rounded(-12.04), "-12");
        assert_eq!(rounded(1e17), "100000000000000000");
    }

    #[test]
    fn names_are_made_longer_wherever_they_stand() {
        let mut xml = Xml::named("p", 0);
        let mark = xml.mark();
        xml.empty("a", &[("id", Value::Names(&[("", "x")], ""))]);
        let again = xml.since(mark);
        xml.text("b", &[("c", Value::Names(&[("url(#", "y")], ")"))], "p-x");
        xml.again(&again);
        let out = xml.finish_named(|draft| draft.len().to_string());
        assert_eq!(
            out,
            "<a id=\"p53-x\"/>\n<b c=\"url(#p53-y)\">p-x</b>\n<a id=\"p53-x\"/>\n"
        );
    }
}
