//! What a stretch of a run made and did not free.

use super::ledger::ledger;
use crate::trace::{FileId, ObjId, Symbol, Trace};
use std::collections::BTreeMap;

/// What was made between two steps, and what of it is left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Growth {
    /// Objects made after the first step, up to the last.
    pub made: usize,
    /// Those of them that live at the last step.
    pub left: Heap,
    /// Those of them that nothing reaches there.
    pub unreachable: usize,
    /// Largest first.
    pub by_type: Vec<(Symbol, Heap)>,
    /// By the line in which they were made, largest first.
    pub by_line: Vec<(Line, Heap)>,
}

/// A line of a file; 0 where none is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub file: FileId,
    pub line: u32,
}

/// Some objects, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heap {
    pub objects: usize,
    /// Of those whose size is known.
    pub bytes: u64,
    pub types: BTreeMap<Symbol, usize>,
}

impl Heap {
    fn add(&mut self, type_name: Symbol, bytes: u32) {
        self.objects += 1;
        self.bytes += u64::from(bytes);
        *self.types.entry(type_name).or_default() += 1;
    }
}

/// What was born after step `from`, up to step `to`, and lives at `to`.
pub fn growth(trace: &Trace, from: u32, to: u32) -> Growth {
    let state = trace.state_at(to);
    let held = &trace.steps[to as usize - 1].head.held;
    let ledger = ledger(&state, &trace.objects, held, trace.header.granularity);
    let mut growth = Growth::default();
    let mut by_type: BTreeMap<Symbol, Heap> = BTreeMap::new();
    let mut by_line: BTreeMap<Line, Heap> = BTreeMap::new();
    for (serial, info) in (1..).zip(&trace.objects) {
        let Some(born) = info.born.filter(|born| from < born.step && born.step <= to) else {
            continue;
        };
        growth.made += 1;
        let id = ObjId(serial);
        let Some(object) = state.heap.get(&id) else {
            continue;
        };
        let bytes = object.size.or(info.size).unwrap_or(0);
        let line = Line {
            file: trace.steps[born.step as usize - 1].head.file,
            line: born.line,
        };
        growth.left.add(info.type_name, bytes);
        growth.unreachable += usize::from(!ledger.is_reachable(id));
        by_type
            .entry(info.type_name)
            .or_default()
            .add(info.type_name, bytes);
        by_line.entry(line).or_default().add(info.type_name, bytes);
    }
    growth.by_type = largest_first(by_type, |symbol| trace.symbols.text(*symbol));
    growth.by_line = largest_first(by_line, |line| *line);
    growth
}

fn largest_first<K: Copy, N: Ord>(
    heaps: BTreeMap<K, Heap>,
    name: impl Fn(&K) -> N,
) -> Vec<(K, Heap)> {
    let mut heaps: Vec<(K, Heap)> = heaps.into_iter().collect();
    heaps.sort_by(|(a, a_heap), (b, b_heap)| {
        let sizes = (b_heap.objects, b_heap.bytes).cmp(&(a_heap.objects, a_heap.bytes));
        sizes.then_with(|| name(a).cmp(&name(b)))
    });
    heaps
}
