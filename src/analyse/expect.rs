//! Claims in a script's comments, held against its trace.
//!
//! A comment `# memviz: expect refcount(a) == 2; same(a, b)` claims something about memory at the
//! moment when the statement that it stands in or behind has run; on a line of its own it speaks
//! of the nearest statement above. A claim must hold every time that the statement has run.

use super::directives::{DirectiveError, DirectiveKind, Place, directives, split_outside};
use super::knowledge::KnownFacts;
use super::ledger::{Ledger, ledger};
use super::near::{instead, near};
use super::path::{Target, follow, known, named};
use super::words::title;
use crate::trace::{CallFrame, Count, FileId, Kind, Label, NameKind, ObjId, State, Step, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    pub place: Place,
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
    /// Claims of which the recording cannot tell, and what it does not know.
    pub unknown: Vec<(Expectation, &'static str)>,
    /// Marks that could not be read.
    pub misread: Vec<DirectiveError>,
}

/// A claim, and how it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedClaim {
    /// The path of the file that it stands in.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// As it was written.
    pub text: String,
    pub held: Held,
}

/// Whether a claim holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    Yes,
    /// What was found instead.
    No(String),
    /// The recording does not tell this.
    Unknown(&'static str),
}

/// How each of the claims in a trace's sources came out, in their order.
pub fn checked_claims(trace: &Trace) -> Vec<CheckedClaim> {
    let verdict = check(trace);
    let (directives, _) = directives(trace);
    let claims = directives.into_iter().filter_map(|mark| match mark.says {
        DirectiveKind::Expect(text) => Some(Expectation {
            place: mark.place,
            text,
        }),
        _ => None,
    });
    let held = |claim: &Expectation| {
        let mut failures = verdict.failures.iter();
        if let Some(failure) = failures.find(|one| one.expectation == *claim) {
            return Held::No(failure.found.clone());
        }
        let mut unknown = verdict.unknown.iter();
        match unknown.find(|(one, _)| one == claim) {
            Some((_, what)) => Held::Unknown(what),
            None => Held::Yes,
        }
    };
    let file = |claim: &Expectation| trace.header.files[claim.place.file.0 as usize].path.clone();
    claims
        .map(|claim| CheckedClaim {
            file: file(&claim),
            line: claim.place.line,
            held: held(&claim),
            text: claim.text,
        })
        .collect()
}

/// The claims that there are, for those who misspell one.
const CLAIMS: [&str; 10] = [
    "refcount",
    "generation",
    "count",
    "same",
    "different",
    "alive",
    "dead",
    "reachable",
    "unreachable",
    "immortal",
];

/// Finds the claims in a trace's sources and checks each.
pub fn check(trace: &Trace) -> Verdict {
    let (directives, misread) = directives(trace);
    let expectations: Vec<Expectation> = directives
        .into_iter()
        .filter_map(|mark| match mark.says {
            DirectiveKind::Expect(text) => Some(Expectation {
                place: mark.place,
                text,
            }),
            _ => None,
        })
        .collect();
    let mut verdict = Verdict {
        claims: expectations.len(),
        failures: Vec::new(),
        unknown: Vec::new(),
        misread,
    };
    let knows = KnownFacts::of(trace);
    let mut unknown: BTreeMap<usize, &'static str> = BTreeMap::new();
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    let mut failed: BTreeSet<usize> = BTreeSet::new();
    let mut names = BTreeMap::new();
    let mut before = None;
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        remember(trace, state, &mut names);
        let due: Vec<usize> = expectations
            .iter()
            .enumerate()
            .filter(|(_, e)| e.place.has_run(&step.head, before))
            .map(|(index, _)| index)
            .collect();
        before = Some(&step.head);
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
            knows,
        };
        for index in due {
            reached.insert(index);
            if failed.contains(&index) {
                continue;
            }
            if let Some(what) = moment.unknown(&expectations[index].text) {
                unknown.insert(index, what);
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
                found: never_ran(&expectation.place),
                expectation,
                step: None,
            });
        } else if let Some(what) = unknown.get(&index).filter(|_| !failed.contains(&index)) {
            verdict.unknown.push((expectation, what));
        }
    }
    verdict.failures.sort_by_key(|failure| {
        (
            failure.expectation.place.file,
            failure.expectation.place.line,
        )
    });
    verdict
}

fn never_ran(place: &Place) -> String {
    match place.statement {
        (0, _) => "no statement stands above it".to_owned(),
        (first, last) if first == last => format!("line {first} never ran"),
        (first, last) => format!("lines {first} to {last} never ran"),
    }
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
    knows: KnownFacts,
}

impl Moment<'_> {
    /// What the recording would have to know to tell whether a claim holds, and does not.
    fn unknown(&self, claim: &str) -> Option<&'static str> {
        let (name, arguments) = claim.split_once('(')?;
        let path = arguments.split(')').next().unwrap_or_default();
        let knows = self.knows;
        // Where it is known, what has been seen to live is alive, and in reach.
        let is_seen = || self.last(path).is_ok_and(|id| self.lives(id));
        match name.trim() {
            "refcount" | "immortal" if !knows.counts => Some("its counts"),
            "generation" if !knows.generations => Some("the collector's generations"),
            "count" if !knows.deaths => Some("what lives out of reach"),
            "alive" | "dead" | "reachable" | "unreachable" if !knows.deaths && !is_seen() => {
                Some("when objects are freed")
            }
            "same" | "different" => {
                let mut paths = split_outside(path, ',').into_iter();
                let is_hidden = paths.any(|path| self.is_in_module(path.as_ref()));
                is_hidden.then_some("what a module holds")
            }
            _ => None,
        }
    }

    /// Whether a path leads through a module whose contents are not told.
    fn is_in_module(&self, path: &str) -> bool {
        let Some((module, _)) = path.trim().rsplit_once('.') else {
            return false;
        };
        let Ok(id) = self.path(module) else {
            return false;
        };
        let refs = self.state.heap.get(&id).map_or(&[][..], |one| &one.refs);
        let is_attribute = |label: Label| matches!(label, Label::Attr(_) | Label::Value(_));
        self.trace.object(id).kind == Kind::Module
            && !refs.iter().any(|one| is_attribute(one.label))
    }

    /// Whether a claim holds; if not, what was found.
    fn holds(&self, claim: &str) -> Result<(), String> {
        let (call, wanted) = match claim.rsplit_once("==") {
            Some((call, wanted)) => (call.trim(), Some(wanted.trim())),
            None => (claim, None),
        };
        let (name, arguments) = call
            .strip_suffix(')')
            .and_then(|call| call.split_once('('))
            .ok_or("that is no claim: write refcount(x) == 2, same(a, b), ...")?;
        let name = name.trim();
        let arguments = split_outside(arguments, ',');
        match (name, &arguments[..], wanted) {
            ("refcount", [path], Some(wanted)) => equal(wanted, &self.refcount(path)?),
            ("generation", [path], Some(wanted)) => equal(wanted, &self.generation(path)?),
            ("count", [type_name], Some(wanted)) => {
                let type_name = type_name.trim_matches(['"', '\'']);
                self.count(type_name, wanted)
            }
            ("same", [a, b], None) => {
                let (a, b) = (self.path(a)?, self.path(b)?);
                truth(a == b, || {
                    format!("they are {} and {}", self.title(a), self.title(b))
                })
            }
            ("different", [a, b], None) => {
                let (a, b) = (self.path(a)?, self.path(b)?);
                truth(a != b, || format!("both are {}", self.title(a)))
            }
            ("alive", [path], None) => {
                let id = self.last(path)?;
                truth(self.lives(id), || self.dead(id))
            }
            ("dead", [path], None) => {
                let id = self.last(path)?;
                truth(!self.lives(id), || {
                    let count = self.refcount(path).unwrap_or_default();
                    format!("it is alive: {}, refcount {count}", self.title(id))
                })
            }
            ("reachable", [path], None) => {
                let id = self.living(path)?;
                truth(self.ledger.is_reachable(id), || {
                    format!("it is unreachable: {}", self.title(id))
                })
            }
            ("unreachable", [path], None) => {
                let id = self.living(path)?;
                truth(!self.ledger.is_reachable(id), || {
                    format!("it is reachable: {}", self.title(id))
                })
            }
            ("immortal", [path], None) => {
                let found = self.refcount(path)?;
                truth(found == "immortal", || format!("its count is {found}"))
            }
            _ => Err(misspelt(name, wanted.is_some())),
        }
    }

    fn title(&self, id: ObjId) -> String {
        title(self.trace, self.state, id)
    }

    fn lives(&self, id: ObjId) -> bool {
        self.state.heap.contains_key(&id)
    }

    fn dead(&self, id: ObjId) -> String {
        let died = self.trace.object(id).died;
        let since = died.map_or(String::new(), |death| {
            format!(" since step {} (line {})", death.at.step, death.at.line)
        });
        format!("it is dead{since}: {}", self.title(id))
    }

    fn count(&self, type_name: &str, wanted: &str) -> Result<(), String> {
        let found = self.living_of_type(type_name);
        let known = self.trace.objects.iter().map(|info| info.type_name);
        let known: BTreeSet<&str> = known.map(|name| self.trace.symbols.text(name)).collect();
        if wanted != found.to_string() && !known.contains(type_name) {
            let hint = near(type_name, known);
            let hint = hint.map_or(String::new(), |meant| format!(": did you mean `{meant}`?"));
            return Err(format!(
                "no object of a type {type_name} was ever there{hint}"
            ));
        }
        equal(wanted, &found.to_string())
    }

    fn living(&self, path: &str) -> Result<ObjId, String> {
        let id = self.last(path)?;
        truth(self.lives(id), || self.dead(id)).map(|()| id)
    }

    fn refcount(&self, path: &str) -> Result<String, String> {
        let id = self.living(path)?;
        Ok(match self.state.heap[&id].refcount {
            Count::Immortal => "immortal".to_owned(),
            Count::Of(count) => count.to_string(),
            // Nobody asks where counts are not told.
            Count::Unknown => "not known".to_owned(),
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
        let (name, rest) = match Target::new(path) {
            Target::Object(id) => return known(self.trace, id),
            Target::Path { name, rest } => (name, rest),
        };
        let from = self
            .frames_to_search()
            .find_map(|frame| named(self.trace, frame, &name))
            .ok_or_else(|| {
                let names: BTreeSet<&str> = self
                    .frames_to_search()
                    .flat_map(|frame| &frame.names)
                    .filter(|name| name.kind != NameKind::Stack)
                    .map(|name| self.trace.symbols.text(name.name))
                    .collect();
                let names: Vec<&str> = names.into_iter().collect();
                let hint = instead(&name, "names", &names);
                format!("there is no name {name}: {hint}")
            })?;
        follow(self.trace, self.state, from, &rest)
    }
}

fn equal(wanted: &str, found: &str) -> Result<(), String> {
    truth(wanted == found, || format!("it is {found}"))
}

fn truth(holds: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(found()) }
}

/// What is wrong with a claim that is none.
fn misspelt(name: &str, compared: bool) -> String {
    let form = match name {
        "refcount" | "generation" => format!("write {name}(x) == 2"),
        "count" => "write count(\"Type\") == 3".to_owned(),
        "same" | "different" => format!("write {name}(a, b)"),
        _ if CLAIMS.contains(&name) => format!("write {name}(x)"),
        _ => instead(name, "claims", &CLAIMS),
    };
    let what = if CLAIMS.contains(&name) {
        let wrong = if compared {
            "is not compared so"
        } else {
            "is not written so"
        };
        format!("{name} {wrong}")
    } else {
        format!("there is no claim {name}")
    };
    format!("{what}: {form}")
}
