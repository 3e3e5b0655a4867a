//! The calls that are under way, each with a number of its own.

use crate::trace::{CallFrame, State, Step};
use std::collections::BTreeMap;

/// A call that is under way.
pub(crate) struct RunningCall<'s> {
    pub frame: &'s CallFrame,
    /// Calls are numbered in their order.
    pub number: u32,
    /// The thread's number, from 1.
    pub thread: u32,
    /// Its place in its thread's stack, and how many calls are on that.
    pub depth: usize,
    pub of: usize,
    /// It is the call whose step it is.
    pub running: bool,
}

/// Gives each call a number of its own.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    of_thread: BTreeMap<u32, Vec<u32>>,
    next: u32,
}

impl Calls {
    /// Goes on by a step; gives the calls of all threads, in the threads' order.
    pub(crate) fn follow<'s>(&mut self, step: &Step, state: &'s State) -> Vec<RunningCall<'s>> {
        let current = step.head.thread.unwrap_or(1);
        let mut stacks: BTreeMap<u32, &[CallFrame]> = BTreeMap::new();
        for stack in &state.others {
            stacks.insert(stack.thread, &stack.frames);
        }
        stacks.insert(current, &state.frames);
        self.of_thread
            .retain(|thread, _| stacks.contains_key(thread));
        let mut calls = Vec::new();
        for (thread, frames) in stacks {
            let depth = frames.len();
            let numbers = self.of_thread.entry(thread).or_default();
            // A call event with no deeper stack is a new call.
            let called = thread == current && step.head.event.enters();
            if called && numbers.len() >= depth {
                numbers.truncate(depth.saturating_sub(1));
            }
            numbers.truncate(depth);
            while numbers.len() < depth {
                numbers.push(self.next);
                self.next += 1;
            }
            for (place, (frame, number)) in frames.iter().zip(&*numbers).enumerate() {
                calls.push(RunningCall {
                    frame,
                    number: *number,
                    thread,
                    depth: place,
                    of: depth,
                    running: thread == current && place + 1 == depth,
                });
            }
        }
        calls
    }
}
