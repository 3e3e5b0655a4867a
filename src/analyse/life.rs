//! The life of one object: birth, every change of its count, death.

use super::ledger::ledger;
use super::why::{Liveness, fate};
use super::words::Words;
use crate::trace::{Count, Incident, ObjId, State, StepHead, Trace};
use std::collections::BTreeMap;

/// Something that happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeEvent {
    pub step: u32,
    /// The line that has run, or that is the cause of a birth or death; 0 where none is known.
    pub line: u32,
    pub what: LifeEventKind,
    /// References that came and went since the turn before, in words.
    pub came: Vec<String>,
    pub went: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifeEventKind {
    Born(Count),
    /// It is older than the recording, and comes into sight.
    Seen(Count),
    Count(Count, Count),
    /// Nothing reaches it from here on.
    Unreachable,
    /// Something reaches it again.
    Reachable,
    /// Its finalizer ran, or the like.
    Incident(Incident),
    Died,
    /// It was made and died within one step, so that no count of it is known.
    Fleeting,
    /// Nothing of the program refers to it any more; it lives on.
    OutOfSight,
}

/// All that happened to an object, in order.
pub fn life(trace: &Trace, id: ObjId) -> Vec<LifeEvent> {
    let mut tale = Tale {
        trace,
        id,
        turns: Vec::new(),
        before: None,
        owners: Vec::new(),
    };
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        for (incident, _) in step.head.incidents.iter().filter(|(_, of)| *of == id) {
            tale.turn(number, &step.head, LifeEventKind::Incident(*incident));
        }
        match state.heap.get(&id) {
            Some(object) => tale.lives(number, &step.head, state, object.refcount),
            None if tale.before.take().is_some() => tale.leaves(number, &step.head),
            None => {}
        }
    }
    if let (true, Some(death)) = (tale.turns.is_empty(), trace.object(id).died) {
        let head = &trace.steps[death.at.step as usize - 1].head;
        tale.turn(death.at.step, head, LifeEventKind::Fleeting);
    }
    tale.turns
}

/// A life as far as it has been told.
struct Tale<'t> {
    trace: &'t Trace,
    id: ObjId,
    turns: Vec<LifeEvent>,
    /// Its count and how it stood at the step before; `None` while it is not there.
    before: Option<(Count, Liveness)>,
    /// Who owned it at the last turn.
    owners: Vec<String>,
}

impl Tale<'_> {
    fn turn(&mut self, step: u32, head: &StepHead, what: LifeEventKind) -> &mut LifeEvent {
        let info = self.trace.object(self.id);
        let line = match (what, info.born, info.died) {
            (LifeEventKind::Born(_), Some(born), _) => born.line,
            (LifeEventKind::Died | LifeEventKind::Fleeting, _, Some(death)) => death.at.line,
            _ => head.ran.unwrap_or(head.line),
        };
        self.turns.push(LifeEvent {
            step,
            line,
            what,
            came: Vec::new(),
            went: Vec::new(),
        });
        let last = self.turns.len() - 1;
        &mut self.turns[last]
    }

    fn lives(&mut self, step: u32, head: &StepHead, state: &State, count: Count) {
        let (trace, id) = (self.trace, self.id);
        let ledger = ledger(state, &trace.objects, &head.held, trace.header.granularity);
        let born_now = trace.object(id).born.is_some_and(|born| born.step == step);
        let fate_now = fate(trace, state, &ledger, id, step);
        let before = self.before.replace((count, fate_now));
        let what = match before {
            None if born_now => Some(LifeEventKind::Born(count)),
            None => Some(LifeEventKind::Seen(count)),
            Some((old, _)) if old != count => Some(LifeEventKind::Count(old, count)),
            Some(_) => None,
        };
        if let Some(what) = what {
            let words = Words { trace, state, head };
            let owners = ledger.owners(id).iter();
            let held = owners.map(|owner| words.owner(owner)).collect::<Vec<_>>();
            let (came, went) = difference(&self.owners, &held);
            self.owners = held;
            let turn = self.turn(step, head, what);
            (turn.came, turn.went) = (came, went);
        }
        match (before.map(|(_, fate)| fate), fate_now) {
            (Some(Liveness::Reachable), Liveness::Garbage) => {
                self.turn(step, head, LifeEventKind::Unreachable);
            }
            (Some(Liveness::Garbage), Liveness::Reachable) => {
                self.turn(step, head, LifeEventKind::Reachable);
            }
            _ => {}
        }
    }

    fn leaves(&mut self, step: u32, head: &StepHead) {
        let what = if head.freed.contains(&self.id) {
            LifeEventKind::Died
        } else {
            LifeEventKind::OutOfSight
        };
        let went = std::mem::take(&mut self.owners);
        self.turn(step, head, what).went = went;
    }
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
