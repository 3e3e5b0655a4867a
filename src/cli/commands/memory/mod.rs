//! `memviz memory`: memory over the life of a program, as tables, JSON or pictures.

mod tables;

use super::ask::{print, read_to_tell};
use crate::analyse::{MemoryLife, WholeHeap, memory_life, whole_heap};
use crate::cli::args::{MemoryArgs, MemoryFormat};
use crate::cli::outputs::is_own;
use crate::cli::problem::{Problem, cannot_write};
use crate::cli::saved::{beside, explained, read, trace_path};
use crate::cli::say::say;
use crate::export::write_memory_json;
use crate::render::{MemoryChart, flame_graph_made, flame_graph_peak};
use crate::trace::{Trace, TraceFile};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub(in crate::cli) fn run(args: &MemoryArgs) -> Result<(), Problem> {
    if args.format == MemoryFormat::Json {
        let trace = read(&args.trace)?;
        is_told(&trace)?;
        return write_json(&trace, &whole(&args.trace)?);
    }
    let trace = read_to_tell(&args.trace, u32::MAX)?;
    if trace.steps.is_empty() {
        return Err(Problem::new(
            "nothing was recorded in that trace: it has no steps",
        ));
    }
    is_told(&trace)?;
    let life = memory_life(&trace);
    match args.format {
        MemoryFormat::Svg => draw(&trace, &life, args),
        _ => {
            let whole = whole(&args.trace)?;
            print(&tables::tell(&trace, &life, &whole, usize::from(args.top)))
        }
    }
}

/// Refuses a recording that does not tell when objects are made and freed.
fn is_told(trace: &Trace) -> Result<(), Problem> {
    let header = &trace.header;
    match header.knowledge.tells_lives() {
        true => Ok(()),
        false => Err(Problem::new(format!(
            "how much memory objects take on {}, and when they are freed, is not known",
            header.engine
        ))
        .hint("record with CPython 3.9 or newer, or without --python")),
    }
}

/// What was counted of the whole interpreter.
fn whole(trace: &Path) -> Result<WholeHeap, Problem> {
    let path = trace_path(trace)?;
    let failed = |error| explained(&path, error);
    let facts = TraceFile::open(&path)
        .map_err(failed)?
        .outside()
        .map_err(failed)?;
    Ok(whole_heap(&facts))
}

fn write_json(trace: &Trace, whole: &WholeHeap) -> Result<(), Problem> {
    let mut out = BufWriter::new(io::stdout().lock());
    let done =
        write_memory_json(trace, &memory_life(trace), whole, &mut out).map_err(io::Error::from);
    match done.and_then(|()| out.flush()) {
        // Whoever reads may stop reading.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::new(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes the chart, and a flame graph where there is anything to show in it.
fn draw(trace: &Trace, life: &MemoryLife, args: &MemoryArgs) -> Result<(), Problem> {
    let theme = args.theme.into();
    let chart = MemoryChart {
        trace,
        life,
        most_lines: usize::from(args.top),
        theme,
    };
    let pictures = [
        ("memory.svg", Some(chart.svg())),
        ("memory-made.svg", flame_graph_made(trace, life, theme)),
        ("memory-peak.svg", flame_graph_peak(trace, life, theme)),
    ];
    let folder = args.out.clone().unwrap_or_else(|| beside(&args.trace));
    fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
    let foreign = |name: &str| {
        let path = folder.join(name);
        (path.exists() && !is_own(&path)).then_some(path)
    };
    if let Some(path) = pictures.iter().find_map(|(name, _)| foreign(name))
        && !args.force
    {
        return Err(Problem::new(format!("{} is not memviz's", path.display()))
            .hint("name another folder with --out DIR, or say --force to write over it"));
    }
    for (name, picture) in pictures {
        if let Some(picture) = picture {
            write(&folder.join(name), &picture)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    fs::write(path, text).map_err(|error| cannot_write(path, &error))?;
    say!("memviz: {}", path.display());
    Ok(())
}
