//! Steps to paste into a page: HTML figures that need nothing else, and Markdown that names the
//! picture files.

use super::SIGNATURE;
use crate::layout::Picture;
use std::fmt::Write;

/// Collects figures.
#[derive(Debug)]
pub struct Snippet {
    html: String,
    markdown: String,
}

impl Default for Snippet {
    fn default() -> Snippet {
        Snippet {
            html: format!(
                "<!-- {SIGNATURE}: paste all of this into a page, or single figures -->\n"
            ),
            markdown: format!("<!-- {SIGNATURE}; the pictures stand beside this file -->\n"),
        }
    }
}

impl Snippet {
    /// Adds a step: its picture as an SVG document, and where its picture file is.
    pub fn add(&mut self, picture: &Picture, svg: &str, file: &str) {
        let caption = &picture.caption;
        // Wide pictures shrink with the page.
        let svg = svg.replacen("<svg ", "<svg style=\"max-width:100%;height:auto\" ", 1);
        let line = caption.source.ran_text();
        let ran = line.map_or(String::new(), |line| {
            format!("<br><code>{}</code>", html_text(line))
        });
        let _ = write!(
            self.html,
            "<figure style=\"margin:1.5em 0\">\n{}<figcaption><strong>{}</strong>: {}{ran}</figcaption>\n</figure>\n",
            ascii(&svg),
            html_text(&caption.step),
            html_text(&caption.event),
        );
        let ran = line.map_or(String::new(), |line| format!("\\\n{}", code(line)));
        let _ = write!(
            self.markdown,
            "\n![{}]({file})\n\n**{}**: {}{ran}\n",
            markdown(&format!(
                "{}, {}: {}",
                caption.file, caption.step, caption.event
            )),
            markdown(&caption.step),
            markdown(&caption.event),
        );
    }

    pub fn html(&self) -> &str {
        &self.html
    }

    pub fn markdown(&self) -> &str {
        &self.markdown
    }
}

/// The same HTML or XML in ASCII, so that a page in any encoding can take it.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            let _ = write!(out, "&#{};", u32::from(c));
        }
    }
    out
}

fn html_text(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    ascii(&visible(&escaped))
}

/// Control characters, which no page may hold, become visible.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

/// Text in which nothing is a sign of Markdown's or HTML's.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        if "\\`*_[]<>&!#|~$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A line of source: in more backticks than it has itself.
fn code(line: &str) -> String {
    let line = visible(line);
    let longest = line
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if line.starts_with('`') || line.ends_with('`') {
        format!("{fence} {line} {fence}")
    } else {
        format!("{fence}{line}{fence}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(html_text("<b> & \u{7}é"), "&lt;b&gt; &amp; &#65533;&#233;");
        assert_eq!(markdown("f*_[1]_*"), "f\\*\\_\\[1\\]\\_\\*");
        assert_eq!(code("a = 1"), "`a = 1`");
        assert_eq!(code("a = '``'"), "```a = '``'```");
        assert_eq!(code("`"), "`` ` ``");
    }
}
