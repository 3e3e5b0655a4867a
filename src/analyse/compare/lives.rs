//! Who frees what, and when: objects that several runs have, and their ends.

use super::model::{ComparedLife, ComparedRow, ComparedRun, LifeEnd};
use super::pairs::Pairs;
use super::texts::is_pythons;
use crate::trace::{Cause, Kind, ObjId, Trace};
use std::collections::BTreeMap;

/// The lives of the first run's objects that others have as well. `pairs` are those with each further
/// run.
pub(super) fn lives(
    runs: &[ComparedRun<'_>],
    rows: &[ComparedRow],
    pairs: &[Pairs<'_>],
) -> Vec<ComparedLife> {
    let Some(first) = runs.first() else {
        return Vec::new();
    };
    let mut paths: BTreeMap<ObjId, String> = BTreeMap::new();
    for pairs in pairs {
        for (id, _) in &pairs.found {
            if let Some(path) = pairs.path(0, *id) {
                paths.entry(*id).or_insert_with(|| path.to_owned());
            }
        }
    }
    let rows_of: Vec<Vec<usize>> = (0..runs.len())
        .map(|place| rows_by_step(runs[place].trace, rows, place))
        .collect();
    let mut lives = Vec::new();
    for (id, path) in paths {
        let info = first.trace.object(id);
        let name = path.rsplit('.').next().unwrap_or_default();
        let is_own = has_a_life(info.kind) && !is_pythons(name);
        let Some(born) = info.born.filter(|_| is_own) else {
            continue;
        };
        let own = end(*first, id, &rows_of[0]);
        let others = pairs.iter().zip(&runs[1..]).zip(&rows_of[1..]);
        let others = others.map(|((pairs, run), rows)| match pairs.partner(0, id) {
            Some(id) => end(*run, id, rows),
            None => LifeEnd::NotFound,
        });
        lives.push(ComparedLife {
            path,
            type_name: first.trace.symbols.text(info.type_name).to_owned(),
            line: born.line,
            ends: std::iter::once(own).chain(others).collect(),
        });
    }
    lives
}

/// Kinds of objects whose ends a program may care about.
fn has_a_life(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Atom
            | Kind::Class
            | Kind::Function
            | Kind::Method
            | Kind::Cell
            | Kind::Module
            | Kind::Namespace
            | Kind::Frame
            | Kind::Traceback
    )
}

/// For each step of a run, from 1, the first row that it is or stands before.
fn rows_by_step(trace: &Trace, rows: &[ComparedRow], place: usize) -> Vec<usize> {
    let mut by_step = vec![rows.len().saturating_sub(1); trace.steps.len() + 1];
    let mut from = 0;
    for (row, steps) in rows.iter().enumerate() {
        if let Some(step) = steps.steps[place] {
            let to = (step as usize).min(by_step.len() - 1);
            if let Some(part) = by_step.get_mut(from..=to) {
                part.fill(row);
            }
            from = to + 1;
        }
    }
    by_step
}

fn end(run: ComparedRun<'_>, id: ObjId, rows: &[usize]) -> LifeEnd {
    let died = run.trace.object(id).died;
    let row_of = |step: u32| rows.get(step as usize).copied().unwrap_or_default();
    if !run.knows.deaths {
        return last_seen(run.trace, id).map_or(LifeEnd::Reached, |(step, line)| {
            let row = row_of(step);
            LifeEnd::OutOfReach { row, line }
        });
    }
    match died {
        None => LifeEnd::Left,
        Some(death) if death.cause == Cause::Exit => LifeEnd::AtExit,
        Some(death) => LifeEnd::Freed {
            row: row_of(death.at.step),
            line: death.at.line,
            cause: death.cause,
        },
    }
}

/// The step from which on an object is not there any more, and the line that had run.
fn last_seen(trace: &Trace, id: ObjId) -> Option<(u32, u32)> {
    let mut steps = trace.steps.iter().zip(1..);
    let (step, number) = steps.find(|(step, _)| step.left.contains(&id))?;
    Some((number, step.head.ran.unwrap_or(step.head.line)))
}
