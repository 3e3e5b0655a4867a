//! `memviz SCRIPT`: runs, records, draws.

use super::args::{RunArgs, StepSize};
use super::output::Output;
use super::problem::Problem;
use crate::record::{RecordOptions, Script, run as record};
use crate::trace::{Granularity, Outcome, Trace};
use std::io::Read;
use std::path::{Path, PathBuf};

pub(super) fn run(args: RunArgs) -> Result<i32, Problem> {
    let (script, arguments) = script(&args)?;
    if args.no_record {
        let done = record(&script, &arguments, None, &mut |_| {}).map_err(Problem::new)?;
        return Ok(done.exit_code);
    }
    let folder = args
        .products
        .out
        .clone()
        .unwrap_or_else(|| Path::new("output").join(stem(&script)));
    let output = Output::open(folder, &args.products, false)?;
    let options = RecordOptions {
        max_steps: usize::try_from(args.max_steps).unwrap_or(usize::MAX),
        implicit_names: args.all_names,
        verify: args.verify,
        granularity: match args.step {
            StepSize::Call => Granularity::Call,
            StepSize::Line => Granularity::Line,
            StepSize::Instruction => Granularity::Instruction,
        },
    };
    let mut saved = None;
    let mut before_exit = |trace: &Trace| {
        saved = Some(save(&output, trace, &args).inspect_err(Problem::show));
    };
    let recorded = {
        let _span = tracing::info_span!("record").entered();
        record(&script, &arguments, Some(&options), &mut before_exit)
    };
    let recorded = recorded.map_err(|error| {
        output.discard_if_empty();
        Problem::new(error)
    })?;
    let Some(trace) = recorded.trace else {
        output.discard_if_empty();
        if recorded.exit_code == 0 {
            return Err(Problem::new(format!(
                "{} ran, but none of its code stands in this folder: nothing was recorded",
                script.shown()
            ))
            .hint("memviz records the script and what it imports from its own folder"));
        }
        return Err(Problem::new(format!(
            "{} did not start: nothing was recorded",
            script.shown()
        ))
        .hint("Python's own message stands above"));
    };
    match saved {
        Some(saved) => saved?,
        None => save(&output, &trace, &args)?,
    }
    output.open_player(&args.products)?;
    Ok(recorded.exit_code)
}

/// Writes everything and says so.
fn save(output: &Output, trace: &Trace, args: &RunArgs) -> Result<(), Problem> {
    output.write_trace(trace)?;
    let written = output.write_products(trace, &args.products)?;
    let made = trace.objects.iter().filter(|object| object.born.is_some());
    let freed = made.clone().filter(|object| object.died.is_some()).count();
    let collections: usize = trace
        .steps
        .iter()
        .map(|step| step.head.collections.len())
        .sum();
    eprintln!(
        "memviz: {}, {} made, {freed} freed, {}",
        counted(trace.steps.len(), "step"),
        counted(made.count(), "object"),
        counted(collections, "collection"),
    );
    if let Outcome::Limit { limit } = &trace.header.outcome {
        eprintln!(
            "memviz: the recording ends at its limit of {} {limit}; the script went on without it \
             (--max-steps N records more)",
            trace.steps.len()
        );
    }
    let folder = output.folder().display();
    let written = if written.is_empty() {
        format!("{folder}")
    } else {
        written.join(", ")
    };
    eprintln!("memviz: {written}");
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

/// What to run, checked as far as it can be before it runs.
fn script(args: &RunArgs) -> Result<(Script, Vec<String>), Problem> {
    if let Some(code) = &args.code {
        return Ok((Script::Command(code[0].clone()), code[1..].to_vec()));
    }
    if let Some(module) = &args.module {
        return Ok((Script::Module(module[0].clone()), module[1..].to_vec()));
    }
    let Some((first, rest)) = args.script.split_first() else {
        return Err(Problem::new("no script was given")
            .hint("name one: memviz SCRIPT [ARGS...], or see memviz --help"));
    };
    if first == "-" {
        let mut source = String::new();
        std::io::stdin()
            .read_to_string(&mut source)
            .map_err(|error| {
                Problem::new(format!(
                    "cannot read the script from standard input: {error}"
                ))
            })?;
        return Ok((Script::Stdin(source), rest.to_vec()));
    }
    let path = PathBuf::from(first);
    check_file(&path)?;
    Ok((Script::File(path), rest.to_vec()))
}

pub(super) fn check_file(path: &Path) -> Result<(), Problem> {
    if path.is_dir() {
        return Err(
            Problem::new(format!("{} is a folder, not a script", path.display()))
                .hint("name the script in it that is to be run"),
        );
    }
    let bytes = std::fs::read(path).map_err(|error| {
        let problem = Problem::new(format!("cannot read {}: {error}", path.display()));
        if error.kind() == std::io::ErrorKind::NotFound {
            problem.hint("check the path, or see memviz --help")
        } else {
            problem
        }
    })?;
    let head: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(2).collect();
    let encoded = head
        .iter()
        .any(|line| line.starts_with(b"#") && line.windows(6).any(|part| part == b"coding"));
    if bytes.contains(&0) || (std::str::from_utf8(&bytes).is_err() && !encoded) {
        return Err(Problem::new(format!(
            "{} is a binary file, not a Python script",
            path.display()
        ))
        .hint("name the .py file that it was made from"));
    }
    Ok(())
}

/// The name of a script's output folder.
fn stem(script: &Script) -> String {
    match script {
        Script::File(path) => path.file_stem().map_or("script".to_owned(), |stem| {
            stem.to_string_lossy().into_owned()
        }),
        Script::Command(_) => "command".to_owned(),
        Script::Module(name) => name.clone(),
        Script::Stdin(_) => "stdin".to_owned(),
    }
}
