//! Runs of the collector, and what each has looked through.

use super::schema::{CANDIDATES, COLLECTIONS};
use super::table::Table;
use crate::export::ExportError;
use crate::trace::{Collection, ObjId, StepHead};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;

pub(super) struct Collections {
    runs: Table,
    candidates: Table,
    next: u32,
}

impl Collections {
    pub(super) fn begin(folder: &Path) -> Result<Collections, ExportError> {
        Ok(Collections {
            runs: Table::begin(&COLLECTIONS, folder)?,
            candidates: Table::begin(&CANDIDATES, folder)?,
            next: 0,
        })
    }

    /// Goes on by a step; returns which collection has freed an object.
    pub(super) fn follow(
        &mut self,
        number: u32,
        head: &StepHead,
    ) -> Result<FxHashMap<ObjId, u32>, ExportError> {
        let mut freed_by = FxHashMap::default();
        for run in &head.collections {
            self.next += 1;
            self.write(number, run)?;
            freed_by.extend(run.collected.iter().map(|id| (*id, self.next)));
        }
        Ok(freed_by)
    }

    fn write(&mut self, step: u32, run: &Collection) -> Result<(), ExportError> {
        let number = self.next;
        self.runs.row([
            number.into(),
            step.into(),
            u32::from(run.generation).into(),
            run.automatic.into(),
            run.candidates.len().into(),
            run.unreachable.len().into(),
            run.weakrefs_cleared.len().into(),
            run.finalized.len().into(),
            run.resurrected.len().into(),
            run.collected.len().into(),
        ])?;
        let counts: FxHashMap<ObjId, u32> = run.counts.iter().copied().collect();
        let outside: FxHashMap<ObjId, u32> = run.gc_refs.iter().copied().collect();
        let set = |ids: &[ObjId]| ids.iter().copied().collect::<FxHashSet<ObjId>>();
        let [unreachable, finalized, resurrected, collected] = [
            &run.unreachable,
            &run.finalized,
            &run.resurrected,
            &run.collected,
        ]
        .map(|ids| set(ids));
        for id in &run.candidates {
            self.candidates.row([
                number.into(),
                step.into(),
                id.0.into(),
                counts.get(id).copied().into(),
                outside.get(id).copied().into(),
                unreachable.contains(id).into(),
                finalized.contains(id).into(),
                resurrected.contains(id).into(),
                collected.contains(id).into(),
            ])?;
        }
        Ok(())
    }

    /// The numbers of rows of both tables.
    pub(super) fn end(self) -> Result<[u64; 2], ExportError> {
        Ok([self.runs.end()?, self.candidates.end()?])
    }
}
