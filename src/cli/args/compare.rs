//! The arguments of `memviz compare`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArgs {
    /// Two or more traces, or the folders that they stand in; or one script, with the Pythons that
    /// are to run it
    #[arg(value_name = "TRACE|SCRIPT", required = true)]
    pub paths: Vec<PathBuf>,
    /// Run the script on these Pythons: paths, names, versions such as 3.13, or `rustpython` for the
    /// embedded one, with commas between them
    #[arg(long, value_name = "PYTHON", value_delimiter = ',')]
    pub python: Vec<String>,
    #[arg(long, value_enum, default_value_t = CompareFormat::Text)]
    pub format: CompareFormat,
    /// Write everything, however long that gets
    #[arg(long)]
    pub all: bool,
    /// Record no more than this many steps of each run
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_steps: u64,
    /// Write to this file; text goes to standard output otherwise, the page to output/NAME/compare.html
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write over a file that memviz did not make
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CompareFormat {
    /// One fact a line
    Text,
    /// One page that works offline and needs no script
    Html,
}
