//! Colours by role. They are told apart by colour-blind readers, and no meaning hangs on colour
//! alone: a word, a dash or a shape goes with it.

use crate::view::{BoxRole, Color, Syntax};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    Light,
    Dark,
    /// Black on white, for paper.
    Print,
}

/// Every tone, and what a style sheet calls it.
pub(crate) const TONES: [(BoxRole, &str); 9] = [
    (BoxRole::Frame, "frame"),
    (BoxRole::ActiveFrame, "active-frame"),
    (BoxRole::Container, "container"),
    (BoxRole::Instance, "instance"),
    (BoxRole::Class, "class"),
    (BoxRole::Function, "function"),
    (BoxRole::Suspended, "suspended"),
    (BoxRole::Exception, "exception"),
    (BoxRole::Atom, "atom"),
];

/// The colours of a theme.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    pub background: &'static str,
    pub panel: &'static str,
    pub text: &'static str,
    pub quiet: &'static str,
    pub row: &'static str,
    pub line: &'static str,
    pub arrow: &'static str,
    pub weak: &'static str,
    pub changed: &'static str,
    pub changed_row: &'static str,
    /// The line of source that runs next.
    pub next: &'static str,
    pub garbage: &'static str,
    pub garbage_fill: &'static str,
    /// Around what the author points at.
    pub highlight: &'static str,
}

impl Palette {
    /// The colours by the names that a style sheet gives them.
    pub(crate) fn named(&self) -> [(&'static str, &'static str); 14] {
        [
            ("background", self.background),
            ("panel", self.panel),
            ("text", self.text),
            ("quiet", self.quiet),
            ("row", self.row),
            ("line", self.line),
            ("arrow", self.arrow),
            ("weak", self.weak),
            ("changed", self.changed),
            ("changed-row", self.changed_row),
            ("next", self.next),
            ("garbage", self.garbage),
            ("garbage-fill", self.garbage_fill),
            ("highlight", self.highlight),
        ]
    }
}

impl Theme {
    pub fn palette(self) -> Palette {
        match self {
            Theme::Light => Palette {
                background: "#ffffff",
                panel: "#f5f6f8",
                text: "#1b1f24",
                quiet: "#5b6570",
                row: "#ffffff",
                line: "#c3c9d1",
                arrow: "#3b4754",
                weak: "#7a5195",
                changed: "#a85400",
                changed_row: "#fff1dc",
                next: "#1a5fb4",
                garbage: "#a3324c",
                garbage_fill: "#fbe9ed",
                highlight: "#1668c7",
            },
            Theme::Dark => Palette {
                background: "#15181d",
                panel: "#1e232a",
                text: "#e8ebef",
                quiet: "#a3adb9",
                row: "#1b2027",
                line: "#4a5460",
                arrow: "#c4ccd6",
                weak: "#c6a0e0",
                changed: "#ffb454",
                changed_row: "#3a2c14",
                next: "#7ab8ff",
                garbage: "#ff8fa6",
                garbage_fill: "#3b1c25",
                highlight: "#6cb2ff",
            },
            Theme::Print => Palette {
                background: "#ffffff",
                panel: "#ffffff",
                text: "#000000",
                quiet: "#404040",
                row: "#ffffff",
                line: "#808080",
                arrow: "#000000",
                weak: "#404040",
                changed: "#000000",
                changed_row: "#e6e6e6",
                next: "#000000",
                garbage: "#000000",
                garbage_fill: "#f0f0f0",
                highlight: "#000000",
            },
        }
    }

    /// The colour of a title bar to which the author has given one.
    pub fn named(self, color: Color) -> &'static str {
        match (self, color) {
            (Theme::Light | Theme::Print, Color::Red) => "#f5b5b0",
            (Theme::Light | Theme::Print, Color::Orange) => "#f9c98f",
            (Theme::Light | Theme::Print, Color::Yellow) => "#f3e58a",
            (Theme::Light | Theme::Print, Color::Green) => "#aeddb3",
            (Theme::Light | Theme::Print, Color::Blue) => "#a9cdf5",
            (Theme::Light | Theme::Print, Color::Purple) => "#d3bdee",
            (Theme::Light | Theme::Print, Color::Grey) => "#cfd4da",
            (Theme::Dark, Color::Red) => "#7c2f2b",
            (Theme::Dark, Color::Orange) => "#7d4a12",
            (Theme::Dark, Color::Yellow) => "#665c10",
            (Theme::Dark, Color::Green) => "#22602f",
            (Theme::Dark, Color::Blue) => "#1c4f8a",
            (Theme::Dark, Color::Purple) => "#563584",
            (Theme::Dark, Color::Grey) => "#4b535d",
        }
    }

    /// The colour of a box's title bar.
    pub fn title(self, tone: BoxRole) -> &'static str {
        match (self, tone) {
            (Theme::Print, BoxRole::ActiveFrame) => "#d0d0d0",
            (Theme::Print, _) => "#ebebeb",
            (Theme::Light, BoxRole::Frame) => "#dde3ea",
            (Theme::Light, BoxRole::ActiveFrame) => "#b9d4f4",
            (Theme::Light, BoxRole::Container) => "#d5ecd9",
            (Theme::Light, BoxRole::Instance) => "#fbe3b8",
            (Theme::Light, BoxRole::Class) => "#e4d9f2",
            (Theme::Light, BoxRole::Function) => "#cfe8ec",
            (Theme::Light, BoxRole::Suspended) => "#e3e3e3",
            (Theme::Light, BoxRole::Exception) => "#f6d0cd",
            (Theme::Light, BoxRole::Atom) => "#eceff2",
            (Theme::Dark, BoxRole::Frame) => "#323b46",
            (Theme::Dark, BoxRole::ActiveFrame) => "#1f4a7a",
            (Theme::Dark, BoxRole::Container) => "#24492d",
            (Theme::Dark, BoxRole::Instance) => "#5a4313",
            (Theme::Dark, BoxRole::Class) => "#433159",
            (Theme::Dark, BoxRole::Function) => "#1d4a52",
            (Theme::Dark, BoxRole::Suspended) => "#3a3a3a",
            (Theme::Dark, BoxRole::Exception) => "#5f2a27",
            (Theme::Dark, BoxRole::Atom) => "#2a3038",
        }
    }

    /// The colour of a part of a line of source, and whether it is set in bold.
    pub fn syntax(self, syntax: Syntax) -> (&'static str, bool) {
        match (self, syntax) {
            (Theme::Print, Syntax::Keyword) => ("#000000", true),
            (Theme::Print, Syntax::Text | Syntax::Number) => ("#000000", false),
            (Theme::Print, Syntax::Comment) => ("#595959", false),
            (Theme::Light, Syntax::Keyword) => ("#8a1c7c", true),
            (Theme::Light, Syntax::Text) => ("#0b6530", false),
            (Theme::Light, Syntax::Number) => ("#0b5394", false),
            (Theme::Light, Syntax::Comment) => ("#5b6570", false),
            (Theme::Dark, Syntax::Keyword) => ("#e2a5f0", true),
            (Theme::Dark, Syntax::Text) => ("#9bd6a3", false),
            (Theme::Dark, Syntax::Number) => ("#8cc4ff", false),
            (Theme::Dark, Syntax::Comment) => ("#a3adb9", false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How bright a colour is, from 0 to 1.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let part = u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour in hex");
            let part = f64::from(part) / 255.0;
            match part <= 0.04045 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn source_is_read_on_all_that_lies_behind_it() {
        let parts = [
            Syntax::Keyword,
            Syntax::Text,
            Syntax::Number,
            Syntax::Comment,
        ];
        for theme in [Theme::Light, Theme::Dark, Theme::Print] {
            let palette = theme.palette();
            let parts = parts.map(|part| theme.syntax(part).0);
            let words = [palette.text, palette.quiet, palette.next, palette.changed];
            for colour in parts.into_iter().chain(words) {
                for behind in [palette.panel, palette.changed_row] {
                    let contrast = contrast(colour, behind);
                    assert!(
                        contrast >= 4.5,
                        "{theme:?}: {colour} on {behind}: {contrast}"
                    );
                }
            }
        }
    }
}
