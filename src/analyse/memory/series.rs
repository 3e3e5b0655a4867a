//! An amount over the steps of a run, kept where it changes.

use super::Amount;

/// An amount at each step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// Step and amount from there on, in order.
    changes: Vec<(u32, Amount)>,
}

impl Series {
    /// Says what it is at a step that comes after all before.
    pub(super) fn note(&mut self, step: u32, amount: Amount) {
        let last = self.changes.last().map_or(Amount::default(), |last| last.1);
        if last != amount {
            self.changes.push((step, amount));
        }
    }

    /// What it is at a step.
    pub fn at(&self, step: u32) -> Amount {
        let after = self.changes.partition_point(|(from, _)| *from <= step);
        let before = after.checked_sub(1).map(|at| self.changes[at].1);
        before.unwrap_or_default()
    }

    /// Step and amount from there on, wherever it changes.
    pub fn changes(&self) -> &[(u32, Amount)] {
        &self.changes
    }

    /// The amount with the most bytes; where there are none, the most objects.
    pub fn most(&self) -> Amount {
        let amounts = self.changes.iter().map(|(_, amount)| *amount);
        amounts
            .max_by_key(|amount| (amount.bytes, amount.objects))
            .unwrap_or_default()
    }

    /// The first step with the most bytes; 0 where there is nothing at any step.
    pub(super) fn first_with_most_bytes(&self) -> u32 {
        self.first(|amount| (amount.bytes, amount.objects as u64))
            .map_or(0, |(step, _)| step)
    }

    /// The first step with the most objects.
    pub(super) fn first_with_most_objects(&self) -> Option<(u32, Amount)> {
        self.first(|amount| (amount.objects as u64, 0))
    }

    fn first(&self, key: impl Fn(Amount) -> (u64, u64)) -> Option<(u32, Amount)> {
        let mut best: Option<(u32, Amount)> = None;
        for (step, amount) in &self.changes {
            if best.is_none_or(|(_, most)| key(*amount) > key(most)) {
                best = Some((*step, *amount));
            }
        }
        best.filter(|(_, amount)| amount.objects > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(objects: usize, bytes: u64) -> Amount {
        Amount {
            objects,
            bytes,
            unsized_objects: 0,
        }
    }

    #[test]
    fn a_series_holds_between_its_changes_and_finds_the_first_peak() {
        let mut series = Series::default();
        for (step, of) in [
            (1, (0, 0)),
            (2, (1, 50)),
            (3, (1, 50)),
            (5, (3, 40)),
            (6, (1, 50)),
        ] {
            series.note(step, amount(of.0, of.1));
        }
        assert_eq!(series.changes().len(), 3);
        assert_eq!(series.at(1), amount(0, 0));
        assert_eq!(series.at(4), amount(1, 50));
        assert_eq!(series.at(9), amount(1, 50));
        assert_eq!(series.first_with_most_bytes(), 2);
        assert_eq!(series.first_with_most_objects(), Some((5, amount(3, 40))));
        assert_eq!(Series::default().first_with_most_bytes(), 0);
    }
}
