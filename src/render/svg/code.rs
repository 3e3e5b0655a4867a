//! The panel with the source and with what the program has printed.

use super::{Drawing, Type};
use crate::layout::{CodeLine, Page, ROW_FONT, Rect, text_width};
use crate::render::xml::Xml;
use crate::view::Syntax;

impl Drawing {
    pub(super) fn panel(&self, xml: &mut Xml, page: &Page) {
        self.bands(xml, page);
        for line in &page.code {
            self.code_line(xml, line);
        }
        self.output(xml, page);
    }

    /// Bands lie below all letters, also those of the lines above.
    pub(super) fn bands(&self, xml: &mut Xml, page: &Page) {
        for line in &page.code {
            if line.ran {
                self.band(xml, &line.band, self.palette.changed_row, "none");
            }
            if line.next {
                self.band(xml, &line.band, "none", self.palette.next);
            }
        }
    }

    pub(super) fn output(&self, xml: &mut Xml, page: &Page) {
        for text in &page.output {
            self.page_text(xml, text);
        }
    }

    pub(super) fn code_line(&self, xml: &mut Xml, line: &CodeLine) {
        if let Some(word) = &line.word {
            let colour = match line.ran {
                true => self.palette.changed,
                false => self.palette.next,
            };
            let set = Type {
                colour,
                ..self.bold(word.size)
            };
            self.write(xml, word.at.x, word.at.y, &set, &word.text);
        }
        self.page_text(xml, &line.number);
        self.code_text(xml, line);
    }

    fn band(&self, xml: &mut Xml, area: &Rect, fill: &str, stroke: &str) {
        let mut attributes = vec![
            ("x", area.x.into()),
            ("y", (area.y + 0.5).into()),
            ("width", area.width.into()),
            ("height", (area.height - 1.0).into()),
            ("rx", 2.0.into()),
            ("fill", fill.into()),
        ];
        if stroke != "none" {
            attributes.push(("stroke", stroke.into()));
        }
        xml.empty("rect", &attributes);
    }

    /// Each part in its colour, each at its place: letters are of one width.
    fn code_text(&self, xml: &mut Xml, line: &CodeLine) {
        let mut at = 0;
        let mut part = |from: usize, to: usize, set: &Type<'_>| {
            let text = &line.text[from..to];
            let shown = text.trim_start();
            let from = to - shown.len();
            let x = line.at.x + text_width(&line.text[..from], ROW_FONT);
            self.write(xml, x, line.at.y, set, shown.trim_end());
        };
        let plain = self.plain(ROW_FONT);
        for (range, syntax) in &line.spans {
            part(at, range.start, &plain);
            part(range.start, range.end, &self.syntax(*syntax));
            at = range.end;
        }
        part(at, line.text.len(), &plain);
    }

    fn syntax(&self, syntax: Syntax) -> Type<'static> {
        let (colour, is_bold) = self.theme.syntax(syntax);
        Type {
            size: ROW_FONT,
            colour,
            weight: if is_bold { "bold" } else { "normal" },
        }
    }
}
