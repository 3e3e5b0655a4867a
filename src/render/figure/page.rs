//! What stands around the memory, as shapes.

use super::{Align, Dashes, Group, Painter, Part, Run, Shape, Stroke, text};
use crate::layout::{CodeLine, LegendSign, Page, PageText, Piece, Point, ROW_FONT, Rect, TextTone};

impl Painter {
    /// The paper, the words and the small print, source and output.
    pub(super) fn page(&self, page: &Page) -> Vec<Group> {
        let paper = Rect {
            x: 0.0,
            y: 0.0,
            width: page.width,
            height: page.height,
        };
        let panel = page
            .panel
            .map(|panel| self.filled(panel, self.palette.panel));
        let code = page.code.iter().flat_map(|line| self.code_line(line));
        let texts = |lines: &[PageText]| lines.iter().map(|line| self.page_text(line)).collect();
        let groups = [
            (
                Part::Page,
                "page",
                vec![self.filled(paper, self.palette.background)],
            ),
            (Part::Words, "words", texts(&page.words)),
            (
                Part::Around,
                "source",
                panel.into_iter().chain(code).collect(),
            ),
            (Part::Around, "output", texts(&page.output)),
            (Part::Around, "step and file", texts(&page.small_print)),
        ];
        groups.into_iter().filter_map(group).collect()
    }

    /// What the signs mean.
    pub(super) fn legend(&self, page: &Page) -> Option<Group> {
        let mut shapes = Vec::new();
        for entry in &page.legend {
            shapes.push(self.sample(entry.sign, entry.sample));
            shapes.push(self.page_text(&entry.text));
        }
        group((Part::Around, "legend", shapes))
    }

    fn sample(&self, sign: LegendSign, area: Rect) -> Shape {
        let stroke = |colour, dashes| Stroke {
            colour,
            width: 1.0,
            dashes,
        };
        let dashes = match sign {
            LegendSign::Weak => {
                let y = area.y + area.height / 2.0;
                let end = Point { x: area.right(), y };
                return Shape::Way {
                    start: Point { x: area.x, y },
                    pieces: vec![Piece::Line(end)],
                    stroke: stroke(self.palette.weak, Dashes::Short),
                    has_head: false,
                };
            }
            LegendSign::Unreachable | LegendSign::NotFreed => Dashes::Long,
            LegendSign::OutOfReach => Dashes::Mixed,
            LegendSign::Freed => Dashes::Short,
        };
        Shape::Area {
            rect: area,
            radius: 0.0,
            fill: None,
            stroke: Some(stroke(self.palette.garbage, dashes)),
        }
    }

    fn filled(&self, rect: Rect, fill: &'static str) -> Shape {
        Shape::Area {
            rect,
            radius: 0.0,
            fill: Some(fill),
            stroke: None,
        }
    }

    fn page_text(&self, line: &PageText) -> Shape {
        let run = match line.tone {
            TextTone::Plain => self.run(&line.text, line.size),
            TextTone::Quiet => self.quiet(&line.text, line.size),
            TextTone::Strong => self.bold(&line.text, line.size),
        };
        text(line.at.x, line.at.y, Align::Left, vec![run])
    }

    fn code_line(&self, line: &CodeLine) -> Vec<Shape> {
        let mut shapes = Vec::new();
        if line.ran || line.next {
            shapes.push(Shape::Area {
                rect: line.band,
                radius: 2.0,
                fill: line.ran.then_some(self.palette.changed_row),
                stroke: line.next.then_some(Stroke {
                    colour: self.palette.next,
                    width: 1.0,
                    dashes: Dashes::None,
                }),
            });
        }
        if line.next {
            let (x, y) = (line.number.at.x - 8.0, line.band.y + 8.5);
            let corners = [(x, y - 4.0), (x + 6.0, y), (x, y + 4.0)];
            shapes.push(Shape::Triangle {
                corners: corners.map(|(x, y)| Point { x, y }),
                fill: self.palette.next,
            });
        }
        if let Some(word) = &line.word {
            let colour = match line.ran {
                true => self.palette.changed,
                false => self.palette.next,
            };
            let run = Run {
                colour,
                ..self.bold(&word.text, word.size)
            };
            shapes.push(text(word.at.x, word.at.y, Align::Left, vec![run]));
        }
        shapes.push(self.page_text(&line.number));
        let runs = self.code(line);
        if !runs.is_empty() {
            shapes.push(text(line.at.x, line.at.y, Align::Left, runs));
        }
        shapes
    }

    fn code(&self, line: &CodeLine) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut at = 0;
        for (range, syntax) in &line.spans {
            let (colour, is_bold) = self.theme.syntax(*syntax);
            runs.push(self.run(&line.text[at..range.start], ROW_FONT));
            runs.push(Run {
                text: line.text[range.clone()].to_owned(),
                size: ROW_FONT,
                colour,
                is_bold,
            });
            at = range.end;
        }
        runs.push(self.run(&line.text[at..], ROW_FONT));
        runs.retain(|run| !run.text.is_empty());
        runs
    }
}

fn group((part, name, shapes): (Part, &str, Vec<Shape>)) -> Option<Group> {
    (!shapes.is_empty()).then(|| Group {
        part,
        name: name.to_owned(),
        opacity: 1.0,
        shapes,
    })
}
