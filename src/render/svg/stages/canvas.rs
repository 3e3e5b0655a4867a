//! A picture that grows downwards as it is drawn.

use crate::layout::{MARGIN, ROW_BASELINE, ROW_FONT, ROW_HEIGHT, SMALL_FONT, text_width};
use crate::render::svg::{Drawing, Type};
use crate::render::xml::Xml;
use crate::view::{BoxRole, Color, Syntax};

pub(super) struct Canvas<'d> {
    pub drawing: &'d Drawing,
    /// What the document's own names begin with.
    prefix: &'d str,
    pub xml: Xml,
    /// Where the next row begins.
    pub y: f64,
    /// The farthest to the right that anything stands.
    pub right: f64,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Bold,
    Quiet,
    /// Small, and quiet.
    Small,
    Alarm,
    Code(Syntax),
    /// What is given up: struck through.
    Struck,
}

impl<'d> Canvas<'d> {
    pub(super) fn new(drawing: &'d Drawing, prefix: &'d str) -> Canvas<'d> {
        Canvas {
            drawing,
            prefix,
            xml: Xml::default(),
            y: MARGIN,
            right: 0.0,
        }
    }

    /// Width, height, and what was drawn.
    pub(super) fn finish(self, margin: f64) -> (f64, f64, String) {
        (self.right + margin, self.y + margin, self.xml.finish())
    }

    /// Writes a text at a row's place; returns where it ends.
    pub(super) fn write(&mut self, x: f64, row: f64, look: Look, text: &str) -> f64 {
        let set = self.set(look);
        let size = set.size;
        self.drawing
            .write(&mut self.xml, x, row + ROW_BASELINE, &set, text);
        let end = x + text_width(text, size);
        if look == Look::Struck && !text.is_empty() {
            let colour = self.drawing.palette.text;
            self.line((x, row + 10.5), (end, row + 10.5), colour, 1.0);
        }
        self.right = self.right.max(end);
        end
    }

    fn set(&self, look: Look) -> Type<'d> {
        let palette = &self.drawing.palette;
        let (size, colour, weight) = match look {
            Look::Plain | Look::Struck => (ROW_FONT, palette.text, "normal"),
            Look::Bold => (ROW_FONT, palette.text, "bold"),
            Look::Quiet => (ROW_FONT, palette.quiet, "normal"),
            Look::Small => (SMALL_FONT, palette.quiet, "normal"),
            Look::Alarm => (ROW_FONT, palette.garbage, "normal"),
            Look::Code(syntax) => {
                let (colour, is_bold) = self.drawing.theme.syntax(syntax);
                (ROW_FONT, colour, if is_bold { "bold" } else { "normal" })
            }
        };
        Type {
            size,
            colour,
            weight,
        }
    }

    pub(super) fn heading(&mut self, title: &str, engine: &str) {
        self.write(MARGIN, self.y, Look::Bold, title);
        self.y += ROW_HEIGHT - 3.0;
        self.write(MARGIN, self.y, Look::Small, engine);
        self.y += ROW_HEIGHT + 6.0;
    }

    /// A line of its own below all that is there.
    pub(super) fn note(&mut self, words: &str) {
        self.y += 4.0;
        self.write(MARGIN, self.y, Look::Quiet, words);
        self.y += ROW_HEIGHT;
    }

    pub(super) fn alarm(&mut self, words: &str) {
        self.write(MARGIN, self.y, Look::Alarm, words);
        self.y += ROW_HEIGHT;
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str, width: f64) {
        self.xml.line(from, to, colour, width);
    }

    /// A box with round corners.
    pub(super) fn rect(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        fill: &str,
        stroke: &str,
        dashed: bool,
    ) {
        let mut attributes = vec![
            ("x", x.into()),
            ("y", y.into()),
            ("width", width.into()),
            ("height", height.into()),
            ("rx", 4.0.into()),
            ("fill", fill.into()),
            ("stroke", stroke.into()),
        ];
        if dashed {
            attributes.push(("stroke-dasharray", "3 3".into()));
        }
        self.xml.empty("rect", &attributes);
        self.right = self.right.max(x + width);
    }

    /// A border around something that is drawn.
    pub(super) fn outline(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        colour: &str,
    ) {
        let attributes = [
            ("x", x.into()),
            ("y", y.into()),
            ("width", width.into()),
            ("height", height.into()),
            ("rx", 4.0.into()),
            ("fill", "none".into()),
            ("stroke", colour.into()),
            ("stroke-width", 2.0.into()),
        ];
        self.xml.empty("rect", &attributes);
    }

    /// A text in a colour of its own.
    pub(super) fn coloured(&mut self, x: f64, row: f64, colour: &'d str, text: &str) {
        let set = Type {
            colour,
            ..self.set(Look::Bold)
        };
        self.drawing
            .write(&mut self.xml, x, row + ROW_BASELINE, &set, text);
        self.right = self.right.max(x + text_width(text, ROW_FONT));
    }

    /// A word on a coloured ground; returns where it ends.
    pub(super) fn pill(&mut self, x: f64, row: f64, color: Color, word: &str) -> f64 {
        let width = text_width(word, SMALL_FONT) + 12.0;
        let fill = self.drawing.theme.named(color);
        self.rect((x, row + 2.5), (width, 15.0), fill, "none", false);
        let set = Type {
            colour: self.drawing.palette.text,
            ..self.set(Look::Small)
        };
        let baseline = row + ROW_BASELINE - 0.8;
        self.drawing
            .write(&mut self.xml, x + 6.0, baseline, &set, word);
        x + width
    }

    pub(super) fn tone(&self, role: BoxRole) -> &'static str {
        self.drawing.theme.title(role)
    }

    /// A way with an arrow head at its end.
    pub(super) fn arrow(&mut self, way: &str, colour: &str, head: &str, dashed: bool) {
        let marker = format!("url(#{}-{head})", self.prefix);
        let mut attributes = vec![
            ("d", way.into()),
            ("fill", "none".into()),
            ("stroke", colour.into()),
            ("stroke-width", 1.3.into()),
            ("marker-end", (&marker).into()),
        ];
        if dashed {
            attributes.push(("stroke-dasharray", "5 3".into()));
        }
        self.xml.empty("path", &attributes);
    }
}

/// A text cut to so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Words in lines of at most that width; a word that is longer than a line is broken.
pub(super) fn wrapped(words: &str, font: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), font) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(pieces(word, font, width)),
        }
    }
    lines
}

/// A word in pieces of at most that width.
fn pieces(word: &str, font: f64, width: f64) -> Vec<String> {
    let mut pieces = vec![String::new()];
    if text_width(word, font) <= width {
        return vec![word.to_owned()];
    }
    for one in word.chars() {
        let last = pieces.len() - 1;
        let longer = format!("{}{one}", pieces[last]);
        match text_width(&longer, font) <= width || pieces[last].is_empty() {
            true => pieces[last] = longer,
            false => pieces.push(one.to_string()),
        }
    }
    pieces
}

/// Gives each stretch a lane in which no other lies beside it, short ones first.
pub(super) fn lanes(stretches: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..stretches.len()).collect();
    let length = |at: usize| stretches[at].1 - stretches[at].0;
    order.sort_by(|a, b| length(*a).total_cmp(&length(*b)).then(a.cmp(b)));
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut given = vec![0; stretches.len()];
    for at in order {
        let (from, to) = stretches[at];
        let is_free = |lane: &Vec<(f64, f64)>| lane.iter().all(|(a, b)| *b < from || *a > to);
        let lane = taken.iter().position(is_free).unwrap_or_else(|| {
            taken.push(Vec::new());
            taken.len() - 1
        });
        taken[lane].push((from, to));
        given[at] = lane;
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_asked_for() {
        let lines = wrapped(&format!("a b {} c", "x".repeat(50)), 10.0, 100.0);
        assert!(lines.iter().all(|line| text_width(line, 10.0) <= 100.0));
        assert_eq!(lines.concat().matches('x').count(), 50);
        assert_eq!(lines[0], "a b");
    }

    #[test]
    fn stretches_in_one_lane_never_meet() {
        let given = lanes(&[(0.0, 9.0), (1.0, 2.0), (3.0, 4.0), (2.0, 3.5)]);
        assert_eq!(given, [2, 0, 0, 1]);
    }
}
