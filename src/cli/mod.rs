//! The command line: arguments, one file a command, `error:` and `hint:` lines.

mod args;
mod commands;
#[cfg(feature = "python")]
mod live;
mod names;
mod outputs;
#[cfg(feature = "python")]
mod pages;
mod problem;
#[cfg(feature = "python")]
mod pythons;
mod saved;
mod say;

use args::{Cli, Command};
use clap::Parser;
use problem::{FAILURE, Problem};
use say::say;
use std::ffi::OsString;

/// Does what the command line says; returns the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> i32 {
    #[cfg(feature = "python")]
    if crate::record::is_called_python() {
        return commands::python::run(arguments);
    }
    let words = args::arrange(arguments);
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    log(cli.verbose);
    let done = match cli.command {
        Some(Command::Run(run)) => run_program(run, words),
        Some(Command::Check(check)) => check_scripts(&check),
        Some(Command::Render(render)) => commands::render::render(&render).map(|()| 0),
        Some(Command::Open(open)) => commands::render::open(open).map(|()| 0),
        Some(Command::Export(export)) => commands::export::export(&export).map(|()| 0),
        Some(Command::Why(ask)) => commands::why::run(&ask).map(|()| 0),
        Some(Command::Who(ask)) => commands::who::run(&ask).map(|()| 0),
        Some(Command::Life(ask)) => commands::life::run(&ask).map(|()| 0),
        Some(Command::Collector(run)) => commands::collector::run(&run).map(|()| 0),
        Some(Command::Compare(args)) => commands::compare::compare(&args).map(|()| 0),
        Some(Command::Memory(args)) => commands::memory::run(&args).map(|()| 0),
        Some(Command::Growth(stretch)) => commands::growth::run(&stretch).map(|()| 0),
        Some(Command::Stages(args)) => show_stages(&args),
        Some(Command::Measure(args)) => commands::measure::measure(&args).map(|()| 0),
        Some(Command::Info(args)) => commands::info::info(&args).map(|()| 0),
        Some(Command::Man(args)) => commands::shell::man(&args).map(|()| 0),
        Some(Command::Completions(args)) => commands::shell::completions(&args).map(|()| 0),
        None => run_program(cli.run, words),
    };
    done.unwrap_or_else(|problem| {
        problem.show();
        FAILURE
    })
}

#[cfg(feature = "python")]
fn run_program(run: args::RunArgs, words: Vec<OsString>) -> Result<i32, Problem> {
    match run.watch {
        true => commands::watch::watch(&run, words),
        false => commands::run::run(run),
    }
}

#[cfg(feature = "python")]
fn check_scripts(check: &args::CheckArgs) -> Result<i32, Problem> {
    commands::check::check(check)
}

#[cfg(feature = "python")]
fn show_stages(args: &args::StagesArgs) -> Result<i32, Problem> {
    commands::stages::stages(args)
}

#[cfg(not(feature = "python"))]
fn show_stages(_: &args::StagesArgs) -> Result<i32, Problem> {
    Err(without_interpreter())
}

#[cfg(not(feature = "python"))]
fn run_program(_: args::RunArgs, _: Vec<OsString>) -> Result<i32, Problem> {
    Err(without_interpreter())
}

#[cfg(not(feature = "python"))]
fn check_scripts(_: &args::CheckArgs) -> Result<i32, Problem> {
    Err(without_interpreter())
}

#[cfg(not(feature = "python"))]
fn without_interpreter() -> Problem {
    Problem::new("this memviz was built without its interpreter")
        .hint("build it with the feature `python`, which is on by default")
}

/// Help and version go to standard output; a wrong command line is an error with a hint.
fn usage(error: &clap::Error) -> i32 {
    use clap::error::ErrorKind;
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            0
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            FAILURE
        }
        _ => {
            let text = error.render().to_string();
            let mut lines = text.lines();
            let first = lines.next().unwrap_or("error: wrong arguments");
            say!("{first}");
            for line in lines.take_while(|line| !line.starts_with("Usage")) {
                if let Some(tip) = line.trim().strip_prefix("tip: ") {
                    if !tip.starts_with("to pass") {
                        say!("hint: {tip}");
                    }
                } else if line.starts_with("For more") {
                } else if !line.trim().is_empty() {
                    say!("{line}");
                }
            }
            say!("hint: `memviz --help` lists what there is");
            FAILURE
        }
    }
}

fn log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    // Fails only where one is set already.
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .log_internal_errors(false)
        .try_init();
}
