//! The record held against the heap.

use super::Recorder;
use super::discover::may_fold;
use super::ending::is_in_change;
use crate::record::label::{RawReference, generator_fields, may_hide};
use crate::record::raw::header::ObjPtr;
use crate::trace::{Label, State};
use rustpython_vm::VirtualMachine;

impl Recorder {
    /// Reads every living object anew and says where that differs from what the changes recorded so
    /// far amount to.
    pub(crate) fn verify(&mut self, replayed: &State, vm: &VirtualMachine) -> Vec<String> {
        let mut found = Vec::new();
        if replayed.heap.len() != self.living.len() {
            let (replayed, living) = (replayed.heap.len(), self.living.len());
            found.push(format!("{replayed} objects are replayed, {living} live"));
        }
        for id in self.watch.take_missed() {
            found.push(format!("#{} has changed, and no page was written", id.0));
        }
        for live in &self.living {
            let Some(state) = replayed.heap.get(&live.id) else {
                found.push(format!("#{} lives and is not replayed", live.id.0));
                continue;
            };
            if is_in_change(live.pointer) {
                continue;
            }
            if live.leaf || self.is_on_stack(live.kind, live.pointer) {
                continue;
            }
            let may_fold = may_fold(&self.by_address, &self.folded, live.id, live.kind);
            let (references, parts) = self.labeller.references(
                live.pointer,
                live.kind,
                &may_fold,
                &mut self.builder.symbols,
                vm,
            );
            let parts: Vec<ObjPtr> = parts.into_iter().filter(|part| may_fold(*part)).collect();
            let missing = unlabelled(live.pointer, &references, &parts);
            if !missing.is_empty() {
                found.push(format!("#{}: no label for {missing:?}", live.id.0));
            }
            // What is found in an object's own data and has no name may be what is left over there.
            let hides = may_hide(live.pointer.object(), live.kind);
            let unnamed = |label: Label| hides && matches!(label, Label::Referent(_));
            let stands = |reference: &RawReference| {
                let at = self.by_address.get(&reference.to.address());
                at.is_some_and(|at| {
                    let to = self.living[*at].id;
                    let mut known = state.refs.iter();
                    known.any(|one| one.to == to && one.label == reference.label)
                })
            };
            let fresh: Vec<_> = references
                .iter()
                .filter(|r| !r.to.is_dying())
                .filter(|r| !r.doubtful || stands(r))
                .filter(|r| !unnamed(r.label))
                .map(|r| {
                    let at = self.by_address.get(&r.to.address());
                    (r.label, at.map(|at| self.living[*at].id), r.weak)
                })
                .collect();
            let recorded: Vec<_> = state
                .refs
                .iter()
                .filter(|r| !unnamed(r.label))
                .map(|r| (r.label, Some(r.to), r.weak))
                .collect();
            if fresh != recorded {
                found.push(format!(
                    "#{}: {recorded:?} is recorded, {fresh:?} is there",
                    live.id.0
                ));
            }
        }
        found
    }
}

/// What the interpreter says that an object and its folded parts refer to, without what the labelled
/// references account for. Each label stands for one reference.
fn unlabelled(pointer: ObjPtr, labelled: &[RawReference], parts: &[ObjPtr]) -> Vec<ObjPtr> {
    let mut referents = Vec::new();
    let mut add = |of: ObjPtr| {
        let all = of.object().gc_get_referents();
        // What a generator's exception refers to is not the generator's own.
        let own = generator_fields(of.object()).unwrap_or(all.len());
        referents.extend(all.iter().take(own).map(|to| ObjPtr::of(to)));
    };
    add(pointer);
    for part in parts {
        add(*part);
    }
    let accounted = parts.iter().copied();
    let strong = labelled.iter().filter(|reference| !reference.weak);
    for to in accounted.chain(strong.map(|reference| reference.to)) {
        if let Some(at) = referents.iter().position(|referent| *referent == to) {
            referents.swap_remove(at);
        }
    }
    referents
}
