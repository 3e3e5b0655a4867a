//! A whole recording in memory, and the walk through it.

use super::{Header, ObjId, ObjectInfo, State, Step, Symbols};

/// A whole recording in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// What was recorded, and how it ended.
    pub header: Header,
    /// All texts.
    pub symbols: Symbols,
    /// By serial: object 1 first.
    pub objects: Vec<ObjectInfo>,
    /// In order: step 1 first.
    pub steps: Vec<Step>,
}

impl Trace {
    /// The unchanging facts about an object.
    ///
    /// # Panics
    /// If the serial is not one of this trace.
    pub fn object(&self, id: ObjId) -> &ObjectInfo {
        &self.objects[id.0 as usize - 1]
    }

    /// Goes through the steps from the first.
    pub fn replay(&self) -> Replay<'_> {
        Replay {
            steps: &self.steps,
            state: State::default(),
            number: 0,
        }
    }

    /// Memory at step `number`, from 1; the empty state where there is no such step.
    pub fn state_at(&self, number: u32) -> State {
        let mut replay = self.replay();
        for _ in 0..number {
            replay.next();
        }
        replay.state
    }
}

/// A walk through the steps of a trace. Each call of [`Replay::next`] goes on by one.
#[derive(Debug)]
pub struct Replay<'t> {
    steps: &'t [Step],
    state: State,
    number: u32,
}

impl<'t> Replay<'t> {
    /// The next step: its number from 1, what it says, and memory there.
    #[allow(clippy::should_implement_trait)] // The state is lent, which an iterator cannot do.
    pub fn next(&mut self) -> Option<(u32, &'t Step, &State)> {
        let step = self.steps.get(self.number as usize)?;
        self.state.apply(step);
        self.number += 1;
        Some((self.number, step, &self.state))
    }
}
