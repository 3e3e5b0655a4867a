//! Columns are set in bands below each other, where one row of them would be too wide.

use std::collections::BTreeMap;
use std::ops::Range;

/// How wide pictures may become.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Widths {
    /// Pictures up to this width are not wrapped.
    pub widest: f64,
    /// The width that wrapped pictures keep to, where a single column is not wider.
    pub wrapped: f64,
}

impl Widths {
    /// The width of a large screen.
    pub(super) const SCREEN: Widths = Widths {
        widest: 2000.0,
        wrapped: 1600.0,
    };

    pub(super) fn at_most(width: f64) -> Widths {
        Widths {
            widest: width,
            wrapped: width,
        }
    }
}

/// A band may end early, with at least this part of its width used, where fewer references are cut.
const FILLED: f64 = 0.6;

/// Which columns stand in which band. Column 0, the call frames, stands left of all bands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bands {
    pub columns: Vec<Range<usize>>,
}

/// How a reference gets from a column to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passage {
    /// In one column.
    Beside,
    /// To the right or left, through the columns between.
    Along(Way, Range<usize>),
    /// To another band: below the first band named here, then above the second one's next, where
    /// these are not the same.
    Across(Way, usize, Option<usize>),
}

/// Which way references run: forward ones leave right and arrive left, the others the other way
/// round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Forward,
    Back,
}

impl Bands {
    /// Breaks the columns into bands. `spaces` are the widths of the columns with their gutters,
    /// and `cut(c)` is how much would be cut by a break before column `c`.
    pub(super) fn wrap(spaces: &[f64], widths: Widths, cut: impl Fn(usize) -> usize) -> Bands {
        let count = spaces.len();
        let frames = spaces.first().copied().unwrap_or(0.0);
        if spaces.iter().sum::<f64>() <= widths.widest {
            return Bands {
                columns: std::iter::once(1..count.max(1)).collect(),
            };
        }
        let room = widths.wrapped - frames;
        let mut columns = Vec::new();
        let mut start = 1;
        while start < count {
            let mut width = 0.0;
            let mut best: Option<(usize, usize)> = None;
            let mut end = start;
            while end < count && (end == start || width + spaces[end] <= room) {
                width += spaces[end];
                end += 1;
                let cost = if end == count { 0 } else { cut(end) };
                let filled = width >= FILLED * room || end == count;
                if filled && best.is_none_or(|(least, _)| cost <= least) {
                    best = Some((cost, end));
                }
            }
            let end = best.map_or(end, |(_, end)| end);
            columns.push(start..end);
            start = end;
        }
        Bands { columns }
    }

    /// Adds a band for each of these columns, which come last.
    pub(super) fn add_single(&mut self, columns: Range<usize>) {
        if !columns.is_empty() {
            self.columns.retain(|band| !band.is_empty());
        }
        self.columns
            .extend(columns.map(|column| column..column + 1));
    }

    pub(super) fn of(&self, column: usize) -> usize {
        self.columns
            .iter()
            .position(|columns| column < columns.end)
            .unwrap_or(0)
    }

    pub(super) fn passage(&self, from: usize, to: usize) -> Passage {
        let (low, high) = (from.min(to), from.max(to));
        let way = if to > from { Way::Forward } else { Way::Back };
        if from == to {
            return Passage::Beside;
        }
        if low == 0 {
            return Passage::Along(way, self.columns[self.of(high)].start..high);
        }
        let (above, below) = (self.of(low), self.of(high));
        if above == below {
            return Passage::Along(way, low + 1..high);
        }
        match way {
            Way::Forward => Passage::Across(way, above, (below - 1 != above).then(|| below - 1)),
            Way::Back => Passage::Across(way, below - 1, (below - 1 != above).then_some(above)),
        }
    }
}

/// The space between two bands, with a track for each place that references lead to through it.
#[derive(Debug, Clone, Default)]
pub(super) struct Corridors {
    tracks: BTreeMap<(usize, Way, usize), usize>,
    counts: BTreeMap<usize, usize>,
}

impl Corridors {
    pub(super) fn add(&mut self, below: usize, way: Way, target: usize) {
        let count = self.counts.entry(below).or_default();
        self.tracks.entry((below, way, target)).or_insert_with(|| {
            *count += 1;
            *count - 1
        });
    }

    /// How many tracks there are below a band.
    pub(super) fn count(&self, below: usize) -> usize {
        self.counts.get(&below).copied().unwrap_or(0)
    }

    pub(super) fn track(&self, below: usize, way: Way, target: usize) -> usize {
        self.tracks.get(&(below, way, target)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_pictures_are_wrapped_where_least_is_cut() {
        let narrow = Bands::wrap(&[160.0; 12], Widths::SCREEN, |_| 1);
        assert_eq!(narrow.columns, vec![1..12]);
        let wide = Bands::wrap(&[160.0; 20], Widths::SCREEN, |column| {
            usize::from(column != 8)
        });
        assert_eq!(wide.columns, vec![1..8, 8..17, 17..20]);
        assert_eq!(wide.of(7), 0);
        assert_eq!(wide.of(8), 1);
        let few = Bands::wrap(&[150.0], Widths::SCREEN, |_| 1);
        assert_eq!(few.columns, vec![1..1]);
    }

    #[test]
    fn a_reference_passes_columns_of_its_band_or_goes_round() {
        let bands = Bands {
            columns: vec![1..4, 4..7, 7..9],
        };
        assert_eq!(bands.passage(0, 3), Passage::Along(Way::Forward, 1..3));
        assert_eq!(bands.passage(0, 6), Passage::Along(Way::Forward, 4..6));
        assert_eq!(bands.passage(6, 0), Passage::Along(Way::Back, 4..6));
        assert_eq!(bands.passage(3, 1), Passage::Along(Way::Back, 2..3));
        assert_eq!(bands.passage(3, 4), Passage::Across(Way::Forward, 0, None));
        assert_eq!(
            bands.passage(2, 8),
            Passage::Across(Way::Forward, 0, Some(1))
        );
        assert_eq!(bands.passage(8, 2), Passage::Across(Way::Back, 1, Some(0)));
        assert_eq!(bands.passage(4, 3), Passage::Across(Way::Back, 0, None));
        assert_eq!(bands.passage(5, 5), Passage::Beside);
    }
}
