//! Which object a question is about, and at which step.

use super::ledger::Source;
use super::near::instead;
use super::path::{Target, follow, known, named};
use crate::trace::{ObjId, ReadError, State, Symbol, TraceFile};

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
    /// What the name led to before, the last of it first; a few of these, see [`MOST_OTHERS`].
    pub others: Vec<Other>,
}

/// What else a name led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub id: ObjId,
    /// The last step, up to the one asked about, at which it did.
    pub step: u32,
    /// What the object was called there, as [`titled`](super::titled) takes it.
    pub name: Option<Symbol>,
}

/// As many other objects are looked for: to find all would take reading all of the trace.
pub const MOST_OTHERS: usize = 6;

/// Why nothing is found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing is there to ask about.
    #[error("{error}")]
    Nothing { error: String, hint: String },
    #[error("{0}")]
    Unread(#[from] ReadError),
}

impl FindError {
    fn nothing(error: String, hint: String) -> FindError {
        FindError::Nothing { error, hint }
    }
}

/// Finds what `target` leads to: at step `at`, or else at the last step at which it leads
/// anywhere. A name that is gone at `at` stands for what it led to last. Of the trace those segments
/// are read that can tell.
///
/// # Errors
/// There is no such step, object or name; what there is instead. Or the file cannot be read.
pub fn find(file: &TraceFile, target: &Target, at: Option<u32>) -> Result<Found, FindError> {
    let steps = file.steps();
    if at.is_some_and(|at| at == 0 || at > steps) {
        return Err(FindError::nothing(
            format!("there is no step {}", at.unwrap_or_default()),
            format!("the steps are 1 to {steps}"),
        ));
    }
    match target {
        Target::Object(id) => find_serial(file, *id, at),
        Target::Path { name, rest } => {
            let path = Path { file, name, rest };
            path.find(at)
        }
    }
}

fn find_serial(file: &TraceFile, id: ObjId, at: Option<u32>) -> Result<Found, FindError> {
    known(&file.trace, id).map_err(|problem| {
        let (error, hint) = problem.split_once(": ").unwrap_or((&problem, ""));
        FindError::nothing(error.to_owned(), hint.to_owned())
    })?;
    let step = match at {
        Some(step) => step,
        None => last_alive(file, id)?,
    };
    Ok(Found {
        id,
        step,
        sight: None,
    })
}

/// The last step at which an object is there.
fn last_alive(file: &TraceFile, id: ObjId) -> Result<u32, ReadError> {
    let (born, gone) = lifetime(file, id);
    for (first, last) in file.stretches().into_iter().rev() {
        let mut seen = None;
        if last >= born && first <= gone {
            file.states_in(first.max(born), last.min(gone), |number, state| {
                if state.heap.contains_key(&id) {
                    seen = Some(number);
                }
            })?;
        }
        if let Some(step) = seen {
            return Ok(step);
        }
    }
    // It was made and died within a step.
    Ok(gone)
}

/// The first and the last step that can tell of an object.
pub(super) fn lifetime(file: &TraceFile, id: ObjId) -> (u32, u32) {
    let info = file.trace.object(id);
    let born = info.born.map_or(1, |born| born.step);
    let gone = info.died.map_or(file.steps(), |death| death.at.step);
    (born.clamp(1, file.steps()), gone.clamp(1, file.steps()))
}

/// A name and the labels behind it, in a trace.
struct Path<'f> {
    file: &'f TraceFile,
    name: &'f str,
    rest: &'f str,
}

/// What a path led to at some steps.
#[derive(Default)]
struct Sights {
    /// Each object once, where it was seen last, the last of them first.
    seen: Vec<(Other, Source)>,
    /// Why it led nowhere where the name was there, at the last such step.
    broken: Option<String>,
}

impl Sights {
    /// Adds what was seen before.
    fn add_earlier(&mut self, earlier: Sights) {
        for (other, source) in earlier.seen {
            if self.seen.iter().all(|(seen, _)| seen.id != other.id) {
                self.seen.push((other, source));
            }
        }
        if self.broken.is_none() {
            self.broken = earlier.broken;
        }
    }
}

impl Path<'_> {
    fn find(&self, at: Option<u32>) -> Result<Found, FindError> {
        let last = at.unwrap_or(self.file.steps());
        let mut sights = self.sights(last, last)?;
        let is_there = !sights.seen.is_empty() || sights.broken.is_some();
        for (from, to) in self.stretches_before(last, is_there).into_iter().rev() {
            if sights.seen.len() > MOST_OTHERS {
                break;
            }
            // What it led to before the first change shows at the step before that.
            let from = from.saturating_sub(1);
            sights.add_earlier(self.sights(from, to.min(last))?);
        }
        let mut seen = sights.seen.into_iter();
        let Some((found, frame)) = seen.next() else {
            return Err(self.nowhere(at, sights.broken)?);
        };
        Ok(Found {
            id: found.id,
            step: at.unwrap_or(found.step),
            sight: Some(Sight {
                step: found.step,
                frame,
                others: seen.take(MOST_OTHERS).map(|(other, _)| other).collect(),
            }),
        })
    }

    /// The stretches of steps up to `last` at which it can begin or cease to lead somewhere. A path
    /// may do so wherever its name is there.
    fn stretches_before(&self, last: u32, is_there: bool) -> Vec<(u32, u32)> {
        let mut changes = self.file.stretches_of(self.name);
        changes.retain(|(first, _)| *first <= last);
        let (Some((first, _)), Some((_, end))) = (changes.first(), changes.last()) else {
            return changes;
        };
        if self.rest.is_empty() {
            return changes;
        }
        let end = if is_there { last } else { *end };
        let mut all = self.file.stretches();
        all.retain(|(from, _)| first <= from && *from <= end);
        all
    }

    /// What it leads to from one step to another.
    fn sights(&self, first: u32, last: u32) -> Result<Sights, ReadError> {
        let mut sights = Sights::default();
        let Sights { seen, broken } = &mut sights;
        self.file
            .states_in(first, last, |step, state| match self.look(state) {
                Some((source, Ok(id))) => {
                    let name = state.heap.get(&id).and_then(|object| object.name);
                    if seen
                        .last()
                        .is_none_or(|(last, _): &(Other, _)| last.id != id)
                    {
                        seen.retain(|(other, _)| other.id != id);
                    } else {
                        seen.pop();
                    }
                    seen.push((Other { id, step, name }, source));
                }
                Some((_, Err(problem))) => *broken = Some(problem),
                None => {}
            })?;
        sights.seen.reverse();
        Ok(sights)
    }

    /// The first step behind another at which it leads somewhere.
    fn first_after(&self, step: u32) -> Result<Option<u32>, ReadError> {
        let mut stretches = self.file.stretches_of(self.name);
        if !self.rest.is_empty() {
            let first = stretches.first().map_or(u32::MAX, |(first, _)| *first);
            stretches = self.file.stretches();
            stretches.retain(|(from, _)| *from >= first);
        }
        for (from, to) in stretches {
            let mut found = None;
            self.file
                .states_in(from.max(step + 1), to, |number, state| {
                    if found.is_none() && matches!(self.look(state), Some((_, Ok(_)))) {
                        found = Some(number);
                    }
                })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Why nothing is found up to a step.
    fn nowhere(&self, at: Option<u32>, broken: Option<String>) -> Result<FindError, ReadError> {
        let (name, rest) = (self.name, self.rest);
        let later = match at {
            Some(at) => self.first_after(at)?.map(|later| (at, later)),
            None => None,
        };
        Ok(match (later, broken) {
            (Some((at, later)), _) => FindError::nothing(
                format!("{name}{rest} leads nowhere yet at step {at}"),
                format!("it does from step {later} on"),
            ),
            (None, Some(problem)) => FindError::nothing(
                format!("{name}{rest} never leads to anything"),
                format!("at its last sight {problem}"),
            ),
            (None, None) => FindError::nothing(
                format!("there is no name {name} at any step"),
                instead(name, "names", &self.file.names()?),
            ),
        })
    }

    /// What it leads to in the newest call frame that has the name; those of the step's own thread
    /// come first.
    fn look(&self, state: &State) -> Option<(Source, Result<ObjId, String>)> {
        let trace = &self.file.trace;
        let own = state.frames.iter().enumerate().rev();
        let own = own.map(|(place, frame)| (Source::Frame(place), frame));
        let others = state.others.iter().flat_map(|stack| {
            let frames = stack.frames.iter().enumerate().rev();
            frames.map(|(place, frame)| (Source::OtherFrame(stack.thread, place), frame))
        });
        own.chain(others).find_map(|(source, frame)| {
            let from = named(trace, frame, self.name)?;
            Some((source, follow(trace, state, from, self.rest)))
        })
    }
}
