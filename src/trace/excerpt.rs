//! One step as a trace of its own.

use super::{Moment, State, Step, Trace};

impl Trace {
    /// This trace with no other steps than `step`, and `before` it the one that came before: it brings
    /// all that was there. Steps are numbered from there on; what was born or died earlier has done
    /// so at the first.
    #[must_use]
    pub fn excerpt(mut self, before: Option<(Step, State)>, step: Step, number: u32) -> Trace {
        self.steps.clear();
        self.steps.extend(before.map(bringing_all));
        self.steps.push(step);
        let last = self.steps.len() as u32;
        let moved = |moment: &mut Moment| {
            moment.step = (moment.step + last).saturating_sub(number).max(1);
        };
        for object in &mut self.objects {
            let died = object.died.as_mut().map(|death| &mut death.at);
            object.born.iter_mut().chain(died).for_each(moved);
        }
        self.header.steps = last;
        self
    }
}

/// A step that brings memory as it stands at it.
fn bringing_all((step, state): (Step, State)) -> Step {
    Step {
        head: step.head,
        entered: state.heap.into_iter().collect(),
        changed: Vec::new(),
        left: Vec::new(),
        frames_kept: 0,
        frames: state.frames,
        others: Some(state.others),
    }
}
