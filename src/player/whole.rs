//! What was counted of the whole interpreter: before the first line, and while imports ran.

use crate::analyse::{ImportGrowth, WholeHeap, census_sum};
use serde::Serialize;

/// Types of the start that are named.
const TYPES: usize = 5;

#[derive(Debug, Serialize)]
pub(super) struct WholeEntry {
    /// Objects and bytes before the first line.
    start: (u64, u64),
    /// The types with the most bytes of that: name, objects, bytes.
    types: Vec<(String, u32, u64)>,
    /// Step, and by how many objects and bytes it grew.
    imports: Vec<(u32, i64, i64)>,
}

impl WholeEntry {
    /// `None` where nothing was counted.
    pub(super) fn new(whole: &WholeHeap) -> Option<WholeEntry> {
        let start = whole.start.as_ref()?;
        let types = start.types.iter().take(TYPES);
        let import = |one: &ImportGrowth| (one.step, one.objects, one.bytes);
        Some(WholeEntry {
            start: census_sum(start),
            types: types
                .map(|one| (one.name.clone(), one.objects, one.bytes))
                .collect(),
            imports: whole.imports.iter().map(import).collect(),
        })
    }
}
