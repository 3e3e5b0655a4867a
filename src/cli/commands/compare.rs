//! `memviz compare`: several runs side by side.

use crate::analyse::{
    ComparedRun, LineInstructions, comparable, compare as compared, line_instructions,
};
use crate::cli::args::{CompareArgs, CompareFormat};
use crate::cli::commands::ask::print;
use crate::cli::names::COMPARE_PAGE_NAME;
use crate::cli::outputs::write_own_file;
use crate::cli::problem::Problem;
use crate::cli::saved::{explained, read, trace_path};
use crate::cli::say::say;
use crate::export::CompareText;
use crate::player::{ComparePage, compare_page};
use crate::trace::stages::Stages;
use crate::trace::{Trace, TraceFile, VALUE_LIMIT};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A run that was read, with what its files were compiled to, where that is known.
struct Read {
    trace: Trace,
    stages: Vec<Stages>,
}

pub(in crate::cli) fn compare(args: &CompareArgs) -> Result<(), Problem> {
    let all = match args.python.as_slice() {
        [] => traces(args)?,
        _ => recorded(args)?,
    };
    let traces: Vec<Cow<'_, Trace>> = all.iter().map(|one| one.trace.shown()).collect();
    if let Some(empty) = traces.iter().position(|trace| trace.steps.is_empty()) {
        return Err(Problem::new(format!(
            "nothing was recorded in run {} of {}: it has no steps",
            empty + 1,
            traces.len()
        )));
    }
    let known: Vec<&Trace> = traces.iter().map(AsRef::as_ref).collect();
    if !comparable(&known) {
        return Err(Problem::new(
            "some of these runs are recorded call by call, and some line by line",
        )
        .hint("record all of them with the same --step"));
    }
    let runs: Vec<ComparedRun<'_>> = known.iter().map(|trace| ComparedRun::new(trace)).collect();
    let comparison = compared(&runs);
    let (instructions, without_instructions) = instructions(&all);
    match args.format {
        CompareFormat::Text => {
            let text = CompareText {
                runs: &runs,
                comparison: &comparison,
                instructions: &instructions,
                without_instructions: &without_instructions,
                all: args.all,
            };
            let text = text.write();
            match &args.out {
                None => print(&text),
                Some(path) => write_own_file(path, &text, args.force),
            }
        }
        CompareFormat::Html => {
            let page = compare_page(&ComparePage {
                runs: &runs,
                comparison: &comparison,
                instructions: &instructions,
                without_instructions: &without_instructions,
                all: args.all,
            });
            let path = args.out.clone().unwrap_or_else(|| page_path(known[0]));
            write_own_file(&path, &page, args.force)?;
            say!("memviz: {}", path.display());
            Ok(())
        }
    }
}

/// Where the page goes unasked.
fn page_path(trace: &Trace) -> PathBuf {
    let stem = Path::new(&trace.header.script).file_stem();
    let stem = stem.map_or("script".to_owned(), |stem| {
        stem.to_string_lossy().into_owned()
    });
    // A script from elsewhere may be called anything.
    let stem: String = stem.chars().take(VALUE_LIMIT).collect();
    Path::new("output").join(stem).join(COMPARE_PAGE_NAME)
}

/// The traces that are named.
fn traces(args: &CompareArgs) -> Result<Vec<Read>, Problem> {
    if args.paths.len() < 2 {
        return Err(Problem::new("there is nothing to compare with")
            .hint("name two traces, or a script with --python rustpython,3.13"));
    }
    args.paths.iter().map(|path| one(path)).collect()
}

fn one(path: &Path) -> Result<Read, Problem> {
    let file = trace_path(path)?;
    let failed = |error| explained(&file, error);
    let opened = TraceFile::open(&file).map_err(failed)?;
    let stages = opened.stages().map_err(failed)?;
    Ok(Read {
        trace: read(path)?,
        stages,
    })
}

/// Runs of the script on each Python.
#[cfg(feature = "python")]
fn recorded(args: &CompareArgs) -> Result<Vec<Read>, Problem> {
    use super::recorded::{Wanted, record};
    let [script] = args.paths.as_slice() else {
        return Err(Problem::new("--python is for one script")
            .hint("name traces without --python, or one script with it"));
    };
    if args.python.len() < 2 {
        return Err(Problem::new("there is nothing to compare with")
            .hint("name two Pythons: --python rustpython,3.13"));
    }
    let mut all = Vec::new();
    for python in &args.python {
        let wanted = Wanted {
            script,
            python: Some(python),
            max_steps: args.max_steps,
        };
        let recording = record(&wanted)?;
        let trace = read(recording.folder())?;
        let stages = super::stages::of_files(script, python)?;
        all.push(Read { trace, stages });
    }
    Ok(all)
}

#[cfg(not(feature = "python"))]
fn recorded(_: &CompareArgs) -> Result<Vec<Read>, Problem> {
    Err(
        Problem::new("this memviz was built without its interpreter")
            .hint("record the script elsewhere, and name the traces"),
    )
}

/// What each line of the script was compiled to; or why that is not compared.
fn instructions(all: &[Read]) -> (Vec<LineInstructions>, String) {
    let mut found = Vec::new();
    for one in all {
        let header = &one.trace.header;
        let of_script = one
            .stages
            .iter()
            .find(|stages| stages.file.path == header.script);
        match of_script.or(one.stages.first()) {
            Some(stages) => found.push(stages),
            None => {
                let words = format!(
                    "the recording of {} {} has none (a script with --python has)",
                    header.engine, header.engine_version
                );
                return (Vec::new(), words);
            }
        }
    }
    if found.windows(2).any(|two| two[0].source != two[1].source) {
        return (Vec::new(), "the sources are not the same".to_owned());
    }
    (line_instructions(&found), String::new())
}
