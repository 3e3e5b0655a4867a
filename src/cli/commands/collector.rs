//! `memviz collector`: the collector's runs, phase by phase.

use crate::cli::args::CollectorArgs;
use crate::cli::problem::Problem;
use crate::cli::saved::{beside, read};
use crate::cli::say::say;
use crate::layout::{PageOptions, plan};
use crate::render::{SvgOptions, svg};
use crate::view::{CollectorRun, ViewOptions, collector_runs};
use std::fs;
use std::path::{Path, PathBuf};

/// Draws one picture a phase: counts, what is left of them, suspects, rescued, freed.
pub(in crate::cli) fn run(args: &CollectorArgs) -> Result<(), Problem> {
    let trace = read(&args.trace)?;
    let trace = trace.shown();
    let wanted = |run: &CollectorRun| args.step.is_none_or(|step| run.step == step);
    let runs = collector_runs(&trace, &ViewOptions::default());
    let runs: Vec<CollectorRun> = runs.into_iter().filter(wanted).collect();
    if runs.is_empty() {
        let nothing = "the collector has not run over objects of the program";
        let problem = match args.step {
            Some(step) => Problem::new(format!("{nothing} in step {step}")),
            None => Problem::new(nothing),
        };
        return Err(problem.hint("a script can call gc.collect()"));
    }
    let folder = folder(args)?;
    let mut count = 0;
    let mut last = (0, 0);
    for run in runs {
        let time = if last.0 == run.step { last.1 + 1 } else { 1 };
        last = (run.step, time);
        count += draw(&run, time, &folder, args)?;
    }
    say!("memviz: {} ({count})", folder.display());
    Ok(())
}

/// The folder for the pictures, which is made.
fn folder(args: &CollectorArgs) -> Result<PathBuf, Problem> {
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| beside(&args.trace).join("collector"));
    let is_full = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    if args.out.is_some() && is_full && !args.force {
        return Err(Problem::new(format!("{} is not empty", folder.display()))
            .hint("name another folder with --out DIR, or say --force to write into this one"));
    }
    fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
    Ok(folder)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("cannot write to {}: {error}", path.display()))
        .hint("choose another folder with --out DIR")
}

/// Draws one run; `time` says which one of its step it is. Returns the number of pictures.
fn draw(
    run: &CollectorRun,
    time: u32,
    folder: &Path,
    args: &CollectorArgs,
) -> Result<usize, Problem> {
    let options = SvgOptions {
        theme: args.theme.into(),
    };
    let again = match time {
        1 => String::new(),
        time => format!("-run{time}"),
    };
    let scenes = || run.phases.iter().map(|(_, scene)| scene.clone());
    let plan = plan(scenes()).on_pages(scenes, PageOptions::default());
    for (number, (name, scene)) in (1..).zip(&run.phases) {
        let path = folder.join(format!("{:04}{again}-{number}-{name}.svg", run.step));
        fs::write(&path, svg(&plan.picture(scene), &options))
            .map_err(|error| cannot_write(&path, &error))?;
    }
    Ok(run.phases.len())
}
