//! Who holds what, and from when to when: objects, names, the interpreter.

use super::lifetimes::{Since, carried};
use super::schema::REFERENCES;
use super::table::{Table, Texts};
use crate::export::ExportError;
use crate::trace::{CallFrame, InterpreterRef, Name, ObjId, Reference, State, Step};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::path::Path;

/// Writes a reference when it ends; what holds on to the end comes last.
pub(super) struct References {
    table: Table,
    of_objects: FxHashMap<ObjId, Vec<Since<Reference>>>,
    /// By the number of the call.
    of_calls: BTreeMap<u32, Vec<Since<Name>>>,
    of_interpreter: Vec<Since<InterpreterRef>>,
}

/// Who holds.
enum Holder {
    Object(ObjId, Reference),
    Call(u32, Name),
    Interpreter(InterpreterRef),
}

impl References {
    pub(super) fn begin(folder: &Path) -> Result<References, ExportError> {
        Ok(References {
            table: Table::begin(&REFERENCES, folder)?,
            of_objects: FxHashMap::default(),
            of_calls: BTreeMap::new(),
            of_interpreter: Vec::new(),
        })
    }

    /// Goes on by a step. `calls` are those that are under way, with their numbers.
    pub(super) fn follow<'f>(
        &mut self,
        number: u32,
        step: &Step,
        calls: impl Iterator<Item = (u32, &'f CallFrame)>,
        texts: &mut Texts<'_>,
    ) -> Result<(), ExportError> {
        let mut ended: Vec<(Holder, u32)> = Vec::new();
        for id in &step.left {
            let held = self.of_objects.remove(id).unwrap_or_default();
            ended.extend(
                held.into_iter()
                    .map(|(r, born)| (Holder::Object(*id, r), born)),
            );
        }
        for (id, change) in &step.changed {
            let (Some(splice), Some(held)) = (&change.refs, self.of_objects.get_mut(id)) else {
                continue;
            };
            let end = held.len().saturating_sub(splice.tail as usize);
            let start = (splice.keep as usize).min(end);
            let put = carried(&held[start..end], &splice.put, number, |(r, born)| {
                ended.push((Holder::Object(*id, r), born));
            });
            held.splice(start..end, put);
        }
        for (id, object) in &step.entered {
            let held = object.refs.iter().map(|reference| (*reference, number));
            self.of_objects.insert(*id, held.collect());
        }
        let held = step.head.held.iter().copied();
        let held: Vec<InterpreterRef> = held.filter(|held| held.certain).collect();
        self.of_interpreter = carried(&self.of_interpreter, &held, number, |(held, born)| {
            ended.push((Holder::Interpreter(held), born));
        });
        let mut before = std::mem::take(&mut self.of_calls);
        for (call, frame) in calls {
            let old = before.remove(&call).unwrap_or_default();
            let now = carried(&old, &frame.names, number, |(name, born)| {
                ended.push((Holder::Call(call, name), born));
            });
            self.of_calls.insert(call, now);
        }
        for (call, names) in before {
            ended.extend((names.into_iter()).map(|(name, born)| (Holder::Call(call, name), born)));
        }
        for (holder, born) in ended {
            self.write(&holder, born, Some(number), texts)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        holder: &Holder,
        born: u32,
        died: Option<u32>,
        texts: &mut Texts<'_>,
    ) -> Result<(), ExportError> {
        let (kind, object, call, name_kind, label, weak, to) = match holder {
            Holder::Object(id, reference) => {
                let label = texts.label(reference.label);
                let (weak, to) = (reference.weak, reference.to);
                ("object", Some(id.0), None, None, label, weak, to)
            }
            Holder::Call(call, name) => {
                let label = texts.symbol(name.name);
                let kind = Some(name.kind.name());
                ("name", None, Some(*call), kind, label, false, name.to)
            }
            Holder::Interpreter(held) => {
                let label = texts.symbol(held.by);
                ("interpreter", None, None, None, label, false, held.to)
            }
        };
        self.table.row([
            kind.into(),
            object.into(),
            call.into(),
            name_kind.into(),
            label.into(),
            weak.into(),
            to.0.into(),
            born.into(),
            died.into(),
        ])
    }

    /// Writes what is left at the last step.
    pub(super) fn end(mut self, last: &State, texts: &mut Texts<'_>) -> Result<u64, ExportError> {
        for id in last.heap.keys() {
            for (reference, born) in self.of_objects.remove(id).unwrap_or_default() {
                self.write(&Holder::Object(*id, reference), born, None, texts)?;
            }
        }
        for (call, names) in std::mem::take(&mut self.of_calls) {
            for (name, born) in names {
                self.write(&Holder::Call(call, name), born, None, texts)?;
            }
        }
        for (held, born) in std::mem::take(&mut self.of_interpreter) {
            self.write(&Holder::Interpreter(held), born, None, texts)?;
        }
        self.table.end()
    }
}
