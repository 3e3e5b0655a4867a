//! What was in the whole interpreter before the first line, and what import statements added to it.

use crate::trace::{Census, CensusMoment, OutsideFact};

/// Objects of the whole interpreter, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WholeHeap {
    /// What was there before the first line: by type, the most bytes first.
    pub start: Option<Census>,
    /// The growth over import statements.
    pub imports: Vec<ImportGrowth>,
}

/// By how much the interpreter's objects grew while an import statement ran. What died meanwhile is
/// taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportGrowth {
    /// The step that shows memory before the statement runs.
    pub step: u32,
    /// The step by which it was through.
    pub until: u32,
    /// Objects.
    pub objects: i64,
    /// Their bytes.
    pub bytes: i64,
}

/// The sum of a census: objects and bytes.
pub fn census_sum(census: &Census) -> (u64, u64) {
    let types = census.types.iter();
    types.fold((0, 0), |(objects, bytes), one| {
        (
            objects + u64::from(one.objects),
            bytes.saturating_add(one.bytes),
        )
    })
}

/// What the recorder has counted in a run.
pub fn whole_heap(facts: &[OutsideFact]) -> WholeHeap {
    let mut heap = WholeHeap::default();
    // Statements stand inside each other.
    let mut open: Vec<&Census> = Vec::new();
    for fact in facts {
        let OutsideFact::Census(census) = fact else {
            continue;
        };
        match census.moment {
            CensusMoment::Start => heap.start = Some(census.clone()),
            CensusMoment::BeforeImport => open.push(census),
            CensusMoment::AfterImport => {
                if let Some(before) = open.pop() {
                    heap.imports.push(growth(before, census));
                }
            }
        }
    }
    heap.imports.sort_by_key(|one| (one.step, one.until));
    heap
}

fn growth(before: &Census, after: &Census) -> ImportGrowth {
    let ((objects, bytes), (more_objects, more_bytes)) = (census_sum(before), census_sum(after));
    let difference = |before: u64, after: u64| after as i64 - before as i64;
    ImportGrowth {
        // A census is taken while its step is.
        step: before.after.saturating_add(1),
        until: after.after.saturating_add(1),
        objects: difference(objects, more_objects),
        bytes: difference(bytes, more_bytes),
    }
}
