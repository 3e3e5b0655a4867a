//! Claims in a script's comments, held against its trace.
//!
//! A comment `# memviz: expect refcount(a) == 2; same(a, b)` claims something about memory at the
//! moment when the line that it stands on has run; on a line of its own it speaks of the nearest
//! line of code above. A claim must hold every time that the line has run.

use super::ledger::{Ledger, ledger};
use crate::trace::{CallFrame, Count, Event, FileId, Label, NameKind, ObjId, State, Step, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    pub file: FileId,
    /// Line of the comment.
    pub line: u32,
    /// Line of code that it speaks of.
    pub of_line: u32,
    /// The claim as it was written.
    pub text: String,
}

/// A claim that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub expectation: Expectation,
    /// The step at which it failed; `None` where its line never ran.
    pub step: Option<u32>,
    /// What was found instead, or what is wrong with the claim.
    pub found: String,
}

/// How a script's claims came out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    pub claims: usize,
    pub failures: Vec<Failure>,
}

const MARK: &str = "# memviz: expect ";

/// Finds the claims in a trace's sources and checks each.
pub fn check(trace: &Trace) -> Verdict {
    let expectations = expectations(trace);
    let mut verdict = Verdict {
        claims: expectations.len(),
        failures: Vec::new(),
    };
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    let mut failed: BTreeSet<usize> = BTreeSet::new();
    let mut names = BTreeMap::new();
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        remember(trace, state, &mut names);
        let after_line = matches!(step.head.event, Event::Line | Event::Return);
        let due: Vec<usize> = expectations
            .iter()
            .enumerate()
            .filter(|(_, e)| {
                after_line && e.file == step.head.file && Some(e.of_line) == step.head.ran
            })
            .map(|(index, _)| index)
            .collect();
        if due.is_empty() {
            continue;
        }
        let moment = Moment {
            trace,
            state,
            ledger: ledger(
                state,
                &trace.objects,
                &step.head.held,
                trace.header.granularity,
            ),
            names: &names,
            step,
        };
        for index in due {
            reached.insert(index);
            if failed.contains(&index) {
                continue;
            }
            if let Err(found) = moment.holds(&expectations[index].text) {
                failed.insert(index);
                verdict.failures.push(Failure {
                    expectation: expectations[index].clone(),
                    step: Some(number),
                    found,
                });
            }
        }
    }
    for (index, expectation) in expectations.into_iter().enumerate() {
        if !reached.contains(&index) {
            verdict.failures.push(Failure {
                found: format!("line {} never ran", expectation.of_line),
                expectation,
                step: None,
            });
        }
    }
    verdict
        .failures
        .sort_by_key(|failure| (failure.expectation.file, failure.expectation.line));
    verdict
}

fn expectations(trace: &Trace) -> Vec<Expectation> {
    let mut found = Vec::new();
    for (index, file) in trace.header.files.iter().enumerate() {
        let mut code_line = 0;
        for (number, line) in (1..).zip(file.text.lines()) {
            let code = line.trim_start();
            if !code.is_empty() && !code.starts_with('#') {
                code_line = number;
            }
            if let Some((_, claims)) = line.split_once(MARK) {
                found.extend(claims.split(';').map(|claim| Expectation {
                    file: FileId(index as u16),
                    line: number,
                    of_line: code_line,
                    text: claim.trim().to_owned(),
                }));
            }
        }
    }
    found
}

/// What each name of a frame led to last, so that `dead(x)` can speak of a name that is gone.
type Names = BTreeMap<(FileId, String, String), ObjId>;

fn remember(trace: &Trace, state: &State, names: &mut Names) {
    for frame in state.all_frames() {
        for name in frame
            .names
            .iter()
            .filter(|name| name.kind != NameKind::Stack)
        {
            let key = (
                frame.file,
                trace.symbols.text(frame.function).to_owned(),
                trace.symbols.text(name.name).to_owned(),
            );
            names.insert(key, name.to);
        }
    }
}

struct Moment<'t> {
    trace: &'t Trace,
    state: &'t State,
    ledger: Ledger,
    names: &'t Names,
    step: &'t Step,
}

impl Moment<'_> {
    /// Whether a claim holds; if not, what was found.
    fn holds(&self, claim: &str) -> Result<(), String> {
        let (call, wanted) = match claim.split_once("==") {
            Some((call, wanted)) => (call.trim(), Some(wanted.trim())),
            None => (claim, None),
        };
        let (name, arguments) = call
            .strip_suffix(')')
            .and_then(|call| call.split_once('('))
            .ok_or_else(|| {
                format!("`{claim}` is no claim: write refcount(x) == 2, same(a, b), ...")
            })?;
        let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
        match (name, &arguments[..], wanted) {
            ("refcount", [path], Some(wanted)) => equal(wanted, &self.refcount(path)?),
            ("generation", [path], Some(wanted)) => equal(wanted, &self.generation(path)?),
            ("count", [type_name], Some(wanted)) => {
                let type_name = type_name.trim_matches(['"', '\'']);
                equal(wanted, &self.living_of_type(type_name).to_string())
            }
            ("same", [a, b], None) => {
                let (a, b) = (self.path(a)?, self.path(b)?);
                truth(a == b, || format!("they are #{} and #{}", a.0, b.0))
            }
            ("different", [a, b], None) => {
                let (a, b) = (self.path(a)?, self.path(b)?);
                truth(a != b, || format!("both are #{}", a.0))
            }
            ("alive", [path], None) => {
                let id = self.last(path)?;
                truth(self.state.heap.contains_key(&id), || {
                    "it is dead".to_owned()
                })
            }
            ("dead", [path], None) => {
                let id = self.last(path)?;
                truth(!self.state.heap.contains_key(&id), || {
                    "it is alive".to_owned()
                })
            }
            ("reachable", [path], None) => {
                let id = self.living(path)?;
                truth(self.ledger.is_reachable(id), || {
                    "it is unreachable".to_owned()
                })
            }
            ("unreachable", [path], None) => {
                let id = self.living(path)?;
                truth(!self.ledger.is_reachable(id), || {
                    "it is reachable".to_owned()
                })
            }
            ("immortal", [path], None) => {
                let found = self.refcount(path)?;
                truth(found == "immortal", || format!("its count is {found}"))
            }
            _ => Err(format!("`{claim}` is no claim that memviz knows")),
        }
    }

    fn living(&self, path: &str) -> Result<ObjId, String> {
        let id = self.last(path)?;
        if self.state.heap.contains_key(&id) {
            Ok(id)
        } else {
            Err("it is dead".to_owned())
        }
    }

    fn refcount(&self, path: &str) -> Result<String, String> {
        let id = self.living(path)?;
        Ok(match self.state.heap[&id].refcount {
            Count::Immortal => "immortal".to_owned(),
            Count::Of(count) => count.to_string(),
        })
    }

    fn generation(&self, path: &str) -> Result<String, String> {
        let id = self.living(path)?;
        let generation = self.state.heap[&id].generation;
        Ok(generation.map_or("none".to_owned(), |generation| generation.to_string()))
    }

    fn living_of_type(&self, type_name: &str) -> usize {
        self.state
            .heap
            .keys()
            .map(|id| self.trace.object(*id))
            .filter(|info| {
                info.born.is_some() && self.trace.symbols.text(info.type_name) == type_name
            })
            .count()
    }

    /// What a path leads to now, or where its name is gone, what the name led to last.
    fn last(&self, path: &str) -> Result<ObjId, String> {
        self.path(path).or_else(|problem| {
            let frame = self.frames_to_search().next();
            frame
                .and_then(|frame| {
                    let key = (
                        frame.file,
                        self.trace.symbols.text(frame.function).to_owned(),
                        path.to_owned(),
                    );
                    self.names.get(&key).copied()
                })
                .ok_or(problem)
        })
    }

    /// The frame that the step speaks of, then the module's.
    fn frames_to_search(&self) -> impl Iterator<Item = &CallFrame> {
        let of_step = self
            .state
            .frames
            .iter()
            .rev()
            .find(|frame| frame.function == self.step.head.function);
        of_step.into_iter().chain(self.state.frames.first())
    }

    /// What a path like `a.b[0]` leads to: a name, then labels of references.
    fn path(&self, path: &str) -> Result<ObjId, String> {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (name, mut rest) = path.split_at(end);
        let mut at = self
            .frames_to_search()
            .flat_map(|frame| &frame.names)
            .find(|candidate| self.trace.symbols.text(candidate.name) == name)
            .map(|found| found.to)
            .ok_or_else(|| format!("there is no name {name}"))?;
        while !rest.is_empty() {
            let object = self.state.heap.get(&at).ok_or("it is dead")?;
            let next = object
                .refs
                .iter()
                .filter_map(|reference| {
                    let label = match reference.label {
                        // As Python itself names it.
                        Label::Cell(_) => "cell_contents".to_owned(),
                        label => label.display(&self.trace.symbols),
                    };
                    let left = rest
                        .strip_prefix(&label)
                        .or_else(|| rest.strip_prefix('.')?.strip_prefix(&label))?;
                    let whole = left.is_empty() || left.starts_with(['.', '[']);
                    whole.then_some((reference.to, left))
                })
                .min_by_key(|(_, left)| left.len());
            let (to, left) = next.ok_or_else(|| format!("#{} has no reference {rest}", at.0))?;
            at = to;
            rest = left;
        }
        Ok(at)
    }
}

fn equal(wanted: &str, found: &str) -> Result<(), String> {
    truth(wanted == found, || format!("it is {found}"))
}

fn truth(holds: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(found()) }
}
