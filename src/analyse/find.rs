//! Which object a question is about, and at which step.

use super::ledger::Source;
use super::near::instead;
use super::path::{Target, follow, known, named};
use crate::trace::{NameKind, ObjId, State, Trace};
use std::collections::BTreeSet;

/// The object that a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: ObjId,
    /// The step that the question is about.
    pub step: u32,
    /// Where the name was found; `None` for a serial.
    pub sight: Option<Sight>,
}

/// Where a name was found to lead to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The last step, up to the one asked about, at which it did.
    pub step: u32,
    /// The call frame, as the ledger names it.
    pub frame: Source,
    /// What else the name led to, each with its last step.
    pub others: Vec<(ObjId, u32)>,
}

/// Nothing is there to ask about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct ResolveError {
    pub error: String,
    pub hint: String,
}

/// Finds what `target` leads to: at step `at`, or else at the last step at which it leads
/// anywhere. A name that is gone at `at` stands for what it led to last.
///
/// # Errors
/// There is no such step, object or name; what there is instead.
pub fn find(trace: &Trace, target: &Target, at: Option<u32>) -> Result<Found, ResolveError> {
    let steps = trace.header.steps;
    if at.is_some_and(|at| at == 0 || at > steps) {
        return Err(ResolveError {
            error: format!("there is no step {}", at.unwrap_or_default()),
            hint: format!("the steps are 1 to {steps}"),
        });
    }
    match target {
        Target::Object(id) => find_serial(trace, *id, at),
        Target::Path { name, rest } => find_name(trace, name, rest, at),
    }
}

fn find_serial(trace: &Trace, id: ObjId, at: Option<u32>) -> Result<Found, ResolveError> {
    known(trace, id).map_err(|problem| {
        let (error, hint) = problem.split_once(": ").unwrap_or((&problem, ""));
        ResolveError {
            error: error.to_owned(),
            hint: hint.to_owned(),
        }
    })?;
    let last_alive = || {
        // One that is never seen alive was made and died within a step.
        let died = trace.object(id).died.map(|death| death.at.step);
        let mut last = died.unwrap_or(trace.steps.len() as u32);
        let mut replay = trace.replay();
        while let Some((number, _, state)) = replay.next() {
            if state.heap.contains_key(&id) {
                last = number;
            }
        }
        last
    };
    Ok(Found {
        id,
        step: at.unwrap_or_else(last_alive),
        sight: None,
    })
}

fn find_name(
    trace: &Trace,
    name: &str,
    rest: &str,
    at: Option<u32>,
) -> Result<Found, ResolveError> {
    let mut seen: Vec<(ObjId, u32)> = Vec::new();
    let mut latest: Option<(ObjId, u32, Source)> = None;
    let mut first_later = None;
    let mut broken = None;
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut replay = trace.replay();
    while let Some((number, _, state)) = replay.next() {
        let frames = state.all_frames().flat_map(|frame| &frame.names);
        let own = frames.filter(|name| name.kind != NameKind::Stack);
        names.extend(own.map(|name| trace.symbols.text(name.name)));
        match look(trace, state, name, rest) {
            Some((frame, Ok(id))) => {
                match seen.iter_mut().find(|(other, _)| *other == id) {
                    Some((_, last)) => *last = number,
                    None => seen.push((id, number)),
                }
                if at.is_none_or(|at| number <= at) {
                    latest = Some((id, number, frame));
                } else if first_later.is_none() {
                    first_later = Some(number);
                }
            }
            Some((_, Err(problem))) if at.is_none_or(|at| number <= at) => broken = Some(problem),
            _ => {}
        }
    }
    if let Some((id, step, frame)) = latest {
        seen.retain(|(other, _)| *other != id);
        return Ok(Found {
            id,
            step: at.unwrap_or(step),
            sight: Some(Sight {
                step,
                frame,
                others: seen,
            }),
        });
    }
    Err(match (first_later, broken, at) {
        (Some(later), _, Some(at)) => ResolveError {
            error: format!("{name}{rest} leads nowhere yet at step {at}"),
            hint: format!("it does from step {later} on"),
        },
        (_, Some(problem), _) => ResolveError {
            error: format!("{name}{rest} never leads to anything"),
            hint: format!("at its last sight {problem}"),
        },
        _ => ResolveError {
            error: format!("there is no name {name} at any step"),
            hint: instead(name, "names", &names.into_iter().collect::<Vec<_>>()),
        },
    })
}

/// What a name leads to in the newest call frame that has it; those of the step's own thread come
/// first.
fn look(
    trace: &Trace,
    state: &State,
    name: &str,
    rest: &str,
) -> Option<(Source, Result<ObjId, String>)> {
    let own = state.frames.iter().enumerate().rev();
    let own = own.map(|(place, frame)| (Source::Frame(place), frame));
    let others = state.others.iter().flat_map(|stack| {
        let frames = stack.frames.iter().enumerate().rev();
        frames.map(|(place, frame)| (Source::OtherFrame(stack.thread, place), frame))
    });
    own.chain(others).find_map(|(source, frame)| {
        let from = named(trace, frame, name)?;
        Some((source, follow(trace, state, from, rest)))
    })
}
