//! Reference counts, each for as long as it holds.

use super::schema::COUNTS;
use super::table::Table;
use crate::export::ExportError;
use crate::trace::{Count, ObjId, State, Step};
use rustc_hash::FxHashMap;
use std::path::Path;

pub(super) struct Counts {
    table: Table,
    /// Those of the living, with the step since which they hold.
    now: FxHashMap<ObjId, (Count, u32)>,
}

impl Counts {
    pub(super) fn begin(folder: &Path) -> Result<Counts, ExportError> {
        Ok(Counts {
            table: Table::begin(&COUNTS, folder)?,
            now: FxHashMap::default(),
        })
    }

    pub(super) fn follow(&mut self, number: u32, step: &Step) -> Result<(), ExportError> {
        for id in &step.left {
            if let Some((count, born)) = self.now.remove(id) {
                self.write(*id, count, born, Some(number))?;
            }
        }
        let changed = step.changed.iter();
        let changed = changed.filter_map(|(id, change)| Some((*id, change.refcount?)));
        let entered = step.entered.iter();
        for (id, count) in changed.chain(entered.map(|(id, object)| (*id, object.refcount))) {
            if let Some((count, born)) = self.now.insert(id, (count, number)) {
                self.write(id, count, born, Some(number))?;
            }
        }
        Ok(())
    }

    fn write(
        &mut self,
        id: ObjId,
        count: Count,
        born: u32,
        died: Option<u32>,
    ) -> Result<(), ExportError> {
        let count = match count {
            // It says nothing.
            Count::Immortal => return Ok(()),
            Count::Of(count) => Some(count),
            Count::Unknown => None,
        };
        let row = [id.0.into(), count.into(), born.into(), died.into()];
        self.table.row(row)
    }

    /// Writes those that hold at the last step.
    pub(super) fn end(mut self, last: &State) -> Result<u64, ExportError> {
        for id in last.heap.keys() {
            if let Some((count, born)) = self.now.remove(id) {
                self.write(*id, count, born, None)?;
            }
        }
        self.table.end()
    }
}
