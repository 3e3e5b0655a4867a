//! What happened behind the last line of a program, in its order.

use crate::trace::{ExitEvent, ExitFunction, OutsideFact};

/// The end of a run, behind its last step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunExit {
    /// What was registered to be called, in the order of the calls; and whether that was seen to begin.
    pub functions: Vec<(ExitFunction, bool)>,
    /// What happened, in its order. Deaths that follow each other are one entry.
    pub events: Vec<ExitStep>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExitStep {
    /// The registered function of that place began.
    Called(usize),
    /// The `__del__` of an object began.
    Finalized(crate::trace::ObjId),
    /// Objects died, in that order.
    Freed(Vec<crate::trace::ObjId>),
    /// The program wrote.
    Wrote(String),
}

/// What happened behind the last step of a run.
pub fn run_exit(facts: &[OutsideFact]) -> RunExit {
    let mut exit = RunExit::default();
    for fact in facts {
        match fact {
            OutsideFact::ExitFunction(function) => exit.functions.push((function.clone(), false)),
            OutsideFact::Exit(event) => exit.add(event),
            _ => {}
        }
    }
    exit
}

impl RunExit {
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
