//! The life of one object: birth, every change of its count, death.

use super::anchor::Anchor;
use super::find::lifetime;
use super::ledger::ledger;
use super::why::{Liveness, fate};
use super::words::Words;
use crate::trace::{Count, FileId, Incident, ObjId, ReadError, State, StepHead, Trace, TraceFile};
use std::collections::BTreeMap;

/// Something that happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeEvent {
    pub step: u32,
    /// The line that has run, or that is the cause of a birth or death; 0 where none is known.
    pub line: u32,
    /// The file that was at work.
    pub file: FileId,
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

/// All that happened to an object, in order. The steps from its birth to its death are read.
///
/// # Errors
/// Where the file cannot be read.
pub fn life(file: &TraceFile, id: ObjId) -> Result<Vec<LifeEvent>, ReadError> {
    let trace = &file.trace;
    let mut tale = Tale {
        trace,
        id,
        turns: Vec::new(),
        before: None,
        owners: Vec::new(),
        anchor: None,
    };
    let (born, gone) = lifetime(file, id);
    let mut last = None;
    file.each_in(born, gone, |number, step, state| {
        let head = &step.head;
        for (incident, _) in head.incidents.iter().filter(|(_, of)| *of == id) {
            tale.turn(number, head, LifeEventKind::Incident(*incident));
        }
        match state.heap.get(&id) {
            Some(object) => tale.lives(number, head, state, object.refcount),
            None if tale.before.take().is_some() => tale.leaves(number, head),
            None => {}
        }
        if number == gone {
            last = Some(head.clone());
        }
    })?;
    if let (true, Some(_), Some(head)) = (tale.turns.is_empty(), trace.object(id).died, last) {
        tale.turn(gone, &head, LifeEventKind::Fleeting);
    }
    Ok(tale.turns)
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
    /// What kept it reachable when that was last looked for.
    anchor: Option<Anchor>,
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
            file: head.file,
            what,
            came: Vec::new(),
            went: Vec::new(),
        });
        let last = self.turns.len() - 1;
        &mut self.turns[last]
    }

    fn lives(&mut self, step: u32, head: &StepHead, state: &State, count: Count) {
        let (trace, id) = (self.trace, self.id);
        let anchored = self.anchor.as_ref().is_some_and(|it| it.stands(state));
        if anchored && self.before == Some((count, Liveness::Reachable)) {
            return;
        }
        let ledger = ledger(state, &trace.objects, &head.held, trace.header.granularity);
        let born_now = trace.object(id).born.is_some_and(|born| born.step == step);
        let fate_now = fate(trace, state, &ledger, id, step);
        if !anchored {
            self.anchor = Anchor::find(state, &ledger, id);
        }
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
