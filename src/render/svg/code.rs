//! The panel with the source and with what the program has printed.

use super::{Drawing, Type, space_attribute};
use crate::layout::{CodeLine, Page, PageText, ROW_FONT, Rect, text_width};
use crate::render::xml::Xml;
use crate::view::Syntax;

impl Drawing {
    pub(super) fn panel(&self, xml: &mut Xml, page: &Page) {
        self.bands(xml, page);
        self.line_numbers(xml, page.code.iter().map(|line| &**line), |xml, line| {
            self.line_number(xml, line);
        });
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
        self.code_text(xml, line);
    }

    /// The lines' numbers, in one group; `write` writes each.
    pub(super) fn line_numbers<T>(
        &self,
        xml: &mut Xml,
        lines: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Xml, T),
    ) {
        let common = self.type_attributes(&self.quiet(ROW_FONT));
        xml.element("g", &common, |xml| {
            for line in lines {
                write(xml, line);
            }
        });
    }

    pub(super) fn line_number(&self, xml: &mut Xml, line: &CodeLine) {
        let PageText { at, size, text, .. } = &line.number;
        self.write_in_group(xml, (at.x, at.y), *size, text);
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

    /// A line as one text, its parts in their colours: letters are of one width.
    fn code_text(&self, xml: &mut Xml, line: &CodeLine) {
        let end = line.text.trim_end().len();
        let start = end - line.text[..end].trim_start().len();
        let shown = &line.text[start..end];
        if shown.is_empty() {
            return;
        }
        let x = line.at.x + text_width(&line.text[..start], ROW_FONT);
        // Without its length: some programs spread that over the parts of a text wrongly, and nothing stands
        // behind a line.
        let mut attributes = vec![("x", x.into()), ("y", line.at.y.into())];
        attributes.extend(space_attribute(shown));
        xml.element("text", &attributes, |xml| {
            let mut at = start;
            for (range, syntax) in &line.spans {
                let (from, to) = (range.start.max(start), range.end.min(end));
                if from < to {
                    xml.characters(&line.text[at..from]);
                    let set = self.type_attributes(&self.syntax(*syntax));
                    xml.inline("tspan", &set, &line.text[from..to]);
                    at = to;
                }
            }
            xml.characters(&line.text[at..end]);
        });
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
