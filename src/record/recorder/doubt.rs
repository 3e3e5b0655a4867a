//! Words of native objects that look like references, and may be flags beside what is left over in
//! memory: the counts decide.

use super::changes::count;
use super::{Recorder, StepContext};
use crate::record::label::Doubt;
use crate::record::stack::RunningFrame;
use crate::trace::{CallFrame, Count, ThreadStack};
use rustpython_vm::VirtualMachine;

impl Recorder {
    /// Takes a word for a reference where the count of what it leads to is not explained without.
    pub(super) fn settle_doubts(
        &mut self,
        context: &StepContext,
        running: &[&RunningFrame],
        frames: &[CallFrame],
        stacks: &[ThreadStack],
        vm: &VirtualMachine,
    ) {
        let doubts = self.labeller.take_doubts();
        if doubts.is_empty() {
            return;
        }
        // A call under way holds what it holds; until it is over the counts say nothing.
        if is_under_way(frames, stacks) {
            for doubt in doubts {
                self.labeller.keep_doubt(doubt);
            }
            return;
        }
        // A flag at the end of an object's data is less likely a reference than what stands before,
        // and has its turn when all that this leads to is known.
        let (mut turn, mut last): (Vec<_>, Vec<_>) =
            doubts.into_iter().partition(|doubt| doubt.words_after > 0);
        while !turn.is_empty() || !last.is_empty() {
            let now = match turn.is_empty() {
                true => std::mem::take(&mut last),
                false => std::mem::take(&mut turn),
            };
            let settled = self.settle(&now, context, running, frames, stacks, vm);
            if settled.is_empty() {
                continue;
            }
            // What is read now may have doubts of its own, the last of them as well as the others.
            self.read_holders(&settled, vm);
            let (more, later): (Vec<_>, Vec<_>) =
                (self.labeller.take_doubts().into_iter()).partition(|doubt| doubt.words_after > 0);
            turn.extend(more);
            last.extend(later);
        }
    }

    /// Those of the doubts that the counts make references.
    fn settle(
        &mut self,
        doubts: &[Doubt],
        context: &StepContext,
        running: &[&RunningFrame],
        frames: &[CallFrame],
        stacks: &[ThreadStack],
        vm: &VirtualMachine,
    ) -> Vec<Doubt> {
        let mut settled = Vec::new();
        if doubts.is_empty() {
            return settled;
        }
        let mut held = self.held(context, running, &[], vm);
        held.extend(self.held_by_ending());
        self.count_known(frames, stacks, &held);
        for doubt in doubts {
            if doubt.to.is_dying() || doubt.holder.is_dying() {
                continue;
            }
            let Count::Of(all) = count(doubt.to, &context.borrowed) else {
                continue;
            };
            let id = self.by_address.get(&doubt.to.address());
            let id = id.map(|at| self.living[*at].id);
            let explained = match id {
                Some(id) => {
                    let constant_of = self.builder.info(id).map_or(0, |info| info.constant_of);
                    self.known.get(id).saturating_add(constant_of)
                }
                // Nothing that is known holds it, so only one that has no other holder is sure.
                None if all == 1 => 0,
                None => continue,
            };
            if all > explained {
                if let Some(id) = id {
                    self.known.add(id);
                }
                self.labeller.settle(*doubt);
                settled.push(*doubt);
            }
        }
        settled
    }

    fn read_holders(&mut self, settled: &[Doubt], vm: &VirtualMachine) {
        for doubt in settled {
            let Some(place) = self.by_address.get(&doubt.holder.address()).copied() else {
                continue;
            };
            self.read_again(place, vm);
        }
        if !settled.is_empty() {
            self.follow_new(vm);
        }
    }
}

/// Whether native code that has called back is under way anywhere.
pub(super) fn is_under_way(frames: &[CallFrame], stacks: &[ThreadStack]) -> bool {
    let others = stacks.iter().flat_map(|stack| &stack.frames);
    let mut all = frames.iter().chain(others);
    all.any(|frame| !frame.under_way.is_empty())
}
