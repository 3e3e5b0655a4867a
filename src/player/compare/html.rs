//! A small writer of HTML: elements close themselves, and text is escaped in one place.

use crate::trace::visible;

/// Markup that is being written.
#[derive(Default)]
pub(super) struct Html {
    out: String,
}

impl Html {
    /// Opens an element, has `inside` write what stands in it, and closes it.
    pub(super) fn element(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        inside: impl FnOnce(&mut Html),
    ) {
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            self.text(value);
            self.out.push('"');
        }
        self.out.push('>');
        inside(self);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// An element with nothing but a text in it.
    pub(super) fn of_text(&mut self, name: &'static str, class: &str, text: &str) {
        let attributes = [("class", class)];
        let attributes = if class.is_empty() {
            &[][..]
        } else {
            &attributes
        };
        self.element(name, attributes, |html| html.text(text));
    }

    /// A text: what it holds is never read as markup, and what would not be seen is written out.
    pub(super) fn text(&mut self, text: &str) {
        for c in visible(text).chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                c => self.out.push(c),
            }
        }
    }

    /// Ends a line of the markup.
    pub(super) fn end_line(&mut self) {
        self.out.push('\n');
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::Html;

    #[test]
    fn text_stays_text() {
        let mut html = Html::default();
        html.element("p", &[("title", "\"><b>")], |html| {
            html.text("</p><script>&\u{202e}\u{1b}");
        });
        assert_eq!(
            html.finish(),
            "<p title=\"&quot;&gt;&lt;b&gt;\">&lt;/p&gt;&lt;script&gt;&amp;\\u202e\\x1b</p>"
        );
    }
}
