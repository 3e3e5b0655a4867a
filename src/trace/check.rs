//! Whether a trace that was read holds together: all that follows takes the objects that steps name
//! for granted.

use super::{CallFrame, Collection, ObjId, ReadError, State, Step, StepHead, Trace};

/// Every serial that a step names is one of the object table's.
pub(super) fn check(trace: &Trace) -> Result<(), ReadError> {
    let known = Known(trace.objects.len());
    let at_exit = &trace.header.at_exit;
    let ends = known.all(&at_exit.finalized) && known.all(&at_exit.freed);
    if ends && trace.steps.iter().all(|step| known.step(step)) {
        Ok(())
    } else {
        Err(ReadError::Damaged(
            "a step names an object that is not there",
        ))
    }
}

/// How many objects there are.
pub(super) struct Known(pub(super) usize);

impl Known {
    fn one(&self, id: ObjId) -> bool {
        (1..=self.0).contains(&(id.0 as usize))
    }

    pub(super) fn all<'i>(&self, ids: impl IntoIterator<Item = &'i ObjId>) -> bool {
        ids.into_iter().all(|id| self.one(*id))
    }

    pub(super) fn each(&self, mut ids: impl Iterator<Item = ObjId>) -> bool {
        ids.all(|id| self.one(id))
    }

    pub(super) fn step(&self, step: &Step) -> bool {
        let entered = step.entered.iter();
        let put = (step.changed.iter())
            .filter_map(|(_, change)| change.refs.as_ref())
            .flat_map(|splice| &splice.put);
        let references = (step.entered.iter())
            .flat_map(|(_, object)| &object.refs)
            .chain(put);
        let others = step.others.iter().flatten();
        let frames = others.flat_map(|stack| &stack.frames);
        self.all(entered.map(|(id, _)| id))
            && self.all(step.changed.iter().map(|(id, _)| id))
            && self.all(&step.left)
            && self.all(references.map(|reference| &reference.to))
            && step.frames.iter().chain(frames).all(|f| self.frame(f))
            && self.head(&step.head)
    }

    pub(super) fn state(&self, state: &State) -> bool {
        let references = state.heap.values().flat_map(|object| &object.refs);
        self.all(state.heap.keys())
            && self.all(references.map(|reference| &reference.to))
            && state.all_frames().all(|frame| self.frame(frame))
    }

    fn frame(&self, frame: &CallFrame) -> bool {
        let CallFrame {
            object,
            called,
            body,
            names,
            ..
        } = frame;
        self.all([object, called, body].into_iter().flatten())
            && self.all(names.iter().map(|name| &name.to))
    }

    fn head(&self, head: &StepHead) -> bool {
        self.all(&head.allocated)
            && self.all(&head.freed)
            && self.all(&head.out_of_reach)
            && self.all(head.incidents.iter().map(|(_, id)| id))
            && self.all(head.held.iter().map(|held| &held.to))
            && self.all(
                head.raised_again
                    .iter()
                    .filter_map(|one| one.exception.as_ref()),
            )
            && head.collections.iter().all(|run| self.collection(run))
    }

    fn collection(&self, run: &Collection) -> bool {
        let numbers = run.counts.iter().chain(&run.gc_refs);
        let lists = [
            &run.candidates,
            &run.unreachable,
            &run.weakrefs_cleared,
            &run.finalized,
            &run.resurrected,
            &run.collected,
        ];
        self.all(numbers.map(|(id, _)| id)) && lists.into_iter().all(|list| self.all(list))
    }
}
