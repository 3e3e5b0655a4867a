//! Memory over the life of a program as JSON; docs/memory.md says what stands in it.

use crate::analyse::{
    Amount, EndOfRun, ImportGrowth, Line, MemoryLife, PathId, Series, WholeHeap, census_sum,
};
use crate::trace::{Census, Symbol, Trace};
use serde_json::{Value, json};
use std::io::Write;

const FORMAT: &str = "memviz-memory";
const VERSION: u32 = 1;

/// Writes what a trace says about memory as one JSON object.
///
/// # Errors
/// What the writer says.
pub fn write_memory_json(
    trace: &Trace,
    life: &MemoryLife,
    whole: &WholeHeap,
    to: &mut impl Write,
) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *to, &document(trace, life, whole))?;
    to.write_all(b"\n").map_err(serde_json::Error::io)
}

fn document(trace: &Trace, life: &MemoryLife, whole: &WholeHeap) -> Value {
    let name = |symbol: Symbol| trace.symbols.text(symbol);
    let types: Vec<Value> = life
        .types
        .iter()
        .map(|of| {
            json!({
                "type": name(of.type_name),
                "made": of.made,
                "died": of.died,
                "alive": series(&of.alive),
            })
        })
        .collect();
    let lines: Vec<Value> = life
        .lines
        .iter()
        .map(|of| {
            json!({
                "place": line(trace, of.line),
                "born": of.born,
                "died": of.died,
                "at_peak": amount(of.at_peak),
                "left": amount(of.left),
            })
        })
        .collect();
    json!({
        "format": FORMAT,
        "version": VERSION,
        "script": trace.header.script,
        "steps": life.steps,
        "made": life.made,
        "died": life.died,
        "short_lived": life.fleeting,
        "out_of_sight": life.out_of_sight,
        "peak": life.peak.as_ref().map(|peak| json!({
            "step": peak.step,
            "place": line(trace, peak.line),
            "alive": amount(peak.alive),
            "types": by_type(trace, &peak.by_type),
            "paths": peak.by_path.iter().map(|((path, of), alive)| json!({
                "calls": calls(trace, life, *path),
                "type": name(*of),
                "alive": amount(*alive),
            })).collect::<Vec<_>>(),
        })),
        "most_objects": life.most_objects.map(|(step, alive)| json!({
            "step": step,
            "alive": amount(alive),
        })),
        "alive": series(&life.all),
        "older": series(&life.older),
        "types": types,
        "lines": lines,
        "paths": life.paths.made.iter().map(|((path, of), made)| json!({
            "calls": calls(trace, life, *path),
            "type": name(*of),
            "made": made,
        })).collect::<Vec<_>>(),
        "end": end(trace, &life.end),
        "start": whole.start.as_ref().map(start),
        "imports": whole.imports.iter().map(|one| import(trace, one)).collect::<Vec<_>>(),
    })
}

/// What was in the whole interpreter before the first line.
fn start(census: &Census) -> Value {
    let (objects, bytes) = census_sum(census);
    let types = census
        .types
        .iter()
        .map(|one| json!({"type": one.name, "objects": one.objects, "bytes": one.bytes}));
    json!({"objects": objects, "bytes": bytes, "types": types.collect::<Vec<_>>()})
}

/// By how much it grew over an import statement.
fn import(trace: &Trace, one: &ImportGrowth) -> Value {
    let head = trace
        .steps
        .get((one.step as usize).wrapping_sub(1))
        .map(|step| &step.head);
    let place = head.map(|head| {
        line(
            trace,
            Line {
                file: head.file,
                line: head.line,
            },
        )
    });
    json!({
        "step": one.step,
        "until": one.until,
        "place": place,
        "objects": one.objects,
        "bytes": one.bytes,
    })
}

fn end(trace: &Trace, end: &EndOfRun) -> Value {
    json!({
        "left": by_type(trace, &end.left),
        "freed": by_type(trace, &end.freed),
        "never_freed": end.never_freed.as_ref().map(|kept| by_type(trace, kept)),
    })
}

fn amount(amount: Amount) -> Value {
    json!({
        "objects": amount.objects,
        "bytes": amount.bytes,
        "unknown_size": amount.unsized_objects,
    })
}

/// Step, objects, bytes, objects of unknown size, wherever it changes.
fn series(series: &Series) -> Vec<(u32, usize, u64, usize)> {
    let changes = series.changes().iter();
    changes
        .map(|(step, of)| (*step, of.objects, of.bytes, of.unsized_objects))
        .collect()
}

fn by_type(trace: &Trace, list: &[(Symbol, Amount)]) -> Vec<Value> {
    list.iter()
        .map(|(name, of)| json!({ "type": trace.symbols.text(*name), "alive": amount(*of) }))
        .collect()
}

fn line(trace: &Trace, line: Line) -> Value {
    let file = trace.header.files.get(line.file.0 as usize);
    json!({
        "file": file.map(|file| &file.path),
        "line": (line.line > 0).then_some(line.line),
    })
}

fn calls(trace: &Trace, life: &MemoryLife, path: PathId) -> Vec<Value> {
    let frames = life.paths.frames(path).iter();
    frames
        .map(|frame| {
            let file = trace.header.files.get(frame.file.0 as usize);
            json!({
                "function": trace.symbols.text(frame.function),
                "file": file.map(|file| &file.path),
                "line": frame.line,
            })
        })
        .collect()
}
