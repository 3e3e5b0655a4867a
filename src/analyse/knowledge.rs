//! What a recording can say at all: not every interpreter tells all of it.

use crate::trace::Trace;

/// What is known of every object of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownFacts {
    /// How many references there are to it.
    pub counts: bool,
    /// When it was freed, and of what.
    pub deaths: bool,
    /// Its generation in the collector.
    pub generations: bool,
}

impl KnownFacts {
    /// What a trace knows.
    pub fn of(trace: &Trace) -> KnownFacts {
        let mut steps = trace.steps.iter();
        // Recorders that have them say so from the first object that is tracked on.
        let generations = steps.any(|step| {
            step.entered
                .iter()
                .any(|(_, object)| object.generation.is_some())
        });
        let tells_lives = trace.header.knowledge.tells_lives();
        KnownFacts {
            counts: tells_lives,
            deaths: tells_lives,
            generations,
        }
    }
}
