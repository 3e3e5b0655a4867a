//! `memviz growth`: what a stretch of a run made and did not free.

use super::ask::{place, print, read_to_tell};
use crate::analyse::{Growth, Heap, growth};
use crate::cli::args::GrowthArgs;
use crate::cli::problem::Problem;
use crate::trace::Trace;

pub(in crate::cli) fn run(args: &GrowthArgs) -> Result<(), Problem> {
    let trace = read_to_tell(&args.trace, args.to.unwrap_or(u32::MAX))?;
    let steps = trace.header.steps;
    let (from, to) = (args.from, args.to.unwrap_or(steps));
    for step in [from, to] {
        if step == 0 || step > steps {
            return Err(Problem::new(format!("there is no step {step}"))
                .hint(format!("the steps are 1 to {steps}")));
        }
    }
    if from > to {
        return Err(Problem::new(format!("step {from} comes after step {to}"))
            .hint("name the earlier step with --from, the later with --to"));
    }
    if !trace.header.knowledge.tells_lives() {
        return Err(Problem::new(format!(
            "which objects live on {} is not known",
            trace.header.engine
        ))
        .hint("record with CPython 3.9 or newer, or without --python"));
    }
    let growth = growth(&trace, from, to);
    print(&tell(&trace, &growth, from, to))
}

fn tell(trace: &Trace, growth: &Growth, from: u32, to: u32) -> String {
    let mut out = format!(
        "after step {from}, up to step {to}: {}, {} of them left at step {to} ({} bytes)\n",
        counted(growth.made, "object made", "objects made"),
        growth.left.objects,
        growth.left.bytes
    );
    if growth.unreachable > 0 {
        out.push_str(&format!(
            "{} of those nothing reaches: garbage waiting for the collector\n",
            growth.unreachable
        ));
    }
    if growth.left.objects == 0 {
        return out;
    }
    out.push_str("\nobjects     bytes  by type\n");
    for (type_name, heap) in &growth.by_type {
        let type_name = trace.symbols.text(*type_name);
        out.push_str(&format!("{}  {type_name}\n", figures(heap)));
    }
    out.push_str("\nobjects     bytes  by line\n");
    for (line, heap) in &growth.by_line {
        let (place, types) = (place(trace, *line), types(trace, heap));
        out.push_str(&format!("{}  {place}\n{:19}{types}\n", figures(heap), ""));
    }
    out
}

fn figures(heap: &Heap) -> String {
    format!("{:>7}  {:>8}", heap.objects, heap.bytes)
}

/// `3 Node, 1 list`.
fn types(trace: &Trace, heap: &Heap) -> String {
    let mut types: Vec<(usize, &str)> = heap
        .types
        .iter()
        .map(|(type_name, count)| (*count, trace.symbols.text(*type_name)))
        .collect();
    types.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let words: Vec<String> = types
        .iter()
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    words.join(", ")
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
