//! What happened behind the last line of a program, in its order.

use super::called::{LastName, last_names};
use crate::trace::{ExitEvent, ExitFunction, ObjId, OutsideFact, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// The end of a run, behind its last step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunExit {
    /// What was registered to be called, in the order of the calls; and whether that was seen to begin.
    pub functions: Vec<(ExitFunction, bool)>,
    /// What happened, in its order. Deaths that follow each other are one entry.
    pub events: Vec<ExitStep>,
    /// What the program called the objects that are named there.
    pub names: BTreeMap<ObjId, LastName>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExitStep {
    /// The registered function of that place began.
    Called(usize),
    /// The `__del__` of an object began.
    Finalized(ObjId),
    /// Objects died, in that order.
    Freed(Vec<ObjId>),
    /// The program wrote.
    Wrote(String),
}

/// What happened behind the last step of a run.
pub fn run_exit(trace: &Trace, facts: &[OutsideFact]) -> RunExit {
    let mut exit = RunExit::default();
    for fact in facts {
        match fact {
            OutsideFact::ExitFunction(function) => exit.functions.push((function.clone(), false)),
            OutsideFact::Exit(event) => exit.add(event),
            _ => {}
        }
    }
    let mut objects = BTreeSet::new();
    for event in &exit.events {
        match event {
            ExitStep::Finalized(object) => {
                objects.insert(*object);
            }
            ExitStep::Freed(all) => objects.extend(all),
            ExitStep::Called(_) | ExitStep::Wrote(_) => {}
        }
    }
    exit.names = last_names(trace, &objects);
    exit
}

impl RunExit {
    /// A function's place among those of its name in the order in which they were registered, and how
    /// many there are: the last one registered is called first.
    pub fn registered(&self, number: usize) -> Option<(usize, usize)> {
        let (function, _) = self.functions.get(number)?;
        let is_alike = |one: &(ExitFunction, bool)| {
            (&one.0.name, one.0.own, one.0.line) == (&function.name, function.own, function.line)
        };
        let all = self.functions.iter().filter(|one| is_alike(one)).count();
        let behind = self.functions[number..].iter();
        Some((behind.filter(|one| is_alike(one)).count(), all))
    }

    fn add(&mut self, event: &ExitEvent) {
        match event {
            ExitEvent::Called(number) => {
                let number = *number as usize;
                if let Some((_, called)) = self.functions.get_mut(number) {
                    *called = true;
                }
                self.events.push(ExitStep::Called(number));
            }
            ExitEvent::Finalized(object) => self.events.push(ExitStep::Finalized(*object)),
            ExitEvent::Freed(object) => match self.events.last_mut() {
                Some(ExitStep::Freed(all)) => all.push(*object),
                _ => self.events.push(ExitStep::Freed(vec![*object])),
            },
            ExitEvent::Wrote(text) => match self.events.last_mut() {
                Some(ExitStep::Wrote(all)) => all.push_str(text),
                _ => self.events.push(ExitStep::Wrote(text.clone())),
            },
        }
    }
}
