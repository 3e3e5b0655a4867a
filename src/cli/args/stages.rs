//! The arguments of `memviz stages`.

use super::products::ThemeName;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct StagesArgs {
    /// The script; `-` for standard input; or a trace, which has the stages of the files that ran
    #[arg(value_name = "SCRIPT|TRACE")]
    pub script: PathBuf,
    /// Show those of this Python instead: a path, a name (`python3.12`), a version (`3.12`), or
    /// `rustpython` for the embedded one; several times for several
    #[arg(long, value_name = "PYTHON")]
    pub python: Vec<String>,
    /// Only these stages, with commas between them
    #[arg(long, value_enum, value_name = "STAGE", value_delimiter = ',')]
    pub view: Vec<StageName>,
    #[arg(long, value_enum, default_value_t = StagesFormat::Text)]
    pub format: StagesFormat,
    /// Only this file of a trace
    #[arg(long, value_name = "PATH")]
    pub file: Option<String>,
    /// Only what stands on this line
    #[arg(long, value_name = "N", conflicts_with = "span")]
    pub line: Option<u32>,
    /// Only what touches the bytes A up to B of the source
    #[arg(long, value_name = "A-B", value_parser = span)]
    pub span: Option<(u32, u32)>,
    /// Of a trace, only this step of the run
    #[arg(long, value_name = "N")]
    pub step: Option<u32>,
    /// Write to this file instead of standard output; for pictures, to this folder, and both they and
    /// the page go to output/NAME otherwise
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Colours of the pictures
    #[arg(long, value_enum, default_value_t = ThemeName::Light)]
    pub theme: ThemeName,
    /// Write over a file that memviz did not make
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StagesFormat {
    /// One fact a line
    Text,
    /// The instructions of each line, Python by Python, and those that differ (Markdown)
    Table,
    /// One object, or a list of them for several Pythons; docs/stages-json.md describes it
    Json,
    /// A page that works offline: all stages side by side, joined by what you point at
    Html,
    /// A picture of each stage
    Svg,
}

/// A stage, as it is called on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StageName {
    File,
    Tokens,
    Tree,
    Names,
    Code,
    Bytecode,
    /// Of a trace: each exception, its way to a handler, and what was printed of it
    Errors,
    /// Of a trace: each instruction that ran, with the value stack before and after it
    Machine,
    /// Of a trace: what was imported, from where, and what was there already
    Imports,
    /// Of a trace: what was open, and what happened behind the last line
    End,
}

fn span(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("a span is two numbers with a minus between them, not {text:?}");
    let (start, end) = text.split_once('-').ok_or_else(wrong)?;
    let number = |text: &str| text.parse().map_err(|_| wrong());
    let (start, end) = (number(start)?, number(end)?);
    match start <= end {
        true => Ok((start, end)),
        false => Err("a span ends where it begins, or later".to_owned()),
    }
}
