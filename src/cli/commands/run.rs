//! `memviz SCRIPT`: runs, records, draws.

use crate::cli::args::{ChangesBy, RunArgs, StepSize};
use crate::cli::names::PART_NAME;
use crate::cli::outputs::{Output, open_player, write_products};
use crate::cli::problem::{Problem, cannot_write};
use crate::cli::pythons;
use crate::cli::saved::{Recording, explained};
use crate::cli::say::say;
use crate::narrate::{self, signal_name};
use crate::record::{
    Apart, Exit, Python, Ran, RecordOptions, Script, run as record, run_apart, run_on,
};
use crate::trace::{Granularity, ObjectInfo, Outcome, TraceFile};
use std::os::fd::IntoRawFd;
use std::path::{Path, PathBuf};

pub(in crate::cli) fn run(args: RunArgs) -> Result<i32, Problem> {
    let (script, arguments) = script(&args)?;
    let python = args.python.as_deref().filter(|name| *name != EMBEDDED);
    let python = python.map(python_named).transpose()?;
    if args.no_record {
        let done = record(&script, &arguments, None).map_err(Problem::new)?;
        return Ok(done.exit.take());
    }
    let folder = output_folder(&args, &script);
    let output = Output::open(folder, &args.products, false)?;
    let options = RecordOptions {
        max_steps: usize::try_from(args.max_steps).unwrap_or(usize::MAX),
        implicit_names: args.all_names,
        verify: args.verify,
        changes_by: match args.changes_by {
            ChangesBy::Cost => crate::record::ChangesBy::Cost,
            ChangesBy::Comparing => crate::record::ChangesBy::Comparing,
            ChangesBy::Pages => crate::record::ChangesBy::Pages,
            ChangesBy::Turns => crate::record::ChangesBy::Turns,
        },
        granularity: match args.step {
            StepSize::Call => Granularity::Call,
            StepSize::Line => Granularity::Line,
            StepSize::Instruction => Granularity::Instruction,
        },
    };
    let mut recording = output.recording()?;
    let own = [output.descriptor()];
    let apart = match &python {
        None => run_apart(&script, &arguments, &options, &recording, &own),
        Some(python) => run_on(python, &script, &arguments, &options, &recording, &own),
    };
    let ran = match apart {
        Ok(Apart::Recorder(ran)) => ran,
        Ok(Apart::Program(exit)) => {
            // Their descriptors are closed: both are the other process's.
            let _ = recording.into_raw_fd();
            output.forget();
            return Ok(exit.take());
        }
        Err(error) => {
            output.discard();
            return Err(Problem::new(error));
        }
    };
    if let Some(error) = &ran.failed {
        output.discard();
        return Err(Problem::new(error));
    }
    if let Some(error) = &ran.unwritten {
        let part = output.folder().join(PART_NAME);
        say!("memviz: the program has ended as it would have, but its recording is not complete");
        return Err(cannot_write(&part, error));
    }
    if ran.steps == 0 {
        say!(
            "memviz: nothing was recorded of {}: {}",
            script.shown(),
            nothing(ran.exit)
        );
        output.discard();
        return Ok(ran.exit.take());
    }
    if ran.exit == Exit::INTERRUPTED {
        say!("memviz: interrupted; what was recorded until then is drawn (Ctrl-C stops that)");
    }
    let path = output.restore(&mut recording)?;
    let file = TraceFile::open(&path).map_err(|error| explained(&path, error))?;
    save(&output, file, &ran, &args)?;
    open_player(&output, &args.products)?;
    drop(output);
    Ok(ran.exit.take())
}

/// Where a run's products go.
pub(super) fn output_folder(args: &RunArgs, script: &Script) -> PathBuf {
    let asked = args.products.out.clone();
    asked.unwrap_or_else(|| Path::new("output").join(stem(script)))
}

/// The name by which the interpreter that is compiled in is asked for.
pub(super) const EMBEDDED: &str = "rustpython";

/// The Python that a user names.
fn python_named(named: &str) -> Result<Python, Problem> {
    let candidates = pythons::candidates(named);
    let mut found = candidates
        .iter()
        .filter_map(|program| Python::ask(program).ok());
    found.next().ok_or_else(|| {
        Problem::new(format!("no Python {named} was found that answers"))
            .hint("give a path, a name on the PATH, or a version such as 3.13")
    })
}

/// Why a run has no steps.
fn nothing(exit: Exit) -> String {
    match exit {
        Exit::Code(0) => "it ran, but none of its code stands in this folder".to_owned(),
        Exit::Code(_) => "none of the program's own code has run".to_owned(),
        Exit::Signal(signal) => {
            let name = signal_name(signal);
            format!("none of the program's own code had run when {name} ended it")
        }
    }
}

/// Writes everything and says so.
fn save(output: &Output, file: TraceFile, ran: &Ran, args: &RunArgs) -> Result<(), Problem> {
    let failed = |error| explained(&output.folder().join(PART_NAME), error);
    let (last, _) = file.step(file.steps()).map_err(failed)?.ok_or_else(|| {
        Problem::new("the recording has no last step").hint("record the script again")
    })?;
    let made = file
        .trace
        .objects
        .iter()
        .filter(|object| object.born.is_some());
    let in_the_run = |object: &&ObjectInfo| object.died.is_some_and(|d| d.cause.is_in_run());
    let freed = made.clone().filter(in_the_run).count();
    let header = &file.trace.header;
    let steps = counted(ran.steps as usize, "step");
    let made = counted(made.count(), "object");
    let summary = match header.knowledge.tells_lives() {
        true => format!(
            "{steps}, {made} made, {freed} freed, {}",
            counted(ran.collections, "collection")
        ),
        false => format!(
            "{steps}, {made} found, {freed} seen to be freed; counts are not known on {}",
            header.engine
        ),
    };
    let ending = match &file.trace.header.outcome {
        Outcome::Limit { limit } if limit == "events" => Some(
            "the script has set a trace function of its own: nothing behind that is recorded; the script \
             went on"
                .to_owned(),
        ),
        Outcome::Limit { limit } => Some(format!(
            "the recording ends at its limit of {} {limit}; the script went on without it \
             (--max-steps N records more)",
            ran.steps
        )),
        Outcome::Exception {
            type_name, message, ..
        } if type_name == "ModuleNotFoundError" && args.python.is_none() => {
            Some(not_found(message))
        }
        Outcome::Killed { .. } | Outcome::Left { .. } => Some(format!(
            "the program {}; everything up to there is recorded",
            narrate::outcome(&file.trace.header, &last.head, &file.trace.symbols)
        )),
        _ => None,
    };
    let written = write_products(output, &args.products, || {
        Recording::read(file, u32::MAX).map_err(failed)
    })?;
    say!("memviz: {summary}");
    if let Some(ending) = ending {
        say!("memviz: {ending}");
    }
    let written = if written.is_empty() {
        output.folder().display().to_string()
    } else {
        written.join(", ")
    };
    say!("memviz: {written}");
    Ok(())
}

/// Why a module was not found, and what can be done.
fn not_found(message: &str) -> String {
    let named = message.split('\'').nth(1);
    let named = named.map_or("the module", |name| name.split('.').next().unwrap_or(name));
    format!(
        "{named} was not found: the script runs on an interpreter of memviz's own, which has Python's standard \
         library, the modules of the script's folder, and those in the folders of PYTHONPATH that are \
         written in Python alone; what is compiled for CPython, as numpy and pandas are, cannot work there \
         (--python python3 records your own Python, with its packages). \
         A module in Python alone can be put beside the script, or its folder into PYTHONPATH"
    )
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

/// What to run, checked as far as it can be before it runs.
pub(super) fn script(args: &RunArgs) -> Result<(Script, Vec<String>), Problem> {
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
