//! Births and deaths beside the lines of source at which they happened.

use super::{cut, grouped, place};
use crate::analyse::{Line, LineLife};
use crate::render::theme::Palette;
use crate::render::xml::Xml;
use crate::trace::Trace;

pub(super) const ROW: f64 = 44.0;
const BAR: f64 = 7.0;
const FONT: f64 = 12.0;
const SMALL: f64 = 10.5;
/// Room for the figures at the left of the bars.
const FIGURES: f64 = 64.0;
const LETTER: f64 = 0.602;

/// Draws one row for each line, `left` and `top` its place, `width` its room.
pub(super) fn draw(
    xml: &mut Xml,
    palette: &Palette,
    trace: &Trace,
    lines: &[LineLife],
    (left, top, width): (f64, f64, f64),
) {
    let most = lines.iter().map(|of| of.born.max(of.died)).max();
    let most = most.unwrap_or(1).max(1) as f64;
    for (row, of) in lines.iter().enumerate() {
        let y = top + row as f64 * ROW;
        let letters = (width / (FONT * LETTER)) as usize;
        let at = place(trace, of.line);
        let source = source(trace, of.line);
        let words = cut(&format!("{at}  {source}"), letters);
        xml.text(
            "text",
            &[
                ("x", left.into()),
                ("y", (y + 11.0).into()),
                ("font-size", FONT.into()),
                ("xml:space", "preserve".into()),
            ],
            &words,
        );
        for (number, count, colour, word) in [
            (0.0, of.born, palette.next, "made"),
            (1.0, of.died, palette.garbage, "died"),
        ] {
            let y = y + 17.0 + number * 11.0;
            let figure = format!("{} {word}", grouped(count as u64));
            xml.text(
                "text",
                &[
                    ("x", (left + FIGURES + 8.0).into()),
                    ("y", (y + BAR).into()),
                    ("font-size", SMALL.into()),
                    ("text-anchor", "end".into()),
                    ("fill", palette.quiet.into()),
                ],
                &figure,
            );
            if count > 0 {
                let length = ((width - FIGURES - 14.0) * count as f64 / most).max(1.5);
                xml.empty(
                    "rect",
                    &[
                        ("x", (left + FIGURES + 14.0).into()),
                        ("y", y.into()),
                        ("width", length.into()),
                        ("height", BAR.into()),
                        ("fill", colour.into()),
                    ],
                );
            }
        }
    }
}

fn source(trace: &Trace, line: Line) -> &str {
    let file = trace.header.files.get(line.file.0 as usize);
    let number = (line.line as usize).checked_sub(1);
    let text = file
        .zip(number)
        .and_then(|(file, at)| file.text.lines().nth(at));
    let text = text.map_or("", |text| {
        text.split("# memviz:").next().unwrap_or_default()
    });
    text.trim()
}
