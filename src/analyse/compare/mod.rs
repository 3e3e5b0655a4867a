//! Two or more runs side by side: what is the same, what differs, and of what kind that is.

mod align;
mod content;
mod counts;
mod deaths;
mod events;
mod finalizers;
mod happenings;
mod holders;
mod instructions;
mod lines;
mod lives;
mod model;
mod names;
mod pairs;
mod rows;
mod side;
mod steps;
mod texts;
mod through;
mod walk;
mod whole;

pub use align::comparable;
pub use instructions::{LineInstructions, line_instructions};
pub use model::{
    CollectionFact, ComparedLife, ComparedRow, ComparedRun, Comparison, Difference, DifferenceKind,
    Fact, Happening, LifeEnd, Reason, RunDifferences,
};

pub use rows::RowPlace;

use crate::trace::ObjId;
use lines::counterpart;
use pairs::Pairs;
use std::collections::BTreeMap;
use steps::Steps;
use through::go_through;
use walk::Walk;

/// Lays runs side by side, and each further one against the first.
pub fn compare(runs: &[ComparedRun<'_>]) -> Comparison {
    let rows = align::rows(runs);
    let names: Vec<_> = runs.iter().map(|run| names::known_names(*run)).collect();
    let mut others = Vec::new();
    let mut pairs = Vec::new();
    for place in 1..runs.len() {
        let (differences, found) = against_first(runs, &rows, [&names[0], &names[place]], place);
        others.push(differences);
        pairs.push(found);
    }
    let lives = lives::lives(runs, &rows, &pairs);
    let happenings = runs
        .iter()
        .zip(&names)
        .zip(0..)
        .map(|((run, names), place)| happenings::happenings(*run, names, &rows, place));
    Comparison {
        happenings: happenings.collect(),
        others,
        lives,
        rows,
    }
}

fn against_first<'n>(
    runs: &[ComparedRun<'n>],
    rows: &[ComparedRow],
    names: [&'n BTreeMap<ObjId, String>; 2],
    place: usize,
) -> (RunDifferences, Pairs<'n>) {
    let two = [runs[0], runs[place]];
    let [one, other] = two.map(|run| run.trace);
    let same_source = other
        .header
        .files
        .iter()
        .all(|file| counterpart(one, other, file).is_some_and(|known| known.text == file.text));
    let mut walk = Walk::new(two, names);
    go_through(&mut walk, rows, [0, place]);
    walk.births();
    walk.ending();
    let mut differences = walk.differences;
    let turned = finalizers::turned(&walk.finalized, &walk.pairs);
    finalizers::explain(&mut differences, &turned);
    differences.extend(Steps::new([one, other], [0, place], same_source).differences(rows));
    differences.sort_by(|a, b| {
        let key = |one: &Difference| (one.row, one.kind);
        key(a).cmp(&key(b)).then_with(|| a.subject.cmp(&b.subject))
    });
    let paired = walk.pairs.found.len();
    let found = RunDifferences {
        differences,
        paired,
    };
    (found, walk.pairs)
}
