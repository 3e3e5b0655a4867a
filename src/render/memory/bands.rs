//! The bands of a stacked area: one for each type, over columns of steps.

use crate::analyse::{Amount, MemoryLife, Series};

/// What is stacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Bytes,
    Objects,
}

impl Measure {
    pub(super) fn of(self, amount: Amount) -> u64 {
        match self {
            Measure::Bytes => amount.bytes,
            Measure::Objects => amount.objects as u64,
        }
    }
}

/// Bands over columns; of a column with several steps, the one with the most is shown.
pub(super) struct Bands {
    /// The step that each column shows.
    pub shown: Vec<u32>,
    /// For each band and column, lower and upper end.
    pub ends: Vec<Vec<(u64, u64)>>,
    pub most: u64,
}

/// Puts types upon each other, the largest lowest; those behind `own` are one band.
pub(super) fn bands(life: &MemoryLife, measure: Measure, columns: u32, own: usize) -> Bands {
    let columns = columns.min(life.steps).max(1);
    let shown: Vec<u32> = (0..columns)
        .map(|column| highest(&life.all, measure, steps_of(column, columns, life.steps)))
        .collect();
    let own = own.min(life.types.len());
    let (single, rest) = life.types.split_at(own);
    let mut below = vec![0; shown.len()];
    let mut ends = Vec::new();
    let mut stack = |of: &dyn Fn(u32) -> u64| {
        let band: Vec<(u64, u64)> = shown
            .iter()
            .zip(&mut below)
            .map(|(step, below)| {
                let from = *below;
                *below += of(*step);
                (from, *below)
            })
            .collect();
        ends.push(band);
    };
    for of in single {
        stack(&|step| measure.of(of.alive.at(step)));
    }
    if !rest.is_empty() {
        stack(&|step| rest.iter().map(|of| measure.of(of.alive.at(step))).sum());
    }
    let most = below.iter().copied().max().unwrap_or(0).max(1);
    Bands { shown, ends, most }
}

/// First and last step of a column.
fn steps_of(column: u32, columns: u32, steps: u32) -> (u32, u32) {
    let start = |column: u32| (u64::from(column) * u64::from(steps) / u64::from(columns)) as u32;
    (start(column) + 1, start(column + 1).max(start(column) + 1))
}

fn highest(all: &Series, measure: Measure, (first, last): (u32, u32)) -> u32 {
    let changes = all.changes();
    let from = changes.partition_point(|(step, _)| *step <= first);
    let mut best = (first, measure.of(all.at(first)));
    for (step, amount) in changes[from..].iter().take_while(|(step, _)| *step <= last) {
        if measure.of(*amount) > best.1 {
            best = (*step, measure.of(*amount));
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_cover_all_steps_once() {
        for (columns, steps) in [(1, 1), (3, 10), (10, 10), (620, 10_000)] {
            let mut next = 1;
            for column in 0..columns {
                let (first, last) = steps_of(column, columns, steps);
                assert_eq!(first, next);
                assert!(last >= first);
                next = last + 1;
            }
            assert_eq!(next, steps + 1);
        }
    }
}
