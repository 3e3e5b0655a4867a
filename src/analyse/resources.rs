//! What a run has had open: files, sockets, temporary files, processes, locks; since when, until when,
//! and who closed them.

use super::growth::Line;
use crate::trace::{
    Cause, Kind, Label, NameKind, ObjId, OutsideFact, ResourceFact, ResourceKind, State, Trace,
};
use std::collections::BTreeMap;

/// A resource that was made in the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The object that holds it.
    pub object: ObjId,
    /// What the program holds to use it: a text or a buffer around a file, else the object itself.
    pub held_by: ObjId,
    /// It is held to read or write text: what translates bytes is around it.
    pub is_text: bool,
    /// A name of the program's for it at the step at which it was first seen.
    pub called: Option<String>,
    /// What it is.
    pub kind: ResourceKind,
    /// Its states, the first one first.
    pub states: Vec<ResourceFact>,
    /// What became of it.
    pub end: ResourceEnd,
}

/// What became of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceEnd {
    /// The program has closed it, or let it go: at that step, behind that line.
    Closed(u32, Line),
    /// It was open when its object, or the one around it, died in the run: that closed it.
    ClosedByDeath(u32, Line),
    /// It was closed, and its object freed, in the step in which the collector took it.
    TakenByCollector(u32, Line),
    /// It was open at the last step; what closed it was its object's death while the interpreter went.
    ClosedAtExit,
    /// It was open at the last step, and nothing that was recorded closed it.
    NeverClosed,
    /// It was open when it was last seen, and its object died before the next step; what closed it is
    /// not known.
    Gone(u32, Line),
    /// It was open at the last step, but what became of it is not known: the recording ends there.
    Unknown,
    /// Its descriptor is another one's: letting it go closes nothing.
    Borrowed,
    /// It never was open.
    NeverOpen,
}

impl Resource {
    /// The state that was found first.
    pub fn first(&self) -> &ResourceFact {
        &self.states[0]
    }

    /// The latest word on what it is called: a path or name of its own.
    pub fn name(&self) -> Option<&str> {
        let mut states = self.states.iter().rev();
        states.find_map(|state| state.name.as_deref())
    }

    /// The descriptor that it had.
    pub fn descriptor(&self) -> Option<i32> {
        self.states.iter().find_map(|state| state.descriptor)
    }

    /// Where it was first seen: the line that had made it.
    pub fn born(&self) -> Line {
        let first = self.first();
        Line {
            file: first.file,
            line: first.line,
        }
    }

    /// Whether the program has left closing it to others.
    pub fn is_left_open(&self) -> bool {
        matches!(
            self.end,
            ResourceEnd::ClosedByDeath(..)
                | ResourceEnd::TakenByCollector(..)
                | ResourceEnd::ClosedAtExit
                | ResourceEnd::NeverClosed
        )
    }
}

/// The resources that were made in a run, in the order in which they were seen. A lock that no name
/// leads to and that was never seen locked is left out.
pub fn resources(trace: &Trace, facts: &[OutsideFact]) -> Vec<Resource> {
    let mut states: BTreeMap<ObjId, Vec<ResourceFact>> = BTreeMap::new();
    let mut died_open: BTreeMap<ObjId, u32> = BTreeMap::new();
    for fact in facts {
        match fact {
            OutsideFact::Resource(fact) => {
                states.entry(fact.object).or_default().push(fact.clone());
            }
            OutsideFact::DiedOpen { step, object, .. } => {
                died_open.entry(*object).or_insert(*step);
            }
            _ => {}
        }
    }
    states.retain(|object, _| trace.object(*object).born.is_some());
    let around = around(trace, &states);
    let mut all: Vec<Resource> = states
        .into_iter()
        .map(|(object, states)| {
            let (held_by, called) = around.get(&object).cloned().unwrap_or((object, None));
            Resource {
                object,
                held_by,
                is_text: trace.symbols.text(trace.object(held_by).type_name) == "TextIOWrapper",
                called,
                kind: states[0].kind,
                end: end(trace, object, &states, died_open.get(&object).copied()),
                states,
            }
        })
        .collect();
    // Classes of the library's have locks of their own.
    all.retain(|one| {
        let is_used = one.called.is_some() || one.end != ResourceEnd::NeverOpen;
        !one.kind.is_lock() || is_used
    });
    all.sort_by_key(|one| (one.first().step, one.object));
    all
}

fn end(
    trace: &Trace,
    object: ObjId,
    states: &[ResourceFact],
    died_open: Option<u32>,
) -> ResourceEnd {
    let last = &states[states.len() - 1];
    let line = |state: &ResourceFact| Line {
        file: state.file,
        line: state.line,
    };
    if states.iter().all(|state| !state.is_open) {
        return ResourceEnd::NeverOpen;
    }
    let death = trace.object(object).died;
    let is_exit = |step: u32| step >= trace.header.steps && last.is_open;
    let at = |line| Line {
        file: last.file,
        line,
    };
    if last.is_borrowed && last.is_open {
        return ResourceEnd::Borrowed;
    }
    match (died_open, death) {
        (Some(step), Some(death)) if death.cause != Cause::Exit => {
            ResourceEnd::ClosedByDeath(step, at(death.at.line))
        }
        (Some(step), _) if is_exit(step) => ResourceEnd::ClosedAtExit,
        // What is around it died, and it did not.
        (Some(step), _) if !last.is_open => ResourceEnd::ClosedByDeath(step, line(last)),
        _ if !last.is_open => ResourceEnd::Closed(last.step, line(last)),
        (_, Some(death)) => match death.cause {
            Cause::Collector => ResourceEnd::TakenByCollector(death.at.step, at(death.at.line)),
            Cause::RefCount => ResourceEnd::Gone(death.at.step, at(death.at.line)),
            Cause::Exit => ResourceEnd::ClosedAtExit,
            Cause::Unknown | Cause::OutOfReach => ResourceEnd::Unknown,
        },
        (_, None) => match trace.header.is_ended() {
            true => ResourceEnd::NeverClosed,
            false => ResourceEnd::Unknown,
        },
    }
}

/// For each resource what the program holds to use it, and a name for that.
fn around(
    trace: &Trace,
    states: &BTreeMap<ObjId, Vec<ResourceFact>>,
) -> BTreeMap<ObjId, (ObjId, Option<String>)> {
    let mut at: BTreeMap<u32, Vec<ObjId>> = BTreeMap::new();
    for (object, states) in states {
        at.entry(states[0].step).or_default().push(*object);
    }
    let mut found = BTreeMap::new();
    // A name is bound by the step after the one at which its object is first seen, at the latest.
    let mut waiting: Vec<ObjId> = Vec::new();
    let mut replay = trace.replay();
    while let Some((number, _, state)) = replay.next() {
        let new = at.get(&number).cloned().unwrap_or_default();
        let old = std::mem::replace(&mut waiting, new.clone());
        for object in old.into_iter().chain(new) {
            let holder = holder(trace, state, object);
            let called = called(trace, state, holder);
            let known: &mut (ObjId, Option<String>) = found.entry(object).or_insert((holder, None));
            if known.1.is_none() && called.is_some() {
                *known = (holder, called);
            }
        }
    }
    found
}

/// What the program holds to use an object: the outermost of those that wrap it.
fn holder(trace: &Trace, state: &State, object: ObjId) -> ObjId {
    let wraps = |label: Label| match label {
        Label::Named(name) => matches!(trace.symbols.text(name), "raw" | "buffer"),
        Label::Attr(name) => matches!(trace.symbols.text(name), "file" | "raw" | "buffer"),
        _ => false,
    };
    let mut outer = object;
    // A file is in a buffer, that in a text, that in what removes it.
    for _ in 0..3 {
        let mut holders = state.heap.iter().filter(|(_, holder)| {
            let mut refs = holder.refs.iter();
            refs.any(|to| to.to == outer && !to.weak && wraps(to.label))
        });
        match holders.next() {
            Some((id, _))
                if matches!(
                    trace.object(*id).kind,
                    Kind::Instance | Kind::Other | Kind::Iterator
                ) =>
            {
                outer = *id;
            }
            _ => break,
        }
    }
    outer
}

/// A name for an object in the innermost call that has one, or in the module.
fn called(trace: &Trace, state: &State, object: ObjId) -> Option<String> {
    let frames = state.frames.iter().rev();
    let mut names = frames.flat_map(|frame| &frame.names);
    let name = names.find(|name| name.to == object && name.kind != NameKind::Stack)?;
    Some(trace.symbols.text(name.name).to_owned())
}
