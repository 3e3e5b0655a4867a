//! The machine in words: what stands on its stack, what an instruction did there.

use super::nouns::Nouns;
use super::paths::Paths;
use crate::analyse::{CountChange, Following, MachineStep, machine_steps};
use crate::trace::stages::{Span, Stages};
use crate::trace::{Count, Kind, Machine, ObjId, StackEntry, State, Trace};
use std::collections::BTreeMap;

/// How instructions get into a recording that has none.
pub const NO_INSTRUCTIONS: &str =
    "Instructions were not recorded: memviz --step instruction SCRIPT records each with its stack";

/// An entry of a value stack, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryWords {
    /// What it is.
    pub entry: StackEntry,
    /// Its type's name; empty where there is no object.
    pub type_name: String,
    /// What kind of thing it is.
    pub kind: Option<Kind>,
    /// Its value or what it is: `5`, `[1, 2]`, `a Node`, `class C`.
    pub value: String,
    /// What the program calls it: `rows[0]`.
    pub path: Option<String>,
}

/// A count that has changed, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountWords {
    /// The object.
    pub object: EntryWords,
    /// The change.
    pub change: CountChange,
}

/// An instruction of a run, with its stacks in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineFacts {
    /// The facts behind the words.
    pub step: MachineStep,
    /// Its name.
    pub opcode: String,
    /// Where it stands in its code, in bytes.
    pub offset: u32,
    /// The function whose code it is, with those around it.
    pub code: String,
    /// The file that it stands in, as an index into the stages, ...
    pub file: Option<usize>,
    /// ... its line there, from 1, and what it was made of.
    pub line: u32,
    /// The latter.
    pub span: Option<Span>,
    /// The stack before it, ...
    pub before: Vec<EntryWords>,
    /// ... and after it.
    pub after: Vec<EntryWords>,
    /// Which counts have changed.
    pub counts: Vec<CountWords>,
}

impl MachineFacts {
    /// What it did, in sentences.
    pub fn sentences(&self, all: &[Stages]) -> Vec<String> {
        let step = &self.step;
        let mut said = vec![match step.following {
            Following::Instruction(_) => {
                let taken = entries(&self.before[self.before.len() - step.took..]);
                let left = entries(&self.after[self.after.len() - step.put..]);
                match (step.took, step.put) {
                    (0, 0) => "Leaves the stack as it is".to_owned(),
                    (0, _) => format!("Puts {left} on the stack"),
                    (_, 0) => format!("Takes {taken} from the stack"),
                    _ => format!("Takes {taken}, leaves {left}"),
                }
            }
            Following::Raised(at) => format!("Raises an exception: see step {at}"),
            Following::Left(at) => format!("Ends or suspends the call: see step {at}"),
            Following::Unknown => "What it left is not recorded".to_owned(),
        }];
        if !step.along.is_empty() {
            let along = step
                .along
                .iter()
                .map(|one| one.instruction(all).name.as_ref());
            let along: Vec<&str> = along.collect();
            let (come, are) = match along.len() {
                1 => ("comes", "is no step of its own"),
                _ => ("come", "are no steps of their own"),
            };
            let along = along.join(" and ");
            said.push(format!(
                "Before the next step {come} {along} as well, which {are}"
            ));
        }
        match step.within {
            0 => {}
            1 => said.push("1 step ran in what it called".to_owned()),
            steps => said.push(format!("{steps} steps ran in what it called")),
        }
        said
    }
}

/// `5 and the list rows`.
fn entries(all: &[EntryWords]) -> String {
    let all: Vec<String> = all.iter().map(EntryWords::in_words).collect();
    super::nouns::enumerated(&all)
}

impl EntryWords {
    /// In one go: `[1, 2] (rows[0])`.
    pub fn in_words(&self) -> String {
        let value = match self.kind {
            Some(Kind::Function) if self.value.ends_with("()") => {
                format!("the function {}", self.value)
            }
            _ => self.value.clone(),
        };
        match &self.path {
            Some(path) => format!("{value} ({path})"),
            None => value,
        }
    }
}

impl CountWords {
    /// `2 to 3`, `new, 1`, `1 to 0: freed`.
    pub fn in_words(&self) -> String {
        let shown = |count: Count| match count {
            Count::Immortal => "immortal".to_owned(),
            Count::Of(count) => count.to_string(),
            Count::Unknown => "unknown".to_owned(),
        };
        match (self.change.before, self.change.after) {
            (None, None) => String::new(),
            (None, Some(after)) => format!("new, {}", shown(after)),
            (Some(before), None) => format!("{} to 0: freed", shown(before)),
            (Some(before), Some(after)) => format!("{} to {}", shown(before), shown(after)),
        }
    }
}

/// The wanted instructions of a run, in words, in the order of their steps.
pub fn machine_facts(
    trace: &Trace,
    machines: &[Machine],
    all: &[Stages],
    wanted: impl Fn(&MachineStep) -> bool,
) -> Vec<MachineFacts> {
    let steps = machine_steps(trace, machines, all);
    let steps = steps.into_iter().filter(wanted);
    let mut facts: Vec<MachineFacts> = steps.map(|step| bare(trace, machines, all, step)).collect();
    // What is to be said of each step's memory.
    let mut to_say: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, one) in facts.iter().enumerate() {
        to_say.entry(one.step.step).or_default().push(at);
        if let Following::Instruction(next) = one.step.following {
            to_say.entry(next).or_default().push(at);
        }
    }
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        let Some(asked) = to_say.get(&number) else {
            continue;
        };
        let words = EntryNames::at(trace, state);
        for at in asked {
            let one = &mut facts[*at];
            if one.step.step == number {
                one.code = state.frames.last().map_or(String::new(), |frame| {
                    trace.symbols.text(frame.qualified).to_owned()
                });
                one.line = step.head.line;
                one.before = words.all(&one.step.before);
                one.counts = counts(&one.step.counts, &words, |change| change.before.is_some());
            } else {
                one.after = words.all(one.step.after.as_deref().unwrap_or_default());
                let new = counts(&one.step.counts, &words, |change| change.before.is_none());
                one.counts.extend(new);
            }
        }
    }
    facts
}

/// Without its words.
fn bare(trace: &Trace, machines: &[Machine], all: &[Stages], step: MachineStep) -> MachineFacts {
    let head = &trace.steps[step.step as usize - 1].head;
    let path = trace.header.files.get(usize::from(head.file.0));
    let file = path.and_then(|path| all.iter().position(|one| one.file.path == path.path));
    let machine = machines.binary_search_by_key(&step.step, |one| one.step);
    MachineFacts {
        opcode: head.opcode.map_or(String::new(), |opcode| {
            trace.symbols.text(opcode).to_owned()
        }),
        offset: machine.map_or(0, |at| machines[at].offset),
        code: String::new(),
        file,
        line: head.line,
        span: step.instruction(all).and_then(|one| one.span),
        before: Vec::new(),
        after: Vec::new(),
        counts: Vec::new(),
        step,
    }
}

fn counts(
    all: &[CountChange],
    words: &EntryNames<'_>,
    wanted: impl Fn(&CountChange) -> bool,
) -> Vec<CountWords> {
    let all = all.iter().filter(|change| wanted(change));
    let all = all.map(|change| CountWords {
        object: words.entry(StackEntry::Object(change.object)),
        change: *change,
    });
    all.collect()
}

/// What objects are called at a step.
struct EntryNames<'t> {
    trace: &'t Trace,
    state: &'t State,
    paths: Paths,
    once: BTreeMap<ObjId, String>,
}

impl<'t> EntryNames<'t> {
    fn at(trace: &'t Trace, state: &'t State) -> EntryNames<'t> {
        EntryNames {
            trace,
            state,
            paths: Paths::at(trace, state),
            once: BTreeMap::new(),
        }
    }

    fn all(&self, entries: &[StackEntry]) -> Vec<EntryWords> {
        entries.iter().map(|entry| self.entry(*entry)).collect()
    }

    fn entry(&self, entry: StackEntry) -> EntryWords {
        let Some(id) = entry.object() else {
            let value = match entry {
                StackEntry::Empty => "a placeholder",
                _ => "an object that is not recorded",
            };
            return EntryWords {
                entry,
                type_name: String::new(),
                kind: None,
                value: value.to_owned(),
                path: None,
            };
        };
        let nouns = Nouns {
            trace: self.trace,
            state: self.state,
            paths: &self.paths,
            once: &self.once,
        };
        let own = nouns.own_words(id);
        let path = self.paths.first(id).map(str::to_owned);
        let kind = self.trace.object(id).kind;
        let is_named_itself = match kind {
            Kind::Function | Kind::Class | Kind::Module => own.is_some(),
            // That a variable has the very same number or text may be chance, unless it lends it.
            Kind::Atom => !matches!(entry, StackEntry::Borrowed(_)),
            _ => false,
        };
        let own = own.map(|own| own.trim_start_matches("the function ").to_owned());
        EntryWords {
            entry,
            type_name: nouns.type_name(id).to_owned(),
            kind: Some(kind),
            path: path.filter(|_| !is_named_itself),
            value: own
                .or_else(|| nouns.literal(id))
                .unwrap_or_else(|| match nouns.type_name(id) {
                    "code" => "a code object".to_owned(),
                    _ => nouns.unnamed(id),
                }),
        }
    }
}
