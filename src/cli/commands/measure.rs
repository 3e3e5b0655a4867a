//! `memviz measure`: how well the pictures of scripts or traces are laid out, in figures.
#![allow(clippy::print_stdout, clippy::print_stderr)] // A tool for those who build memviz.

use crate::cli::args::MeasureArgs;
use crate::cli::problem::Problem;
use crate::cli::saved::read;
use crate::cli::say::say;
use crate::layout::{Direction, Figures, GraphvizError, Measure, by_graphviz, drawn, plan};
use crate::trace::Trace;
use crate::view::{Scenes, ViewOptions};
use std::path::Path;

pub(in crate::cli) fn measure(args: &MeasureArgs) -> Result<(), Problem> {
    let mut dot_missing = false;
    println!("{}", heading());
    for path in &args.paths {
        let trace = if path.extension().is_some_and(|e| e == "py") {
            record_elsewhere(path)?
        } else {
            read(path)?
        };
        let view = ViewOptions {
            boxes: args.boxes,
            max_objects: args.max_objects,
            ..ViewOptions::default()
        };
        let name = trace.header.script.clone();
        let (ours, edges) = own(&trace, &view);
        println!("{}", row(&name, "memviz", &ours));
        if edges > 0 {
            println!("{:24} lays out anew {edges} times", "");
        }
        if args.no_dot || dot_missing {
            continue;
        }
        match dots(&trace, &view) {
            Ok(theirs) => println!("{}", row("", "dot", &theirs)),
            Err(GraphvizError::Missing) => dot_missing = true,
            Err(error) => {
                return Err(Problem::new(&error).hint("leave Graphviz out with --no-dot"));
            }
        }
    }
    if dot_missing {
        say!("memviz: there is no Graphviz on this machine to compare with");
    }
    Ok(())
}

fn heading() -> String {
    format!(
        "{:24} {:7} {:>6} {:>9} {:>8} {:>11} {:>7} {:>10} {:>9} {:>7} {:>11} {:>7}",
        "script",
        "by",
        "steps",
        "survivors",
        "moved",
        "movement px",
        "arrows",
        "mean px",
        "crossings",
        "through",
        "size px",
        "area"
    )
}

fn row(name: &str, by: &str, figures: &Figures) -> String {
    format!(
        "{name:24} {by:7} {:>6} {:>9} {:>8} {:>11.0} {:>7} {:>10.0} {:>9} {:>7} {:>11} {:>6.2}M",
        figures.steps,
        figures.survivors,
        figures.moved,
        figures.movement,
        figures.lines,
        figures.length / (figures.lines.max(1) as f64),
        figures.crossings,
        figures.through,
        format!("{:.0}x{:.0}", figures.width, figures.height),
        figures.area() / 1e6,
    )
}

/// Our own pictures, and how often boxes are laid out anew.
fn own(trace: &Trace, view: &ViewOptions) -> (Figures, usize) {
    let plan = plan(Scenes::new(trace, view));
    let mut measure = Measure::new();
    let mut edges = 0;
    for scene in Scenes::new(trace, view) {
        let anew = plan.starts_anew(scene.number);
        edges += usize::from(anew);
        measure.add(drawn(&plan.picture(&scene)), anew);
    }
    (measure.figures().clone(), edges)
}

/// What Graphviz's `dot` makes of the same steps, each by itself.
fn dots(trace: &Trace, view: &ViewOptions) -> Result<Figures, GraphvizError> {
    let plan = plan(Scenes::new(trace, view));
    let mut measure = Measure::new();
    for scene in Scenes::new(trace, view) {
        let picture = by_graphviz(plan.picture(&scene), Direction::Right)?;
        measure.add(drawn(&picture), false);
    }
    Ok(measure.figures().clone())
}

/// Records a script in a process of its own: one process holds one interpreter.
fn record_elsewhere(script: &Path) -> Result<Trace, Problem> {
    let folder = std::env::temp_dir().join(format!("memviz-measure-{}", std::process::id()));
    let run = || -> Result<Trace, Problem> {
        let done = std::process::Command::new(std::env::current_exe().map_err(Problem::new)?)
            .args(["run", "--format", "none", "--force", "--out"])
            .args([folder.as_os_str(), script.as_os_str()])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .output()
            .map_err(Problem::new)?;
        let trace = folder.join("trace.memviz");
        if !trace.exists() {
            // The run's own words say why.
            eprint!("{}", String::from_utf8_lossy(&done.stderr));
            return Err(
                Problem::new(format!("{} was not recorded", script.display()))
                    .hint("see what `memviz run` says of it"),
            );
        }
        read(&trace)
    };
    let trace = run();
    // What cannot be removed from the folder for temporary files stays there.
    let _ = std::fs::remove_dir_all(&folder);
    trace
}
