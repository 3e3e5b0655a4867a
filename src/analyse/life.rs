//! The life of one object: birth, every change of its count, death.

use super::find::source_title;
use super::ledger::{Ledger, Owner, ledger};
use super::why::{Fate, fate};
use crate::trace::{Count, ObjId, State, StepHead, Trace};
use std::collections::BTreeMap;

/// Something that happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub step: u32,
    /// The line that has run; 0 where none is known.
    pub line: u32,
    pub what: Happened,
    /// References that came and went since the turn before, in words.
    pub came: Vec<String>,
    pub went: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    Born(Count),
    /// It is older than the recording, and comes into sight.
    Seen(Count),
    Count(Count, Count),
    /// Nothing reaches it from here on.
    Unreachable,
    /// Something reaches it again.
    Reachable,
    /// The collector ran its finalizer.
    Finalized,
    Died,
    /// Nothing of the program refers to it any more; it lives on.
    OutOfSight,
}

/// All that happened to an object, in order.
pub fn life(trace: &Trace, id: ObjId) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut before: Option<(Count, Fate)> = None;
    let mut owners: Vec<String> = Vec::new();
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        let line = step.head.ran.unwrap_or(step.head.line);
        let happened = |what| Turn {
            step: number,
            line,
            what,
            came: Vec::new(),
            went: Vec::new(),
        };
        if was_finalized(&step.head, id) {
            turns.push(happened(Happened::Finalized));
        }
        let Some(object) = state.heap.get(&id) else {
            if before.take().is_some() {
                let died = trace.object(id).died.is_some();
                turns.push(Turn {
                    went: std::mem::take(&mut owners),
                    ..happened(if died {
                        Happened::Died
                    } else {
                        Happened::OutOfSight
                    })
                });
            }
            continue;
        };
        let ledger = ledger(
            state,
            &trace.objects,
            &step.head.held,
            trace.header.granularity,
        );
        let now = (object.refcount, fate(trace, state, &ledger, id, number));
        let what = match before {
            None if trace
                .object(id)
                .born
                .is_some_and(|born| born.step == number) =>
            {
                Some(Happened::Born(now.0))
            }
            None => Some(Happened::Seen(now.0)),
            Some((count, _)) if count != now.0 => Some(Happened::Count(count, now.0)),
            Some(_) => None,
        };
        if let Some(what) = what {
            let held = owners_in_words(trace, state, &ledger, id);
            let (came, went) = difference(&owners, &held);
            owners = held;
            turns.push(Turn {
                came,
                went,
                ..happened(what)
            });
        }
        match (before.map(|(_, fate)| fate), now.1) {
            (Some(Fate::Reachable), Fate::Garbage) => {
                turns.push(happened(Happened::Unreachable));
            }
            (Some(Fate::Garbage), Fate::Reachable) => turns.push(happened(Happened::Reachable)),
            _ => {}
        }
        before = Some(now);
    }
    turns
}

fn was_finalized(head: &StepHead, id: ObjId) -> bool {
    head.collections
        .iter()
        .any(|run| run.finalized.contains(&id))
}

fn owners_in_words(trace: &Trace, state: &State, ledger: &Ledger, id: ObjId) -> Vec<String> {
    let owners = ledger.owners(id).iter();
    owners
        .map(|owner| owner_in_words(trace, state, owner))
        .collect()
}

/// An owner and its reference, in words: `globals a`, `list #3 [0]`.
pub fn owner_in_words(trace: &Trace, state: &State, owner: &Owner) -> String {
    let label = owner.label.display(&trace.symbols);
    format!("{} {label}", source_title(trace, state, owner.from))
}

/// What stands in `new` alone and what in `old` alone, each as often as it does.
fn difference(old: &[String], new: &[String]) -> (Vec<String>, Vec<String>) {
    let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
    for text in new {
        *balance.entry(text).or_default() += 1;
    }
    for text in old {
        *balance.entry(text).or_default() -= 1;
    }
    let mut came = Vec::new();
    let mut went = Vec::new();
    for (text, many) in balance {
        let list = if many > 0 { &mut came } else { &mut went };
        list.extend((0..many.abs()).map(|_| text.to_owned()));
    }
    (came, went)
}
