//! The calls that are under way, each with a number of its own.

use crate::trace::{CallFrame, ObjId, State, Step, Symbols};
use std::collections::BTreeMap;

/// What the compiler calls its own function that works out what annotations say.
pub(super) const ANNOTATE: &str = "__annotate__";

/// A call that is under way.
pub(crate) struct RunningCall<'s> {
    pub frame: &'s CallFrame,
    /// Calls are numbered in their order.
    pub number: u32,
    /// Its number among the calls of functions; a generator that goes on has the one that it had.
    pub of_functions: Option<u32>,
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
    of_thread: BTreeMap<u32, Vec<(u32, Option<u32>)>>,
    next: u32,
    functions: u32,
    /// The calls of functions by their frames, where the program can see these.
    of_frame: BTreeMap<ObjId, u32>,
}

impl Calls {
    /// Goes on by a step; gives the calls of all threads, in the threads' order.
    pub(crate) fn follow<'s>(
        &mut self,
        step: &Step,
        state: &'s State,
        symbols: &Symbols,
    ) -> Vec<RunningCall<'s>> {
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
            let mut numbers = self.of_thread.remove(&thread).unwrap_or_default();
            // A call event with no deeper stack is a new call.
            let called = thread == current && step.head.event.enters();
            if called && numbers.len() >= depth {
                numbers.truncate(depth.saturating_sub(1));
            }
            numbers.truncate(depth);
            for frame in &frames[numbers.len()..] {
                numbers.push((self.next, self.of_functions(frame, symbols)));
                self.next += 1;
            }
            for (place, (frame, (number, of_functions))) in frames.iter().zip(&numbers).enumerate()
            {
                if let (Some(object), Some(number)) = (frame.object, of_functions) {
                    self.of_frame.insert(object, *number);
                }
                calls.push(RunningCall {
                    frame,
                    number: *number,
                    of_functions: *of_functions,
                    thread,
                    depth: place,
                    of: depth,
                    running: thread == current && place + 1 == depth,
                });
            }
            self.of_thread.insert(thread, numbers);
        }
        calls
    }

    /// The number of a new frame among the calls of functions, if it is one.
    fn of_functions(&mut self, frame: &CallFrame, symbols: &Symbols) -> Option<u32> {
        // The compiler's own functions, which work out annotations, count as little.
        let is_compilers = symbols.text(frame.function) == ANNOTATE;
        if frame.class_body || frame.is_module(symbols) || is_compilers {
            return None;
        }
        let known = frame.object.and_then(|object| self.of_frame.get(&object));
        known.copied().or_else(|| {
            self.functions += 1;
            Some(self.functions)
        })
    }
}
