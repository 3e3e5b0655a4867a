//! `memviz SCRIPT`: runs, records, draws.

use super::args::{RunArgs, StepSize};
use super::output::Output;
use super::problem::Problem;
use super::say::{say, visible};
use crate::record::{Exit, RecordOptions, Script, run as record, set_last_words};
use crate::trace::{Cause, Granularity, ObjectInfo, Outcome, Trace};
use std::path::Path;

pub(super) fn run(args: RunArgs) -> Result<i32, Problem> {
    let (script, arguments) = script(&args)?;
    if args.no_record {
        let done = record(&script, &arguments, None).map_err(Problem::new)?;
        return Ok(done.exit.take());
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
    set_last_words("\nmemviz: stopped before anything was saved\n".to_owned());
    let recorded = {
        let _span = tracing::info_span!("record").entered();
        record(&script, &arguments, Some(&options))
    };
    let failed = |error| {
        output.discard_if_empty();
        Problem::new(error)
    };
    let recorded = recorded.map_err(failed)?;
    if recorded.is_copy {
        // The process that it is a copy of says what there is.
        return Ok(recorded.exit.take());
    }
    let Some(trace) = recorded.outcome.map_err(failed)? else {
        output.discard_if_empty();
        let why = match recorded.exit {
            Exit::Code(0) => "it ran, but none of its code stands in this folder",
            _ => "none of the program's own code has run",
        };
        say!("memviz: nothing was recorded of {}: {why}", script.shown());
        return Ok(recorded.exit.take());
    };
    if recorded.exit == Exit::Interrupted {
        say!("memviz: interrupted; what was recorded until then is drawn (Ctrl-C stops that)");
    }
    save(&output, &trace, &args)?;
    output.open_player(&args.products)?;
    Ok(recorded.exit.take())
}

/// Writes everything and says so.
fn save(output: &Output, trace: &Trace, args: &RunArgs) -> Result<(), Problem> {
    output.write_trace(trace)?;
    let folder = output.folder().display();
    let stopped = format!(
        "memviz: stopped: the trace is in {folder}, its pictures are not complete \
         (memviz render {folder} draws them)"
    );
    set_last_words(format!("\n{}\n", visible(&stopped)));
    let written = output.write_products(trace, &args.products)?;
    let made = trace.objects.iter().filter(|object| object.born.is_some());
    let in_the_run = |object: &&ObjectInfo| object.died.is_some_and(|d| d.cause != Cause::Exit);
    let freed = made.clone().filter(in_the_run).count();
    let collections: usize = trace
        .steps
        .iter()
        .map(|step| step.head.collections.len())
        .sum();
    say!(
        "memviz: {}, {} made, {freed} freed, {}",
        counted(trace.steps.len(), "step"),
        counted(made.count(), "object"),
        counted(collections, "collection"),
    );
    if let Outcome::Limit { limit } = &trace.header.outcome {
        say!(
            "memviz: the recording ends at its limit of {} {limit}; the script went on without it \
             (--max-steps N records more)",
            trace.steps.len()
        );
    }
    let written = if written.is_empty() {
        format!("{folder}")
    } else {
        written.join(", ")
    };
    say!("memviz: {written}");
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
    let found = match first.as_str() {
        "-" => Script::from_stdin("-")
            .map_err(|error| Problem::new(format!("cannot read standard input: {error}"))),
        path => script_at(Path::new(path)),
    };
    Ok((found?, rest.to_vec()))
}

/// The script at a path, where there is one.
pub(super) fn script_at(path: &Path) -> Result<Script, Problem> {
    let main = path.join("__main__.py");
    if path.is_dir() && !main.exists() {
        return Err(Problem::new(format!(
            "{} is a folder, and there is no __main__.py in it",
            path.display()
        ))
        .hint("name the script in it that is to be run"));
    }
    Script::at(path).map_err(|error| {
        let problem = Problem::new(format!("cannot read {}: {error}", path.display()));
        if error.kind() == std::io::ErrorKind::NotFound {
            problem.hint("check the path, or see memviz --help")
        } else {
            problem.hint("check that it is a file that you may read")
        }
    })
}

/// The name of a script's output folder.
fn stem(script: &Script) -> String {
    match script {
        Script::File(path) => name_of(path),
        // `.` has a name only where it stands.
        Script::Bundle(path) => name_of(&path.canonicalize().unwrap_or_else(|_| path.clone())),
        Script::Piped(..) => "pipe".to_owned(),
        Script::Command(_) => "command".to_owned(),
        Script::Module(name) => name.clone(),
        Script::Stdin(..) => "stdin".to_owned(),
    }
}

fn name_of(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy());
    stem.map_or("script".to_owned(), |stem| stem.into_owned())
}
