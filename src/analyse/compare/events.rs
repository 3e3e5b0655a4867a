//! What happened between two rows: output, and runs of the collector.

use super::model::{CollectionFact, DifferenceKind, Fact, Reason};
use super::texts::masked;
use super::walk::Walk;
use crate::trace::Collection;

/// How a printed traceback begins.
const TRACEBACK: &str = "Traceback (most recent call last)";

impl Walk<'_> {
    /// Compares what was printed since the row before.
    pub(super) fn output(&mut self) {
        let streams = |walk: &Walk<'_>| {
            [
                (
                    "standard output",
                    walk.sides.each_ref().map(|side| side.stdout.clone()),
                ),
                (
                    "standard error",
                    walk.sides.each_ref().map(|side| side.stderr.clone()),
                ),
            ]
        };
        for (name, texts) in streams(self) {
            self.texts_differ(name, texts);
        }
    }

    /// Compares what both have printed to a stream.
    pub(super) fn texts_differ(&mut self, stream: &str, texts: [String; 2]) {
        if texts[0] == texts[1] {
            return;
        }
        let reason = printed_alike(&texts);
        let facts = texts.map(|text| match text.is_empty() {
            true => Fact::Nothing,
            false => Fact::Text(text),
        });
        self.differs(DifferenceKind::Output, stream.to_owned(), facts, reason);
    }

    /// Compares the runs of the collector since the row before.
    pub(super) fn collections(&mut self) {
        let facts = [0, 1].map(|side| {
            let all = self.sides[side].collections.iter();
            all.map(|one| self.collection(side, one))
                .collect::<Vec<_>>()
        });
        let asked = facts.each_ref().map(|all| {
            let asked = all.iter().filter(|one| !one.automatic);
            asked
                .map(|one| (one.generation, &one.known))
                .collect::<Vec<_>>()
        });
        let automatic = facts
            .each_ref()
            .map(|all| all.iter().filter(|one| one.automatic).count());
        if asked[0] != asked[1] {
            let facts = facts.map(Fact::Collections);
            // Who does not tell deaths does not tell of the collector either.
            let is_told = self.sides.iter().all(|side| side.run.knows.deaths);
            let reason = (!is_told).then_some(Reason::DeathsUnknown);
            self.differs(DifferenceKind::Collections, String::new(), facts, reason);
        } else if automatic[0] != automatic[1] {
            let facts = facts.map(Fact::Collections);
            let reason = Some(Reason::CollectorTime);
            self.differs(DifferenceKind::Collections, String::new(), facts, reason);
        }
    }

    fn collection(&self, side: usize, one: &Collection) -> CollectionFact {
        let known = one
            .unreachable
            .iter()
            .filter(|id| self.sides[side].is_born(**id))
            .filter_map(|id| self.pairs.path(side, *id));
        let mut known: Vec<String> = known.map(str::to_owned).collect();
        known.sort();
        CollectionFact {
            automatic: one.automatic,
            generation: one.generation,
            unreachable: one.unreachable.len(),
            known,
        }
    }
}

/// Why two texts that were printed are the same in what they say.
pub(super) fn printed_alike(texts: &[String; 2]) -> Option<Reason> {
    if masked(&texts[0]) == masked(&texts[1]) {
        return Some(Reason::Address);
    }
    let last = |text: &str| text.trim_end().lines().last().map(str::to_owned);
    let is_traceback = texts.iter().all(|text| text.contains(TRACEBACK));
    if is_traceback && last(&texts[0]) == last(&texts[1]) {
        return Some(Reason::TracebackForm);
    }
    let sorted = texts.each_ref().map(|text| set_sorted(text));
    match sorted {
        [Some(one), Some(other)] if one == other => Some(Reason::SetOrder),
        _ => None,
    }
}

/// A text with the elements of the sets that it shows in an order; nothing where it shows none.
fn set_sorted(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some((before, behind)) = rest.split_once('{') {
        let (inside, after) = behind.split_once('}')?;
        // A dict keeps its order.
        if inside.contains(':') || inside.contains('{') {
            return None;
        }
        let mut elements: Vec<&str> = inside.split(", ").collect();
        elements.sort_unstable();
        out.push_str(before);
        out.push_str(&elements.join(", "));
        found = true;
        rest = after;
    }
    out.push_str(rest);
    found.then_some(out)
}
