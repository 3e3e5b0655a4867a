//! The table of places of a code object, in the format of CPython 3.11 and later.

use crate::trace::stages::{Lines, Span};
use rustpython_vm::compiler::CodeObject;

/// Where the source of one unit of code stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// From 1. What comes before the first line of a module has none.
    pub line: Option<u32>,
    /// The last line, and the columns in bytes, from 0.
    extent: Option<(u32, u32, u32)>,
}

impl Place {
    pub(super) fn span(self, lines: &Lines) -> Option<Span> {
        let (end_line, column, end_column) = self.extent?;
        let start = lines.at(self.line?, column);
        let end = lines.at(end_line, end_column);
        (start <= end).then(|| Span::new(start, end))
    }
}

/// The place of each unit. Those behind a damaged row have none.
pub(super) fn places(code: &CodeObject) -> Vec<Place> {
    let units = code.instructions.len();
    let mut places = Vec::with_capacity(units);
    let mut table = Table(code.linetable.iter());
    let mut line = code.first_line_number.map_or(0, |line| line.get() as i64);
    while let Some((place, length)) = table.row(&mut line) {
        places.extend(std::iter::repeat_n(place, length));
    }
    places.resize(units, Place::default());
    places
}

struct Table<'t>(std::slice::Iter<'t, u8>);

impl Table<'_> {
    /// The next row: a place, and of how many units. `line` is the one of the row before.
    fn row(&mut self, line: &mut i64) -> Option<(Place, usize)> {
        let first = self.byte()?;
        if first & 0x80 == 0 {
            return None;
        }
        let length = usize::from(first & 7) + 1;
        let kind = (first >> 3) & 15;
        let place = match kind {
            // Two columns close to each other, on the line of the row before.
            0..=9 => {
                let second = self.byte()?;
                let start = u32::from(kind) << 3 | u32::from(second >> 4);
                place(*line, 0, Some(start), Some(start + u32::from(second & 15)))
            }
            // On that line, or one or two behind it.
            10..=12 => {
                *line += i64::from(kind - 10);
                let start = self.byte()?;
                let end = self.byte()?;
                place(*line, 0, Some(start.into()), Some(end.into()))
            }
            13 => {
                *line += self.signed()?;
                place(*line, 0, None, None)
            }
            14 => {
                *line += self.signed()?;
                let lines = self.number()?;
                let start = self.number()?.checked_sub(1);
                let end = self.number()?.checked_sub(1);
                place(*line, lines, start, end)
            }
            _ => Place::default(),
        };
        Some((place, length))
    }

    fn byte(&mut self) -> Option<u8> {
        self.0.next().copied()
    }

    /// Six bits a byte, the lowest first; the seventh says that more follow.
    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in (0..32).step_by(6) {
            let byte = self.byte()?;
            number |= u32::from(byte & 63) << shift;
            if byte & 64 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// The lowest bit is the sign.
    fn signed(&mut self) -> Option<i64> {
        let number = i64::from(self.number()?);
        Some(match number & 1 {
            0 => number >> 1,
            _ => -(number >> 1),
        })
    }
}

fn place(line: i64, lines: u32, start: Option<u32>, end: Option<u32>) -> Place {
    let line = u32::try_from(line).ok().filter(|line| *line > 0);
    let extent = line.zip(start.zip(end));
    Place {
        line,
        extent: extent.map(|(line, (start, end))| (line + lines, start, end)),
    }
}
