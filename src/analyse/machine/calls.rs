//! Which instruction follows on which in the same call.

use super::Following;
use super::places::Places;
use crate::trace::stages::Stages;
use crate::trace::{Event, Machine, Trace};
use std::collections::BTreeMap;

/// The instructions of a thread's calls that have begun and of which it is not known yet what followed:
/// by the depth of their call, and whether an exception has come up to it.
#[derive(Default)]
struct Thread(Vec<Option<(usize, Option<u32>)>>);

pub(super) struct Calls<'m> {
    threads: BTreeMap<u32, Thread>,
    found: Vec<Following>,
    machines: &'m [Machine],
    places: &'m Places,
    all: &'m [Stages],
}

impl<'m> Calls<'m> {
    /// What followed on each instruction.
    pub(super) fn follow(
        trace: &Trace,
        machines: &'m [Machine],
        places: &'m Places,
        all: &'m [Stages],
    ) -> Vec<Following> {
        let mut calls = Calls {
            threads: BTreeMap::new(),
            found: vec![Following::Unknown; machines.len()],
            machines,
            places,
            all,
        };
        let mut at = 0;
        for (number, step) in (1..).zip(&trace.steps) {
            let machine = machines.get(at).filter(|one| one.step == number);
            let machine = machine.map(|_| at);
            at += usize::from(machine.is_some());
            let depth = step.frames_kept as usize + step.frames.len();
            if let Some(depth) = depth.checked_sub(1) {
                let thread = step.head.thread.unwrap_or(1);
                calls.step(thread, depth, step.head.event, number, machine);
            }
        }
        calls.found
    }

    fn step(
        &mut self,
        thread: u32,
        depth: usize,
        event: Event,
        number: u32,
        machine: Option<usize>,
    ) {
        let open = &mut self.threads.entry(thread).or_default().0;
        open.resize(depth + 1, None);
        let pending = match event {
            // What a caller has under way goes on when the call is over.
            Event::Line => return,
            _ => open[depth].take(),
        };
        if let Some(machine) = machine {
            open[depth] = Some((machine, None));
        }
        if event == Event::Unwind
            && let Some(caller) = depth.checked_sub(1)
            && let Some((_, raised)) = &mut open[caller]
        {
            *raised = Some(number);
        }
        let Some((before, raised)) = pending else {
            return;
        };
        self.found[before] = match (event, machine) {
            (Event::Instruction, Some(machine)) => self.next(before, machine, raised),
            (Event::Exception, _) => Following::Raised(number),
            (Event::Return | Event::Yield | Event::Unwind, _) => Following::Left(number),
            _ => Following::Unknown,
        };
    }

    /// Whether one instruction can have led to another. Where an exception has come up to it from what it
    /// called, it may have been caught elsewhere.
    fn next(&self, from: usize, to: usize, raised: Option<u32>) -> Following {
        let step = self.machines[to].step;
        let are_known = self.places.of(from).is_some() && self.places.of(to).is_some();
        match (self.places.along(from, to, self.all), raised) {
            (Some(_), _) => Following::Instruction(step),
            (None, Some(raised)) => Following::Raised(raised),
            (None, None) if are_known => Following::Unknown,
            (None, None) => Following::Instruction(step),
        }
    }
}
