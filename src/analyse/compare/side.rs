//! One of two runs that are walked together.

use super::model::ComparedRun;
use crate::analyse::{Ledger, ledger};
use crate::trace::{Collection, Kind, Label, NameKind, ObjId, State, Step, Trace};
use std::collections::BTreeSet;

/// A run at a row, and what happened since the last row that both have.
pub(super) struct Side<'t> {
    pub(super) run: ComparedRun<'t>,
    /// The shared number of each of its texts.
    pub(super) numbers: Vec<u32>,
    pub(super) state: State,
    /// The step, from 1; 0 before the first.
    pub(super) at: u32,
    /// How many call frames are as they were.
    pub(super) kept: usize,
    /// Objects that have entered or changed.
    pub(super) changed: BTreeSet<ObjId>,
    /// Objects that are gone.
    pub(super) gone: Vec<ObjId>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) collections: Vec<&'t Collection>,
}

impl<'t> Side<'t> {
    pub(super) fn new(run: ComparedRun<'t>, numbers: Vec<u32>) -> Side<'t> {
        Side {
            run,
            numbers,
            state: State::default(),
            at: 0,
            kept: 0,
            changed: BTreeSet::new(),
            gone: Vec::new(),
            stdout: String::new(),
            stderr: String::new(),
            collections: Vec::new(),
        }
    }

    pub(super) fn trace(&self) -> &'t Trace {
        self.run.trace
    }

    /// Goes on to a step.
    pub(super) fn go_to(&mut self, number: u32) {
        while self.at < number {
            let Some(step) = self.run.trace.steps.get(self.at as usize) else {
                return;
            };
            self.state.apply(step);
            self.at += 1;
            self.take(step);
        }
    }

    fn take(&mut self, step: &'t Step) {
        self.kept = self.kept.min(step.frames_kept as usize);
        self.changed.extend(step.entered.iter().map(|(id, _)| *id));
        self.changed.extend(step.changed.iter().map(|(id, _)| *id));
        self.gone.extend(&step.left);
        self.stdout.push_str(&step.head.stdout);
        self.stderr.push_str(&step.head.stderr);
        self.collections.extend(&step.head.collections);
    }

    /// Forgets what happened up to here.
    pub(super) fn settle(&mut self) {
        self.kept = self.state.frames.len();
        self.changed.clear();
        self.gone.clear();
        self.stdout.clear();
        self.stderr.clear();
        self.collections.clear();
    }

    pub(super) fn is_atom(&self, id: ObjId) -> bool {
        self.trace().object(id).kind == Kind::Atom
    }

    pub(super) fn type_name(&self, id: ObjId) -> &'t str {
        let trace = self.run.trace;
        trace.symbols.text(trace.object(id).type_name)
    }

    /// An atom's value, as Python writes it.
    pub(super) fn value(&self, id: ObjId) -> Option<&'t str> {
        let value = self.state.heap.get(&id)?.value?;
        Some(self.run.trace.symbols.text(value))
    }

    /// The name of a function, class or module.
    pub(super) fn name(&self, id: ObjId) -> Option<&'t str> {
        let name = self.state.heap.get(&id)?.name?;
        Some(self.run.trace.symbols.text(name))
    }

    /// Whether the run has made it.
    pub(super) fn is_born(&self, id: ObjId) -> bool {
        self.trace().object(id).born.is_some()
    }

    /// The names of a call frame, by the alphabet. What stands on the value stack has none.
    pub(super) fn names(&self, frame: usize) -> Vec<(&'t str, ObjId)> {
        let trace = self.run.trace;
        let frame = self.state.frames.get(frame);
        let names = frame.map_or(&[][..], |frame| &frame.names);
        let mut names: Vec<(&str, ObjId)> = names
            .iter()
            .filter_map(|name| {
                // A cell stands for its variable.
                let to = match name.kind {
                    NameKind::Stack => return None,
                    NameKind::Cell | NameKind::Free => self.in_cell(name.to)?,
                    NameKind::Global | NameKind::Local => name.to,
                };
                Some((trace.symbols.text(name.name), to))
            })
            .filter(|(name, _)| !name.starts_with('.'))
            .collect();
        names.sort();
        names.dedup_by_key(|(name, _)| *name);
        names
    }

    /// What a cell holds, where it is one.
    fn in_cell(&self, id: ObjId) -> Option<ObjId> {
        if self.trace().object(id).kind != Kind::Cell {
            return Some(id);
        }
        let refs = &self.state.heap.get(&id)?.refs;
        let held = refs
            .iter()
            .find(|one| matches!(one.label, Label::Cell(_)))?;
        Some(held.to)
    }

    /// The name of a call frame's function.
    pub(super) fn function(&self, frame: usize) -> &'t str {
        let trace = self.run.trace;
        let frame = self.state.frames.get(frame);
        frame.map_or("", |frame| trace.symbols.text(frame.function))
    }

    /// Who holds what at this row.
    pub(super) fn ledger(&self) -> Ledger {
        let trace = self.trace();
        let step = (self.at as usize).checked_sub(1);
        let held = step.and_then(|step| trace.steps.get(step));
        let held = held.map_or(&[][..], |step| &step.head.held);
        ledger(&self.state, &trace.objects, held, trace.header.granularity)
    }
}
