//! The machine, instruction by instruction: what each took from the value stack and left there, and
//! which counts that has changed.

mod calls;
mod counts;
mod places;

use crate::trace::stages::{Instruction, Stages};
use crate::trace::{Count, Machine, ObjId, StackEntry, Trace};
use calls::Calls;
use counts::Histories;
use places::Places;

pub use places::InstructionPlace;

/// What followed on an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// The next instruction of the same call, at this step: its stack is what this one has left.
    Instruction(u32),
    /// An exception, at this step.
    Raised(u32),
    /// The call was left, at this step.
    Left(u32),
    /// What followed was not recorded.
    Unknown,
}

/// A count that is another one afterwards; `None` where the object is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountChange {
    /// The object.
    pub object: ObjId,
    /// When the instruction was about to run.
    pub before: Option<Count>,
    /// When the next one was.
    pub after: Option<Count>,
}

/// Instructions that look at what stands on top and let it stand there: of them counts by what the
/// stacks differ, not what the compiler reckons with.
const LOOK_ONLY: [&str; 12] = [
    "CHECK_EXC_MATCH",
    "COPY",
    "FOR_ITER",
    "GET_ANEXT",
    "GET_LEN",
    "IMPORT_FROM",
    "LIST_APPEND",
    "MAP_ADD",
    "MATCH_KEYS",
    "MATCH_MAPPING",
    "MATCH_SEQUENCE",
    "SET_ADD",
];

/// One instruction of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineStep {
    /// Its step, from 1.
    pub step: u32,
    /// Where it stands, where one code object alone can be meant.
    pub place: Option<InstructionPlace>,
    /// What followed.
    pub following: Following,
    /// The value stack before it, its lowest entry first, ...
    pub before: Vec<StackEntry>,
    /// ... and after it, where that is known.
    pub after: Option<Vec<StackEntry>>,
    /// How many entries it took from the top, and how many it put there. Where it only looks at what
    /// stands there, or others ran along, this is how the two stacks differ.
    pub took: usize,
    /// The latter.
    pub put: usize,
    /// The instructions behind it that ran with it and are no steps of their own.
    pub along: Vec<InstructionPlace>,
    /// The counts that have changed. Where calls ran in between, only those of what stands on the stacks.
    pub counts: Vec<CountChange>,
    /// How many steps ran in between, in what it called.
    pub within: u32,
}

impl MachineStep {
    /// What it took, the lowest entry first.
    pub fn taken(&self) -> &[StackEntry] {
        &self.before[self.before.len() - self.took..]
    }

    /// What it left on the stack, the lowest entry first.
    pub fn left(&self) -> &[StackEntry] {
        let after = self.after.as_deref().unwrap_or_default();
        &after[after.len() - self.put..]
    }

    /// The instruction as the stages have it.
    pub fn instruction<'s>(&self, all: &'s [Stages]) -> Option<&'s Instruction> {
        self.place.map(|place| place.instruction(all))
    }
}

/// What each instruction of a run has done; in the order of the steps. None where instructions were
/// not recorded.
pub fn machine_steps(trace: &Trace, machines: &[Machine], all: &[Stages]) -> Vec<MachineStep> {
    let places = Places::find(trace, machines, all);
    let histories = Histories::of(trace);
    let following = Calls::follow(trace, machines, &places, all);
    let steps = machines.iter().enumerate().map(|(at, machine)| {
        let next = match following[at] {
            Following::Instruction(step) => {
                let found = machines.binary_search_by_key(&step, |one| one.step);
                found.ok().map(|at| (at, &machines[at]))
            }
            _ => None,
        };
        let along = next.and_then(|(next, _)| places.along(at, next, all));
        let after = next.map(|(_, next)| next.stack.clone());
        let (took, put) = match (&after, &along) {
            (Some(after), along) => {
                let name = places.of(at).map(|place| &*place.instruction(all).name);
                let takes = name.is_some_and(|name| !LOOK_ONLY.contains(&name));
                let is_alone = along.as_ref().is_some_and(Vec::is_empty);
                effect(machine, after, is_alone && takes)
            }
            (None, _) => (0, 0),
        };
        let mut step = MachineStep {
            step: machine.step,
            place: places.of(at),
            following: following[at],
            before: machine.stack.clone(),
            after,
            took,
            put,
            along: along.unwrap_or_default(),
            counts: Vec::new(),
            within: 0,
        };
        if let Some((_, next)) = next {
            step.within = next.step - machine.step - 1;
            step.counts = counts(&step, next.step, trace, &histories);
        }
        step
    });
    steps.collect()
}

/// How many entries were taken and put. What the compiler reckons with counts where the stacks agree
/// with it: an instruction may take an object and leave the same.
fn effect(machine: &Machine, after: &[StackEntry], is_reckoned: bool) -> (usize, usize) {
    let before = &machine.stack;
    let (takes, leaves) = (machine.takes as usize, machine.leaves as usize);
    if is_reckoned
        && let Some(kept) = before.len().checked_sub(takes)
        && after.len() == kept + leaves
        && before[..kept] == after[..kept]
    {
        return (takes, leaves);
    }
    let same = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    (before.len() - same, after.len() - same)
}

fn counts(step: &MachineStep, next: u32, trace: &Trace, histories: &Histories) -> Vec<CountChange> {
    let objects: Vec<ObjId> = match step.within {
        0 => Histories::touched(&trace.steps[next as usize - 1]),
        _ => {
            let entries = step.before.iter().chain(step.after.iter().flatten());
            let mut objects: Vec<ObjId> = entries.filter_map(|entry| entry.object()).collect();
            objects.sort_unstable();
            objects.dedup();
            objects
        }
    };
    let changes = objects.into_iter().map(|object| CountChange {
        object,
        before: histories.at(object, step.step),
        after: histories.at(object, next),
    });
    // What is older than the recording is not new where it is first met.
    let is_met =
        |one: &CountChange| one.before.is_none() && trace.object(one.object).born.is_none();
    changes
        .filter(|one| one.before != one.after && !is_met(one))
        .collect()
}
