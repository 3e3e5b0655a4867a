//! `memviz stages`: what becomes of a file before it runs.

mod drawn;
mod outside;
mod run;

use crate::cli::args::{StageName, StagesArgs, StagesFormat};
use crate::cli::outputs::is_own;
use crate::cli::problem::Problem;
use crate::cli::pythons;
use crate::cli::saved::{explained, trace_path};
use crate::export::{StagesChoice, instruction_table, stages_text, write_stages_json};
use crate::record::stages::{of_bytes, of_python};
use crate::trace::stages::{Span, StageKind, Stages};
use crate::trace::{ReadError, TraceFile};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// What the exit code says where a stage has failed.
const FAILED: i32 = 1;
/// What a script is called that has no file.
const STANDARD_INPUT: &str = "<stdin>";
/// How the embedded interpreter is asked for.
const EMBEDDED: &str = "rustpython";

pub(in crate::cli) fn stages(args: &StagesArgs) -> Result<i32, Problem> {
    let is_trace = is_trace(&args.script);
    let all = match is_trace {
        true => of_trace(args)?,
        false => of_script(args)?,
    };
    // The run was the embedded interpreter's.
    let run = match is_trace && args.python.is_empty() {
        true => run::StagesOfRun::read(args, &all)?,
        false => run::refused(args, is_trace)?,
    };
    let choice = choice(args, &all)?;
    let failed = all.iter().any(|stages| stages.failure.is_some());
    let code = if failed { FAILED } else { 0 };
    if matches!(args.format, StagesFormat::Html | StagesFormat::Svg) {
        drawn::drawn(args, &all, &choice, run.as_ref())?;
        return Ok(code);
    }
    let mut text = Vec::new();
    match args.format {
        StagesFormat::Text => {
            for (file, stages) in all.iter().enumerate() {
                text.extend(stages_text(stages, &choice).into_bytes());
                let run = run.as_ref().map(|run| run.text(args, &all, file, &choice));
                text.extend(run.unwrap_or_default().into_bytes());
            }
        }
        StagesFormat::Table => text.extend(instruction_table(&all, &choice).into_bytes()),
        StagesFormat::Json => {
            let run = run.as_ref().map(|run| run.json(args, &all, &choice));
            // A vector takes everything.
            let _ = write_stages_json(&all, &choice, run.unwrap_or_default(), &mut text);
        }
        StagesFormat::Html | StagesFormat::Svg => {}
    }
    write(args, &text)?;
    Ok(code)
}

/// Whether this is a trace, or the folder of one.
fn is_trace(path: &Path) -> bool {
    let path = match trace_path(path) {
        Ok(path) => path,
        Err(_) => return false,
    };
    !matches!(
        TraceFile::open(&path),
        Err(ReadError::NotATrace | ReadError::Io(_))
    )
}

/// The stages that stand in a trace.
fn of_trace(args: &StagesArgs) -> Result<Vec<Stages>, Problem> {
    let path = trace_path(&args.script)?;
    let failed = |error| explained(&path, error);
    let trace = TraceFile::open(&path).map_err(failed)?;
    let all = trace.stages().map_err(failed)?;
    if all.is_empty() {
        let engine = &trace.trace.header.engine;
        let hint = match engine.as_str() {
            "RustPython" => "record the script again with this memviz".to_owned(),
            _ => format!(
                "a run on {engine} has none; memviz stages SCRIPT --python VERSION shows what that Python makes of \
                 the file"
            ),
        };
        return Err(Problem::new("this trace has no stages of files in it").hint(hint));
    }
    let names: Vec<String> = all.iter().map(|stages| stages.file.path.clone()).collect();
    let wanted = |stages: &Stages| {
        args.file
            .as_ref()
            .is_none_or(|file| *file == stages.file.path)
    };
    let all: Vec<Stages> = all.into_iter().filter(wanted).collect();
    if all.is_empty() {
        return Err(Problem::new("there is no such file in this trace")
            .hint(format!("its files are {}", names.join(", "))));
    }
    if args.python.is_empty() {
        return Ok(all);
    }
    let mut others = Vec::new();
    for own in &all {
        for python in &args.python {
            others.push(match python.eq_ignore_ascii_case(EMBEDDED) {
                true => own.clone(),
                false => of_engine(python, &own.file.path, &as_read(own)?)?,
            });
        }
    }
    Ok(others)
}

/// The bytes of a file of which a trace has the text.
fn as_read(stages: &Stages) -> Result<Vec<u8>, Problem> {
    let file = &stages.file;
    let is_utf8 = matches!(
        file.encoding.to_lowercase().as_str(),
        "utf-8" | "utf8" | "utf-8-sig"
    );
    if !is_utf8 || !stages.is_decoded() {
        let (path, encoding) = (&file.path, &file.encoding);
        return Err(Problem::new(format!(
            "the trace has the text of {path} and not its bytes, which were {encoding}"
        ))
        .hint("name the script itself to see what another Python makes of it"));
    }
    let mark = if file.byte_order_mark { "\u{feff}" } else { "" };
    Ok(format!("{mark}{}", stages.source).into_bytes())
}

fn of_script(args: &StagesArgs) -> Result<Vec<Stages>, Problem> {
    let (path, bytes) = source(&args.script)?;
    match args.python.as_slice() {
        [] => Ok(vec![of_engine(EMBEDDED, &path, &bytes)?]),
        several => several
            .iter()
            .map(|python| of_engine(python, &path, &bytes))
            .collect(),
    }
}

/// The stages of a script as one Python has them; none of a folder, of an archive, or of a Python that
/// does not tell.
pub(super) fn of_files(script: &Path, python: &str) -> Result<Vec<Stages>, Problem> {
    if !script.is_file() {
        return Ok(Vec::new());
    }
    let (path, bytes) = source(script)?;
    let stages = of_engine(python, &path, &bytes);
    Ok(stages.into_iter().collect())
}

/// The stages as one Python has them.
fn of_engine(python: &str, path: &str, bytes: &[u8]) -> Result<Stages, Problem> {
    if python.eq_ignore_ascii_case(EMBEDDED) {
        return of_bytes(path, bytes)
            .map_err(|error| Problem::new(format!("no thread for the compiler: {error}")));
    }
    let mut last = None;
    for candidate in pythons::candidates(python) {
        match of_python(&candidate, path, bytes) {
            Ok(stages) => return Ok(stages),
            Err(error) => last = Some(format!("{}: {error}", candidate.display())),
        }
    }
    let why = last.map_or_else(String::new, |last| format!("; {last}"));
    Err(Problem::new(format!("no Python answers to {python}{why}"))
        .hint("name a CPython from 3.8 on by its path, or one that is on the PATH: python3.12"))
}

/// The name and the bytes of a script.
fn source(script: &Path) -> Result<(String, Vec<u8>), Problem> {
    let name = script.to_string_lossy().into_owned();
    if script == Path::new("-") {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Problem::new(format!("cannot read standard input: {error}")))?;
        return Ok((STANDARD_INPUT.to_owned(), bytes));
    }
    if script.is_dir() {
        return Err(Problem::new(format!("{name} is a folder"))
            .hint("name a file in it: its __main__.py is what Python would run"));
    }
    match fs::read(script) {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) => Err(Problem::new(format!("cannot read {name}: {error}"))
            .hint("check the path: a script is a file that you may read")),
    }
}

fn choice(args: &StagesArgs, all: &[Stages]) -> Result<StagesChoice, Problem> {
    let mut choice = StagesChoice::default();
    if !args.view.is_empty() {
        choice.stages = args.view.iter().copied().filter_map(kind).collect();
    }
    let Some(stages) = all.first() else {
        return Ok(choice);
    };
    let is_of_one = all.iter().all(|one| one.file.path == stages.file.path);
    if (args.line.is_some() || args.span.is_some()) && !is_of_one {
        return Err(
            Problem::new("a line or a span of several files is asked for")
                .hint("choose one of them with --file"),
        );
    }
    let lines = stages.lines();
    let length = stages.source.len() as u32;
    choice.within = match (args.line, args.span) {
        (Some(line), _) => {
            let span = lines.span(line).filter(|_| line as usize <= lines.count());
            Some(span.ok_or_else(|| {
                Problem::new(format!("there is no line {line}"))
                    .hint(format!("the lines are 1 to {}", lines.count()))
            })?)
        }
        (None, Some((start, end))) if end > length => {
            return Err(Problem::new(format!("there are no bytes {start}-{end}"))
                .hint(format!("the decoded source has {length} bytes")));
        }
        (None, span) => span.map(|(start, end)| Span::new(start, end)),
    };
    Ok(choice)
}

/// The stage of a file; what tells of a run is none.
fn kind(name: StageName) -> Option<StageKind> {
    Some(match name {
        StageName::File => StageKind::File,
        StageName::Tokens => StageKind::Tokens,
        StageName::Tree => StageKind::Tree,
        StageName::Names => StageKind::Names,
        StageName::Code => StageKind::Code,
        StageName::Bytecode => StageKind::Bytecode,
        StageName::Machine | StageName::Imports | StageName::Errors | StageName::End => {
            return None;
        }
    })
}

fn write(args: &StagesArgs, text: &[u8]) -> Result<(), Problem> {
    let Some(path) = &args.out else {
        let done = io::stdout().lock().write_all(text);
        return match done {
            // Whoever reads may stop reading.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Problem::new(format!("cannot write: {error}")))
            }
            _ => Ok(()),
        };
    };
    if path.exists() && !is_own(path) && !args.force {
        return Err(Problem::new(format!("{} is not memviz's", path.display()))
            .hint("name another file with --out FILE, or say --force to write over it"));
    }
    fs::write(path, text).map_err(|error| {
        Problem::new(format!("cannot write to {}: {error}", path.display()))
            .hint("choose another file with --out FILE")
    })
}
