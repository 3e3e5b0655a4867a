//! The chart: types over steps, in bytes and in objects, with the peak marked and lines beside it.

use super::bands::{Bands, Measure, bands};
use super::{MOST_TYPES, counted, cut, grouped, hex, lines, place, type_colour};
use crate::analyse::{EndOfRun, MemoryLife};
use crate::render::svg::Head;
use crate::render::theme::{Palette, Theme};
use crate::render::xml::{Xml, rounded};
use crate::trace::Trace;
use std::fmt::Write as _;

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 24.0;
/// Where the areas stand; figures of the axis stand left of them.
const LEFT: f64 = 96.0;
const PLOT: f64 = 640.0;
const TOP: f64 = 108.0;
const BETWEEN: f64 = 64.0;
/// Bounds of the height of an area.
const LOWEST: f64 = 170.0;
const HIGHEST: f64 = 320.0;
const LINES_LEFT: f64 = 788.0;
const LEGEND_ROW: f64 = 19.0;
const FONT: f64 = 12.0;
const LETTER: f64 = 0.602;
const COLUMNS: u32 = 640;
/// A band this high has room for its name.
const NAMED: f64 = 16.0;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct MemoryChart<'a> {
    pub trace: &'a Trace,
    pub life: &'a MemoryLife,
    /// Lines beside the chart.
    pub most_lines: usize,
    pub theme: Theme,
}

impl MemoryChart<'_> {
    /// The chart as an SVG document. Its names begin with a hash of what it shows.
    pub fn svg(&self) -> String {
        let draft = self.document("mv");
        self.document(&format!("mv{:08x}", crc32fast::hash(draft.as_bytes())))
    }

    fn palette(&self) -> Palette {
        self.theme.palette()
    }

    fn document(&self, prefix: &str) -> String {
        let shown = self.life.lines.len().min(self.most_lines);
        let plot = ((shown as f64 * lines::ROW - BETWEEN) / 2.0).clamp(LOWEST, HIGHEST);
        let second = TOP + plot + BETWEEN;
        let legend = second + plot + 52.0;
        let notes = self.notes();
        let words_top = legend + self.legend_rows() as f64 * LEGEND_ROW + 12.0;
        let left_end = words_top + notes.len() as f64 * 17.0;
        let right_end = TOP + shown as f64 * lines::ROW + 30.0;
        let title = self.title();
        let head = Head {
            prefix,
            width: WIDTH,
            height: left_end.max(right_end) + MARGIN,
            scale: 1.0,
            text_colour: self.palette().text,
            title: &title,
            description: &self.caption().join(" "),
        };
        head.document(|xml| {
            let palette = self.palette();
            xml.empty(
                "rect",
                &[
                    ("width", WIDTH.into()),
                    ("height", head.height.into()),
                    ("fill", palette.background.into()),
                ],
            );
            self.words(xml, (MARGIN, 34.0), 17.0, true, palette.text, &title);
            for (row, words) in self.caption().iter().enumerate() {
                let y = 55.0 + row as f64 * 17.0;
                self.words(xml, (MARGIN, y), FONT, false, palette.quiet, words);
            }
            self.area(xml, Measure::Bytes, (TOP, plot));
            self.area(xml, Measure::Objects, (second, plot));
            self.legend(xml, legend);
            for (row, words) in notes.iter().enumerate() {
                let y = words_top + 12.0 + row as f64 * 17.0;
                self.words(xml, (MARGIN, y), FONT, false, palette.quiet, words);
            }
            self.lines(xml, shown);
        })
    }

    fn title(&self) -> String {
        let script = &self.trace.header.script;
        let name = script.rsplit('/').next().unwrap_or(script);
        format!(
            "Memory of {name} over {}",
            counted(self.life.steps as usize, "step")
        )
    }

    /// What the picture shows, in words.
    fn caption(&self) -> Vec<String> {
        let life = self.life;
        let made = format!(
            "The objects that the run made, by type, while they were alive: {} in all.",
            grouped(life.made as u64)
        );
        let Some(peak) = &life.peak else {
            return vec![
                made,
                "It made nothing that lived from one step to the next.".to_owned(),
            ];
        };
        vec![
            made,
            format!(
                "Peak: {} bytes in {} at step {} ({}).",
                grouped(peak.alive.bytes),
                counted(peak.alive.objects, "object"),
                grouped(u64::from(peak.step)),
                place(self.trace, peak.line)
            ),
        ]
    }

    /// What the areas do not show.
    fn notes(&self) -> Vec<String> {
        let life = self.life;
        let end = &life.end;
        let objects = |list| counted(EndOfRun::sum(list).objects, "object");
        let after = match &end.never_freed {
            Some(kept) => format!(
                "{} freed at exit, {} never freed",
                objects(&end.freed),
                objects(kept)
            ),
            None => "what became of them was not recorded".to_owned(),
        };
        vec![
            format!(
                "At the end: {} alive at the last step; {after}.",
                objects(&end.left)
            ),
            format!(
                "Not drawn: {} gone before the next step; {} older than the run or the library's own.",
                counted(life.fleeting, "object"),
                counted(life.older.at(life.steps).objects, "object")
            ),
            "Bytes: what each type says of its objects (__sizeof__, with the header).".to_owned(),
        ]
    }

    fn area(&self, xml: &mut Xml, measure: Measure, (top, height): (f64, f64)) {
        let palette = self.palette();
        let stack = bands(self.life, measure, COLUMNS, MOST_TYPES);
        let name = match measure {
            Measure::Bytes => "Bytes",
            Measure::Objects => "Objects",
        };
        self.words(xml, (MARGIN, top - 10.0), 13.0, true, palette.text, name);
        xml.empty(
            "rect",
            &[
                ("x", LEFT.into()),
                ("y", top.into()),
                ("width", PLOT.into()),
                ("height", height.into()),
                ("fill", palette.panel.into()),
            ],
        );
        let place = Plot {
            stack: &stack,
            top,
            height,
        };
        for (band, ends) in stack.ends.iter().enumerate() {
            let fill = hex(type_colour(self.theme, band));
            let path = place.path(ends);
            if !path.is_empty() {
                xml.element(
                    "path",
                    &[("d", (&path).into()), ("fill", (&fill).into())],
                    |xml| xml.text("title", &[], &self.band_name(band)),
                );
            }
        }
        self.axis(xml, &place);
        self.names(xml, &place);
        if measure == Measure::Bytes {
            self.peak(xml, top, height);
        }
    }

    /// The name of a band, written where it is highest, if there is room.
    fn names(&self, xml: &mut Xml, place: &Plot<'_>) {
        let peak = self.life.peak.as_ref().map(|peak| self.x(peak.step));
        for (band, ends) in place.stack.ends.iter().enumerate() {
            let name = cut(&self.band_name(band), 24);
            let width = name.chars().count() as f64 * FONT * LETTER + 8.0;
            let Some((x, y)) = place.room(ends, width, peak) else {
                continue;
            };
            self.words(xml, (x + 4.0, y + 4.0), FONT, false, "#1b1f24", &name);
        }
    }

    fn axis(&self, xml: &mut Xml, place: &Plot<'_>) {
        let palette = self.palette();
        let (top, height) = (place.top, place.height);
        let most = place.stack.most;
        let marks = if most == 1 {
            vec![0, 1]
        } else {
            vec![0, most / 2, most]
        };
        for mark in marks {
            let y = place.y(mark);
            self.rule(xml, (LEFT, y), (LEFT + PLOT, y), palette.line);
            self.anchored(xml, (LEFT - 6.0, y + 4.0), "end", &grouped(mark));
        }
        let steps = self.life.steps;
        let mut shown: Vec<u32> = (0..=4).map(|part| 1 + (steps - 1) * part / 4).collect();
        shown.dedup();
        let last = shown.len() - 1;
        for (at, step) in shown.into_iter().enumerate() {
            let x = self.x(step);
            self.rule(
                xml,
                (x, top + height),
                (x, top + height + 4.0),
                palette.quiet,
            );
            let words = match at {
                0 => format!("step {}", grouped(u64::from(step))),
                _ => grouped(u64::from(step)),
            };
            let anchor = if at == 0 {
                "start"
            } else if at == last {
                "end"
            } else {
                "middle"
            };
            self.anchored(xml, (x, top + height + 17.0), anchor, &words);
        }
    }

    /// The middle of a step in the areas.
    fn x(&self, step: u32) -> f64 {
        LEFT + PLOT * (f64::from(step) - 0.5) / f64::from(self.life.steps.max(1))
    }

    fn peak(&self, xml: &mut Xml, top: f64, height: f64) {
        let Some(peak) = &self.life.peak else { return };
        let palette = self.palette();
        let x = self.x(peak.step);
        let path = format!(
            "M{} {}V{}",
            rounded(x),
            rounded(top - 4.0),
            rounded(top + height)
        );
        xml.empty(
            "path",
            &[
                ("d", (&path).into()),
                ("stroke", palette.changed.into()),
                ("stroke-width", 1.5.into()),
                ("stroke-dasharray", "4 3".into()),
            ],
        );
        let words = format!("peak, step {}", grouped(u64::from(peak.step)));
        let anchor = if x > LEFT + PLOT / 2.0 {
            "end"
        } else {
            "start"
        };
        xml.text(
            "text",
            &[
                ("x", x.into()),
                ("y", (top - 8.0).into()),
                ("font-size", FONT.into()),
                ("text-anchor", anchor.into()),
                ("fill", palette.changed.into()),
            ],
            &words,
        );
    }

    fn band_name(&self, band: usize) -> String {
        let types = &self.life.types;
        match types.get(band).filter(|_| band < MOST_TYPES) {
            Some(of) => self.trace.symbols.text(of.type_name).to_owned(),
            None => match types.len() - MOST_TYPES {
                1 => "1 more type".to_owned(),
                more => format!("{more} more types"),
            },
        }
    }

    fn legend_rows(&self) -> usize {
        self.life.types.len().min(MOST_TYPES + 1).div_ceil(2)
    }

    /// The types, the largest first, which is the lowest in the areas.
    fn legend(&self, xml: &mut Xml, top: f64) {
        let palette = self.palette();
        let peak = self.life.peak.as_ref().map_or(0, |peak| peak.step);
        let rows = self.legend_rows();
        let count = self.life.types.len().min(MOST_TYPES + 1);
        for band in 0..count {
            let x = LEFT + (band / rows) as f64 * (PLOT / 2.0);
            let y = top + (band % rows) as f64 * LEGEND_ROW;
            let fill = hex(type_colour(self.theme, band));
            xml.empty(
                "rect",
                &[
                    ("x", x.into()),
                    ("y", (y - 10.0).into()),
                    ("width", 12.0.into()),
                    ("height", 12.0.into()),
                    ("fill", (&fill).into()),
                    ("stroke", palette.quiet.into()),
                    ("stroke-width", 0.5.into()),
                ],
            );
            let own = self.life.types.get(band).filter(|_| band < MOST_TYPES);
            let alive = match own {
                Some(of) => format!(
                    ": {} at the peak, {} made",
                    of.alive.at(peak).objects,
                    grouped(of.made as u64)
                ),
                None => String::new(),
            };
            let letters = ((PLOT / 2.0 - 26.0) / (FONT * LETTER)) as usize;
            let name = cut(
                &self.band_name(band),
                letters.saturating_sub(alive.len()).max(8),
            );
            let words = cut(&format!("{name}{alive}"), letters);
            self.words(xml, (x + 18.0, y), FONT, false, palette.text, &words);
        }
    }

    fn lines(&self, xml: &mut Xml, shown: usize) {
        let palette = self.palette();
        let width = WIDTH - LINES_LEFT - MARGIN;
        self.words(
            xml,
            (LINES_LEFT, TOP - 10.0),
            13.0,
            true,
            palette.text,
            "Made and died, by line",
        );
        lines::draw(
            xml,
            &palette,
            self.trace,
            &self.life.lines[..shown],
            (LINES_LEFT, TOP, width),
        );
        let more = self.life.lines.len() - shown;
        if more > 0 {
            let y = TOP + shown as f64 * lines::ROW + 14.0;
            let words = format!("and {}", counted(more, "more line"));
            self.words(xml, (LINES_LEFT, y), FONT, false, palette.quiet, &words);
        }
    }

    fn words(
        &self,
        xml: &mut Xml,
        (x, y): (f64, f64),
        size: f64,
        bold: bool,
        fill: &str,
        words: &str,
    ) {
        let weight = if bold { "bold" } else { "normal" };
        let attributes = [
            ("x", x.into()),
            ("y", y.into()),
            ("font-size", size.into()),
            ("font-weight", weight.into()),
            ("fill", fill.into()),
        ];
        xml.text("text", &attributes, words);
    }

    fn anchored(&self, xml: &mut Xml, (x, y): (f64, f64), anchor: &str, words: &str) {
        let attributes = [
            ("x", x.into()),
            ("y", y.into()),
            ("font-size", 11.0.into()),
            ("text-anchor", anchor.into()),
            ("fill", self.palette().quiet.into()),
        ];
        xml.text("text", &attributes, words);
    }

    fn rule(&self, xml: &mut Xml, from: (f64, f64), to: (f64, f64), colour: &str) {
        xml.line(from, to, colour, 0.75);
    }
}

/// Where the bands of a stack stand.
struct Plot<'a> {
    stack: &'a Bands,
    top: f64,
    height: f64,
}

impl Plot<'_> {
    fn y(&self, value: u64) -> f64 {
        self.top + self.height * (1.0 - value as f64 / self.stack.most as f64)
    }

    fn x(&self, column: usize) -> f64 {
        LEFT + PLOT * column as f64 / self.stack.shown.len() as f64
    }

    /// The outline of a band, in steps: along its upper end and back along the lower; the empty path
    /// where it has no height anywhere.
    fn path(&self, ends: &[(u64, u64)]) -> String {
        let mut out = String::new();
        let mut start = 0;
        while start < ends.len() {
            if ends[start].0 == ends[start].1 {
                start += 1;
                continue;
            }
            let length = ends[start..]
                .iter()
                .take_while(|(low, high)| low < high)
                .count();
            let piece = &ends[start..start + length];
            let _ = write!(
                out,
                "M{} {}",
                rounded(self.x(start)),
                rounded(self.y(piece[0].1))
            );
            self.edge(&mut out, piece.iter().map(|(_, high)| *high), |at| {
                self.x(start + at + 1)
            });
            let _ = write!(out, "V{}", rounded(self.y(piece[length - 1].0)));
            let back = piece.iter().rev().map(|(low, _)| *low);
            self.edge(&mut out, back, |at| self.x(start + length - 1 - at));
            out.push('Z');
            start += length;
        }
        out
    }

    /// Goes from column to column, `end` the far end of each; columns of one height are one line.
    fn edge(
        &self,
        out: &mut String,
        values: impl Iterator<Item = u64>,
        end: impl Fn(usize) -> f64,
    ) {
        let values: Vec<u64> = values.collect();
        for (at, value) in values.iter().enumerate() {
            let next = values.get(at + 1);
            if next == Some(value) {
                continue;
            }
            let _ = write!(out, "H{}", rounded(end(at)));
            if let Some(next) = next {
                let _ = write!(out, "V{}", rounded(self.y(*next)));
            }
        }
    }

    /// Where words of a width have most room within a band, beside the mark of the peak: their left
    /// end and the middle.
    fn room(&self, ends: &[(u64, u64)], width: f64, peak: Option<f64>) -> Option<(f64, f64)> {
        let columns = (width / (PLOT / ends.len() as f64)).ceil() as usize;
        let mut best: Option<(f64, usize, f64)> = None;
        for (at, window) in ends.windows(columns.max(1)).enumerate() {
            let span = self.x(at)..self.x(at) + width;
            if peak.is_some_and(|peak| span.contains(&peak)) {
                continue;
            }
            let lowest = window
                .iter()
                .map(|(low, _)| self.y(*low))
                .fold(f64::MAX, f64::min);
            let highest = window
                .iter()
                .map(|(_, high)| self.y(*high))
                .fold(0.0, f64::max);
            let room = lowest - highest;
            if room >= NAMED && best.is_none_or(|(most, ..)| room > most) {
                best = Some((room, at, (lowest + highest) / 2.0));
            }
        }
        best.map(|(_, at, middle)| (self.x(at), middle))
    }
}
